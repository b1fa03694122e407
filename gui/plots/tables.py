"""The figures behind the plots of runs as columns: whole histories, on linear scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.telemetry.history import History
from engine.telemetry.tables import Table, stacked
from gui.frames.frame import Frame, sides
from gui.frames.ghost import Ghost
from gui.frames.record import Record
from gui.frames.run_info import FIRST, SECOND
from gui.frames.theory import NO_THEORY, Theory
from gui.plots.count import Count
from gui.plots.feed import LOSS, VALIDATION_LOSS, Reals, Seen
from gui.plots.seed_bands import SpreadLike
from gui.plots.weight_layers import WeightLayers

STEP, EPOCH = "step", "epoch"
"""A row stands for one step, or for several: then it is the middle of them."""
LOSSES = {LOSS: "training loss", VALIDATION_LOSS: "validation loss"}
LOSS_UNIT = "[unit of the loss]"
GRADIENT = "RMS of dL/dW [unit of the loss per unit of weight]"
FIGURES = {"gradient_rms": GRADIENT, "update_ratio": "std(update) / std(weight) [ratio]"}
"""How a table calls the columns of a history that belong to layers."""
LAST_RUN = "last run"


def loss_table(frame: Frame, count: Count, earlier: Sequence[Ghost],
               spread: SpreadLike | None) -> Table:
    """Return the losses of all runs that a plot shows, below one another.

    Parameters
    ----------
    frame : Frame
        Of the run that is edited.
    count : Count
        What is counted along the axis: for logarithmic steps the first ones stand one by one.
    earlier : sequence of Ghost
        Earlier runs.
    spread : SpreadLike | None
        Of runs with other seeds.
    """
    shown = [one for one in sides(frame) if one is not None]
    parts = [(one.run, _losses(one, count)) for one in shown]
    if frame.ghost is not None:
        parts.append((LAST_RUN, _left(frame.ghost)))
    parts += [(f"earlier run {number}", _left(one)) for number, one in enumerate(earlier, 1)]
    if spread is not None and spread.seeds:
        steps = spread.steps.astype(np.float64)
        for side, one in enumerate(shown):
            band = spread.band(LOSS, side)
            name = LOSSES[LOSS]
            parts.append((f"{one.run}, {len(spread.seeds)} seeds", (
                [STEP, EPOCH, f"{name}, lowest {LOSS_UNIT}", f"{name}, highest {LOSS_UNIT}"],
                [steps, one.epochs.at(steps), band.low, band.high])))
    return stacked(parts)


def _losses(frame: Frame, count: Count) -> Table:
    history = frame.record if count is Count.LOG_STEPS else frame.history
    steps = history.steps()
    names, columns = [STEP, EPOCH], [steps, frame.epochs.at(steps)]
    for column, title in LOSSES.items():
        for word, read in (("mean", history.mean), ("lowest", history.low),
                           ("highest", history.high)):
            names.append(f"{title}, {word} {LOSS_UNIT}")
            columns.append(read(column))
    return names, columns


def _left(ghost: Ghost) -> Table:
    """Return what stays of a run: its means."""
    return ([STEP, EPOCH, *(f"{title}, mean {LOSS_UNIT}" for title in LOSSES.values())],
            [ghost.steps, ghost.epochs, *(ghost.losses[column] for column in LOSSES)])


def layers_table(seen: Seen, layers: Sequence[WeightLayers], figure: str, count: Count, *,
                 is_log10: bool) -> Table:
    """Return a figure of every layer over the steps, of one run or of two below one another.

    Parameters
    ----------
    seen : Seen
        Of the run that is edited, with the other one of a pair beside it.
    layers : sequence of WeightLayers
        The layers of those runs that are shown, the edited one first.
    figure : str
        Column of the history behind ``LAYER/``.
    count : Count
        What is counted along the axis: for logarithmic steps the first ones stand one by one.
    is_log10 : bool
        Whether the history holds log10 of the figure.
    """
    parts = []
    for one, of in zip((seen, seen.beside), layers, strict=False):
        if one is not None:
            history = one.record if count is Count.LOG_STEPS else one.history
            parts.append((one.run, _figures(one, history, of, figure, is_log10=is_log10)))
    return stacked(sorted(parts, key=lambda part: part[0]))


def _figures(seen: Seen, history: History | Record, layers: WeightLayers, figure: str, *,
             is_log10: bool) -> Table:
    steps = history.steps()
    names, columns = [STEP, EPOCH], [steps, seen.epochs.at(steps)]
    quantity, _, unit = FIGURES[figure].partition(" [")
    for layer_id, title in zip(layers.ids, layers.titles, strict=True):
        column = f"{layer_id}/{figure}"
        low, high = history.low(column), history.high(column)
        mean = _linear(history.log_mean(column))
        if is_log10:
            low, high = _linear(low), _linear(high)
        # Of a single step all three are the same number, which a logarithm would round.
        mean = np.where(low == high, low, mean)
        for word, values in (("geometric mean", mean), ("lowest", low), ("highest", high)):
            names.append(f"{title}: {quantity}, {word} [{unit}")
            columns.append(values)
    return names, columns


def _linear(logarithms: Reals) -> Reals:
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(10.0**logarithms)


def depth_table(seen: Seen, layers: Sequence[WeightLayers], theories: Mapping[str, Theory]
                ) -> Table:
    """Return every layer's gradient at the step that is shown, and what is said of it.

    Parameters
    ----------
    seen : Seen
        Of the run that is edited, with the other one of a pair beside it.
    layers : sequence of WeightLayers
        Their layers, the edited one's first.
    theories : Mapping[str, Theory]
        What theory expects, by the keys of the runs; of none, there are no columns for it.
    """
    parts = []
    for one, of in zip((seen, seen.beside), layers, strict=False):
        if one is not None:
            found = {reading.layer_id: reading.gradient_rms for reading in one.readings}
            said = {i: verdict.code for i, verdict in one.verdicts.items()}
            names, columns = _expected(theories.get(one.run, NO_THEORY), of) if theories else (
                [], [])
            parts.append((one.run, (
                ["layer", "title", GRADIENT, "verdict", *names],
                [np.array(of.positions, np.int64), np.array(of.titles, object),
                 np.array([found.get(i, np.nan) for i in of.ids], np.float64),
                 np.array([said.get(i, "") for i in of.ids], object), *columns])))
    return stacked(sorted(parts, key=lambda part: part[0]))


def _expected(theory: Theory, layers: WeightLayers) -> Table:
    """Return what theory expects of layers, and between which gradients 90 % of seeds lie."""
    names, columns = [], []
    for word, field in (("theory", "gradient_rms"), ("theory, 5 % of seeds below", "low"),
                        ("theory, 5 % of seeds above", "high")):
        found = [theory.of(layer_id) for layer_id in layers.ids]
        names.append(f"{word}: {GRADIENT}")
        columns.append(np.array([np.nan if one is None else getattr(one, field)
                                 for one in found], np.float64))
    return names, columns


def called(layers: Sequence[WeightLayers], layer_id: str) -> str:
    """Return what a table calls a layer that stands in one of two runs: A's, else B's name."""
    for one in sorted(layers, key=lambda one: (FIRST, SECOND).index(one.run)):
        if layer_id in one.ids:
            return one.titles[one.place_of(layer_id)] + (" of B" if one.run == SECOND else "")
    return layer_id
