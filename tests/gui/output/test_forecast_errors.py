"""What the forecast view says in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.data.windows import Windows
from engine.telemetry.snapshot import Forecast
from gui.output.forecast import ForecastView
from gui.output.forecast_errors import error_lines
from tests.gui.output.scenes import foreseen, series

NONE = np.zeros(0, np.int64)


def said(step: str = "day", ahead: tuple[int, ...] = (1,), unit: str = "°C", period: int = 0,
         season: tuple[float, ...] = (), errors: tuple[float, ...] = (2.104, 1234.6)) -> str:
    windows = Windows(5, 1, ahead, (0,), NONE, NONE, np.zeros((0, 1)), None, period, step, unit)
    forecast = Forecast(np.zeros(9), np.zeros(9), np.zeros(9), np.array(errors[:len(ahead)]),
                        np.array([2.6, 3.4][:len(ahead)]), np.array(season))
    return "\n".join(error_lines(forecast, windows))


@pytest.mark.parametrize(("options", "sentence"), [
    ({}, "Error 2.1 °C; same as yesterday 2.6 °C"),
    ({"step": "month", "unit": "", "period": 12, "season": (3.0,)},
     "Error 2.1; same as last month 2.6; a year before 3"),
    ({"step": "step", "unit": "", "period": 40, "season": (3.0,)},
     "Error 2.1; same as the step before 2.6; 40 steps before 3"),
    ({"ahead": (3,)}, "3 days ahead: error 2.1 °C; same as 3 days before 2.6 °C"),
    ({"ahead": (1, 7), "unit": "kW"},
     "1 day ahead: error 2.1 kW; same as yesterday 2.6 kW\n"
     "7 days ahead: error 1,235 kW; same as 7 days before 3.4 kW"),
    ({"errors": (float("nan"),)}, ""),
])
def test_the_error_stands_beside_what_needs_no_network(options: dict[str, object],
                                                       sentence: str) -> None:
    assert said(**options) == sentence  # type: ignore[arg-type]


def test_the_view_says_it_and_leaves_out_what_cannot_run_freely(qtbot: object) -> None:
    view = ForecastView()
    view.resize(600, 300)
    data = series()
    view.set_dataset(data)
    top = view.area().top()
    snapshot = foreseen(data)
    assert snapshot.forecast is not None
    told = replace(snapshot.forecast, errors=np.array([0.5]), last_errors=np.array([0.25]))
    view.show_snapshot(replace(snapshot, forecast=told))
    assert view.accessibleDescription().startswith(
        "Error 0.5; same as the step before 0.25. One step ahead: mean")
    assert view.area().top() > top
    view.grab()
    direct = replace(told, rollout=np.full(len(told.actual), np.nan))
    view.show_snapshot(replace(snapshot, forecast=direct))
    assert view.legend(view.fontMetrics(), 2000, 30) == ["Actual", "One step ahead"]
    assert len(view._legend_pens()) == 2
    view.grab()
    view.close()
