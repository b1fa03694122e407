"""The vector unit of the machine, and code that works on its registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from llvmlite import ir
from numba.core import cgutils

from engine.kernels.runtime import processor

WORD = ir.IntType(64)


SMALLEST = 16
"""Bytes of the smallest registers that there are."""


class Unit(NamedTuple):
    """A vector unit: bytes of a register, and the block of C that fits its registers."""

    bytes: int
    rows: int
    vectors: int

    @property
    def half(self) -> int:
        """Bytes of registers half as long, or of the same where there are none shorter."""
        return max(self.bytes // 2, SMALLEST)


def unit_of(features: Mapping[str, bool]) -> Unit:
    """Return the vector unit of a processor that can do this, by LLVM's names."""
    if features.get("avx512f") and features.get("avx512vl"):
        return Unit(64, 8, 3)
    if features.get("avx2") and features.get("fma"):
        return Unit(32, 6, 2)
    if features.get("avx"):
        return Unit(32, 4, 2)
    if features.get("neon"):
        return Unit(16, 8, 3)
    return Unit(16, 4, 2)


UNIT = unit_of(processor.features())
"""What kernels are compiled for."""

LANES_32 = UNIT.bytes // 4


class Registers:
    """Emits code on vector registers of one precision, of so many bytes or those of `UNIT`."""

    def __init__(self, builder: Any, real: Any, size: int = 0) -> None:
        self.builder = builder
        self.real_bytes = 4 if isinstance(real, ir.FloatType) else 8
        self.lanes = (size or UNIT.bytes) // self.real_bytes
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
