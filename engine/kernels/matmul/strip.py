"""A strip of the one product: as many columns of C as its sums have registers for."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.matmul.registers import WORD, Registers

FOUR = 4
"""Rows of the largest block that is smaller than a full one."""

ADD, START = 1, 2
"""What sums begin from: what is in C, or a row of numbers; else from 0."""


class _Strip(Registers):
    """Emits C[:, :width] (+)= A B[:, :width] for a width of at most ``vectors`` registers."""

    def __init__(self, builder: Any, real: Any, vectors: int, size: int, block: int, args: Any
                 ) -> None:
        super().__init__(builder, real, size)
        self.vectors = vectors
        self.block_rows = block
        self.c, self.a, self.b, self.start, self.offsets, walk = args
        (self.c_row, self.a_row, self.a_step, self.b_row, self.rows, self.depth, self.width,
         self.segments, self.add, a_places, c_places, self.claimed) = (
             builder.extract_value(walk, i) for i in range(12))
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
        builder, block = self.builder, WORD(self.block_rows)
        blocks = builder.sdiv(self.rows, block)
        rest = builder.srem(self.rows, block)
        if self.block_rows == FOUR + 2:
            # Sums of two rows are too few to keep the unit busy: six and two are twice four.
            few = builder.and_(builder.icmp_signed("==", rest, WORD(2)),
                               builder.icmp_signed(">", blocks, WORD(0)))
            blocks = builder.select(few, builder.sub(blocks, WORD(1)), blocks)
            rest = builder.select(few, WORD(2 * FOUR), rest)
        with cgutils.for_range(builder, blocks) as loop:
            self._block(builder.mul(loop.index, block), self.block_rows)
        done = builder.mul(blocks, block)
        if self.block_rows > FOUR:
            with cgutils.for_range(builder, builder.sdiv(rest, WORD(FOUR))) as loop:
                self._block(builder.add(done, builder.mul(loop.index, WORD(FOUR))), FOUR)
        for size in (2, 1):
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
        self._claim(places)
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

    def _claim(self, places: dict[Any, Any]) -> None:
        """Write once more what stands so far from C as is said; 0: nothing does.

        Other cores' caches give those lines of memory up while the sums are computed. A prefetch
        for writing does not do it where this core has the line, too, to read.
        """
        builder, number = self.builder, ir.IntType(8 * self.real_bytes)
        with builder.if_then(builder.icmp_signed("!=", self.claimed, WORD(0))):
            for place in places.values():
                there = builder.gep(builder.bitcast(place, number.as_pointer()), [self.claimed])
                # Atomic, since a store that changes nothing would be left out.
                builder.store_atomic(builder.load_atomic(there, "monotonic", self.real_bytes),
                                     there, "monotonic", self.real_bytes)

    def _walk(self, a_rows: list[Any], sums: dict[Any, Any]) -> None:
        """Add all outer products of a column of A and a row of B, segment by segment."""
        builder = self.builder
        b_row = cgutils.alloca_once_value(builder, self.b)
        along = cgutils.alloca_once(builder, WORD)
        with cgutils.for_range(builder, self.segments) as segment:
            builder.store(builder.load(builder.gep(self.offsets, [segment.index])), along)
            with cgutils.for_range(builder, self.depth):
                here, offset = builder.load(b_row), self._opaque(builder.load(along))
                self._accumulate(here, offset, a_rows, sums)
                builder.store(builder.gep(here, [self.b_row]), b_row)
                builder.store(builder.add(offset, self.a_step), along)

    def _opaque(self, number: Any) -> Any:
        """Return the number, of whose origin the optimiser then knows nothing.

        It would keep a pointer for every row of A, move all of them in every step, and run short of
        registers; one offset that all of them share is cheaper.
        """
        kind = ir.FunctionType(WORD, [WORD])
        return self.builder.asm(kind, "", "=r,0", [number], side_effect=False)

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


@intrinsic(prefer_literal=True)
def strip(typingctx: Any, vectors: Any, size: Any, block: Any, c: Any, a: Any, b: Any, start: Any,
          offsets: Any, walk: Any) -> Any:
    """Compute a strip of at most ``vectors`` registers, each of ``size`` bytes, in blocks of rows.

    The first three are constants; `engine.kernels.matmul.tile` says what the others are.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _Strip(builder, context.get_value_type(c.dtype), vectors.literal_value, size.literal_value,
               block.literal_value, args[3:]).emit()
        return context.get_dummy_value()
    return types.void(vectors, size, block, c, a, b, start, offsets, walk), codegen
