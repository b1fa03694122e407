"""How far off a forecast of a series is, beside what can be said without a network."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from engine.data.windows import Windows
from engine.telemetry.snapshot import Forecast

_NEWEST: Mapping[str, str] = MappingProxyType({
    "day": "same as yesterday", "week": "same as last week", "month": "same as last month",
    "quarter": "same as last quarter", "year": "same as last year",
    "step": "same as the step before",
})
"""What it is called to say the newest value again for the next step."""

_SEASONS: Mapping[tuple[str, int], str] = MappingProxyType({
    ("day", 7): "a week", ("day", 365): "a year", ("hour", 24): "a day", ("hour", 168): "a week",
    ("week", 52): "a year", ("month", 12): "a year", ("quarter", 4): "a year",
    ("minute", 60): "an hour", ("minute", 1440): "a day",
})
"""What periods of a calendar are called."""


def error_lines(forecast: Forecast, windows: Windows) -> tuple[str, ...]:
    """Return the errors in words, with those of forecasts that need no network.

    Such as ``Error 2.1 °C; same as yesterday 2.6 °C; a year before 3.0 °C``; of several
    steps ahead a line for the nearest and one for the farthest. None where nothing was measured.
    """
    if not len(forecast.errors) or not np.isfinite(forecast.errors).any():
        return ()
    if len(windows.ahead) == 1:
        head = "Error" if windows.ahead[0] == 1 else f"{steps_ahead(windows, 0)}: error"
        return (f"{head} {_told(forecast, windows, 0)}",)
    ends = (0, len(windows.ahead) - 1)
    return tuple(f"{steps_ahead(windows, place)}: error {_told(forecast, windows, place)}"
                 for place in ends)


def steps_ahead(windows: Windows, place: int) -> str:
    """Return ``3 days ahead`` for one of the numbers of steps ahead."""
    return f"{_steps(windows.ahead[place], windows.step)} ahead"


def _steps(count: int, step: str) -> str:
    return f"{count} {step}" + ("" if count == 1 else "s")


def _told(forecast: Forecast, windows: Windows, place: int) -> str:
    ahead = windows.ahead[place]
    newest = _NEWEST.get(windows.step) if ahead == 1 else None
    parts = [_number(forecast.errors[place], windows.unit),
             f"{newest or f'same as {_steps(ahead, windows.step)} before'} "
             f"{_number(forecast.last_errors[place], windows.unit)}"]
    if len(forecast.season_errors) and np.isfinite(forecast.season_errors[place]):
        season = _SEASONS.get((windows.step, windows.period)) or _steps(
            windows.period, windows.step)
        parts.append(f"{season} before "
                     f"{_number(forecast.season_errors[place], windows.unit)}")
    return "; ".join(parts)


def _number(value: float, unit: str) -> str:
    if not np.isfinite(value):
        return "unknown"
    # Three digits at most, and no more than the data can have: 44.2, 2.64, 1,240.
    text = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return f"{text} {unit}" if unit else text
