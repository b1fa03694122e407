from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from numba import njit

from engine.kernels.matmul import registers
from engine.kernels.ops import catalogue
from engine.kernels.runtime.layout import FIRST_SLOT, ROW_LENGTH
from engine.kernels.runtime.policy import FASTMATH, OPS, OPTIONS, Op, encode, kernel

ROOM = ROW_LENGTH - FIRST_SLOT


def nothing_op(row, arena, batch, shard, shards):  # type: ignore[no-untyped-def]
    """Do nothing."""


def test_a_row_has_room_for_so_many_slots_and_no_more() -> None:
    assert Op(nothing_op, ("x",) * ROOM).name == "nothing"
    with pytest.raises(ValueError, match=f"needs {ROOM + 1} slots; a row has {ROOM}"):
        Op(nothing_op, ("x",) * (ROOM + 1))


def test_every_op_is_registered_once_with_named_slots() -> None:
    assert catalogue.OPS is OPS
    for name, op in OPS.items():
        assert op.name == name
        assert len(set(op.slots)) == len(op.slots)


def test_an_address_is_compiled_when_first_asked_for() -> None:
    op = Op(nothing_op, ())
    assert not op.is_compiled("float32")
    address = op.address("float32")
    assert address
    assert op.is_compiled("float32")
    assert not op.is_compiled("float64")
    assert op.address("float32") == address
    assert op.address("float64") != address


@pytest.mark.parametrize("value", [0, 1, -1, 2**62, -2**63, True, np.int64(7)])
def test_integers_are_kept(value: int) -> None:
    assert encode(value) == int(value)


@pytest.mark.parametrize("value", [0.0, 1.0, -0.5, 1e-310, math.inf, math.nan, np.float64(0.2)])
def test_reals_are_kept_by_their_bits(value: float) -> None:
    back = struct.unpack("<d", struct.pack("<q", encode(value)))[0]
    np.testing.assert_array_equal(back, value)


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
