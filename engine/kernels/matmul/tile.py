"""The one matrix product, generated for the vector unit that kernels are compiled for.

``multiply(c, a, b, add)`` is C (+)= A B with any strides for A. A block of C stays in registers
while rows of B stream past: a register of sums for every row of A and register of B's row, and one
broadcast number of A. Compiled once for a precision, called by address from every other kernel;
the product for a wider unit can take its place at any time, since it writes the same bytes.

``contract(...)`` is the same where rows of A lie scattered and each consists of several segments,
as the windows of a convolution do. Source: Dukhan (2019), "The indirect convolution algorithm".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.matmul.by_address import ByAddress, signature
from engine.kernels.matmul.registers import UNIT, WORD, Unit
from engine.kernels.matmul.strip import ADD, START, strip
from engine.kernels.runtime.memory import array_at, integers_at, same_kind_at, shifted
from engine.kernels.runtime.policy import DTYPES

DEPTH = 256
"""Rows of B that are used before going on, so that the block of B stays in the first caches."""

CALL_LENGTH = 15
"""Numbers that a call passes by memory: four strides, m, k, n, add, segments, then addresses: of
the segments' begins, of those of A's rows and C's rows, of what sums start from; then how far from
C what is claimed stands, and a 0."""


def product_for(unit: Unit, precision: str) -> tuple[Any, Callable[..., None]]:
    """Return C (+)= A B over blocks of `DEPTH` rows and strips of registers, and its signature."""
    size, block, vectors = unit
    real = DTYPES[precision]
    half, lanes = unit.half, 8 * size // real.bitwidth

    def product(c, a, b, call):
        numbers = array_at(call, (CALL_LENGTH,))
        c_row, a_row, a_step, b_row = numbers[0], numbers[1], numbers[2], numbers[3]
        rows, depth, width, add = numbers[4], numbers[5], numbers[6], numbers[7]
        segments, a_places, c_places = numbers[8], numbers[10], numbers[11]
        start, claimed = same_kind_at(c, numbers[12]), numbers[13]
        segment = 0
        while segment < segments:
            offsets = integers_at(numbers[9] + 8 * segment)
            together = 1
            if segments > 1:
                together = min(max(DEPTH // max(depth, 1), 1), segments - segment)
            begin = 0
            while begin < depth or begin == 0:
                part = min(DEPTH, depth - begin)
                a_part = shifted(a, begin * a_step)
                b_part = shifted(b, (segment * depth + begin) * b_row)
                column = 0
                while column < width:
                    left = width - column
                    c_here, b_here = shifted(c, column), shifted(b_part, column)
                    start_here = shifted(start, column)
                    walk = (c_row, a_row, a_step, b_row, rows, part, left, together, add, a_places,
                            c_places, claimed)
                    # Four registers are two and two: three and one would leave the one starving.
                    if vectors > 2 and left > 2 * lanes and (left <= 3 * lanes or left > 4 * lanes):
                        strip(3, size, block, c_here, a_part, b_here, start_here, offsets, walk)
                        column += 3 * lanes
                    elif left > lanes:
                        strip(2, size, block, c_here, a_part, b_here, start_here, offsets, walk)
                        column += 2 * lanes
                    elif half < size and 2 * left <= lanes:
                        # Most units do two of these at once: few columns are done sooner.
                        strip(1, half, block, c_here, a_part, b_here, start_here, offsets, walk)
                        column += lanes
                    else:
                        strip(1, size, block, c_here, a_part, b_here, start_here, offsets, walk)
                        column += lanes
                begin += DEPTH
                add, claimed = ADD, 0
            segment += together
    # Two units' products may come to lie in one program, where names of code must differ.
    product.__qualname__ = f"product_{8 * size}"
    return signature(precision), product


PRODUCT = ByAddress("multiply", CALL_LENGTH)

UNITS: dict[str, Unit] = {}
"""The vector unit whose product is in use, for each precision that has one."""


def install(precision: str) -> None:
    """Compile the product, or load it from the cache; every op that multiplies needs it."""
    if precision not in PRODUCT.compiled:
        PRODUCT.install(precision, product_for(UNIT, precision)[1])
        UNITS[precision] = UNIT


def exchange(precision: str, address: int, unit: Unit) -> None:
    """Let kernels call this product from now on; whoever is in the old one leaves it unharmed.

    Parameters
    ----------
    precision : str
        ``float32`` or ``float64``.
    address : int
        Of code that stays for as long as the program runs.
    unit : Unit
        What it is for.
    """
    PRODUCT.exchange(precision, address)
    UNITS[precision] = unit


def unpack_array(context: Any, builder: Any, kind: Any, value: Any
                 ) -> tuple[Any, list[Any], list[Any]]:
    """Return the address of an array, its shape, and its strides counted in numbers."""
    array = context.make_array(kind)(context, builder, value)
    size = WORD(context.get_abi_sizeof(context.get_value_type(kind.dtype)))
    strides = cgutils.unpack_tuple(builder, array.strides, kind.ndim)
    return (array.data, cgutils.unpack_tuple(builder, array.shape, kind.ndim),
            [builder.sdiv(stride, size) for stride in strides])


def _call(context: Any, builder: Any, dtype: Any, pointers: list[Any], numbers: list[Any]) -> None:
    """Call the product."""
    # One in a single piece has a table of a single 0, the last of these words.
    PRODUCT.call(context, builder, dtype, pointers, [*numbers, WORD(0)])


def _plain(context: Any, builder: Any, kinds: tuple[Any, ...], args: Any, add: Any, start: Any,
           claimed: Any) -> Any:
    """Call the product for three arrays as they are."""
    (c_at, _, (c_row, _)), (a_at, (m, k), (a_row, a_step)), (b_at, (_, n), (b_row, _)) = (
        unpack_array(context, builder, *pair) for pair in zip(kinds, args, strict=False))
    _call(context, builder, kinds[0].dtype, [c_at, a_at, b_at],
          [c_row, a_row, a_step, b_row, m, k, n, add, WORD(1), None, WORD(0), WORD(0), start,
           claimed])
    return context.get_dummy_value()


@intrinsic
def multiply(typingctx: Any, c: Any, a: Any, b: Any, add: Any) -> Any:
    """Compute ``c = a @ b``, or ``c += a @ b`` when ``add`` is not 0.

    Parameters
    ----------
    c : real[m, n]
        Result; numbers of a row side by side.
    a : real[m, k]
        Any strides, so ``x.T`` costs nothing.
    b : real[k, n]
        Numbers of a row side by side.
    add : int64
        0 overwrites ``c``.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        added = builder.zext(builder.icmp_signed("!=", args[3], WORD(0)), WORD)
        return _plain(context, builder, (c, a, b), args, added, WORD(0), WORD(0))
    return types.void(c, a, b, types.int64), codegen


@intrinsic
def multiply_from(typingctx: Any, c: Any, a: Any, b: Any, start: Any, claimed: Any) -> Any:
    """Compute ``c = start + a @ b``, for what `multiply` takes and a row or nothing to start from.

    Parameters
    ----------
    c, a, b : real[m, n], real[m, k], real[k, n]
        As for `multiply`; ``c`` is overwritten.
    start : real[n] or real[0]
        What the sums of every row begin from.
    claimed : int64
        How many numbers behind ``c`` others stand, row by row as far apart as there, that this
        thread is to write next: other cores have given them up when this returns, and none of them
        may write there meanwhile. 0: there are none.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start_at, (begun,), _ = unpack_array(context, builder, start, args[3])
        mode = builder.select(builder.icmp_signed("!=", begun, WORD(0)), WORD(START), WORD(0))
        return _plain(context, builder, (c, a, b), args, mode, builder.ptrtoint(start_at, WORD),
                      args[4])
    return types.void(c, a, b, start, types.int64), codegen


@intrinsic
def contract(typingctx: Any, c: Any, a: Any, b: Any, c_rows: Any, a_rows: Any, offsets: Any,
             step: Any, add: Any, start: Any) -> Any:
    """Compute a product whose A lies scattered: ``c[c_rows[m]:][:n] (+)= A[m] @ b``.

    Parameters
    ----------
    c : real[...]
        Result, from its first number on.
    a : real[...]
        Number ``s * k + i`` of A's row m is ``a[a_rows[m] + offsets[s] + i * step]``.
    b : real[s * k, n]
        Numbers of a row side by side.
    c_rows, a_rows : int64[m]
        Where every row of C and of A begins, counted in numbers.
    offsets : int64[s]
        How far every segment of A's rows lies from its row's begin; all are equally long.
    step : int64
        From one number of a segment to the next.
    add : int64
        1 adds to ``c``, 0 overwrites it.
    start : real[n] or real[0]
        What is added to every row of an overwritten ``c``.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = (c, a, b, c_rows, a_rows, offsets)
        ((c_at, _, _), (a_at, _, _), (b_at, (depth, n), (b_row, _)), (c_table, (m,), _),
         (a_table, _, _), (offsets_at, (segments,), _)) = (
             unpack_array(context, builder, *pair) for pair in zip(kinds, args, strict=False))
        start_at, (begun,), _ = unpack_array(context, builder, start, args[8])
        replace = builder.select(builder.icmp_signed("!=", begun, WORD(0)), WORD(START), WORD(0))
        mode = builder.select(builder.icmp_signed("!=", args[7], WORD(0)), WORD(ADD), replace)
        a_places, c_places, offsets_at, start_at = (
            builder.ptrtoint(table, WORD) for table in (a_table, c_table, offsets_at, start_at))
        _call(context, builder, c.dtype, [c_at, a_at, b_at],
              [WORD(0), WORD(0), args[6], b_row, m, builder.sdiv(depth, segments), n, mode,
               segments, offsets_at, a_places, c_places, start_at, WORD(0)])
        return context.get_dummy_value()
    return types.void(c, a, b, c_rows, a_rows, offsets, types.int64, types.int64, start), codegen
