"""How verdicts write numbers."""

from __future__ import annotations

import math

import pytest

from engine.messages.english.formats import count
from engine.messages.numbers import apart, indexed, logarithm, magnitude, number, percent, shown


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0"), (0.243, "0.24"), (0.001, "0.001"), (0.000999, "1.0e-03"), (1e-4, "1.0e-04"),
    (7.87e-6, "7.9e-06"), (-7.87e-6, "-7.9e-06"), (4096.0, "4100"), (123456.0, "1.2e+05"),
    (99_999.0, "1.0e+05"), (100.0, "100"),
    (float("nan"), "nan"), (float("inf"), "inf"), (1e-300, "1.0e-300"),
])
def test_number(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (7.04e-7, "7.0e-07"), (0.125, "1.2e-01"), (0.0, "0"), (math.inf, "∞"),
])
def test_a_gradient_is_written_as_in_the_rows(value: float, text: str) -> None:
    assert magnitude(value) == text


def test_a_logarithm_is_written_as_in_the_rows() -> None:
    assert [logarithm(value) for value in (-6.84, 0.0, -math.inf)] == ["−6.8", "0.0", "−∞"]


@pytest.mark.parametrize(("value", "limit", "text"), [
    (7.87e-6, 1e-4, "7.9e-06"), (9.96e-5, 1e-4, "9.96e-05"), (1.004e-4, 1e-4, "1.004e-04"),
    (100.2, 100.0, "100.2"),
])
def test_a_number_is_never_rounded_onto_the_limit_that_it_exceeds(value: float, limit: float,
                                                                  text: str) -> None:
    assert apart(value, limit) == text


@pytest.mark.parametrize(("share", "text"), [
    (0.0, "0 %"), (0.004, "0.4 %"), (0.3149, "31 %"), (0.995, "99 %"), (0.9999, "99 %"),
    (1.0, "100 %"), (3.2, "320 %"), (1e300, "1.0e+302 %"),
])
def test_percent_neither_reaches_all_nor_nothing_by_rounding(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize("value", [3.31e-7, 9.96e-5, 0.00312, 1.25, 4.13e4, 0.0])
def test_what_is_shown_is_what_a_reader_calculates_with(value: float) -> None:
    assert float(magnitude(value)) == shown(value)
    assert shown(shown(value)) == shown(value)


def test_small_things() -> None:
    assert count(8) == "eight"
    assert count(99) == "99"
    assert indexed("g", 10) == "g₁₀"
