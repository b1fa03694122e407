from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from engine.kernels.matmul import registers
from engine.kernels.ops import catalogue
from engine.kernels.runtime.policy import FASTMATH, OPS, OPTIONS, Op, kernel
from engine.kernels.runtime.slots import Slots


def nothing_op(slots, arena, batch, shard, shards):  # type: ignore[no-untyped-def]
    """Do nothing."""


def test_every_op_is_registered_under_its_name() -> None:
    assert catalogue.OPS is OPS
    for name, op in OPS.items():
        assert op.name == name


def test_an_address_is_compiled_when_first_asked_for() -> None:
    op = Op(nothing_op, Slots(""))
    assert not op.is_compiled("float32")
    address = op.address("float32")
    assert address
    assert op.is_compiled("float32")
    assert not op.is_compiled("float64")
    assert op.address("float32") == address
    assert op.address("float64") != address


@kernel
def count_nonfinite(x):  # type: ignore[no-untyped-def]
    """Count as the engine does."""
    found = 0
    for j in range(x.size):
        found += x[j] - x[j] != 0
    return found


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_fast_arithmetic_still_sees_what_is_not_finite(precision: str) -> None:
    assert FASTMATH.isdisjoint({"nnan", "ninf", "fast"})
    x = np.ones(1000, precision)
    x[[3, 500, 999]] = np.nan, np.inf, -np.inf
    assert count_nonfinite(x) == 3


@pytest.mark.skipif(registers.UNIT.bytes != 64, reason="other units are used whole anyway")
def test_loops_use_whole_registers() -> None:
    def double(x):  # type: ignore[no-untyped-def]
        for j in range(x.size):
            x[j] += x[j]
    compiled = njit(double, **OPTIONS)
    compiled(np.ones(3, np.float32))
    (text,) = compiled.inspect_asm().values()
    assert "zmm" in text
