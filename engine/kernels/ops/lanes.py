"""Vector code for windows with few channels.

A compiler that does not know how many channels there are prepares for many, at every window anew:
for 8 that takes longer than the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.matmul.registers import UNIT, WORD, Registers

LANE_BYTES = UNIT.bytes
WINDOW = types.UniTuple(types.int64, 4)


class _Lanes:
    """Emits loads, stores and constants of a register, of which only some lanes may count."""

    def __init__(self, registers: Registers, mask: Any) -> None:
        self._registers = registers
        self._mask = mask
        self.zero = ir.Constant(registers.vector, [0.0] * registers.lanes)

    def splat(self, scalar: Any) -> Any:
        return self._registers.splat(scalar, self._registers.vector)

    def load(self, base: Any, offset: Any) -> Any:
        return self._registers.load(self._at(base, offset), self._mask)

    def store(self, value: Any, base: Any, offset: Any) -> None:
        self._registers.store(value, self._at(base, offset), self._mask)

    def _at(self, base: Any, offset: Any) -> Any:
        builder = self._registers.builder
        return builder.bitcast(builder.gep(base, [offset]), self._registers.vector.as_pointer())


def _for_lanes(builder: Any, real: Any, count: Any, emit: Callable[[_Lanes], None]) -> None:
    """Emit code twice: for a whole register, and for the first ``count`` lanes of one."""
    registers = Registers(builder, real)
    whole = builder.icmp_signed(">=", count, WORD(registers.lanes))
    with builder.if_else(whole) as (full, part):
        with full:
            emit(_Lanes(registers, None))
        with part:
            emit(_Lanes(registers, registers.lanes_before(count)))


def _for_taps(builder: Any, window: Any, emit: Callable[[Any, Any], None]) -> None:
    """Emit what is done at every place of a window, by number and by distance from its corner."""
    kh, kw, down, across = cgutils.unpack_tuple(builder, window, 4)
    two_by_two = builder.and_(builder.icmp_signed("==", kh, WORD(2)),
                              builder.icmp_signed("==", kw, WORD(2)))
    with builder.if_else(two_by_two) as (common, other):
        with common:
            places = (WORD(0), across, down, builder.add(down, across))
            for tap, place in enumerate(places):
                emit(WORD(tap), place)
        with other, cgutils.for_range(builder, kh) as i, cgutils.for_range(builder, kw) as j:
            emit(builder.add(builder.mul(i.index, kw), j.index),
                 builder.add(builder.mul(i.index, down), builder.mul(j.index, across)))


def _places(context: Any, builder: Any, signature: Any, args: Any, offsets: list[Any]) -> list[Any]:
    """Return pointers into the first arrays among the arguments."""
    return [builder.gep(context.make_array(kind)(context, builder, array).data, [offset])
            for kind, array, offset in zip(signature.args, args, offsets, strict=False)]


@intrinsic
def keep_largest(typingctx: Any, y: Any, at: Any, x: Any, place: Any, corner: Any, count: Any,
                 window: Any) -> Any:
    """Find the largest numbers of a window, for at most a register of channels.

    Parameters
    ----------
    y, at, x : real[...]
        Contiguous arrays: largest numbers, their places in the window, image.
    place, corner : int64
        Where the window's numbers begin in ``y`` and ``at``, and its first place in ``x``.
    count : int64
        Channels; those beyond a register are left out.
    window : tuple[int64, int64, int64, int64]
        Its rows and columns, and how far apart they are in ``x``.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        top, where, source = _places(context, builder, signature, args, [args[3], args[3], args[4]])
        real = context.get_value_type(signature.args[2].dtype)

        def emit(lanes: _Lanes) -> None:
            best = cgutils.alloca_once_value(builder, lanes.load(source, WORD(0)))
            found = cgutils.alloca_once_value(builder, lanes.zero)

            def see(tap: Any, distance: Any) -> None:
                value, so_far = lanes.load(source, distance), builder.load(best)
                fresh = builder.and_(builder.fcmp_unordered("uno", value, value),
                                     builder.fcmp_ordered("ord", so_far, so_far))
                larger = builder.or_(builder.fcmp_ordered(">", value, so_far), fresh)
                number = lanes.splat(builder.sitofp(tap, real))
                builder.store(builder.select(larger, value, so_far), best)
                builder.store(builder.select(larger, number, builder.load(found)), found)
            _for_taps(builder, args[6], see)
            lanes.store(builder.load(best), top, WORD(0))
            lanes.store(builder.load(found), where, WORD(0))
        _for_lanes(builder, real, args[5], emit)
        return context.get_dummy_value()
    return types.void(y, at, x, *[types.int64] * 3, WINDOW), codegen


@intrinsic
def send_back(typingctx: Any, dx: Any, dy: Any, at: Any, corner: Any, place: Any, count: Any,
              window: Any, add: Any) -> Any:
    """Send gradients to the places that `keep_largest` found; all others of the window get 0.

    Parameters
    ----------
    dx, dy, at : real[...]
        Contiguous arrays: gradient of the image, that of the largest numbers, their places.
    corner, place, count, window : int64, int64, int64, tuple[int64, int64, int64, int64]
        As for `keep_largest`.
    add : bool
        Whether the window's places keep what they have, and gain.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        result, slope, where = _places(context, builder, signature, args,
                                       [args[3], args[4], args[4]])
        real = context.get_value_type(signature.args[0].dtype)

        def emit(lanes: _Lanes) -> None:
            given, found = lanes.load(slope, WORD(0)), lanes.load(where, WORD(0))

            def send(tap: Any, distance: Any) -> None:
                hit = builder.fcmp_ordered("==", found, lanes.splat(builder.sitofp(tap, real)))
                value = builder.select(hit, given, lanes.zero)
                with builder.if_else(args[7]) as (gain, replace):
                    with gain:
                        so_far = lanes.load(result, distance)
                        lanes.store(builder.fadd(so_far, value), result, distance)
                    with replace:
                        lanes.store(value, result, distance)
            _for_taps(builder, args[6], send)
        _for_lanes(builder, real, args[5], emit)
        return context.get_dummy_value()
    return types.void(dx, dy, at, *[types.int64] * 3, WINDOW, types.boolean), codegen
