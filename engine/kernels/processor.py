"""For which processor kernels are compiled: this one, or any of the last ten years.

A program that is installed brings compiled kernels along; they are found again only if they were
compiled for the same processor. So it names one that all but very old computers can stand in for.
"""

from __future__ import annotations

import os
import sys

import llvmlite.binding as llvm
from numba.core import config

PORTABLE_NAME = "x86-64-v3"
PORTABLE = ("avx", "avx2", "bmi", "bmi2", "cmov", "cx16", "cx8", "f16c", "fma", "fxsr", "lzcnt",
            "mmx", "movbe", "popcnt", "sahf", "sse", "sse2", "sse3", "sse4.1", "sse4.2", "ssse3",
            "xsave", "64bit")
"""What a processor of that level can do: Intel's from 2013 on, AMD's from 2015 on."""

VARIABLE = "BACKPROP_LAB_CPU"
"""``portable`` or ``native``; unset, an installed program is portable."""


def wants_portable() -> bool:
    """Say whether kernels are to be compiled for any recent processor, and this one is one."""
    wish = os.environ.get(VARIABLE) or ("portable" if getattr(sys, "frozen", False) else "native")
    if wish != "portable" or not llvm.get_process_triple().startswith("x86_64"):
        return False
    found = llvm.get_host_cpu_features()
    return all(found.get(feature) for feature in PORTABLE if feature in found)


def choose() -> None:
    """Tell Numba; to be called before it compiles anything."""
    if wants_portable():
        config.CPU_NAME = PORTABLE_NAME
        config.CPU_FEATURES = ",".join(f"+{feature}" for feature in PORTABLE)
    elif config.CPU_FEATURES is None and has_wide_registers():
        config.CPU_FEATURES = whole_registers()


def has_wide_registers() -> bool:
    """Say whether this processor has those of AVX-512."""
    found = llvm.get_host_cpu_features()
    return bool(found.get("avx512f") and found.get("avx512vl"))


def whole_registers() -> str:
    """Return features that let loops fill AVX-512's registers; LLVM takes half on most processors.

    Its reason is a clock that wide instructions used to slow down. On a processor of 2023 a step of
    training takes 3 to 25 % less time with whole registers.
    """
    found = llvm.get_host_cpu_features()
    found["prefer-256-bit"] = False
    return str(found.flatten())


def features() -> dict[str, bool]:
    """Return what the processor that kernels are compiled for can do, by LLVM's names."""
    if config.CPU_NAME == PORTABLE_NAME:
        return dict.fromkeys(PORTABLE, True)
    return dict(llvm.get_host_cpu_features())
