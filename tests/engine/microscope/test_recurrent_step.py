"""A step of recurrent layers: every step of time, and what its numbers are made of."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.microscope.check import Checker, Finding
from engine.microscope.number import Number
from engine.microscope.program import Program
from engine.microscope.trace import Trace, execute, helpers, run
from engine.plan import Plan
from engine.spec import LayerSpec, NetworkSpec
from engine.training import carried
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.indices import indices
from tests.engine.training.runs import advance, clouds, trainer

pytestmark = pytest.mark.sampled

STEPS, FEATURES, UNITS, EXAMPLES = 4, 2, 3, 3
KINDS = ["rnn", "lstm", "gru"]
OPTIONS: list[dict[str, Any]] = [{}, {"bias": False}, {"truncation": 2}, {"carried": True}]


def layer(kind: str, **options: Any) -> LayerSpec:
    return LayerSpec("reads", kind, {"units": UNITS, **options})


def network(*layers: LayerSpec, input_learns: bool = True) -> NetworkSpec:
    """Return a network that reads a short sequence, made by a dense layer or given."""
    first = [LayerSpec("features", "dense", {
        "units": STEPS * FEATURES, "activation": "linear"})] if input_learns else []
    sequence = LayerSpec("sequence", "reshape", {
        "form": "sequence", "steps": STEPS, "features": FEATURES})
    return NetworkSpec((LayerSpec("input", "input"), *first, sequence, *layers,
                        LayerSpec("out", "dense", {"units": 2, "activation": "linear"})))


def agree(net: NetworkSpec, width: int = STEPS * FEATURES, **more: Any) -> Program:
    rng = np.random.default_rng(3)
    return compare(project_of(net), rng.standard_normal((EXAMPLES, width)),
                   np.eye(2)[rng.integers(0, 2, EXAMPLES)], spread=0.7, **more)


def check(program: Program) -> set[str]:
    """Assert that openings make up their numbers; return the mistakes that change none."""
    harmless = set()
    trace, called = run(program), helpers()
    for i, statement in enumerate(program.statements):
        if statement.opening is not None:
            for index in indices(trace.values[i].shape, i):
                _check_number(trace, i, index)
        for key, wrong in statement.mistakes.items():
            variables = {**called, **trace.before(i)}
            execute(statement, variables, wrong)
            found = np.asarray(variables[statement.name])
            assert found.shape == trace.values[i].shape, (key, wrong)
            # Where truncation lets no gradient through, there is nothing to do wrong.
            if trace.values[i].any() and np.allclose(found, trace.values[i], rtol=1e-9, atol=0):
                harmless.add(wrong)
    return harmless


def _check_number(trace: Trace, i: int, index: tuple[int, ...]) -> None:
    value, number = float(trace.values[i][index]), trace.number(i, index)
    code = trace.program.statements[i].code
    assert math.isclose(number.value, value, rel_tol=1e-12, abs_tol=1e-15), code
    if not number.function:
        assert math.isclose(_sum(number), value, rel_tol=1e-12, abs_tol=1e-15), code
    for factor in (*number.factors, *number.added, *(
            factor for more in number.also for factor in more.factors)):
        if factor.variable:
            there = trace.at(factor.variable, i)
            found = [there[tuple(place)] for place in factor.indices]
            assert np.array_equal(factor.values, found), (code, factor)


def _sum(number: Number) -> float:
    own = math.fsum((*number.products, *(float(one.values[0]) for one in number.added)))
    return number.scale * (own + math.fsum(_sum(one) for one in number.also))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("output", ["last", "sequence"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_line_agrees_with_the_engine(kind: str, output: str, options: dict[str, Any]
                                           ) -> None:
    flat = LayerSpec("flat", "flatten")
    program = agree(network(layer(kind, output=output, **options), flat))
    assert not check(program)
    _slopes_agree(program, is_cut="truncation" in options)


def _slopes_agree(program: Program, is_cut: bool = False) -> None:
    """Assert that every gradient is the loss's slope, but for those that truncation cuts."""
    trace, rng, seen = run(program), np.random.default_rng(5), set()
    for i, statement in enumerate(program.statements):
        if statement.of and statement.layer == "reads":
            checker = Checker(trace, i)
            seen.add(checker.along(rng.standard_normal(checker.shape)).finding)
    assert seen <= {Finding.AGREES, Finding.TINY, *([Finding.CUT] if is_cut else [])}
    assert Finding.AGREES in seen
    assert (Finding.CUT in seen) == is_cut


def test_a_state_may_be_bounded_by_relu() -> None:
    program = agree(network(layer("rnn", activation="relu", output="sequence"),
                            LayerSpec("again", "rnn", {"units": 2, "activation": "relu"})))
    assert not check(program)
    assert any("np.maximum" in statement.code for statement in program.statements)


@pytest.mark.parametrize("kind", KINDS)
def test_layers_may_stand_on_one_another_and_be_frozen(kind: str) -> None:
    frozen = LayerSpec("above", kind, {"units": 2}, frozen=True)
    assert not check(agree(network(layer(kind, output="sequence"), frozen, input_learns=False)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_goes_on_from_the_state_that_the_batch_before_left(kind: str) -> None:
    def prepare(plan: Plan) -> None:
        rng = np.random.default_rng(1)
        for one in carried.carried(plan):
            plan.arena[one.held] = EXAMPLES
            size = EXAMPLES * one.units
            plan.arena[one.kept:one.kept + size] = rng.uniform(-0.9, 0.9, size)

    program = agree(network(layer(kind, carried=True)), prepare=prepare)
    assert not check(program)
    kept = [name for name in program.given if name.endswith("_kept")]
    assert kept
    for name in kept:
        assert np.any(program.given[name])
        assert program.writers(name)


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_of_a_step_of_time_says_which(kind: str) -> None:
    program = agree(network(layer(kind)))
    for statement in program.statements:
        if statement.op.startswith(kind) and statement.step >= 0:
            assert statement.name.endswith(f"_{statement.step}")
    states = [one.step for one in program.statements if one.name.startswith("h3_")]
    assert states == [-1, 0, 1, 2, 3]
    assert [one.step for one in program.statements if one.name.startswith("dh3_")] == [3, 2, 1, 0]


TOKENS = np.array([[1, 2, 0, 0, 3], [0, 0, 4, 1, 2], [0, 3, 0, 2, 0], [0, 0, 0, 0, 0]], float)
"""Padding, 0, at the end, at the beginning, between, everywhere."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [
    {}, {"output": "sequence"}, {"truncation": 2}, {"truncation": 3, "output": "sequence"}],
    ids=str)
def test_a_step_that_does_not_count_keeps_the_state(kind: str, options: dict[str, Any]) -> None:
    tokens = LayerSpec("tokens", "embedding", {"vocabulary": 5, "units": 2, "padding": True})
    net = NetworkSpec((LayerSpec("input", "input"), tokens, layer(kind, **options),
                       LayerSpec("flat", "flatten"),
                       LayerSpec("out", "dense", {"units": 2, "activation": "linear"})))
    program = compare(project_of(net), TOKENS, np.eye(2)[[0, 1, 1, 0]], spread=0.7)
    _slopes_agree(program, is_cut="truncation" in options)
    # A mistake shows in some step only, where another one does not count.
    harmless = check(program)
    assert all("mask1" in code or "dW1" in code for code in harmless)
    trace = run(program)
    np.testing.assert_array_equal(trace.last("h2_2")[0], trace.last("h2_1")[0])
    assert trace.last("h2_1")[0].any()
    assert not trace.last("h2_4")[3].any()


def test_many_steps_have_short_lines() -> None:
    steps = 20
    sequence = LayerSpec("sequence", "reshape", {"form": "sequence", "steps": steps,
                                                 "features": FEATURES})
    net = NetworkSpec((LayerSpec("input", "input"), sequence, layer("lstm"),
                       LayerSpec("out", "dense", {"units": 2, "activation": "linear"})))
    program = agree(net, width=steps * FEATURES)
    assert {one.step for one in program.statements} == {-1, *range(steps)}
    assert all(len(one.code) <= 140 for one in program.statements if one.step >= 0)
    trace = run(program)
    for i in program.writers("dU2"):
        number = trace.number(i, (1, 5))
        assert number.over == (("example", EXAMPLES), ("step", steps))
        assert number.value == pytest.approx(trace.values[i][1, 5])


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_run_carries_its_states_through_an_epoch_and_not_beyond(steps: int) -> None:
    sequence = LayerSpec("sequence", "reshape", {"form": "sequence", "steps": 2, "features": 2})
    reads = trainer(clouds(8), sequence, LayerSpec("reads", "lstm", {"units": 3, "carried": True}),
                    LayerSpec("out", "dense", {"units": 3, "activation": "linear"}), batch_size=4)
    advance(reads, 1 + steps)
    found = reads.dissect()
    assert found.disagreement() < 1e-12
    # Two batches an epoch: the second goes on from the first.
    goes_on = steps % 2 == 0
    for name in ("h2_start", "c2_start"):
        assert bool(found.trace.last(name).any()) == goes_on
    assert not reads.dissect(example=0).trace.last("h2_start").any()
    assert reads.dissect(example=0).disagreement() < 1e-12
