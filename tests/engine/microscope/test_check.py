"""Numeric checks: they agree with every gradient, see every wrong one, and know a kink."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.microscope import check as numeric
from engine.microscope.check import Check, CheckAll, Checker, Finding, check_one, spread
from engine.microscope.program import Program
from engine.microscope.trace import Trace, run
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.dissections import dissected, sweep

SIGNS = np.array([[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]])


def step(activation: str = "tanh", inputs: np.ndarray = SIGNS, units: int = 3) -> Trace:
    """Return a step of 2-3-2 units."""
    chain = NetworkSpec((LayerSpec("input", "input"),
                         LayerSpec("one", "dense", {"units": units, "activation": activation}),
                         LayerSpec("two", "dense", {"units": 2, "activation": "linear"})))
    return run(compare(project_of(chain), inputs, np.eye(2)[np.arange(len(inputs)) % 2]))


def line(trace: Trace, name: str) -> int:
    return trace.program.writers(name)[0]


def with_code(trace: Trace, name: str, code: str) -> Trace:
    """Return the step in which one line is another."""
    i = line(trace, name)
    statements = list(trace.program.statements)
    statements[i] = dataclasses.replace(statements[i], code=code)
    return run(dataclasses.replace(trace.program, statements=tuple(statements)))


def given(program: Program, **arrays: np.ndarray) -> Trace:
    return run(dataclasses.replace(program, given={**program.given, **arrays}))


def all_of(trace: Trace, name: str) -> list[Check]:
    i = line(trace, name)
    return [check_one(trace, i, index) for index in np.ndindex(*trace.values[i].shape)]


@pytest.mark.parametrize("name", ["dW1", "db1", "dz1", "da1", "dz2", "dW2", "db2"])
def test_every_number_of_every_gradient_is_checked(name: str) -> None:
    trace = step()
    for check in all_of(trace, name):
        assert check.finding is Finding.AGREES
        assert check.error < 1e-7
        assert check.numeric == pytest.approx((check.high - check.low) / (2 * check.h), abs=0)
        assert check.high != check.low


def test_one_number_is_what_two_runs_of_the_step_say() -> None:
    trace = step()
    check = check_one(trace, line(trace, "dW1"), (1, 2))
    for by, loss in ((check.h, check.high), (-check.h, check.low)):
        moved = trace.program.given["W1"].copy()
        moved[1, 2] += by
        assert float(given(trace.program, W1=moved).last("L")) == loss


def test_a_line_that_is_no_gradient_cannot_be_checked() -> None:
    trace = step()
    with pytest.raises(ValueError, match="z1"):
        check_one(trace, line(trace, "z1"), (0, 0))


def test_what_is_wrong_is_said_with_both_numbers() -> None:
    trace = with_code(step(), "dW1", "dW1 = x.T @ dz1 * 1.001")
    checks = all_of(trace, "dW1")
    assert {check.finding for check in checks} == {Finding.WRONG}
    assert all(check.error == pytest.approx(1 - 1 / 1.001, rel=1e-3) for check in checks)
    assert {check.finding for check in all_of(trace, "db1")} == {Finding.AGREES}
    wrong = with_code(step(), "dW1", "dW1 = x.T @ dz1 * np.inf")
    assert all_of(wrong, "dW1")[0].finding is Finding.WRONG


def test_a_kink_is_no_mistake() -> None:
    # Nothing comes in and no bias: every weighted sum is 0, where ReLU has two slopes.
    program = step("relu").program
    trace = given(program, x=np.array([[0.0, 0.0]] * 3), b1=np.zeros(3))
    assert {check.finding for check in all_of(trace, "db1")} == {Finding.KINK}
    # The weights are multiplied with 0: no kink in them.
    assert {check.finding for check in all_of(trace, "dW1")} == {Finding.AGREES}


def test_a_mistake_at_a_kink_is_seen_where_the_kink_cannot_explain_it() -> None:
    trace = given(step("relu").program, x=np.array([[0.0, 0.0]] * 3), b1=np.zeros(3))
    wrong = with_code(trace, "db1", "db1 = dz1.sum(axis=0) + 7.0")
    assert {check.finding for check in all_of(wrong, "db1")} == {Finding.WRONG}


def test_a_kink_nearby_is_stepped_around() -> None:
    program = step("relu").program
    trace = given(program, x=np.array([[1.0, 1.0]] * 3), W1=np.zeros((2, 3)),
                  b1=np.array([3e-6, -3e-6, 2e-7]))
    assert {check.finding for check in all_of(trace, "db1")} <= {Finding.AGREES, Finding.TINY}
    wrong = with_code(trace, "db1", "db1 = dz1.sum(axis=0) * 2 + 1.0")
    assert {check.finding for check in all_of(wrong, "db1")} == {Finding.WRONG}


def test_a_gradient_below_what_rounding_hides_is_not_judged() -> None:
    trace = step()
    far = given(trace.program, b2=trace.program.given["b2"] + np.array([40.0, 0.0]),
                t=np.array([[1.0, 0.0]] * 3))
    assert {check.finding for check in all_of(far, "dW1")} <= {Finding.TINY, Finding.AGREES}


def test_all_are_checked_a_little_at_a_time() -> None:
    checks = CheckAll(step())
    assert checks.numbers == checks.total == 2 * 3 + 3 + 3 * 2 + 2
    slices, before = 1, 0
    while checks.advance(0.0):
        slices += 1
        assert before <= checks.done <= before + 1
        before = checks.done
    # Every number's slope takes the step's lines twice, one in a slice.
    assert slices > 6 * checks.total
    assert checks.is_done
    assert checks.done == checks.total
    assert not checks.failures
    assert checks.worst is not None
    assert 0 < checks.worst.error < 1e-7
    assert "17 numbers checked" in str(checks.message)


def test_of_very_many_a_sample_is_checked_and_that_is_said() -> None:
    checks = CheckAll(step(units=12), most=9)
    assert checks.is_sample
    assert not checks.advance(60.0)
    assert "26 of 62 numbers" in str(checks.message)
    assert list(spread(10, 4)) == [0, 3, 6, 9]


def test_wrong_ones_are_counted() -> None:
    checks = CheckAll(with_code(step(), "dW1", "dW1 = 2 * x.T @ dz1"))
    checks.advance(60.0)
    assert len(checks.failures) == 6
    assert checks.worst is not None
    assert checks.worst.error == pytest.approx(0.5)
    assert "6 of 17" in str(checks.message)


def test_all_numbers_at_once_along_a_direction() -> None:
    trace = with_code(step(), "dW1", "dW1 = x.T @ dz1 + np.eye(2, 3) * 1e-3")
    direction = np.array([[1, 2, 3], [4, 5, -6]]) / np.sqrt(91)
    assert Checker(trace, line(trace, "dW1")).along(direction).finding is Finding.WRONG
    other = Checker(trace, line(trace, "dW2")).along(direction.reshape(3, 2))
    assert other.finding is Finding.AGREES


def test_fewer_numbers_are_checked_where_a_check_is_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = step(units=60)
    assert numeric.affordable(trace) == numeric.MOST
    monkeypatch.setattr(numeric, "COMPUTED", 1)
    assert numeric.affordable(trace) == numeric.FEWEST
    assert CheckAll(trace).total < CheckAll(trace, most=numeric.MOST).total == 302


@pytest.mark.parametrize("name", sweep())
def test_no_gradient_of_a_real_step_is_called_wrong(name: str) -> None:
    checks = CheckAll(dissected(name).trace, most=60)
    checks.advance(60.0)
    assert not checks.failures
    assert checks.kinks + checks.cuts < checks.total
