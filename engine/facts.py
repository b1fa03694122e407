"""What the engine runs on: for whoever asks why one computer is faster than another."""

from __future__ import annotations

import llvmlite.binding as llvm
import numba
import numpy as np

from engine.cachedir import cache_folder
from engine.kernels.matmul import tile
from engine.kernels.matmul.registers import UNIT
from engine.training.pace import spare_processors


def facts() -> dict[str, str]:
    """Return facts by their names, both in words."""
    return {
        "Processor": str(llvm.get_host_cpu_name()),
        "Vectors": _vectors(),
        # Numba has a layer of threads, too, which is never started.
        "Threads": f"up to {spare_processors()}",
        "Threading layer": "the engine's own threads",
        "Compiler": f"Numba {numba.__version__}, LLVM {'.'.join(map(str, llvm.llvm_version_info))}",
        "NumPy": np.__version__,
        "Compiled kernels": str(cache_folder()),
    }


def _vectors() -> str:
    """Return how wide registers are, and those of the product if others are in use there."""
    widest = max([UNIT, *tile.UNITS.values()])
    wider = f", {8 * widest.bytes} in the matrix product" if widest != UNIT else ""
    return f"{8 * UNIT.bytes} bits{wider}"
