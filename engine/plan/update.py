"""How parameters follow their gradients: which layers learn, and by which penalties."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from engine.arrays import Doubles, Integers
from engine.kernels.ops import blocks
from engine.kernels.runtime import layout
from engine.layers import OPTIMIZERS, ResolvedLayer
from engine.plan.arena import Layout
from engine.plan.plan import PlannedLayer
from engine.plan.table import Line, Table
from engine.spec import LayerSpec, TrainingSpec

MEASURING, UPDATING, AVERAGING = 12, 30, 1
"""Units of work while a parameter is measured, updated and averaged: of an op's own weight."""

OWN = {"l1": layout.OWN_L1, "l2": layout.OWN_L2, "weight_decay": layout.OWN_WEIGHT_DECAY}
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


def write_own(hyper: Doubles, layers: Sequence[LayerSpec], training: TrainingSpec) -> None:
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


def blocks_of(layers: Sequence[PlannedLayer], begin: int) -> tuple[Integers, int]:
    """Return all learned parameters in blocks, and how many blocks the optimizer changes.

    Parameters
    ----------
    layers : sequence of PlannedLayer
        Every layer.
    begin : int
        Where the parameters begin.

    Returns
    -------
    int64[blocks, BLOCK_LENGTH], int
        Blocks as `engine.kernels.ops.blocks` describes them: layer by layer, those of frozen
        layers, which are only measured, behind all others.
    """
    learning: list[list[int]] = []
    frozen: list[list[int]] = []
    pair = 0
    for layer in layers:
        pair += has_own(layer.spec)
        rule = 2 * pair if has_own(layer.spec) else 0
        if layer.statistic < 0:
            continue
        # No penalty touches what is learned beside weights.
        rule += not layer.weights
        size = layer.measured if layer.spec.frozen else layer.size
        group = frozen if layer.spec.frozen else learning
        if layer.used is not None and layer.used.others_rest:
            group.extend(_blocks_of_rows(layer, layer.first - begin, rule))
            continue
        for done in range(0, size, blocks.BLOCK):
            group.append([layer.first - begin + done, min(blocks.BLOCK, size - done),
                          min(blocks.BLOCK, max(0, layer.measured - done)), rule, layer.statistic,
                          -1, 0, 0])
    table = np.array(learning + frozen, np.int64).reshape(-1, blocks.BLOCK_LENGTH)
    return table, len(learning)


def _blocks_of_rows(layer: PlannedLayer, first: int, rule: int) -> Iterator[list[int]]:
    """Yield blocks for all rows of a table that a step can use; most of them stay empty."""
    assert layer.used is not None
    width = next(value.shape[-1] for value in layer.parameters.values() if value.gradient >= 0)
    rows = blocks.BLOCK // width
    for done in range(0, layer.used.most, rows):
        size = width * min(rows, layer.used.most - done)
        yield [first, size, 0 if done else layer.measured, rule, layer.statistic,
               layer.used.used, width, done]


def add_updates(table: Table, arena: Layout, training: TrainingSpec,
                layers: Sequence[PlannedLayer], regions: Sequence[int]) -> Integers:
    """Append what measures, clips and follows the gradients.

    Parameters
    ----------
    table, arena : Table, Layout
        Of the plan.
    training : TrainingSpec
        Says rule and limits.
    layers : sequence of PlannedLayer
        Every layer; the parameters of frozen ones stand behind all others.
    regions : sequence of int
        Where parameters, gradients and the optimizer's two memories begin.

    Returns
    -------
    int64[blocks, BLOCK_LENGTH]
        What `blocks_of` returns; the table points to it.
    """
    divided, learning = blocks_of(layers, regions[0])
    measured, updated = int(divided[:, 1].sum()), int(divided[:learning, 1].sum())
    # Room for float64 in any precision.
    figures = arena.reserve(2 * blocks.FIGURES * (1 + len(divided)))
    common = {"blocks": divided.ctypes.data, "figures": figures}
    w, g, *memories = regions
    rule = OPTIMIZERS[training.optimizer.kind]
    # Rows of a table are taken together for the optimizer: not from a memory that it has not.
    m, v = (place if number in rule.memory else -1 for number, place in enumerate(memories))
    table.add(layout.MEASURE, Line("measure_gradients", {
        **common, "g": g, "count": len(divided)}, per_step=MEASURING * measured))
    table.add(layout.MEASURE, Line("sum_gradients", {
        **common, "learning": learning, "count": len(divided)}))
    table.add(layout.UPDATE, Line(rule.op, {
        **common, "w": w, "g": g, "m": m, "v": v, "learning": learning},
        per_step=UPDATING * updated))
    table.add(layout.UPDATE, Line("sum_updates", {**common, "learning": learning}))
    if training.max_norm:
        for layer in layers:
            if layer.statistic >= 0 and not layer.spec.frozen:
                _add_limits(table, arena, layer)
    return divided


def _add_limits(table: Table, arena: Layout, layer: PlannedLayer) -> None:
    """Append the limit on what goes into one unit, after a layer's update."""
    for value in layer.limited:
        columns = value.shape[-1]
        # Room for float64 in any precision.
        squares = arena.reserve(2 * columns)
        table.add(layout.UPDATE, Line("limit_columns", {
            "w": value.data, "rows": value.size // columns, "columns": columns,
            "squares": squares}, layer=layer.spec.id))


def reserve_average(arena: Layout, training: TrainingSpec, total: int) -> int:
    """Reserve a region for the average of ``total`` parameters; return -1 where none is kept."""
    return -1 if training.averaging.kind == "none" else arena.reserve(total)


def add_averaging(table: Table, average: int, w: int, total: int) -> None:
    """Append what moves the average of all parameters, learned or not, and what exchanges them.

    Parameters
    ----------
    table : Table
        Of the plan; everything else that changes parameters is there.
    average, w, total : int
        Where averages and parameters begin, and how many there are; -1: no average is kept.
    """
    if average < 0:
        return
    slots = {"average": average, "w": w, "n": total}
    table.add(layout.UPDATE, Line("average_parameters", slots, per_step=AVERAGING * total))
    table.add(layout.EXCHANGE, Line("exchange_parameters", slots, per_step=AVERAGING * total))
