"""The instruments of the network's rows as columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.telemetry.snapshot import LayerReading
from engine.telemetry.tables import Table, stacked
from gui.builder.rows import Row
from gui.builder.run_figures import RunFigures
from gui.frames.run_info import FIRST, SECOND
from gui.frames.theory import NO_THEORY, Theory

Reals = NDArray[np.float64]
WEIGHTS = "[unit of the loss per unit of weight]"
VALUES = "[unit of the layer]"
SHARE = "[0 to 1]"
COLUMNS = {
    f"RMS of dL/dW {WEIGHTS}": "gradient_rms",
    f"5 % quantile of |dL/dW| {WEIGHTS}": "gradient_low",
    f"95 % quantile of |dL/dW| {WEIGHTS}": "gradient_high",
    "RMS of dL/da [unit of the loss per unit of the layer]": "activation_gradient_rms",
    f"activation, mean {VALUES}": "activation_mean",
    f"activation, standard deviation {VALUES}": "activation_std",
    f"saturated activations {SHARE}": "saturated_share",
    f"dead units {SHARE}": "dead_share",
}
"""What a reading calls each figure."""
EXPECTED = {
    f"theory: RMS of dL/dW {WEIGHTS}": "gradient_rms",
    f"theory, 5 % of seeds below: RMS of dL/dW {WEIGHTS}": "low",
    f"theory, 5 % of seeds above: RMS of dL/dW {WEIGHTS}": "high",
}
"""What a prediction calls each figure."""


def rows_table(rows: Sequence[Row], sides: Sequence[RunFigures],
               theories: Mapping[str, Theory]) -> Table:
    """Return a row for every layer that has instruments: of A, and below it of B.

    Parameters
    ----------
    rows : sequence of Row
        The network's rows.
    sides : sequence of RunFigures
        What A and B tell of their layers.
    theories : Mapping[str, Theory]
        What theory expects, by the keys of the runs; of none, there are no columns for it.
    """
    parts = []
    for key, figures in zip((FIRST, SECOND), sides, strict=True):
        if figures.readings:
            names, columns = _part(rows, figures)
            if theories:
                more = _expected(rows, figures, theories.get(key, NO_THEORY))
                names, columns = [*names, *EXPECTED], [*columns, *more]
            parts.append((key, (names, columns)))
    return stacked(parts) if parts else ([], [])


def _known(rows: Sequence[Row], figures: RunFigures) -> list[tuple[Row, LayerReading]]:
    """Return the rows that have instruments, with these."""
    return [(row, figures.readings[row.layer_id]) for row in rows
            if row.layer_id in figures.readings]


def _part(rows: Sequence[Row], figures: RunFigures) -> Table:
    known = _known(rows, figures)
    readings = [reading for _, reading in known]
    verdicts = [figures.verdicts.get(row.layer_id) for row, _ in known]
    ratio = [10.0**reading.update_ratio for reading in readings]
    return (["layer", "title", *COLUMNS, "std(update) / std(weight) [ratio]", "verdict"],
            [np.array([row.position for row, _ in known], np.int64),
             np.array([row.label for row, _ in known], object),
             *(_column(readings, name) for name in COLUMNS.values()),
             np.array(ratio, np.float64),
             np.array(["" if one is None else one.code for one in verdicts], object)])


def _expected(rows: Sequence[Row], figures: RunFigures, theory: Theory) -> list[Reals]:
    """Return what theory expects of each layer that has instruments; NaN where it has no rule."""
    expected = [theory.of(row.layer_id) for row, _ in _known(rows, figures)]
    return [np.array([math.nan if one is None else getattr(one, name) for one in expected],
                     np.float64) for name in EXPECTED.values()]


def _column(readings: Sequence[LayerReading], name: str) -> Reals:
    return np.array([getattr(reading, name) for reading in readings], np.float64)
