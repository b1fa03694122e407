"""How much memory the process holds, and giving back to the system what it no longer needs.

Nothing here changes what is computed. Where the system is not Linux, or its C library not glibc,
nothing is done.
"""

from __future__ import annotations

import gc
import mmap
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""As <malloc.h> numbers what `mallopt` sets."""
ARENAS = 2
LARGE = 2**20
"""Bytes from which on an allocation has pages of its own, which go back as soon as it does."""
KEPT = 4 * 2**20
"""Free bytes at the end of the heap that are not given back."""

USUAL = gc.get_threshold()
SELDOM = 5_000, 1_000, 1_000
"""When Python looks for garbage, as `gc.set_threshold` takes it, and when it does so seldom."""

_COMPILER = "libllvmlite"


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let Python look for garbage among new objects alone, and seldom, meanwhile.

    The compiler, and a table of thousands of columns, make hundreds of thousands of objects that
    stay, over all of which the collector would go again and again: an eighth of the time that they
    take. Some 50 MB of a compiler's garbage wait for it until afterwards.
    """
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*USUAL)


def resident() -> int:
    """Return how many bytes of memory the process takes; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * mmap.PAGESIZE


def hold_little() -> None:
    """Let the C library hold no more free memory than is worth it. At the start of a program.

    By itself, glibc gives threads heaps of their own, eight for every processor, and once an array
    of up to 32 MB has been freed, it puts further ones into these heaps, where any small thing
    that comes to lie behind them keeps them from going back.
    """
    library = _c_library()
    if library is not None:
        for what, value in ((M_ARENA_MAX, ARENAS), (M_MMAP_THRESHOLD, LARGE),
                            (M_TRIM_THRESHOLD, KEPT)):
            library.mallopt(what, value)


def give_back() -> None:
    """Give back free memory, and the pages of the compiler that loading kernels has read.

    LLVM is read for a moment, some 70 MB of it, and then not again until a kernel is loaded that
    was not there; what is needed after all is read again from the system's cache of the file.
    """
    library = _c_library()
    if library is None:
        return
    library.malloc_trim(0)
    for start, length in _unwritten(_COMPILER):
        library.madvise(start, length, mmap.MADV_DONTNEED)


@cache
def _c_library() -> Any:
    """Return the C library if it is glibc; else None."""
    if not sys.platform.startswith("linux"):
        return None
    # Takes milliseconds, which the first paint does without.
    import ctypes

    with suppress(OSError, ValueError, AttributeError):
        if os.confstr("CS_GNU_LIBC_VERSION"):
            library = ctypes.CDLL(None)
            library.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
            library.malloc_trim.argtypes = [ctypes.c_size_t]
            library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
            return library
    return None


def _unwritten(name: str) -> Iterator[tuple[int, int]]:
    """Yield start and length of what is mapped of a library and holds just what its file does.

    A page that has been written to, such as one of addresses, would be lost; so is left out what
    another thread may write to meanwhile.
    """
    place, is_wanted = (0, 0), False
    with suppress(OSError, ValueError), Path("/proc/self/smaps").open(
            encoding="utf-8", errors="replace") as file:
        for line in file:
            fields = line.split()
            if not fields[0].endswith(":"):
                is_wanted = name in line and "w" not in fields[1]
                if is_wanted:
                    start, end = (int(part, 16) for part in fields[0].split("-"))
                    place = start, end - start
            elif is_wanted and fields[0] == "Anonymous:" and int(fields[1]) == 0:
                yield place
