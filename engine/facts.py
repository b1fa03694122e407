"""What the engine runs on: for whoever asks why one computer is faster than another."""

from __future__ import annotations

import llvmlite.binding as llvm
import numba
import numpy as np

from engine.cachedir import cache_folder
from engine.kernels import tile
from engine.kernels.registers import UNIT


def facts() -> dict[str, str]:
    """Return facts by their names, both in words."""
    return {
        "Processor": str(llvm.get_host_cpu_name()),
        "Vectors": _vectors(),
        "Threads": f"up to {numba.config.NUMBA_NUM_THREADS}, layer {_layer()}",
        "Compiler": f"Numba {numba.__version__}, LLVM {'.'.join(map(str, llvm.llvm_version_info))}",
        "NumPy": np.__version__,
        "Compiled kernels": str(cache_folder()),
    }


def _vectors() -> str:
    """Return how wide registers are, and those of the product if others are in use there."""
    widest = max([UNIT, *tile.UNITS.values()])
    wider = f", {8 * widest.bytes} in the matrix product" if widest != UNIT else ""
    return f"{8 * UNIT.bytes} bits{wider}"


def _layer() -> str:
    """Return the name of what hands work to threads."""
    try:
        return str(numba.threading_layer())
    except ValueError:
        return f"{numba.config.THREADING_LAYER}, not started yet"
