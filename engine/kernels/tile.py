"""The one matrix product, generated for the vector unit of the machine it starts on.

``multiply(c, a, b, add)`` is C (+)= A B with any strides for A. A block of C stays in registers
while rows of B stream past: a register of sums for every row of A and register of B's row, and one
broadcast number of A. Compiled once for a precision, called by address from every other kernel.

``contract(...)`` is the same where rows of A lie scattered and each consists of several segments,
as the windows of a convolution do. Source: Dukhan (2019), "The indirect convolution algorithm".
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple

import llvmlite.binding as llvm
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.memory import integers_at, same_kind_at, shifted
from engine.kernels.policy import DTYPES, compiled_callback

WORD = ir.IntType(64)
DEPTH = 256
"""Rows of B that are used before going on, so that the block of B stays in the first caches."""

CALL_LENGTH = 14
"""Numbers that a call passes by memory: four strides, m, k, n, add, segments, then addresses: of
the segments' begins, of those of A's rows and C's rows, of what sums start from; and a 0."""

ADD, START = 1, 2
"""What sums begin from: what is in C, or a row of numbers; else from 0."""


class Unit(NamedTuple):
    """A vector unit: bytes of a register, and the block of C that fits its registers."""

    bytes: int
    rows: int
    vectors: int


def _vector_unit() -> Unit:
    features = llvm.get_host_cpu_features()
    if features.get("avx512f") and features.get("avx512vl"):
        return Unit(64, 8, 3)
    if features.get("avx2") and features.get("fma"):
        return Unit(32, 6, 2)
    if features.get("avx"):
        return Unit(32, 4, 2)
    if features.get("neon"):
        return Unit(16, 8, 3)
    return Unit(16, 4, 2)


UNIT = _vector_unit()
LANES_32 = UNIT.bytes // 4
LANES_64 = UNIT.bytes // 8
VECTORS = UNIT.vectors


class Registers:
    """Emits code on vector registers of one precision."""

    def __init__(self, builder: Any, real: Any) -> None:
        self.builder = builder
        self.real_bytes = 4 if isinstance(real, ir.FloatType) else 8
        self.lanes = UNIT.bytes // self.real_bytes
        self.vector = ir.VectorType(real, self.lanes)

    def lanes_before(self, end: Any) -> Any:
        """Return a mask of the lanes whose number is less than ``end``."""
        counts = ir.VectorType(WORD, self.lanes)
        return self.builder.icmp_signed("<", counts(list(range(self.lanes))),
                                        self.splat(end, counts))

    def splat(self, scalar: Any, vector: Any) -> Any:
        """Return a vector whose lanes all hold ``scalar``."""
        undefined = ir.Constant(vector, ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.IntType(32)(0))
        order = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, undefined, order)

    def intrinsic(self, name: str, result: Any, arguments: list[Any]) -> Any:
        """Call LLVM's function of that name for these registers."""
        full = f"llvm.{name}.v{self.lanes}f{8 * self.real_bytes}"
        if name != "fmuladd":
            full += ".p0"
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, full),
                                 arguments)

    def load(self, pointer: Any, mask: Any = None) -> Any:
        """Load a register; lanes outside the mask become 0 and their memory is not touched."""
        # The size of a number is all the alignment that is sure.
        if mask is None:
            return self.builder.load(pointer, align=self.real_bytes)
        zero = ir.Constant(self.vector, [0.0] * self.lanes)
        return self.intrinsic("masked.load", self.vector,
                              [pointer, ir.IntType(32)(self.real_bytes), mask, zero])

    def store(self, value: Any, pointer: Any, mask: Any = None) -> None:
        """Store a register; memory outside the mask is left alone."""
        if mask is None:
            self.builder.store(value, pointer, align=self.real_bytes)
        else:
            self.intrinsic("masked.store", ir.VoidType(),
                           [value, pointer, ir.IntType(32)(self.real_bytes), mask])


class _Strip(Registers):
    """Emits C[:, :width] (+)= A B[:, :width] for a width of at most `VECTORS` registers."""

    def __init__(self, builder: Any, real: Any, vectors: int, args: Any) -> None:
        super().__init__(builder, real)
        self.vectors = vectors
        self.c, self.a, self.b, self.start, self.legs, walk = args
        (self.c_row, self.a_row, self.a_step, self.b_row, self.rows, self.depth, self.width,
         self.segments, self.add, a_places, c_places) = (
             builder.extract_value(walk, i) for i in range(11))
        self.has_places = builder.icmp_signed("!=", a_places, WORD(0))
        self.places = [builder.inttoptr(place, WORD.as_pointer()) for place in (a_places, c_places)]
        self.masks: list[Any] = [None] * vectors

    def emit(self) -> None:
        """Emit the strip twice: for full registers, and for a last register that ends early."""
        full = self.builder.icmp_signed(">=", self.width, WORD(self.vectors * self.lanes))
        with self.builder.if_else(full) as (whole, partial):
            with whole:
                self._rows()
            with partial:
                self.masks[-1] = self.lanes_before(
                    self.builder.sub(self.width, WORD((self.vectors - 1) * self.lanes)))
                self._rows()

    def _rows(self) -> None:
        """Emit full blocks of rows, then what remains by powers of two."""
        builder, block = self.builder, WORD(UNIT.rows)
        blocks = builder.sdiv(self.rows, block)
        with cgutils.for_range(builder, blocks) as loop:
            self._block(builder.mul(loop.index, block), UNIT.rows)
        rest = builder.srem(self.rows, block)
        done = builder.mul(blocks, block)
        for size in (4, 2, 1):
            if size < UNIT.rows:
                wanted = builder.icmp_signed("!=", builder.and_(rest, WORD(size)), WORD(0))
                with builder.if_then(wanted):
                    before = builder.and_(rest, WORD(-2 * size))
                    self._block(builder.add(done, before), size)

    def _block(self, first: Any, rows: int) -> None:
        builder = self.builder
        cells = [(row, vector) for row in range(rows) for vector in range(self.vectors)]
        zero = ir.Constant(self.vector, [0.0] * self.lanes)
        sums = {cell: cgutils.alloca_once_value(builder, zero) for cell in cells}
        a_rows, c_rows = self._row_begins(first, rows)
        places = {(row, vector): self._register(c_rows[row], vector) for row, vector in cells}
        self._begin(sums, places)
        self._walk(a_rows, sums)
        for cell in cells:
            self.store(builder.load(sums[cell]), places[cell], self.masks[cell[1]])

    def _register(self, begin: Any, vector: int) -> Any:
        place = self.builder.gep(begin, [WORD(vector * self.lanes)])
        return self.builder.bitcast(place, self.vector.as_pointer())

    def _row_begins(self, first: Any, rows: int) -> tuple[list[Any], list[Any]]:
        """Return where rows of A and of C begin: at equal distances, or where tables say."""
        builder = self.builder
        offsets = [[cgutils.alloca_once(builder, WORD) for _ in range(rows)] for _ in range(2)]
        with builder.if_else(self.has_places) as (listed, regular):
            with listed:
                for table, side in zip(self.places, offsets, strict=True):
                    for row, offset in enumerate(side):
                        place = builder.gep(table, [builder.add(first, WORD(row))])
                        builder.store(builder.load(place), offset)
            with regular:
                for stride, side in zip((self.a_row, self.c_row), offsets, strict=True):
                    for row, offset in enumerate(side):
                        builder.store(builder.mul(builder.add(first, WORD(row)), stride), offset)
        a_rows, c_rows = ([builder.gep(base, [builder.load(offset)]) for offset in side]
                          for base, side in zip((self.a, self.c), offsets, strict=True))
        return a_rows, c_rows

    def _begin(self, sums: dict[Any, Any], places: dict[Any, Any]) -> None:
        """Let the sums begin from 0, from C, or all rows from the same numbers."""
        builder = self.builder
        zero = ir.Constant(self.vector, [0.0] * self.lanes)
        with builder.if_else(builder.icmp_signed("==", self.add, WORD(ADD))) as (add, replace):
            with add:
                for cell, total in sums.items():
                    builder.store(self.load(places[cell], self.masks[cell[1]]), total)
            with replace:
                for total in sums.values():
                    builder.store(zero, total)
                with builder.if_then(builder.icmp_signed("==", self.add, WORD(START))):
                    begins = [self.load(self._register(self.start, vector), self.masks[vector])
                              for vector in range(self.vectors)]
                    for cell, total in sums.items():
                        builder.store(begins[cell[1]], total)

    def _walk(self, a_rows: list[Any], sums: dict[Any, Any]) -> None:
        """Add all outer products of a column of A and a row of B, segment by segment."""
        builder = self.builder
        b_row = cgutils.alloca_once_value(builder, self.b)
        along = cgutils.alloca_once(builder, WORD)
        with cgutils.for_range(builder, self.segments) as segment:
            builder.store(builder.load(builder.gep(self.legs, [segment.index])), along)
            with cgutils.for_range(builder, self.depth):
                here, offset = builder.load(b_row), builder.load(along)
                self._accumulate(here, offset, a_rows, sums)
                builder.store(builder.gep(here, [self.b_row]), b_row)
                builder.store(builder.add(offset, self.a_step), along)

    def _accumulate(self, b_row: Any, along: Any, a_rows: list[Any], sums: dict[Any, Any]) -> None:
        """Add one outer product of a column of A and a row of B."""
        builder = self.builder
        b = [self.load(self._register(b_row, vector), self.masks[vector])
             for vector in range(self.vectors)]
        for row, begin in enumerate(a_rows):
            a = self.splat(builder.load(builder.gep(begin, [along])), self.vector)
            for vector in range(self.vectors):
                total = sums[row, vector]
                product = [a, b[vector], builder.load(total)]
                # Not "fma": without that instruction it would be a call for every single number.
                builder.store(self.intrinsic("fmuladd", self.vector, product), total)


def _emit_strip(vectors: int, real: Any, arguments: tuple[Any, ...]) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _Strip(builder, context.get_value_type(real.dtype), vectors, args).emit()
        return context.get_dummy_value()
    return types.void(*arguments), codegen


# One for each number of registers that a row of the block takes; narrow machines use two of them.
@intrinsic
def _strip_1(typingctx: Any, c: Any, a: Any, b: Any, start: Any, legs: Any, walk: Any) -> Any:
    return _emit_strip(1, c, (c, a, b, start, legs, walk))


@intrinsic
def _strip_2(typingctx: Any, c: Any, a: Any, b: Any, start: Any, legs: Any, walk: Any) -> Any:
    return _emit_strip(2, c, (c, a, b, start, legs, walk))


@intrinsic
def _strip_3(typingctx: Any, c: Any, a: Any, b: Any, start: Any, legs: Any, walk: Any) -> Any:
    return _emit_strip(3, c, (c, a, b, start, legs, walk))


def _product(lanes: int) -> Callable[..., None]:
    """Return C (+)= A B over blocks of `DEPTH` rows and strips of `VECTORS` registers."""
    def product(c, a, b, call):
        numbers = carray(call, (CALL_LENGTH,))
        c_row, a_row, a_step, b_row = numbers[0], numbers[1], numbers[2], numbers[3]
        rows, depth, width, add = numbers[4], numbers[5], numbers[6], numbers[7]
        segments, a_places, c_places = numbers[8], numbers[10], numbers[11]
        start = same_kind_at(c, numbers[12])
        leg = 0
        while leg < segments:
            legs = integers_at(numbers[9] + 8 * leg)
            together = 1
            if segments > 1:
                together = min(max(DEPTH // max(depth, 1), 1), segments - leg)
            begin = 0
            while begin < depth or begin == 0:
                part = min(DEPTH, depth - begin)
                a_part = shifted(a, begin * a_step)
                b_part = shifted(b, (leg * depth + begin) * b_row)
                column = 0
                while column < width:
                    left = width - column
                    c_here, b_here = shifted(c, column), shifted(b_part, column)
                    start_here = shifted(start, column)
                    walk = (c_row, a_row, a_step, b_row, rows, part, left, together, add, a_places,
                            c_places)
                    # Four registers are two and two: three and one would leave the one starving.
                    if VECTORS > 2 and left > 2 * lanes and (left <= 3 * lanes or left > 4 * lanes):
                        _strip_3(c_here, a_part, b_here, start_here, legs, walk)
                        column += 3 * lanes
                    elif left > lanes:
                        _strip_2(c_here, a_part, b_here, start_here, legs, walk)
                        column += 2 * lanes
                    else:
                        _strip_1(c_here, a_part, b_here, start_here, legs, walk)
                        column += lanes
                begin += DEPTH
                add = ADD
            leg += together
    return product


def _symbol(real: Any) -> str:
    return f"backprop_lab_multiply_{real}"


def _address_cells() -> dict[str, ctypes.c_int64]:
    """Return a memory cell for each precision's product; compiled code finds it by name."""
    cells = {}
    for precision, real in DTYPES.items():
        cells[precision] = ctypes.c_int64(0)
        llvm.add_symbol(_symbol(real), ctypes.addressof(cells[precision]))
    return cells


_CELLS = _address_cells()
_COMPILED: dict[str, Any] = {}


def install(precision: str) -> None:
    """Compile the product, or load it from the cache; every op that multiplies needs it."""
    if precision not in _COMPILED:
        real = DTYPES[precision]
        lanes = LANES_32 if precision == "float32" else LANES_64
        signature = types.void(*[types.CPointer(real)] * 3, types.CPointer(types.int64))
        _COMPILED[precision] = compiled_callback(signature, _product(lanes))
        _CELLS[precision].value = _COMPILED[precision].address


def unpack_array(context: Any, builder: Any, kind: Any, value: Any
                 ) -> tuple[Any, list[Any], list[Any]]:
    """Return the address of an array, its shape, and its strides counted in numbers."""
    array = context.make_array(kind)(context, builder, value)
    size = WORD(context.get_abi_sizeof(context.get_value_type(kind.dtype)))
    strides = cgutils.unpack_tuple(builder, array.strides, kind.ndim)
    return (array.data, cgutils.unpack_tuple(builder, array.shape, kind.ndim),
            [builder.sdiv(stride, size) for stride in strides])


def _call(context: Any, builder: Any, dtype: Any, pointers: list[Any], numbers: list[Any]) -> None:
    """Call the product by the address that its memory cell holds."""
    call = cgutils.alloca_once(builder, WORD, CALL_LENGTH)
    # A product in one piece has a table of a single 0, the last of these words.
    numbers = [builder.ptrtoint(builder.gep(call, [WORD(CALL_LENGTH - 1)]), WORD)
               if number is None else number for number in [*numbers, WORD(0)]]
    for place, number in enumerate(numbers):
        builder.store(number, builder.gep(call, [WORD(place)]))
    real = context.get_value_type(dtype)
    function = ir.FunctionType(ir.VoidType(), [real.as_pointer()] * 3 + [WORD.as_pointer()])
    symbol = _symbol(dtype)
    cell = builder.module.globals[symbol] if symbol in builder.module.globals else \
        cgutils.add_global_variable(builder.module, WORD, symbol)
    callee = builder.inttoptr(builder.load(cell), function.as_pointer())
    builder.call(callee, [*pointers, call])


def _plain(context: Any, builder: Any, kinds: tuple[Any, ...], args: Any, add: Any, start: Any
           ) -> Any:
    """Call the product for three arrays as they are."""
    (c_at, _, (c_row, _)), (a_at, (m, k), (a_row, a_step)), (b_at, (_, n), (b_row, _)) = (
        unpack_array(context, builder, *pair) for pair in zip(kinds, args, strict=False))
    _call(context, builder, kinds[0].dtype, [c_at, a_at, b_at],
          [c_row, a_row, a_step, b_row, m, k, n, add, WORD(1), None, WORD(0), WORD(0), start])
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
        return _plain(context, builder, (c, a, b), args, added, WORD(0))
    return types.void(c, a, b, types.int64), codegen


@intrinsic
def multiply_from(typingctx: Any, c: Any, a: Any, b: Any, start: Any) -> Any:
    """Compute ``c = start + a @ b``, for what `multiply` takes and a row or nothing to start from.

    Parameters
    ----------
    c, a, b : real[m, n], real[m, k], real[k, n]
        As for `multiply`; ``c`` is overwritten.
    start : real[n] or real[0]
        What the sums of every row begin from.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start_at, (begun,), _ = unpack_array(context, builder, start, args[3])
        mode = builder.select(builder.icmp_signed("!=", begun, WORD(0)), WORD(START), WORD(0))
        return _plain(context, builder, (c, a, b), args, mode, builder.ptrtoint(start_at, WORD))
    return types.void(c, a, b, start), codegen


@intrinsic
def contract(typingctx: Any, c: Any, a: Any, b: Any, c_rows: Any, a_rows: Any, legs: Any,
             step: Any, add: Any, start: Any) -> Any:
    """Compute a product whose A lies scattered: ``c[c_rows[m]:][:n] (+)= A[m] @ b``.

    Parameters
    ----------
    c : real[...]
        Result, from its first number on.
    a : real[...]
        Number ``s * k + i`` of A's row m is ``a[a_rows[m] + legs[s] + i * step]``.
    b : real[s * k, n]
        Numbers of a row side by side.
    c_rows, a_rows : int64[m]
        Where every row of C and of A begins, counted in numbers.
    legs : int64[s]
        How far every segment of A's rows lies from its row's begin; all are equally long.
    step : int64
        From one number of a segment to the next.
    add : int64
        1 adds to ``c``, 0 overwrites it.
    start : real[n] or real[0]
        What is added to every row of an overwritten ``c``.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = (c, a, b, c_rows, a_rows, legs)
        ((c_at, _, _), (a_at, _, _), (b_at, (depth, n), (b_row, _)), (c_table, (m,), _),
         (a_table, _, _), (legs_at, (segments,), _)) = (
             unpack_array(context, builder, *pair) for pair in zip(kinds, args, strict=False))
        start_at, (begun,), _ = unpack_array(context, builder, start, args[8])
        replace = builder.select(builder.icmp_signed("!=", begun, WORD(0)), WORD(START), WORD(0))
        mode = builder.select(builder.icmp_signed("!=", args[7], WORD(0)), WORD(ADD), replace)
        a_places, c_places, legs_at, start_at = (
            builder.ptrtoint(table, WORD) for table in (a_table, c_table, legs_at, start_at))
        _call(context, builder, c.dtype, [c_at, a_at, b_at],
              [WORD(0), WORD(0), args[6], b_row, m, builder.sdiv(depth, segments), n, mode,
               segments, legs_at, a_places, c_places, start_at])
        return context.get_dummy_value()
    return types.void(c, a, b, c_rows, a_rows, legs, types.int64, types.int64, start), codegen
