"""Walking through a step: every micro-step at every level, and the ladder of its gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.microscope.ladder import ladder
from engine.microscope.program import Program
from engine.microscope.statement import Phase
from engine.microscope.trace import run
from engine.microscope.walk import Level, Walk
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.test_dense_step import dense, network


@pytest.fixture(scope="module")
def program() -> Program:
    rng = np.random.default_rng(1)
    chain = network(dense("one", 4), dense("two", 3, "sigmoid"), dense("three", 2, "linear"))
    return compare(project_of(chain), rng.standard_normal((5, 2)),
                   np.eye(2)[rng.integers(0, 2, 5)])


@pytest.mark.parametrize("level", list(Level))
def test_every_micro_step_leads_back_to_its_place(program: Program, level: Level) -> None:
    walk = Walk(program, level)
    seen = []
    for place in range(len(walk)):
        step = walk.step(place)
        assert walk.place(step.statement, step.unit, step.index) == place
        group = walk.groups[step.group]
        assert group.first <= step.statement < group.end
        seen.append(step.statement)
    assert seen == sorted(seen)
    if level is not Level.LAYER:
        assert set(seen) == set(range(len(program.statements)))


def test_terms_visit_every_number_once(program: Program) -> None:
    walk = Walk(program, Level.TERM)
    visited = [(step.statement, step.index) for step in map(walk.step, range(len(walk)))]
    assert len(set(visited)) == len(visited) == sum(
        math.prod(statement.shape) for statement in program.statements)


def test_groups_follow_the_layers_forward_and_back(program: Program) -> None:
    groups = Walk(program, Level.LAYER).groups
    assert [(group.phase, group.number) for group in groups] == [
        (Phase.GATHER, -1), (Phase.FORWARD, 1), (Phase.FORWARD, 2), (Phase.FORWARD, 3),
        (Phase.LOSS, -1), (Phase.BACKWARD, 3), (Phase.BACKWARD, 2), (Phase.BACKWARD, 1),
        (Phase.UPDATE, -1)]


@pytest.mark.parametrize("level", list(Level))
def test_phases_are_finished(program: Program, level: Level) -> None:
    walk = Walk(program, level)
    place, visited = 0, [0]
    while walk.step(place).group < len(walk.groups) - 1:
        place = walk.next_group(place)
        visited.append(walk.step(place).group)
        assert place == walk.group_begin(visited[-1])
    assert visited == list(range(len(walk.groups)))
    assert walk.next_group(place) == len(walk) - 1


def test_places_outside_are_refused(program: Program) -> None:
    walk = Walk(program, Level.NEURON)
    with pytest.raises(IndexError):
        walk.step(len(walk))
    with pytest.raises(IndexError):
        walk.step(-1)


def test_the_ladder_multiplies_up_to_what_is_left(program: Program) -> None:
    trace = run(program)
    found = ladder(trace)
    assert [rung.layer for rung in found.rungs] == ["one", "two", "three"]
    rms = {name: math.sqrt(np.mean(trace.last(name) ** 2)) for name in ("dz1", "dz2", "dz3", "da1")}
    assert found.rungs[0].inside == pytest.approx(rms["dz1"])
    assert found.rungs[0].arriving == pytest.approx(rms["da1"])
    assert found.factor(0) * found.factor(1) == pytest.approx(found.total)
    assert found.total == pytest.approx(rms["dz1"] / rms["dz3"])
    assert found.factor(0) == pytest.approx(found.weights(0) * found.rungs[0].derivative)
    assert math.isnan(found.factor(2))
    factors = [found.factor(0), found.factor(1)]
    assert found.weakest == factors.index(min(factors))


def test_variables_are_those_that_stood_before_a_line(program: Program) -> None:
    trace = run(program)
    update = trace.program.writers("W1")[0]
    before, after = trace.before(update)["W1"], trace.last("W1")
    np.testing.assert_array_equal(before, program.given["W1"])
    np.testing.assert_allclose(after, before - 0.03 * trace.last("dW1"))
    assert trace.writer("dW1", update) == trace.program.writers("dW1")[0]
    assert trace.writer("W1", update) == -1
    assert not trace.values[update].flags.writeable
    with pytest.raises(KeyError):
        trace.at("dW1", 3)
