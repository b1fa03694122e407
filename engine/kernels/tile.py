"""The one matrix product, generated for the vector unit of the machine it starts on.

``multiply(c, a, b, add)`` is C (+)= A B with any strides for A. A block of C stays in registers
while rows of B stream past: a register of sums for every row of A and register of B's row, and one
broadcast number of A. Compiled once for a precision, called by address from every other kernel.
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

from engine.kernels.memory import shifted
from engine.kernels.policy import DTYPES, compiled_callback

WORD = ir.IntType(64)
DEPTH = 256
"""Rows of B that are used before going on, so that the block of B stays in the first caches."""

CALL_LENGTH = 8
"""Numbers that a call passes by memory: four strides, m, k, n, add."""


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
        (self.c, self.c_row, self.a, self.a_row, self.a_step, self.b, self.b_row, size,
         self.add) = args
        self.rows, self.depth, self.width = (builder.extract_value(size, i) for i in range(3))
        self.masks: list[Any] = [None] * vectors

    def _address(self, base: Any, row: Any, stride: Any, vector: int) -> Any:
        offset = self.builder.add(self.builder.mul(row, stride), WORD(vector * self.lanes))
        return self.builder.bitcast(self.builder.gep(base, [offset]), self.vector.as_pointer())

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
        places = {(row, vector): self._address(self.c, builder.add(first, WORD(row)), self.c_row,
                                               vector) for row, vector in cells}
        with builder.if_else(builder.icmp_signed("!=", self.add, WORD(0))) as (add, replace):
            with add:
                for cell in cells:
                    builder.store(self.load(places[cell], self.masks[cell[1]]), sums[cell])
            with replace:
                for cell in cells:
                    builder.store(zero, sums[cell])
        with cgutils.for_range(builder, self.depth) as loop:
            self._accumulate(loop.index, first, rows, sums)
        for cell in cells:
            self.store(builder.load(sums[cell]), places[cell], self.masks[cell[1]])

    def _accumulate(self, step: Any, first: Any, rows: int, sums: dict[Any, Any]) -> None:
        """Add one outer product of a column of A and a row of B."""
        builder = self.builder
        b = [self.load(self._address(self.b, step, self.b_row, vector), self.masks[vector])
             for vector in range(self.vectors)]
        along = builder.mul(step, self.a_step)
        for row in range(rows):
            place = builder.add(builder.mul(builder.add(first, WORD(row)), self.a_row), along)
            a = self.splat(builder.load(builder.gep(self.a, [place])), self.vector)
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
def _strip_1(typingctx: Any, c: Any, c_row: Any, a: Any, a_row: Any, a_step: Any, b: Any,
             b_row: Any, size: Any, add: Any) -> Any:
    return _emit_strip(1, c, (c, c_row, a, a_row, a_step, b, b_row, size, add))


@intrinsic
def _strip_2(typingctx: Any, c: Any, c_row: Any, a: Any, a_row: Any, a_step: Any, b: Any,
             b_row: Any, size: Any, add: Any) -> Any:
    return _emit_strip(2, c, (c, c_row, a, a_row, a_step, b, b_row, size, add))


@intrinsic
def _strip_3(typingctx: Any, c: Any, c_row: Any, a: Any, a_row: Any, a_step: Any, b: Any,
             b_row: Any, size: Any, add: Any) -> Any:
    return _emit_strip(3, c, (c, c_row, a, a_row, a_step, b, b_row, size, add))


def _product(lanes: int) -> Callable[..., None]:
    """Return C (+)= A B over blocks of `DEPTH` rows and strips of `VECTORS` registers."""
    def product(c, a, b, call):
        numbers = carray(call, (CALL_LENGTH,))
        c_row, a_row, a_step, b_row = numbers[0], numbers[1], numbers[2], numbers[3]
        rows, depth, width, add = numbers[4], numbers[5], numbers[6], numbers[7]
        begin = 0
        while begin < depth or begin == 0:
            part = min(DEPTH, depth - begin)
            a_part = shifted(a, begin * a_step)
            b_part = shifted(b, begin * b_row)
            column = 0
            while column < width:
                left = width - column
                c_here, b_here = shifted(c, column), shifted(b_part, column)
                size = (rows, part, left)
                if VECTORS > 2 and left > 2 * lanes:
                    _strip_3(c_here, c_row, a_part, a_row, a_step, b_here, b_row, size, add)
                elif left > lanes:
                    _strip_2(c_here, c_row, a_part, a_row, a_step, b_here, b_row, size, add)
                else:
                    _strip_1(c_here, c_row, a_part, a_row, a_step, b_here, b_row, size, add)
                column += VECTORS * lanes
            begin += DEPTH
            add = 1
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
        real = context.get_value_type(c.dtype)
        arrays = [context.make_array(kind)(context, builder, value)
                  for kind, value in zip((c, a, b), args, strict=False)]
        size = WORD(context.get_abi_sizeof(real))

        def strides(array: Any) -> list[Any]:
            return [builder.sdiv(stride, size)
                    for stride in cgutils.unpack_tuple(builder, array.strides, 2)]

        (c_row, _), (a_row, a_step), (b_row, _) = map(strides, arrays)
        m, k = cgutils.unpack_tuple(builder, arrays[1].shape, 2)
        _, n = cgutils.unpack_tuple(builder, arrays[2].shape, 2)
        call = cgutils.alloca_once(builder, WORD, CALL_LENGTH)
        for place, number in enumerate((c_row, a_row, a_step, b_row, m, k, n, args[3])):
            builder.store(number, builder.gep(call, [WORD(place)]))
        function = ir.FunctionType(ir.VoidType(), [real.as_pointer()] * 3 + [WORD.as_pointer()])
        cell = cgutils.add_global_variable(builder.module, WORD, _symbol(c.dtype)) \
            if _symbol(c.dtype) not in builder.module.globals \
            else builder.module.globals[_symbol(c.dtype)]
        callee = builder.inttoptr(builder.load(cell), function.as_pointer())
        builder.call(callee, [*(array.data for array in arrays), call])
        return context.get_dummy_value()
    return types.void(c, a, b, types.int64), codegen
