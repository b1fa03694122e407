"""How much memory the process holds, and giving back to the system what it no longer needs.

Nothing here changes what is computed. Where the system is not Linux, or its C library not glibc,
nothing is done.
"""

from __future__ import annotations

import gc
import mmap
import os
import re
import struct
import sys
import threading
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

SELDOM = 5_000, 1_000, 1_000
"""When Python looks for garbage if it does so seldom, as `gc.set_threshold` takes it."""
_CLEAN = re.compile(r"(?m)^([0-9a-f]+)-([0-9a-f]+) r-\S+ ([0-9a-f]+) \S+ \d+ +(/.*\.so[.\d]*)\n"
                    r"(?:[A-Z].*\n)*?Anonymous: +0 kB$")
"""How Linux tells of what is mapped of a library to be read alone, and has been written by none."""
_ELF = b"\x7fELF\x02\x01"
"""How the file of a library begins whose addresses have 64 bits, little end first."""
_LOADED, _WRITABLE = 1, 2
"""As <elf.h> numbers a segment that is mapped, and a permission."""


class _Seldom:
    """Lets Python look for garbage seldom as long as anybody is in, of whatever thread."""

    def __init__(self) -> None:
        self._lock, self._inside, self._before = threading.Lock(), 0, gc.get_threshold()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Let Python look for garbage among new objects alone, and seldom, meanwhile.

        The compiler, and a table of thousands of columns, make hundreds of thousands of objects
        that stay, over all of which the collector would go again and again: an eighth of the time
        that they take. Some 50 MB of a compiler's garbage wait for it until afterwards.
        """
        with self._lock:
            if not self._inside:
                self._before = gc.get_threshold()
                gc.set_threshold(*SELDOM)
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    gc.set_threshold(*self._before)


collecting_seldom = _Seldom()


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
    """Give back free memory, and the pages of libraries.

    A start reads them once and needs half of them no more: some 40 MB of the window's. To load
    kernels reads 70 MB of LLVM for a moment. What is needed after all is mapped again from the
    system's cache of the file, sixteen pages at a time: for all of a window in some milliseconds.
    """
    library = _c_library()
    if library is None:
        return
    library.malloc_trim(0)
    for start, length in _constants():
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


def _constants() -> Iterator[tuple[int, int]]:
    """Yield start and length of what is mapped of libraries to be read alone.

    Nothing else: pages that have been written to, such as those of addresses, would be lost. What
    is mapped tells which have been, and the library's file which will be while it is being loaded.
    """
    with suppress(OSError):
        mapped = Path("/proc/self/smaps").read_text("utf-8", errors="replace")
        for found in _CLEAN.finditer(mapped):
            begin, end, offset = (int(number, 16) for number in found.groups()[:3])
            for first, last in _constants_of(found[4]):
                low, high = max(first, offset), min(last, offset + end - begin)
                if low < high:
                    yield begin + low - offset, high - low


@cache
def _constants_of(path: str) -> tuple[tuple[int, int], ...]:
    """Return where in its file whole pages of a library begin and end that are never written."""
    with suppress(OSError, struct.error), Path(path).open("rb") as file:
        head = file.read(64)
        if not head.startswith(_ELF):
            return ()
        (begin,), (size, count) = struct.unpack_from("<Q", head, 32), struct.unpack_from(
            "<HH", head, 54)
        file.seek(begin)
        content = file.read(size * count)
        # Kind, permissions, place in the file and in memory, (unused), size in the file.
        segments = (struct.unpack_from("<IIQQQQ", content, size * number)
                    for number in range(count))
        return tuple(_whole_pages(one[2], one[2] + one[5]) for one in segments
                     if one[0] == _LOADED and not one[1] & _WRITABLE)
    return ()


def _whole_pages(begin: int, end: int) -> tuple[int, int]:
    """Return where the pages begin and end that lie wholly in a part; it may be nowhere."""
    size = mmap.PAGESIZE
    return -(-begin // size) * size, end // size * size
