"""Vector code for windows with few channels.

A compiler that does not know how many channels there are prepares for many, at every window anew:
for 8 that takes longer than the work. So does a loop over windows that keeps its place in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.matmul.registers import UNIT, WORD, Registers

HALF = 32
"""Bytes of half a register of AVX-512, which 8 channels fill: it takes less time than a mask."""

ROW = types.UniTuple(types.int64, 6)

Taps = Callable[..., None]
Emit = Callable[["_Lanes", Any, Any, Taps], None]


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


def _for_channels(builder: Any, real: Any, count: Any, emit: Callable[[_Lanes, Any], None]) -> None:
    """Emit code for whole registers of channels, from the first on, and for what remains."""
    registers = Registers(builder, real)
    lanes = WORD(registers.lanes)
    with cgutils.for_range(builder, builder.sdiv(count, lanes)) as loop:
        emit(_Lanes(registers, None), builder.mul(loop.index, lanes))
    rest = builder.srem(count, lanes)
    done = builder.sub(count, rest)
    with builder.if_then(builder.icmp_signed("!=", rest, WORD(0))):
        masked = _Lanes(registers, registers.lanes_before(rest))
        if UNIT.bytes <= HALF:
            emit(masked, done)
            return
        half = Registers(builder, real, HALF)
        is_half = builder.icmp_signed("==", rest, WORD(half.lanes))
        with builder.if_else(is_half) as (fits, other):
            with fits:
                emit(_Lanes(half, None), done)
            with other:
                emit(masked, done)


def _for_windows(builder: Any, real: Any, row: Any, emit: Emit) -> None:
    """Emit what is done with every window of a row, a register of channels after the other.

    That is called with the register, with where the window's results are, and its first place, and
    with what emits code for every place of it, by number and by distance from the first; places
    before one that is named may be left out.
    """
    kh, kw, down, channels, windows, apart = cgutils.unpack_tuple(builder, row, 6)

    def four(see: Callable[[Any, Any], None], first: int = 0) -> None:
        known = (WORD(0), channels, down, builder.add(down, channels))
        for tap, distance in tuple(enumerate(known))[first:]:
            see(WORD(tap), distance)

    def any_number(see: Callable[[Any, Any], None], first: int = 0) -> None:
        with cgutils.for_range(builder, kh) as i, cgutils.for_range(builder, kw) as j:
            see(builder.add(builder.mul(i.index, kw), j.index),
                builder.add(builder.mul(i.index, down), builder.mul(j.index, channels)))

    two_by_two = builder.and_(builder.icmp_signed("==", kh, WORD(2)),
                              builder.icmp_signed("==", kw, WORD(2)))
    with builder.if_else(two_by_two) as branches:
        for branch, taps in zip(branches, (four, any_number), strict=True):
            with branch, cgutils.for_range(builder, windows) as loop:
                here, first = (builder.mul(loop.index, step) for step in (channels, apart))

                def some(lanes: _Lanes, channel: Any, here: Any = here, first: Any = first,
                         taps: Taps = taps) -> None:
                    emit(lanes, builder.add(here, channel), builder.add(first, channel), taps)
                _for_channels(builder, real, channels, some)


def _places(context: Any, builder: Any, signature: Any, args: Any, offsets: list[Any]) -> list[Any]:
    """Return pointers into the first arrays among the arguments."""
    return [builder.gep(context.make_array(kind)(context, builder, array).data, [offset])
            for kind, array, offset in zip(signature.args, args, offsets, strict=False)]


@intrinsic
def keep_largest(typingctx: Any, y: Any, at: Any, x: Any, place: Any, corner: Any, row: Any) -> Any:
    """Find the largest numbers of every window of a row, channel by channel.

    Parameters
    ----------
    y, at, x : real[...]
        Contiguous arrays: largest numbers, their places in the window, image.
    place, corner : int64
        Where the first window's numbers begin in ``y`` and ``at``, and its first place in ``x``.
    row : tuple[int64, ...]
        Rows and columns of a window, numbers of a row of ``x``, and channels; how many windows, and
        how far apart they are in ``x``.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        top, where, source = _places(context, builder, signature, args, [args[3], args[3], args[4]])
        real = context.get_value_type(signature.args[2].dtype)

        def search(lanes: _Lanes, result: Any, first: Any, taps: Taps) -> None:
            begin = builder.gep(source, [first])
            best, found = (cgutils.alloca_once(builder, lanes.zero.type) for _ in range(2))
            builder.store(lanes.load(begin, WORD(0)), best)
            builder.store(lanes.zero, found)

            def see(tap: Any, distance: Any) -> None:
                value, so_far = lanes.load(begin, distance), builder.load(best)
                # Larger, or the first that is no number.
                larger = builder.and_(builder.fcmp_unordered(">", value, so_far),
                                      builder.fcmp_ordered("ord", so_far, so_far))
                number = lanes.splat(builder.sitofp(tap, real))
                builder.store(builder.select(larger, value, so_far), best)
                builder.store(builder.select(larger, number, builder.load(found)), found)
            taps(see, 1)
            lanes.store(builder.load(best), top, result)
            lanes.store(builder.load(found), where, result)
        _for_windows(builder, real, args[5], search)
        return context.get_dummy_value()
    return types.void(y, at, x, *[types.int64] * 2, ROW), codegen


@intrinsic
def send_back(typingctx: Any, dx: Any, dy: Any, at: Any, corner: Any, place: Any, row: Any,
              add: Any) -> Any:
    """Send gradients to the places that `keep_largest` found; all others of a window get 0.

    Parameters
    ----------
    dx, dy, at : real[...]
        Contiguous arrays: gradient of the image, that of the largest numbers, their places.
    corner, place, row : int64, int64, tuple[int64, ...]
        As for `keep_largest`.
    add : bool
        Whether the windows' places keep what they have, and gain.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        result, gradient, where = _places(context, builder, signature, args,
                                          [args[3], args[4], args[4]])
        real = context.get_value_type(signature.args[0].dtype)

        def send(lanes: _Lanes, here: Any, first: Any, taps: Taps, is_added: bool) -> None:
            given, found = lanes.load(gradient, here), lanes.load(where, here)
            begin = builder.gep(result, [first])

            def hand(tap: Any, distance: Any) -> None:
                hit = builder.fcmp_ordered("==", found, lanes.splat(builder.sitofp(tap, real)))
                value = builder.select(hit, given, lanes.zero)
                if is_added:
                    value = builder.fadd(lanes.load(begin, distance), value)
                lanes.store(value, begin, distance)
            taps(hand)
        with builder.if_else(args[6]) as branches:
            for branch, is_added in zip(branches, (True, False), strict=True):
                with branch:
                    _for_windows(builder, real, args[5], partial(send, is_added=is_added))
        return context.get_dummy_value()
    return types.void(dx, dy, at, *[types.int64] * 2, ROW, types.boolean), codegen
