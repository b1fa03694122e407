"""Numbers as people write them."""

from __future__ import annotations

import pytest

from engine.data.numbers import is_missing, parse_number, vote_decimal


@pytest.mark.parametrize(("cell", "decimal", "number"), [
    ("12", ".", 12), ("-1.5", ".", -1.5), ("+.5", ".", 0.5), ("3.", ".", 3), ("1e-3", ".", 1e-3),
    ("1,234.5", ".", 1234.5), ("1,234,567", ".", 1234567), ("1 234.5", ".", 1234.5),
    ("1'234.5", ".", 1234.5), ("12 %", ".", 12), ("12%", ".", 12), ("−3", ".", -3),
    ("5,1", ",", 5.1), ("-0,25", ",", -0.25), ("1.234,5", ",", 1234.5), ("1.234", ",", 1234),
    ("1 234,5", ",", 1234.5), ("1\u00a0234,5", ",", 1234.5), ("1\u202f234", ",", 1234),
    ("1e400", ".", float("inf")), ("-inf", ".", float("-inf")), ("Infinity", ",", float("inf")),
])
def test_numbers(cell, decimal, number):
    assert parse_number(cell, decimal) == number


@pytest.mark.parametrize(("cell", "decimal"), [
    ("", "."), ("abc", "."), ("1.2.3", "."), ("1,23", "."), ("1,234,56", "."), ("1_000", "."),
    ("5.1", ","), ("2024-01-31", "."), ("0x10", "."), ("1 2", "."), ("nan", "."), ("--3", "."),
    ("1,234.5", ","), ("%", "."), (".", "."), ("-", "."), ("1.234 567", ","), ("e5", "."),
])
def test_not_numbers(cell, decimal):
    assert parse_number(cell, decimal) is None


@pytest.mark.parametrize("cell", ["", "NA", "n/a", "NaN", "null", "?", "-", "#DIV/0!"])
def test_missing(cell):
    assert is_missing(cell)


@pytest.mark.parametrize(("cells", "separator", "decimal"), [
    (["1.5", "2"], ",", "."),
    (["1,5", "2"], ";", ","),
    (["a", "b"], ";", "."),
    (["1,234", "5,678"], ";", ","),
    (["1,234", "5,678"], ",", "."),
    (["1,234", "5.5"], ";", "."),
    (["1.234.567", "3"], ";", ","),
    (["1,234,567", "3"], ";", "."),
    (["0,125", "3"], ";", ","),
    (["1.234", "5.678"], ";", "."),
])
def test_votes_for_the_decimal_sign(cells, separator, decimal):
    assert vote_decimal(cells, separator) == decimal
