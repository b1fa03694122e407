"""Matrices transposed, and products whose right side is laid out anew on the way.

A product reads strips of B, a few registers wide and many rows deep. Where rows of B lie far apart,
the lines of a strip compete for the same places of the first cache; there a strip is first copied
into a panel on the stack, row behind row, and transposed meanwhile if B is wanted transposed.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.matmul import tile
from engine.kernels.matmul.by_address import ByAddress
from engine.kernels.matmul.registers import LANES_32, UNIT, WORD, Registers
from engine.kernels.matmul.tile import multiply, multiply_from, unpack_array
from engine.kernels.runtime.memory import (
    SECOND_CACHE,
    array_at,
    emit_prefetch,
    same_kind_at,
    span,
    strided,
)
from engine.kernels.runtime.policy import finished, inlined, kernel

PANEL_BYTES = 24 << 10
"""Bytes of a panel: with a few rows of A it stays in a first cache of 32 KiB."""

STRIP_BYTES = 192 if UNIT.bytes > 16 else UNIT.vectors * UNIT.bytes
"""Bytes of one row of a panel that is one strip wide, or three where registers are AVX2's.

Such a panel suits AVX-512's product, too, which takes the place of AVX2's where it can: a step of
3072-1024-512-10 then takes 27 ms instead of 35, and with AVX2's as long as with narrower panels.
"""

MUCH = 1 << 17
"""Numbers of a right side that had better be divided than read by every thread."""

PACKED_ROWS = 128
PACKED_BYTES = 64 << 10
"""Rows of C and bytes of B from which on it pays to copy B, which is done for all rows at once."""

COLLIDING = 512
"""Bytes: numbers at multiples of it compete for so few places of the first cache that those of
`PACKED_ROWS` rows drive one another out.
"""

SHORT = UNIT.bytes < 64
"""Whether a product uses up a column of A so soon that the second cache falls behind."""

LEFT_ROWS = 256
"""Rows of a left side of which so many numbers are brought together as a panel is deep."""

LEFT_BYTES = LEFT_ROWS * PANEL_BYTES // STRIP_BYTES * 8

FEW = 32
"""Numbers up to which a matrix is transposed number by number."""

TOGETHER = 4
"""Registers of sums over rows that grow side by side."""

PACKED_LENGTH = 11
"""Numbers that a call by way of panels passes by memory: strides of C's and A's rows, A's steps and
B's rows, m, k, n, whether B is taken transposed, then of what sums start from how many and where,
and how far from C what is claimed stands.
"""


class _Square(Registers):
    """Emits y = x.T for a square of as many rows as a register has lanes, or for a part of one."""

    def __init__(self, builder: Any, real: Any, target: Any, source: Any, size: int = 0) -> None:
        super().__init__(builder, real, size)
        self.target, self.target_row = target
        self.source, self.source_row = source

    def emit(self, first_row: Any, first_column: Any, rows: Any = None, columns: Any = None
             ) -> None:
        """Emit the square of ``x`` that begins there; with sizes, it may end early."""
        masks = self._masks(rows, columns)
        lines = [self.load(self._address(self.source, self.source_row, first_row, r, first_column),
                           mask) for r, mask in zip(range(self.lanes), masks, strict=False)]
        distance = 1
        while distance < self.lanes:
            lines = self._exchanged(lines, distance)
            distance *= 2
        for c, (line, mask) in enumerate(zip(lines, self._masks(columns, rows), strict=True)):
            self.store(line, self._address(self.target, self.target_row, first_column, c,
                                           first_row), mask)

    def emit_all(self, rows: Any, columns: Any) -> None:
        """Emit the squares of a matrix of any size."""
        builder, lanes = self.builder, WORD(self.lanes)

        def pieces(size: Any) -> Any:
            return builder.sdiv(builder.add(size, WORD(self.lanes - 1)), lanes)

        with cgutils.for_range(builder, pieces(columns)) as across:
            column = builder.mul(across.index, lanes)
            wide = builder.sub(columns, column)
            with cgutils.for_range(builder, pieces(rows)) as down:
                row = builder.mul(down.index, lanes)
                high = builder.sub(rows, row)
                full = builder.and_(builder.icmp_signed(">=", wide, lanes),
                                    builder.icmp_signed(">=", high, lanes))
                with builder.if_else(full) as (whole, part):
                    with whole:
                        self.emit(row, column)
                    with part:
                        self.emit(row, column, high, wide)

    def _masks(self, rows: Any, columns: Any) -> list[Any]:
        """Return for every line which of its lanes lie inside."""
        if rows is None:
            return [None] * self.lanes
        inside = self.lanes_before(columns)
        nothing = ir.Constant(inside.type, [0] * self.lanes)
        return [self.builder.select(self.builder.icmp_signed("<", WORD(r), rows), inside, nothing)
                for r in range(self.lanes)]

    def _address(self, base: Any, stride: Any, first_row: Any, row: int, column: Any) -> Any:
        builder = self.builder
        offset = builder.add(builder.mul(builder.add(first_row, WORD(row)), stride), column)
        return builder.bitcast(builder.gep(base, [offset]), self.vector.as_pointer())

    def _exchanged(self, lines: list[Any], distance: int) -> list[Any]:
        """Exchange, in all squares of twice the distance, upper right quarter and lower left."""
        index = ir.VectorType(ir.IntType(32), self.lanes)
        upper = [j if not j & distance else self.lanes + j - distance for j in range(self.lanes)]
        lower = [j + distance if not j & distance else self.lanes + j for j in range(self.lanes)]
        result = list(lines)
        for r in range(self.lanes):
            if not r & distance:
                pair = lines[r], lines[r + distance]
                for place, order in ((r, upper), (r + distance, lower)):
                    result[place] = self.builder.shuffle_vector(*pair, ir.Constant(index, order))
        return result


@intrinsic
def copy_transposed(typingctx: Any, y: Any, x: Any) -> Any:
    """Copy ``y = x.T``; numbers of a row lie side by side in both."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target, _, (target_row, _) = unpack_array(context, builder, y, args[0])
        source, (rows, columns), (source_row, _) = unpack_array(
            context, builder, x, args[1])
        sides = (target, target_row), (source, source_row)
        square = _Square(builder, context.get_value_type(y.dtype), *sides)
        small = _Square(builder, context.get_value_type(y.dtype), *sides,
                        square.lanes * square.real_bytes // 2)
        if small.lanes * small.lanes <= FEW:
            square.emit_all(rows, columns)
            return context.get_dummy_value()
        fits = [builder.icmp_signed("<=", side, WORD(small.lanes)) for side in (rows, columns)]
        with builder.if_else(builder.and_(*fits)) as (one, several):
            with one:
                small.emit(WORD(0), WORD(0), rows, columns)
            with several:
                square.emit_all(rows, columns)
        return context.get_dummy_value()
    return types.void(y, x), codegen


@intrinsic
def copy_rows(typingctx: Any, y: Any, x: Any) -> Any:
    """Copy ``y = x``; numbers of a row lie side by side in both.

    What stands to the right of ``x`` is asked for meanwhile: it is copied next. Its rows lie in so
    many pages of memory that the processor would not bring any of it by itself.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target, _, (target_row, _) = unpack_array(context, builder, y, args[0])
        source, (rows, columns), (source_row, _) = unpack_array(
            context, builder, x, args[1])
        unit = Registers(builder, context.get_value_type(y.dtype))
        lanes = WORD(unit.lanes)
        rest = builder.srem(columns, lanes)
        mask = unit.lanes_before(rest)

        def copy(row: Any, column: Any, inside: Any = None) -> None:
            to, of = (builder.bitcast(
                builder.gep(base, [builder.add(builder.mul(row, stride), column)]),
                unit.vector.as_pointer())
                for base, stride in ((target, target_row), (source, source_row)))
            unit.store(unit.load(of, inside), to, inside)
            emit_prefetch(builder, builder.gep(source, [builder.add(
                builder.add(builder.mul(row, source_row), column), columns)]), SECOND_CACHE)

        with cgutils.for_range(builder, rows) as down:
            with cgutils.for_range(builder, builder.sdiv(columns, lanes)) as across:
                copy(down.index, builder.mul(across.index, lanes))
            with builder.if_then(builder.icmp_signed("!=", rest, WORD(0))):
                copy(down.index, builder.sub(columns, rest), mask)
        return context.get_dummy_value()
    return types.void(y, x), codegen


@intrinsic
def _sum_columns(typingctx: Any, total: Any, x: Any) -> Any:
    """Write the sum of every column of ``x``."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, (rows, columns), (source_row, _) = unpack_array(
            context, builder, x, args[1])
        target, _, _ = unpack_array(context, builder, total, args[0])
        unit = Registers(builder, context.get_value_type(x.dtype))
        zero = ir.Constant(unit.vector, [0.0] * unit.lanes)

        def place(base: Any, column: Any) -> Any:
            return builder.bitcast(builder.gep(base, [column]), unit.vector.as_pointer())

        def strip(begin: Any, registers: int, mask: Any = None) -> None:
            begins = [builder.add(begin, WORD(number * unit.lanes)) for number in range(registers)]
            sums = [cgutils.alloca_once_value(builder, zero) for _ in begins]
            with cgutils.for_range(builder, rows) as down:
                line = builder.gep(source, [builder.mul(down.index, source_row)])
                for column, held in zip(begins, sums, strict=True):
                    builder.store(builder.fadd(
                        builder.load(held), unit.load(place(line, column), mask)), held)
            for column, held in zip(begins, sums, strict=True):
                unit.store(builder.load(held), place(target, column), mask)

        wide = WORD(TOGETHER * unit.lanes)
        strips = builder.sdiv(columns, wide)
        with cgutils.for_range(builder, strips) as across:
            strip(builder.mul(across.index, wide), TOGETHER)
        done = builder.mul(strips, wide)
        left = builder.sub(columns, done)
        lanes = WORD(unit.lanes)
        with cgutils.for_range(builder, builder.sdiv(left, lanes)) as across:
            strip(builder.add(done, builder.mul(across.index, lanes)), 1)
        rest = builder.srem(left, lanes)
        with builder.if_then(builder.icmp_signed("!=", rest, WORD(0))):
            strip(builder.sub(columns, rest), 1, unit.lanes_before(rest))
        return context.get_dummy_value()
    return types.void(total, x), codegen


@inlined
def pays(rows, b):
    """Say whether the product of so many rows with ``b`` is sooner done by way of panels."""
    return rows >= PACKED_ROWS and b.size * b.itemsize >= PACKED_BYTES


@inlined
def block(rows, columns, depth, shard, shards):
    """Return begin and end of a shard's rows of a result, and of its columns: one side is cut.

    Rows, since whoever did some in the op before finds them in its cache; but then every shard
    reads all of the right side. Where that is much, each had better read a part.
    """
    first, last, left, right = 0, rows, 0, columns
    if shards > 1:
        if rows >= columns or columns * depth < MUCH:
            first, last = span(rows, shard, shards)
        else:
            left, right = span((columns + LANES_32 - 1) // LANES_32, shard, shards)
            left, right = min(left * LANES_32, columns), min(right * LANES_32, columns)
    return first, last, left, right


@finished
def sum_rows(total, x):
    """Compute ``total = sum of x over rows``.

    Parameters
    ----------
    total : real[k]
        Overwritten.
    x : real[n, k]
        What is summed; numbers of a row side by side.

    Notes
    -----
    Source: definition.
    """
    _sum_columns(total, x)


@intrinsic(prefer_literal=True)
def _stack_space(typingctx: Any, like: Any, size: Any) -> Any:
    """Return the address of so many bytes on the stack, of the same type as ``like``."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        # Not "alloca_once", which would fill it with zeros at every call.
        with builder.goto_entry_block():
            space = builder.alloca(ir.ArrayType(ir.IntType(8), size.literal_value))
        space.align = UNIT.bytes
        return builder.bitcast(space, context.get_value_type(like.dtype).as_pointer())
    return types.CPointer(like.dtype)(like, size), codegen


@kernel
def multiply_packed(c, a, b, start, transposed, claimed):
    """Compute ``c = start + a @ b`` by way of panels, or ``c = start + a @ b.T``.

    Parameters
    ----------
    c : real[m, n]
        Result; numbers of a row side by side.
    a : real[m, k]
        Any strides.
    b : real[k, n] or real[n, k]
        Numbers of a row side by side; the second shape when ``transposed``.
    start : real[n] or real[0]
        What the sums of every row begin from, or nothing.
    transposed : bool
        Whether ``b`` is taken transposed.
    claimed : int64
        As `multiply_from` takes it.

    Notes
    -----
    A panel is as deep as the whole product if a strip of it has room then, and as wide as has room.
    Where numbers of a row of A collide in the first cache, some rows are brought together.
    Source: Goto and van de Geijn (2008), sec. 4.
    """
    rows, depth = a.shape
    part = min(depth, PANEL_BYTES // STRIP_BYTES)
    # A transposed matrix, each row of which lies across all rows of the other.
    scattered = SHORT and a.strides[0] == a.itemsize and a.strides[1] % COLLIDING == 0
    left, together = _stack_space(c, LEFT_BYTES), LEFT_ROWS if scattered else max(rows, 1)
    # All columns before the next rows of B: these lie in memory as they are read here.
    for begin in range(0, depth, part):
        end = min(begin + part, depth)
        for row in range(0, rows, together):
            some = min(together, rows - row)
            some_of_c, some_of_a = c[row:row + some], a[row:row + some, begin:end]
            if scattered:
                near = strided(left, some, end - begin, 1, some)
                copy_rows(near.T, some_of_a.T)
                some_of_a = near
            _multiply_panels(some_of_c, some_of_a, b, start, transposed, begin, claimed)


@inlined
def _multiply_panels(c, a, b, start, transposed, begin, claimed):
    """Add the product of A with those rows of B, or columns, that begin there."""
    space = _stack_space(c, PANEL_BYTES)
    depth, width = a.shape[1], c.shape[1]
    wide = PANEL_BYTES // (depth * STRIP_BYTES) * STRIP_BYTES // c.itemsize
    for column in range(0, width, wide):
        columns = min(wide, width - column)
        panel = array_at(space, (depth, columns))
        if transposed:
            copy_transposed(panel, b[column:column + columns, begin:begin + depth])
        else:
            copy_rows(panel, b[begin:begin + depth, column:column + columns])
        part_of_c = c[:, column:column + columns]
        if begin == 0:
            multiply_from(part_of_c, a, panel, start[column:column + columns], claimed)
        else:
            multiply(part_of_c, a, panel, 1)


def _packed(c, a, b, call):
    """Call `multiply_packed` with arrays of any strides, so that one version does for all."""
    numbers = array_at(call, (PACKED_LENGTH,))
    rows, depth, width, transposed = numbers[4], numbers[5], numbers[6], numbers[7] != 0
    high, wide = (width, depth) if transposed else (depth, width)
    multiply_packed(strided(c, rows, width, numbers[0], 1),
                    strided(a, rows, depth, numbers[1], numbers[2]),
                    strided(b, high, wide, numbers[3], 1),
                    array_at(same_kind_at(c, numbers[9]), (numbers[8],)), transposed, numbers[10])


PACKED = ByAddress("packed", PACKED_LENGTH)
"""Compiled once: as a part of every op that multiplies, it took a tenth of the compiling."""


def install(precision: str) -> None:
    """Compile what multiplies by way of panels, or load it from the cache, and the product."""
    tile.install(precision)
    if precision not in PACKED.compiled:
        PACKED.install(precision, _packed)


@intrinsic
def call_packed(typingctx: Any, c: Any, a: Any, b: Any, start: Any, transposed: Any,
                claimed: Any) -> Any:
    """Call `multiply_packed` by its address, so that it is part of no caller."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = (c, a, b, start)
        ((c_at, _, (c_row, _)), (a_at, (m, k), (a_row, a_step)), (b_at, sides, (b_row, _)),
         (start_at, (begun,), _)) = (
             unpack_array(context, builder, *pair) for pair in zip(kinds, args, strict=False))
        flag = builder.zext(args[4], WORD)
        n = builder.select(args[4], *sides)
        PACKED.call(context, builder, c.dtype, [c_at, a_at, b_at],
                    [c_row, a_row, a_step, b_row, m, k, n, flag, begun,
                     builder.ptrtoint(start_at, WORD), args[5]])
        return context.get_dummy_value()
    return types.void(c, a, b, start, types.boolean, types.int64), codegen


@kernel
def multiply_transposed(c, a, b, start):
    """Compute ``c = start + a @ b.T``.

    Parameters
    ----------
    c : real[m, n]
        Result; numbers of a row side by side.
    a : real[m, k]
        Any strides.
    b : real[n, k]
        Numbers of a row side by side.
    start : real[n] or real[0]
        What the sums of every row begin from, or nothing.

    Notes
    -----
    Source: definition.
    """
    n, k = b.shape
    if n * k * c.itemsize > PANEL_BYTES:
        call_packed(c, a, b, start, True, 0)
        return
    panel = array_at(_stack_space(c, PANEL_BYTES), (k, n))
    if n * k > FEW:
        copy_transposed(panel, b)
    else:
        for i in range(n):
            for o in range(k):
                panel[o, i] = b[i, o]
    multiply_from(c, a, panel, start, 0)
