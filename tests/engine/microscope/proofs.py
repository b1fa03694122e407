"""Proofs about a step's program that need no engine: its openings, and its classic mistakes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.microscope.number import Number
from engine.microscope.program import Program
from engine.microscope.trace import Trace, execute, run
from tests.engine.microscope.indices import indices

SHOWN = {"": lambda s: s, "√": math.sqrt}
"""Functions around a sum that these proofs know; of others, only the value is compared."""


def assert_openings(program: Program) -> Trace:
    """Assert that every number of every opened line is what it is said to be made of."""
    trace = run(program)
    for i, statement in enumerate(program.statements):
        if statement.opening is None:
            continue
        scale = float(np.max(np.abs(trace.values[i]), initial=0.0))
        for index in indices(trace.values[i].shape, i):
            number = trace.number(i, index)
            close = pytest.approx(trace.values[i][index], rel=1e-12, abs=1e-14 * scale)
            assert number.value == close, statement.code
            if number.function in SHOWN:
                assert SHOWN[number.function](summed(number)) == close, statement.code
            assert len(number.products) == (math.prod(count for _, count in number.over)
                                            if number.factors else 0), statement.code
    return trace


def summed(number: Number) -> float:
    """Return the sum that a number is made of, before its function."""
    return number.scale * (math.fsum(number.products)
                           + math.fsum(float(one.values[0]) for one in number.added))


def assert_mistakes(program: Program, *wanted: str, may_agree: tuple[str, ...] = ()) -> None:
    """Assert that each mistake runs, keeps the shape and changes numbers.

    Parameters
    ----------
    program : Program
        The step.
    wanted : str
        Mistakes of which one line at least must change its numbers.
    may_agree : tuple[str, ...]
        Mistakes that need not, in these numbers.
    """
    trace, found = run(program), set()
    for i, statement in enumerate(program.statements):
        for key, code in statement.mistakes.items():
            variables = dict(trace.before(i))
            execute(statement, variables, code)
            wrong = np.asarray(variables[statement.name])
            assert wrong.shape == trace.values[i].shape, code
            assert np.isfinite(wrong).all(), code
            if not np.allclose(wrong, trace.values[i], 1e-9, 0.0):
                found.add(key)
            else:
                assert key in may_agree, f"{key}: {code}"
    assert found >= set(wanted), set(wanted) - found


def codes_of(program: Program, name: str) -> list[str]:
    """Return the code of every line that writes a variable."""
    return [program.statements[i].code for i in program.writers(name)]
