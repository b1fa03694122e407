"""Functions that kernels call by an address in memory, so that they are compiled once for all."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils

from engine.kernels.matmul.registers import WORD
from engine.kernels.runtime.policy import DTYPES, compiled_callback


def signature(precision: str) -> Any:
    """Return the signature of such a function."""
    return types.void(*[types.CPointer(DTYPES[precision])] * 3, types.CPointer(types.int64))


class ByAddress:
    """A function of three addresses of numbers, C, A and B, and of what a call has beside them.

    Parameters
    ----------
    name : str
        By which compiled code finds the cells of memory that hold its addresses.
    length : int
        Integers that a call passes by memory.

    Attributes
    ----------
    cells : dict[str, ctypes.c_int64]
        For each precision the memory that holds the address; 0 until it is installed.
    compiled : dict[str, CFunc]
        What was compiled for each precision that has one.
    """

    def __init__(self, name: str, length: int) -> None:
        self._name = name
        self._length = length
        self.cells = {precision: ctypes.c_int64(0) for precision in DTYPES}
        self.compiled: dict[str, Any] = {}
        # Compiled code finds a cell by its name.
        for precision, cell in self.cells.items():
            llvm.add_symbol(self._symbol(DTYPES[precision]), ctypes.addressof(cell))

    def _symbol(self, real: Any) -> str:
        return f"backprop_lab_{self._name}_{real}"

    def install(self, precision: str, function: Callable[..., None]) -> None:
        """Compile the function, or load it from the cache, and let kernels call it."""
        self.compiled[precision] = compiled_callback(signature(precision), function)
        self.exchange(precision, self.compiled[precision].address)

    def exchange(self, precision: str, address: int) -> None:
        """Let kernels call what is at an address from now on; whoever is elsewhere stays there."""
        # One aligned store, so that another thread reads the old address or the new one.
        self.cells[precision].value = address

    def call(self, context: Any, builder: Any, dtype: Any, pointers: list[Any],
             numbers: list[Any]) -> None:
        """Emit a call; a number that is None is the address of the last one."""
        passed = cgutils.alloca_once(builder, WORD, self._length)
        last = builder.gep(passed, [WORD(self._length - 1)])
        for place, number in enumerate(numbers):
            builder.store(builder.ptrtoint(last, WORD) if number is None else number,
                          builder.gep(passed, [WORD(place)]))
        real = context.get_value_type(dtype)
        function = ir.FunctionType(ir.VoidType(), [real.as_pointer()] * 3 + [WORD.as_pointer()])
        symbol = self._symbol(dtype)
        cell = builder.module.globals[symbol] if symbol in builder.module.globals else \
            cgutils.add_global_variable(builder.module, WORD, symbol)
        callee = builder.inttoptr(builder.load(cell), function.as_pointer())
        builder.call(callee, [*pointers, passed])
