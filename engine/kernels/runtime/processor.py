"""For which processor kernels are compiled: this one, or any of the last ten years.

A program that is installed brings compiled kernels along; they are found again only if they were
compiled for the same processor. So it names one that all but very old computers can stand in for.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import llvmlite.binding as llvm
from numba.core import config


class Baseline(NamedTuple):
    """A processor that others can stand in for, and what it can do, by LLVM's names."""

    name: str
    features: tuple[str, ...]


X86 = Baseline("x86-64-v3", (
    "avx", "avx2", "bmi", "bmi2", "cmov", "cx16", "cx8", "f16c", "fma", "fxsr", "lzcnt", "mmx",
    "movbe", "popcnt", "sahf", "sse", "sse2", "sse3", "sse4.1", "sse4.2", "ssse3", "xsave",
    "64bit"))
"""Intel's from 2013 on, AMD's from 2015 on."""

ARM = Baseline("generic", ("fp-armv8", "neon"))
"""Every one with 64 bits."""

APPLE = Baseline("apple-m1", ("fp-armv8", "neon"))
"""Apple's own from 2020 on."""

APPLE_TRIPLE = "arm64-apple-darwin20.0.0"
"""What kernels are compiled for on macOS: version 11, the first on Apple's own processors. LLVM
names the very version that runs, and kernels that are kept under it fit no other."""

VARIABLE = "BACKPROP_LAB_CPU"
"""``portable`` or ``native``; unset, an installed program is portable."""


def baseline() -> Baseline | None:
    """Return what can be counted on in this family of processors; None for an unknown one."""
    family, _, system = llvm.get_process_triple().partition("-")
    if family == "x86_64":
        return X86
    if family in ("arm64", "aarch64"):
        return APPLE if system.startswith("apple") else ARM
    return None


def wants_portable() -> bool:
    """Say whether kernels are to be compiled for any recent processor, and this one is one."""
    wish = os.environ.get(VARIABLE) or ("portable" if getattr(sys, "frozen", False) else "native")
    wanted = baseline()
    if wish != "portable" or wanted is None:
        return False
    found = llvm.get_host_cpu_features()
    return all(found.get(feature) for feature in wanted.features if feature in found)


def choose() -> None:
    """Tell Numba; to be called before it compiles anything."""
    wanted = baseline()
    if wanted is not None and wants_portable():
        config.CPU_NAME = wanted.name
        config.CPU_FEATURES = ",".join(f"+{feature}" for feature in wanted.features)
        if wanted is APPLE:
            llvm.get_process_triple = lambda: APPLE_TRIPLE
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
    chosen = baseline()
    if chosen is not None and chosen.name == config.CPU_NAME:
        return dict.fromkeys(chosen.features, True)
    return dict(llvm.get_host_cpu_features())
