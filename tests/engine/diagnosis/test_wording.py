"""How verdicts write numbers."""

from __future__ import annotations

import pytest

from engine.diagnosis.wording import count, indexed, number, percent, power


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0"), (0.243, "0.24"), (0.001, "0.001"), (0.000999, "1e-3"), (1e-4, "1e-4"),
    (7.87e-6, "7.9e-6"), (-7.87e-6, "-7.9e-6"), (4096.0, "4100"), (123456.0, "1.2e5"),
    (100.0, "100"),
    (float("nan"), "nan"), (float("inf"), "inf"), (1e-300, "1e-300"),
])
def test_number(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("share", "text"), [
    (0.0, "0 %"), (0.004, "0.4 %"), (0.3149, "31 %"), (0.995, "99 %"), (0.9999, "99 %"),
    (1.0, "100 %"), (3.2, "320 %"),
])
def test_percent_neither_reaches_all_nor_nothing_by_rounding(share: float, text: str) -> None:
    assert percent(share) == text


def test_small_things() -> None:
    assert count(8) == "eight"
    assert count(99) == "99"
    assert power(0.235, 12) == "0.23¹²"
    assert indexed("g", 10) == "g₁₀"
