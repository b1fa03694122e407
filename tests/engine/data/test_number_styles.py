"""Numbers written in the styles of the world are read back as the same numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.cells import cells_of
from engine.data.columns import interpret

SPACES = " \u00a0\u202f\u2009"
STYLES = [(",", "."), (".", ","), ("'", "."), ("’", "."), ("'", ","),
          *[(space, sign) for space in SPACES for sign in ".,"], ("", "."), ("", ",")]
"""What groups thousands, and the decimal sign."""

AROUND = ["{}", "{} %", "{}%", "{}\u00a0%", "${}", "€ {}", "{} €", "CHF {}", "{} kg", "{} °C",
          '="{}"', "'{}", " {} "]
NEGATIVE = ["-{}", "−{}", "({})", "{}-", "–{}"]
DIGITS = ["".join(chr(zero + digit) for digit in range(10))
          for zero in (0x30, 0x660, 0x966, 0xff10)]

hundredths = st.lists(st.integers(-10**9, 10**9), min_size=3, max_size=12, unique=True).filter(
    lambda values: any(value % 100 for value in values))


def written(value: int, group: str, sign: str, negative: str = "-{}") -> str:
    """Return hundredths as a number with two decimals."""
    text = f"{abs(value) / 100:,.2f}".replace(",", "G").replace(".", sign).replace("G", group)
    return negative.format(text) if value < 0 else text


def read(cells: list[str], decimal: str) -> list[float]:
    column = interpret("x", 0, cells_of(cells), decimal)
    assert column.numbers is not None
    return column.numbers.tolist()


@given(hundredths, st.sampled_from(STYLES), st.sampled_from(NEGATIVE), st.sampled_from(".,"))
def test_groups_decimals_and_signs(values, style, negative, decimal):
    cells = [written(value, *style, negative) for value in values]
    assert read(cells, decimal) == [value / 100 for value in values]


@given(hundredths, st.sampled_from(STYLES), st.sampled_from(AROUND))
def test_units_and_what_spreadsheets_put_around(values, style, around):
    cells = [around.format(written(abs(value), *style)) for value in values]
    assert read(cells, ".") == [abs(value) / 100 for value in values]


@given(hundredths, st.sampled_from(DIGITS))
def test_digits_of_other_scripts(values, digits):
    turn = str.maketrans("0123456789", digits)
    cells = [written(value, "", ".").translate(turn) for value in values]
    assert read(cells, ".") == [value / 100 for value in values]


@given(st.lists(st.integers(0, 10**10), min_size=2, max_size=12))
def test_indian_groups(values):
    values = [10**7 + 12345, *values]
    assert read([indian(value) for value in values], ".") == values


def indian(value: int) -> str:
    head, tail = divmod(value, 1000)
    pairs = []
    while head:
        head, pair = divmod(head, 100)
        pairs.insert(0, f"{pair:02d}" if head else str(pair))
    return ",".join([*pairs, f"{tail:03d}"]) if pairs else str(tail)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_plain_numbers_of_any_size(values):
    assert read([repr(value) for value in values], ".") == values


@pytest.mark.parametrize("decimal", [".", ","])
@given(st.lists(st.integers(1000, 999_999), min_size=2, max_size=9), st.integers(1, 999))
def test_thousands_beside_small_whole_numbers_are_never_decimals(decimal, values, small):
    cells = [*(f"{value:,}" for value in values), str(small)]
    assert read(cells, decimal) == [*values, small]


@given(st.lists(st.text(max_size=12), max_size=12), st.sampled_from(".,"))
def test_no_text_breaks_a_column(cells, decimal):
    column = interpret("x", 0, cells_of(cells), decimal)
    assert len(column.present) == len(cells)


@given(st.lists(st.text("0123456789.,-+()'$%€eE /:kgT =\"\u00a0", max_size=10), min_size=1,
                max_size=9))
def test_no_text_of_digits_and_signs_breaks_a_column(cells):
    column = interpret("x", 0, cells_of(cells), ".")
    assert len(column.present) == len(cells)
