"""The one table of what is measured at every step."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.statistics import LAYER_COLUMNS, LOGARITHM, MAGNITUDE, layer_columns, layer_statistics

ROOT = Path(__file__).parents[2]

FIELD = "    {name}: float = field(default=NAN, metadata=MAGNITUDE)\n"

TELL = """
import json, sys
import numpy as np
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import _record
from engine.statistics import LAYER_COLUMNS, RUN_COLUMNS, layer_statistics
from engine.telemetry.history import History
from engine.telemetry.ring import Ring
from engine.telemetry.snapshot import LayerReading

control = np.zeros(layout.CONTROL_LENGTH, np.int64)
control[layout.STEP] = 7
ring = Ring(("a", "b"), control, layout.HEAD)
results = np.zeros(layout.FIRST_STATISTIC + 2 * layout.STATISTICS)
results[:] = np.nan
for place in range(layout.SHOWN):
    results[place] = 1 + place
for place in range(2 * layout.STATISTICS):
    results[layout.FIRST_STATISTIC + place] = 100 + place
_record(ring.data, control, results)
steps, rows, _ = ring.read(0)
history = History(ring.columns)
history.extend(steps, rows)
reading = LayerReading("b", **layer_statistics(
    results[layout.FIRST_STATISTIC + layout.STATISTICS:]))
json.dump({"run": RUN_COLUMNS, "layer": LAYER_COLUMNS, "steps": steps.tolist(),
           "history": {name: history.last(name) for name in ring.columns},
           "log mean": history.log_mean("b/" + LAYER_COLUMNS[0]).tolist(),
           "reading": {name: getattr(reading, name) for name in LAYER_COLUMNS}}, sys.stdout)
"""
"""Writes a row as the loop does, and tells what comes of it."""


def test_a_column_that_is_added_in_the_table_reaches_ring_history_and_reading(tmp_path: Path
                                                                              ) -> None:
    shutil.copytree(ROOT / "engine", tmp_path / "engine",
                    ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "engine" / "statistics.py"
    text = table.read_text("utf-8")
    for before, name in (("    validation_loss: float", "first_of_run"),
                         ("    gradient_rms: float", "first_of_layer")):
        text = text.replace(before, FIELD.format(name=name) + before, 1)
    table.write_text(text, "utf-8")
    told = subprocess.run([sys.executable, "-c", TELL], cwd=tmp_path, text=True, check=False,
                          capture_output=True, env={**os.environ, "PYTHONPATH": str(tmp_path),
                                                    "BACKPROP_LAB_CACHE": str(tmp_path / "c")})
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["run"][:3] == ["loss", "first_of_run", "validation_loss"]
    assert found["layer"] == ["first_of_layer", *LAYER_COLUMNS]
    assert found["steps"] == [7]
    assert list(found["history"].values()) == [
        *range(1, 1 + len(found["run"])), *range(100, 100 + 2 * len(found["layer"]))]
    assert found["history"]["b/first_of_layer"] == 100 + len(found["layer"])
    assert 10 ** found["log mean"][0] == pytest.approx(found["history"]["b/first_of_layer"])
    assert list(found["reading"].values()) == list(
        range(100 + len(found["layer"]), 100 + 2 * len(found["layer"])))


def test_a_figure_is_of_the_type_that_the_table_gives_it() -> None:
    found = layer_statistics([0.5, 1.0, 0.25, 3.0, -2.0])
    assert found == {"gradient_rms": 0.5, "gradient_max": 1.0, "gradient_zero_share": 0.25,
                     "gradient_nonfinite": 3, "update_ratio": -2.0}
    assert isinstance(found["gradient_nonfinite"], int)


def test_the_table_says_which_figures_are_drawn_by_their_logarithms() -> None:
    assert layer_columns(MAGNITUDE) == ("gradient_rms",)
    assert layer_columns(LOGARITHM) == ("update_ratio",)
