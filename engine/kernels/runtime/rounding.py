"""The processor's treatment of denormal numbers.

Results below 1.2e-38 in float32 (2.2e-308 in float64) can be kept, with fewer and fewer digits and
at many times the cost of other numbers, or be taken for 0. A network whose gradients vanish makes
such numbers by the million, so the training loop takes them for 0.
"""

from __future__ import annotations

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

MACHINE = platform.machine().lower()
ON_X86 = MACHINE in ("x86_64", "amd64")
ON_ARM = MACHINE in ("aarch64", "arm64")

FLUSH_X86 = 0x8040
"""Bits of MXCSR: results are flushed to zero, and denormal arguments are zeros."""

FLUSH_ARM = 1 << 24
"""Bit of FPCR: both."""

WORD = ir.IntType(64)
HALF = ir.IntType(32)


def _call(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(function, arguments)


def _read(builder: Any) -> Any:
    if ON_ARM:
        return _call(builder, "llvm.aarch64.get.fpcr", WORD, [])
    place = cgutils.alloca_once(builder, HALF)
    address = builder.bitcast(place, ir.IntType(8).as_pointer())
    _call(builder, "llvm.x86.sse.stmxcsr", ir.VoidType(), [address])
    return builder.zext(builder.load(place), WORD)


def _write(builder: Any, mode: Any) -> None:
    if ON_ARM:
        _call(builder, "llvm.aarch64.set.fpcr", ir.VoidType(), [mode])
        return
    place = cgutils.alloca_once(builder, HALF)
    builder.store(builder.trunc(mode, HALF), place)
    address = builder.bitcast(place, ir.IntType(8).as_pointer())
    _call(builder, "llvm.x86.sse.ldmxcsr", ir.VoidType(), [address])


@intrinsic
def flush_denormals(typingctx: Any) -> Any:
    """Take denormal numbers for 0 in this thread from now on; return the mode until now."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if not (ON_X86 or ON_ARM):
            return WORD(0)
        mode = _read(builder)
        _write(builder, builder.or_(mode, WORD(FLUSH_X86 if ON_X86 else FLUSH_ARM)))
        return mode
    return types.int64(), codegen


@intrinsic
def restore_mode(typingctx: Any, mode: Any) -> Any:
    """Go back to the mode that `flush_denormals` has returned."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if ON_X86 or ON_ARM:
            _write(builder, args[0])
        return context.get_dummy_value()
    return types.void(types.int64), codegen
