from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.errors import SpecError
from engine.kernels.ops import catalogue
from engine.kernels.runtime import layout
from engine.layers import diagnose, infer_shapes, parameter_counts
from engine.plan import Plan, Shared, build_plan, ops_of
from engine.plan.build import REGIONS
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, default_project
from tests.engine.layers.strategies import broken, sequential, trainable

INPUTS = 3


def build(project: ProjectSpec, capacity: int = 5, inputs: int = INPUTS,
          shared: Shared | None = None) -> Plan:
    """Return the plan of a project for two examples of zeros."""
    outputs = infer_shapes(project.network, (inputs,))[-1][0]
    dtype = np.dtype(project.training.precision)
    return build_plan(project, np.zeros((2, inputs), dtype), np.zeros((2, outputs), dtype),
                      capacity, shared)


@dataclass(frozen=True)
class Span:
    """What a name in the plan occupies in the arena."""

    name: str
    begin: int
    end: int


def spans(plan: Plan) -> Iterator[Span]:
    """Yield everything that must not overlap; a value is named once, whoever passes it on."""
    seen = set()
    values = [("input", plan.input), ("target", plan.target), ("prediction", plan.prediction)]
    values += [(layer.spec.id, layer.output) for layer in plan.layers]
    for name, value in values:
        for part, place in (("data", value.data), ("gradient", value.gradient)):
            if place >= 0 and place not in seen:
                seen.add(place)
                yield Span(f"{name} {part}", place, place + value.size * plan.capacity)
    for layer in plan.layers:
        for name, value in layer.parameters.items():
            for region in range(REGIONS):
                place = value.data + region * plan.parameters
                yield Span(f"{layer.spec.id}/{name} {region}", place, place + value.size)


@given(trainable(), st.integers(1, 9), st.integers(1, 4))
def test_values_and_parameters_do_not_overlap(case: tuple[ProjectSpec, str, int], capacity: int,
                                              inputs: int) -> None:
    plan = build(case[0], capacity, inputs)
    found = sorted(spans(plan), key=lambda span: span.begin)
    for before, after in itertools.pairwise(found):
        assert before.end <= after.begin, (before, after)
    assert found[0].begin >= 0
    assert found[-1].end <= len(plan.arena)


@given(sequential(), st.integers(1, 9), st.integers(1, 6))
def test_sequences_have_places_of_their_own(case: tuple[ProjectSpec, int, int], capacity: int,
                                            steps: int) -> None:
    project, classes, _ = case
    dtype = np.dtype(project.training.precision)
    plan = build_plan(project, np.zeros((2, steps), dtype), np.zeros((2, steps), dtype), capacity)
    found = sorted(spans(plan), key=lambda span: span.begin)
    for before, after in itertools.pairwise(found):
        assert before.end <= after.begin, (before, after)
    assert found[-1].end <= len(plan.arena)
    assert plan.prediction.shape == (steps, classes)
    assert plan.target.shape == (steps,)
    assert plan.layers[1].output.shape[0] == steps


@given(trainable(), st.integers(1, 4))
def test_a_plan_mirrors_its_project(case: tuple[ProjectSpec, str, int], inputs: int) -> None:
    project, _, _ = case
    plan = build(project, inputs=inputs)
    shapes = infer_shapes(project.network, (inputs,))
    counts = parameter_counts(project.network, (inputs,))
    assert [layer.spec for layer in plan.layers] == list(project.network)
    assert [layer.output.shape for layer in plan.layers] == list(shapes)
    assert [layer.size for layer in plan.layers] == list(counts)
    assert plan.parameters >= sum(counts)
    places = [layer.statistic for layer in plan.layers if layer.statistic >= 0]
    assert places == list(range(sum(layer.size > 0 for layer in plan.layers)))
    assert len(plan.shared.results) == layout.FIRST_STATISTIC + layout.STATISTICS * len(places)
    for layer in plan.layers:
        sizes = [value.size for value in layer.parameters.values() if value.gradient >= 0]
        assert sum(sizes) == layer.size
        # Penalties and statistics count on weights standing before biases, and those before the
        # rest.
        place = layer.first
        for value in layer.parameters.values():
            learned = place < layer.first + layer.size
            assert (value.data, value.gradient) == (
                place, place + plan.parameters if learned else -1)
            place += value.size
    assert plan.arena.dtype == project.training.precision


@given(trainable(), st.integers(1, 4))
def test_the_table_is_whole(case: tuple[ProjectSpec, str, int], inputs: int) -> None:
    project, _, _ = case
    plan = build(project, inputs=inputs)
    assert plan.table.shape == (plan.sections[-1], layout.ROW_LENGTH)
    assert len(plan.sections) == layout.SECTIONS + 1
    assert (np.diff(plan.sections) >= 0).all()
    assert plan.table[:, layout.ADDRESS].all()
    assert (plan.table[:, layout.SHARDS] == 1).all()
    sizes = np.diff(plan.sections)
    assert sizes[layout.GATHER] == 2
    # The divergence of what is drawn belongs to the loss.
    drawn = sum(layer.spec.kind == "sampling" for layer in plan.layers)
    assert sizes[layout.LOSS_SECTION] == 1 + drawn
    assert sizes[layout.SCORE] == 1
    kept = sum(layer.spec.kind == "batch_norm" for layer in plan.layers)
    # One row for all layers and one that adds their figures up; running statistics follow alone.
    assert sizes[layout.MEASURE] == 2
    assert sizes[layout.UPDATE] == 2 + kept


@given(trainable(), st.integers(1, 4))
def test_the_ops_are_known_before_the_plan_is_built(case: tuple[ProjectSpec, str, int],
                                                    inputs: int) -> None:
    project, _, _ = case
    precision = project.training.precision
    outputs = infer_shapes(project.network, (inputs,))[-1][0]
    names = ops_of(project, inputs, outputs)
    assert len(set(names)) == len(names)
    addresses = {catalogue.OPS[name].address(precision) for name in names}
    assert addresses == set(build(project, inputs=inputs).table[:, layout.ADDRESS].tolist())


@given(broken() | trainable().map(lambda case: case[0]), st.sampled_from(
    ["classification", "regression"]), st.integers(1, 5), st.integers(1, 5))
def test_a_project_without_issues_can_be_built(project: ProjectSpec, task: str, inputs: int,
                                               outputs: int) -> None:
    if not diagnose(project, task, inputs, outputs):  # type: ignore[arg-type]
        assert len(build(project, inputs=inputs).layers) == len(project.network)


def test_gradients_are_kept_only_behind_something_that_learns() -> None:
    network = NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("first", "activation"), LayerSpec("a", "dense"),
        LayerSpec("output", "dense", {"units": 2})))
    plan = build(ProjectSpec(network=network))
    has = {layer.spec.id: layer.output.gradient >= 0 for layer in plan.layers}
    assert has == {"input": False, "first": False, "a": True, "output": True}


def test_parameters_keep_their_places_when_the_batch_grows() -> None:
    small, large = build(default_project(), 5), build(default_project(), 500)
    for before, after in zip(small.layers, large.layers, strict=True):
        assert before.parameters == after.parameters
    assert small.parameters == large.parameters


def test_shared_arrays_outlive_a_plan() -> None:
    first = build(default_project())
    second = build(default_project(), 50, shared=first.shared)
    assert second.shared is first.shared
    assert second.shared.control[layout.CAPACITY] == 50


def test_work_is_counted_in_multiply_adds() -> None:
    project = default_project()
    dense_only = [LayerSpec(layer.id, layer.kind, {**layer.options, "activation": "linear"})
                  if layer.kind == "dense" else layer for layer in project.network]
    plan = build(replace(project, network=NetworkSpec(tuple(dense_only))), inputs=2)
    assert plan.work == 2 * 12 + 12 * 12 + 12 * 12 + 12 * 2


def test_a_network_that_does_not_fit_the_memory() -> None:
    wide = NetworkSpec((
        LayerSpec("input", "input"),
        *(LayerSpec(f"dense-{n}", "dense", {"units": 4096}) for n in range(3)),
        LayerSpec("output", "dense", {"units": 2})))
    with pytest.raises(SpecError, match=r"at most 4,096 MiB\. Use fewer units or a smaller batch"):
        build(ProjectSpec(network=wide), 100_000)
