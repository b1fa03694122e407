"""How parameters follow their gradients: which layers learn, and by which penalties."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.kernels import row
from engine.layers import OPTIMIZERS, ResolvedLayer
from engine.plan.arena import Layout
from engine.plan.table import Line, Table
from engine.spec import LayerSpec, TrainingSpec

if TYPE_CHECKING:
    from engine.plan.build import PlannedLayer

Array = NDArray[np.float64]

OWN = {"l1": row.OWN_L1, "l2": row.OWN_L2, "weight_decay": row.OWN_WEIGHT_DECAY}
"""Places of a layer's own penalties in its pair of rows."""


def has_own(layer: LayerSpec) -> bool:
    """Say whether a layer that learns has a penalty of its own."""
    return not layer.frozen and any(getattr(layer, key) is not None for key in OWN)


def numbers_of(layers: Sequence[ResolvedLayer], frozen: bool) -> int:
    """Return how many parameters the frozen layers have, or all others."""
    return sum(parameter.size for layer in layers if layer.spec.frozen == frozen
               for parameter in layer.parameters())


def places(layers: Sequence[ResolvedLayer]) -> Iterator[int]:
    """Yield where every layer's parameters begin: those of frozen layers behind all others.

    The gradients that the optimizer follows then lie side by side, and are clipped as one.
    """
    following = {False: 0, True: numbers_of(layers, frozen=False)}
    for layer in layers:
        yield following[layer.spec.frozen]
        following[layer.spec.frozen] += sum(parameter.size for parameter in layer.parameters())


def write_own(hyper: Array, layers: Sequence[LayerSpec], training: TrainingSpec) -> None:
    """Write the penalties that layers have of their own.

    Parameters
    ----------
    hyper : float64[2 * (1 + m), HYPER_LENGTH]
        Its pairs behind the first belong to the m layers for which `has_own` is true.
    layers : sequence of LayerSpec
        All layers.
    training : TrainingSpec
        Its optimizer says whether there is a decay at all.
    """
    rule = OPTIMIZERS[training.optimizer.kind]
    decays = any(field.key == "weight_decay" for field in rule.constants)
    for pair, layer in enumerate(filter(has_own, layers), 1):
        for key, place in OWN.items():
            value = getattr(layer, key)
            felt = value is not None and (decays or key != "weight_decay")
            hyper[2 * pair, place] = value if felt else math.nan


def add_updates(table: Table, layout: Layout, training: TrainingSpec,
                layers: Sequence[PlannedLayer], regions: Sequence[int], hyper: Array) -> None:
    """Append what measures, clips and follows the gradients.

    Parameters
    ----------
    table, layout : Table, Layout
        Of the plan.
    training : TrainingSpec
        Says rule and limits.
    layers : sequence of PlannedLayer
        Every layer; the parameters of frozen ones stand behind all others.
    regions : sequence of int
        Where parameters, gradients and the optimizer's two memories begin.
    hyper : float64[2 * (1 + m), HYPER_LENGTH]
        Constants in force.
    """
    rule = OPTIMIZERS[training.optimizer.kind].op
    last = max((layer.first + sum(value.size for value in layer.parameters.values())
                for layer in layers if not layer.spec.frozen), default=regions[0])
    table.add(row.UPDATE, Line("clip_gradients", {"g": regions[1], "size": last - regions[0]}))
    pair = 0
    for layer in layers:
        if has_own(layer.spec):
            pair += 1
        if layer.statistic < 0:
            continue
        p, g, v, s = (layer.first + region - regions[0] for region in regions)
        table.add(row.MEASURE, Line("gradient_statistics", {
            "g": g, "size": layer.measured, "statistic": layer.statistic}))
        if layer.spec.frozen:
            continue
        rows = hyper[2 * pair if has_own(layer.spec) else 0:]
        table.add(row.UPDATE, Line(rule, {
            "p": p, "g": g, "v": v, "s": s, "weights": layer.weights, "size": layer.size,
            "statistic": layer.statistic, "hyper": rows.ctypes.data}))
        if training.max_norm:
            _add_limits(table, layout, layer)


def _add_limits(table: Table, layout: Layout, layer: PlannedLayer) -> None:
    """Append the limit on what goes into one unit, after a layer's update."""
    for value in layer.limited:
        columns = value.shape[-1]
        # Room for float64 in any precision.
        squares = layout.reserve(2 * columns)
        table.add(row.UPDATE, Line("limit_columns", {
            "p": value.data, "rows": value.size // columns, "columns": columns,
            "squares": squares}))
