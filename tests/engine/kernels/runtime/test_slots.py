"""What an op reads of its row, by name."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from numba.core.errors import TypingError

from engine.kernels.runtime.layout import FIRST_SLOT, ROW_LENGTH
from engine.kernels.runtime.memory import call_op, vector
from engine.kernels.runtime.policy import Op, kernel
from engine.kernels.runtime.slots import Slots

ROOM = ROW_LENGTH - FIRST_SLOT


def add_up_op(slots, arena, batch, shard, shards):  # type: ignore[no-untyped-def]
    """Write what the row says."""
    vector(arena, slots.y, 1)[0] = slots.weight * slots.n + slots.last


def misspelt_op(slots, arena, batch, shard, shards):  # type: ignore[no-untyped-def]
    """Read a slot that the row does not have."""
    vector(arena, slots.y, 1)[0] = slots.z


@kernel
def call(address, row, arena):  # type: ignore[no-untyped-def]
    """Call an op as the driver does."""
    call_op(address, row, arena, 1, 0, 1)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_an_op_reads_its_slots_by_name(precision: str) -> None:
    slots = Slots("y weight:real n last")
    row, arena = np.zeros(ROW_LENGTH, np.int64), np.zeros(4, precision)
    for name, value in {"y": 2, "weight": 0.75, "n": 8, "last": -1}.items():
        row[slots.places[name]] = slots.encode(name, value)
    call(Op(add_up_op, slots).address(precision), row.ctypes.data, arena.ctypes.data)
    np.testing.assert_array_equal(arena, [0.0, 0.0, 5.0, 0.0])


def test_a_misspelt_slot_does_not_compile() -> None:
    with pytest.raises(TypingError, match="Unknown attribute 'z'"):
        Op(misspelt_op, Slots("y x")).address("float32")


def test_a_row_has_room_for_so_many_slots_and_no_more() -> None:
    names = " ".join(f"x{place}" for place in range(ROOM))
    assert Slots(names).places["x0"] == FIRST_SLOT
    with pytest.raises(ValueError, match=f"{ROOM + 1} slots; a row has {ROOM}"):
        Slots(names + " y")


def test_a_name_stands_for_one_slot() -> None:
    with pytest.raises(ValueError, match="named twice"):
        Slots("y x y:real")


@pytest.mark.parametrize("value", [0, 1, -1, 2**62, -2**63, True, np.int64(7)])
def test_integers_are_kept(value: int) -> None:
    assert Slots("n").encode("n", value) == int(value)


def test_no_part_of_a_number_is_lost() -> None:
    with pytest.raises(ValueError, match="n holds whole numbers"):
        Slots("n").encode("n", 1.5)


@pytest.mark.parametrize("value", [0, 1.0, -0.5, 1e-310, math.inf, math.nan, np.float64(0.2)])
def test_reals_are_kept_by_their_bits(value: float) -> None:
    kept = Slots("rate:real").encode("rate", value)
    np.testing.assert_array_equal(struct.unpack("<d", struct.pack("<q", kept))[0], value)
