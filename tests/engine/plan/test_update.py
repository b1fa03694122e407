"""Which layers learn, and by which penalties: the rows of random networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.kernels.ops import blocks, catalogue
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import run_section
from engine.layers import OPTIMIZERS, infer_shapes, resolve
from engine.plan import Plan, build_plan
from engine.plan.update import has_own, places
from engine.spec import (
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Precision,
    ProjectSpec,
    TrainingSpec,
)
from tests.engine.layers.strategies import trainable

Integers = NDArray[np.int64]

PENALTIES = st.none() | st.floats(0, 10)


@st.composite
def mixed(draw: st.DrawFn) -> ProjectSpec:
    """Return a project of whose layers some are frozen and some have penalties of their own."""
    project, task, _ = draw(trainable())
    assume(task in ("classification", "regression"))
    assume(len(infer_shapes(project.network, (3,))[-1]) == 1)
    layers = tuple(replace(layer, frozen=draw(st.booleans()), l1=draw(PENALTIES),
                           l2=draw(PENALTIES), weight_decay=draw(PENALTIES))
                   for layer in project.network)
    training = replace(project.training, max_norm=draw(st.sampled_from([0.0, 1.0])))
    return replace(project, network=NetworkSpec(layers), training=training)


def build(project: ProjectSpec, inputs: int = 3) -> Plan:
    outputs = infer_shapes(project.network, (inputs,))[-1][0]
    dtype = np.dtype(project.training.precision)
    return build_plan(project, np.zeros((2, inputs), dtype), np.zeros((2, outputs), dtype), 4)


def rows_of(plan: Plan, name: str) -> list[dict[str, int]]:
    """Return the slots of every row of an op."""
    op = catalogue.OPS[name]
    address = op.address(str(plan.arena.dtype))
    return [{name: int(packed[place]) for name, place in op.slots.places.items()}
            for packed in plan.table if packed[layout.ADDRESS] == address]


def covered(parts: Integers, size: int = blocks.SIZE) -> list[int]:
    """Return the places of all parameters of some blocks, or of all that are measured."""
    return [place for part in parts
            for place in range(part[blocks.FIRST], part[blocks.FIRST] + part[size])]


@given(mixed())
def test_what_learns_is_updated_and_nothing_else(project: ProjectSpec) -> None:
    plan = build(project)
    learning = [layer for layer in plan.layers if layer.statistic >= 0 and not layer.spec.frozen]
    begin = min(layer.first for layer in plan.layers)
    update, = rows_of(plan, OPTIMIZERS[project.training.optimizer.kind].op)
    assert update["blocks"] == plan.blocks.ctypes.data
    assert (update["p"], update["g"]) == (begin, begin + plan.parameters)
    assert covered(plan.blocks[:update["learning"]]) == [
        place - begin for layer in learning
        for place in range(layer.first, layer.first + layer.size)]
    limited = {slots["p"] for slots in rows_of(plan, "limit_columns")}
    weights = {value.data for layer in learning for value in layer.parameters.values()
               if value.data < layer.first + layer.weights}
    assert limited == (weights if project.training.max_norm else set())
    kept = [layer for layer in plan.layers
            if layer.spec.kind == "batch_norm" and not layer.spec.frozen]
    assert len(rows_of(plan, "follow_moments")) == len(kept)


@given(mixed())
def test_every_block_has_the_rules_of_its_layer(project: ProjectSpec) -> None:
    plan = build(project)
    hyper = plan.shared.hyper
    own = [layer for layer in project.network if has_own(layer)]
    assert len(hyper) == 2 * (1 + len(own))
    assert np.isnan(hyper[0]).all()
    decays = project.training.optimizer.kind == "adamw"
    for layer in plan.layers:
        if layer.spec.frozen or layer.statistic < 0:
            continue
        pair = own.index(layer.spec) + 1 if has_own(layer.spec) else 0
        for part in plan.blocks[plan.blocks[:, blocks.STATISTIC] == layer.statistic]:
            assert part[blocks.RULE] == 2 * pair + (not layer.weights)
        if pair:
            wanted = [layer.spec.l1, layer.spec.l2, layer.spec.weight_decay if decays else None]
            found = hyper[2 * pair, layout.OWN_L1:layout.OWN_WEIGHT_DECAY + 1]
            np.testing.assert_array_equal(found, [np.nan if v is None else v for v in wanted])


@given(mixed())
def test_what_is_measured_is_what_the_instruments_see(project: ProjectSpec) -> None:
    plan = build(project)
    begin = min(layer.first for layer in plan.layers)
    measure, = rows_of(plan, "measure_gradients")
    assert measure["count"] == len(plan.blocks)
    for layer in plan.layers:
        if layer.statistic >= 0:
            parts = plan.blocks[plan.blocks[:, blocks.STATISTIC] == layer.statistic]
            assert covered(parts, blocks.MEASURED) == [
                *range(layer.first - begin, layer.first - begin + layer.measured)]
    assert (plan.blocks[:, blocks.SIZE] <= blocks.BLOCK).all()


@given(mixed())
def test_parameters_lie_side_by_side_with_the_frozen_ones_last(project: ProjectSpec) -> None:
    resolved = resolve(project.network, (3,))
    begins = list(places(resolved))
    sizes = [sum(parameter.size for parameter in layer.parameters()) for layer in resolved]
    spans = sorted((begin, begin + size, layer.spec.frozen)
                   for begin, size, layer in zip(begins, sizes, resolved, strict=True) if size)
    ends = [0, *(end for _, end, _ in spans)]
    assert [begin for begin, _, _ in spans] == ends[:-1]
    frozen = [is_frozen for _, _, is_frozen in spans]
    assert frozen == sorted(frozen)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_shared_blocks_give_the_same_bytes(rule: str, precision: Precision) -> None:
    layers = (LayerSpec("input", "input"), LayerSpec("first", "dense", {"units": 70}, l2=0.5),
              LayerSpec("second", "dense", {"units": 64}, frozen=True),
              LayerSpec("third", "dense", {"units": 33}, l1=0.25), LayerSpec("output", "dense"))
    training = TrainingSpec(optimizer=OptimizerSpec(rule), precision=precision)
    given_back = []
    for shards in (1, 2, 3, 7):
        plan = build(ProjectSpec(network=NetworkSpec(layers), training=training), inputs=40)
        rng = np.random.default_rng(1)
        plan.arena[:4 * plan.parameters] = rng.uniform(0.1, 1, 4 * plan.parameters)
        plan.shared.hyper[:] = 0.25
        for section in (layout.MEASURE, layout.UPDATE):
            begin = plan.sections[section]
            plan.table[begin, layout.SHARDS] = shards
            tables = plan.table[begin:plan.sections[section + 1]]
            run_section(tables, np.array([0, len(tables)]), 0, plan.arena.ctypes.data, 1)
        assert np.isfinite(plan.arena[:4 * plan.parameters]).all()
        given_back.append(plan.arena.tobytes() + plan.shared.results.tobytes())
    assert len(plan.blocks) > 5
    assert len(set(given_back)) == 1
