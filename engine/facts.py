"""What the engine runs on: for whoever asks why one computer is faster than another."""

from __future__ import annotations

import llvmlite.binding as llvm
import numba
import numpy as np

from engine.cachedir import kept
from engine.kernels.matmul import tile
from engine.kernels.matmul.registers import UNIT
from engine.messages import Message, say
from engine.training.pace import spare_processors


def facts() -> dict[str, str]:
    """Return facts by their names, both in words."""
    kernels = kept()
    told: dict[Message, object] = {
        say("fact.processor"): llvm.get_host_cpu_name(),
        say("fact.vectors"): _vectors(),
        # Numba has a layer of threads, too, which is never started.
        say("fact.threads"): say("fact.threads-at-most", count=spare_processors()),
        say("fact.threading-layer"): say("fact.own-threads"),
        say("fact.compiler"): say("fact.compiler-versions", numba=numba.__version__,
                                  llvm=".".join(map(str, llvm.llvm_version_info))),
        say("fact.numpy"): np.__version__,
        say("fact.compiled-kernels"): kernels.told or kernels.folder,
    }
    return {name.text: str(value) for name, value in told.items()}


def _vectors() -> Message:
    """Return how wide registers are, and those of the product if others are in use there."""
    widest = max([UNIT, *tile.UNITS.values()])
    if widest == UNIT:
        return say("fact.bits", bits=8 * UNIT.bytes)
    return say("fact.bits-wider", bits=8 * UNIT.bytes, product=8 * widest.bytes)
