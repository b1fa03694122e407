"""The matrix product for this very processor, where all other kernels are for any.

An installed program's kernels use registers of 256 bits. Where the processor has wider ones, a
second process compiles the product for these while training has long begun, and its address takes
the other's place; the next start finds it in the cache. Both write the same bytes.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import llvmlite.binding as llvm
from numba.core.caching import FunctionCache
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target

from engine.kernels.matmul import tile
from engine.kernels.matmul.registers import Unit, unit_of
from engine.kernels.runtime import processor

log = logging.getLogger(__name__)


@cache
def wider_unit() -> Unit | None:
    """Return this processor's vector unit if kernels do not use all of it, else None."""
    if processor.wants_portable() and processor.has_wide_registers():
        return unit_of(llvm.get_host_cpu_features())
    return None


class _NativeCode:
    """Says of which processor's code a cache is asked."""

    def __init__(self, triple: str) -> None:
        self._triple = triple

    def magic_tuple(self) -> tuple[str, str, str]:
        """Return what Numba's code generator says in a process that compiles for this processor."""
        return self._triple, llvm.get_host_cpu_name(), processor.whole_registers()


class _NativeCache(FunctionCache):  # type: ignore[misc]
    """Finds what a process that compiles for this processor has kept."""

    def _index_key(self, signature: Any, codegen: Any) -> Any:
        return super()._index_key(signature, _NativeCode(codegen.magic_tuple()[0]))


_LOADED: dict[str, Any] = {}


def load(precision: str) -> bool:
    """Let the product for this processor be used if it is wanted and has been compiled.

    Returns
    -------
    bool
        Whether nothing is left to be wished for.
    """
    unit = wider_unit()
    if unit is None or precision in _LOADED:
        return True
    with global_compiler_lock:
        # The portable one first, for what is installed last is what is used.
        tile.install(precision)
        signature, function = tile.product_for(unit, precision)
        found = _NativeCache(function).load_overload(signature, cpu_target.target_context)
        if found is None:
            return False
        _LOADED[precision] = found
        name = found.fndesc.llvm_cfunc_wrapper_name
        tile.exchange(precision, found.library.get_pointer_to_function(name), unit)
    log.info("the matrix product uses registers of %d bits", 8 * unit.bytes)
    return True
