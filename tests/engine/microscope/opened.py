"""Checks what a program's lines say of their numbers, and of the mistakes that can be made."""

from __future__ import annotations

import math

import numpy as np

from engine.microscope.mistakes import is_wrong
from engine.microscope.number import Number, Variables
from engine.microscope.program import Program
from engine.microscope.statement import Phase
from engine.microscope.trace import Trace, execute, run
from tests.engine.microscope.indices import indices


def check(program: Program, *, most: int = 4000) -> Trace:
    """Assert that numbers are sums of their terms, gradients slopes, and that mistakes show.

    Parameters
    ----------
    program : Program
        Of a small network: every number of every line is opened.
    most : int
        Numbers of a line at most, lest a test takes long.
    """
    trace = run(program)
    for i, statement in enumerate(program.statements):
        value = trace.values[i]
        before = trace.before(i)
        if statement.opening is not None:
            assert value.size <= most, statement.code
            for index in indices(value.shape, i):
                _check(trace.number(i, index), float(value[index]), before, statement.code)
        else:
            assert statement.phase is Phase.GATHER or statement.op in UNOPENED, statement.code
        assert not statement.of or not is_wrong(trace, i), statement.code
        for key, wrong in statement.mistakes.items():
            variables = dict(before)
            execute(statement, variables, wrong)
            made = np.asarray(variables[statement.name])
            assert made.shape == value.shape, f"{key}: {wrong}"
            # Much that is wrong for a batch is right for one example.
            shows = program.n == 1 or np.abs(made - value).max() > 1e-9
            assert shows, f"{key}: {wrong} is no mistake"
    return trace


UNOPENED = ("softmax_cross_entropy",)
"""Ops of which a line may have no opening."""


def _check(number: Number, value: float, before: Variables, code: str) -> None:
    assert math.isclose(number.value, value, rel_tol=1e-10, abs_tol=1e-13), code
    if not number.function:
        total = math.fsum((*number.products, *(one.values[0] for one in number.added),
                           *(one.value for one in number.also)))
        assert math.isclose(number.scale * total, value, rel_tol=1e-10, abs_tol=1e-13), code
    length = math.prod(count for _, count in number.over)
    assert all(factor.values.shape == (length,) for factor in number.factors), code
    for factor in (*number.factors, *number.added):
        if factor.variable:
            there = np.asarray(before[factor.variable])[tuple(factor.indices.T)]
            assert (there == factor.values).all(), f"{code}: {factor.symbol}"
