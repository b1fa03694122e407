"""Random networks: their shapes, their gradients, their files."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray

from engine.kernels.matmul import tile
from engine.kernels.runtime import layout
from engine.layers import LOSSES, diagnose, infer_shapes, kinds
from engine.plan import Plan, build_plan
from engine.spec import project_from_json, project_to_json
from engine.training.visit import run
from engine.training.weights import draw, views
from tests.engine.training.graphs import MOST_LAYERS, Graph, graphs
from tests.tiers import examples

Reals = NDArray[np.float64]

BATCH, CAPACITY = 3, 5

STEP = 2e-3
"""Distance of the loss's difference quotients along a direction of length 1."""

TOLERANCE = 1e-7

NOISE = 1e-14
"""What rounding makes of a loss, relative to it."""

MOST_KINKS = 0.05
"""Largest share of directions along which a kink lies within `STEP`."""

counts: Counter[str] = Counter()


def data(graph: Graph, rng: np.random.Generator) -> tuple[Reals, Reals]:
    """Return examples and their targets as a plan reads them."""
    loss = LOSSES[graph.project.training.loss]
    shape = CAPACITY, graph.n_inputs
    inputs = rng.integers(0, graph.vocabulary, shape).astype(np.float64) if graph.vocabulary \
        else rng.standard_normal(shape)
    width = infer_shapes(graph.project.network, (graph.n_inputs,))[-1][-1]
    if graph.task == "sequence":
        return inputs, rng.integers(0, graph.n_outputs, shape).astype(np.float64)
    if graph.task == "transcription":
        labels = rng.integers(0, graph.n_outputs, (CAPACITY, 3))
        labels[np.arange(3) >= rng.integers(0, 4, CAPACITY)[:, None]] = -1
        return inputs, labels.astype(np.float64)
    if graph.task == "classification":
        return inputs, loss.encode(rng.integers(0, graph.n_outputs, CAPACITY), graph.n_outputs,
                                   width)
    low, high = loss.target_range or (-1.0, 1.0)
    return inputs, rng.uniform(low, high, (CAPACITY, width))


def planned(graph: Graph, examples: tuple[Reals, Reals], rng: np.random.Generator,
            order: NDArray[np.int64]) -> Plan:
    """Return a plan in training whose parameters are moderate numbers without ties."""
    tile.install(graph.project.training.precision)
    plan = build_plan(graph.project, *examples, CAPACITY)
    draw(plan, graph.project, graph.n_inputs)
    for name, place in views(plan):
        assert np.isfinite(place).all(), name
    for layer in plan.layers:
        for value in layer.parameters.values():
            if value.gradient >= 0:
                plan.arena[value.data:value.data + value.size] = rng.uniform(-0.6, 0.6, value.size)
    control = plan.shared.control
    control[layout.ORDER] = order.ctypes.data
    control[layout.TRAINING], control[layout.SEED] = 1, graph.project.training.seed
    control[layout.BATCH] = BATCH
    plan.shared.results[layout.REDUCED] = 1.0
    return plan


def poison(plan: Plan) -> None:
    """Fill all outputs and gradients with NaN: whatever is not written then shows."""
    for layer in plan.layers:
        values = [layer.output, *layer.parameters.values()]
        for value in values:
            count = value.size * (CAPACITY if value is layer.output else 1)
            if value is layer.output and layer.spec.kind != "input":
                plan.arena[value.data:value.data + count] = np.nan
            if value.gradient >= 0:
                plan.arena[value.gradient:value.gradient + count] = np.nan
    plan.forget_rows()


def loss_of(plan: Plan) -> float:
    run(plan, BATCH, layout.GATHER, layout.FORWARD, layout.LOSS_SECTION)
    return float(plan.shared.results[layout.LOSS])


def check_shapes(graph: Graph, plan: Plan) -> None:
    """Compare what was inferred with the numbers that a pass has written."""
    inferred = infer_shapes(graph.project.network, (graph.n_inputs,))
    for layer, shape in zip(plan.layers, inferred, strict=True):
        value = layer.output
        assert value.shape == shape, layer.spec
        size = math.prod(shape)
        numbers = plan.arena[value.data:value.data + CAPACITY * size].reshape(CAPACITY, size)
        assert np.isfinite(numbers[:BATCH]).all(), layer.spec
        if layer.spec.kind != "input":
            assert np.isnan(numbers[BATCH:]).all(), layer.spec


def central(f: Callable[[float], float], h: float) -> float:
    """Return f'(0) with an error of the fourth order in the step."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def check_gradients(graph: Graph, plan: Plan, rng: np.random.Generator) -> None:
    """Compare the gradient of every parameter with the loss's slope in a random direction."""
    for layer in plan.layers:
        for name, value in layer.parameters.items():
            if value.gradient < 0:
                continue
            gradient = plan.arena[value.gradient:value.gradient + value.size].copy()
            assert np.isfinite(gradient).all(), (layer.spec, name)
            direction = rng.standard_normal(value.shape)
            if layer.spec.options.get("padding") is True:
                # The vector of padding stays 0, whatever its slope.
                direction[0] = 0
            direction = direction.ravel() / max(float(np.linalg.norm(direction)), 1e-9)
            counts["directions"] += 1
            counts["kinks"] += not agrees(plan, value.data, gradient, direction,
                                          f"{layer.spec.id}/{name}")


def agrees(plan: Plan, place: int, gradient: Reals, direction: Reals, name: str) -> bool:
    """Compare one gradient with the slope; return False where the slope is none."""
    values = plan.arena[place:place + gradient.size]
    start = values.copy()

    def moved(by: float) -> float:
        values[:] = start + by * direction
        loss = loss_of(plan)
        values[:] = start
        return loss

    slope, finer = central(moved, STEP), central(moved, STEP / 2)
    scale = float(np.linalg.norm(gradient * direction)) + abs(finer)
    rounding = NOISE * (1 + abs(moved(0.0))) / STEP
    if abs(slope - finer) > TOLERANCE * scale + rounding:
        return False
    error = abs(float(gradient @ direction) - finer)
    assert error <= TOLERANCE * scale + 2 * rounding, \
        f"{name}: {gradient @ direction} is not {finer}"
    return True


@settings(max_examples=examples(100, 1000), suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def _random_graph(graph: Graph) -> None:
    project = graph.project
    assert len(project.network) <= MOST_LAYERS
    assert diagnose(project, graph.task, graph.n_inputs, graph.n_outputs,
                    vocabulary=graph.vocabulary) == ()
    assert project_from_json(project_to_json(project)) == project
    rng = np.random.default_rng(len(project.network))
    order = np.arange(CAPACITY)
    examples = data(graph, rng)
    plan = planned(graph, examples, rng, order)
    poison(plan)
    assert math.isfinite(loss_of(plan))
    check_shapes(graph, plan)
    run(plan, BATCH, layout.BACKWARD)
    check_gradients(graph, plan, rng)
    counts["graphs"] += 1
    counts["layers"] += len(project.network)
    counts["branching"] += any(layer.inputs for layer in project.network)
    counts.update({layer.kind for layer in project.network})


@pytest.mark.slow
@pytest.mark.sampled
def test_random_graphs() -> None:
    counts.clear()
    _random_graph()
    # What is drawn depends on the modules that are loaded: Hypothesis tries their constants.
    assert len({kind.key for kind in kinds()} - counts.keys()) <= examples(5, 0)
    assert counts["branching"] > counts["graphs"] / 2
    assert counts["layers"] > 12 * counts["graphs"]
    assert counts["kinks"] <= MOST_KINKS * counts["directions"], counts
