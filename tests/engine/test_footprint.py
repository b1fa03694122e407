"""What the process holds in memory, and what it gives back."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine import footprint

ROOT = Path(engine.__file__).parents[1]

pytestmark = pytest.mark.skipif(footprint.resident() == 0 or not sys.platform.startswith("linux"),
                                reason="reads Linux's /proc, and sets what glibc knows")
MB = 2**20


def said(code: str) -> list[int]:
    """Return the numbers that a program of its own says."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                          check=True)
    return [int(line) for line in done.stdout.split()]


HELD = """
import numpy as np
from engine.footprint import hold_little, resident
{first}
np.ones(2**21).sum()
before, small = resident(), []
arrays = []
for _ in range(20):
    arrays.append(np.ones(3 * 2**18))
    small.append(np.ones(2**13))
del arrays
print(resident() - before)
"""


def test_arrays_that_are_gone_are_given_back_whatever_lies_behind_them() -> None:
    (by_itself,), (held,) = said(HELD.format(first="")), said(HELD.format(first="hold_little()"))
    # Twenty of 6 MB. glibc alone keeps those that small ones lie behind.
    assert by_itself > 60 * MB
    assert held < 10 * MB


RINGS = """
import numpy as np
from engine.footprint import give_back, hold_little, resident
from engine.telemetry.ring import Ring
hold_little()
control = np.zeros(2, np.int64)
Ring(("a",), control, 1)
arrays = [np.ones(2**15) for _ in range(256)]
del arrays[:-1]
give_back()
# Once more: what it reads of libraries is read again.
Ring(("a",), control, 1)
before = resident()
rings = [Ring(("a",), control, 1) for _ in range(4)]
unwritten, whole = resident() - before, sum(ring.data.nbytes for ring in rings)
for ring in rings:
    ring.data[:] = 1
written = resident() - before
del ring, rings
print(whole, unwritten, written, resident() - before)
"""


def test_a_ring_takes_memory_as_it_is_written_and_gives_it_back() -> None:
    whole, unwritten, written, gone = said(RINGS)
    # glibc has 64 MB of free memory for them, which it would fill with zeros and keep.
    assert unwritten < MB
    assert written > whole - MB
    assert gone < MB


LOADED = """
from engine.compiling import compile_ops
from engine import footprint
import engine.compiling
kept = []
engine.compiling.give_back = lambda: kept.append(footprint.resident())
compile_ops(["dense_forward"], "float32")
footprint.give_back()
print(kept[0], footprint.resident())
compile_ops(["dense_backward_input"], "float32")
print(kept[1])
"""


def test_loading_kernels_keeps_nothing_of_the_compiler() -> None:
    before, after, again = said(LOADED)
    assert before - after > 40 * MB
    # What is needed again is read again.
    assert again > after


LIBRARIES = """
import re
import llvmlite.binding
import numpy as np
from engine import footprint
parts = [part for part in footprint._constants() if part[1]]
smaps = open("/proc/self/smaps").read()
written = [(int(start, 16), int(end, 16)) for start, end, access, anonymous in re.findall(
    r"(?m)^([0-9a-f]+)-([0-9a-f]+) (....) .*\\n(?:[A-Z].*\\n)*?Anonymous: +(\\d+) kB$", smaps)
    if "w" in access or anonymous != "0"]
print(sum(length for start, length in parts))
print(sum(start < end and begin < start + length for start, length in parts
          for begin, end in written))
before = footprint.resident()
footprint.give_back()
print(before - footprint.resident())
print(round(np.linalg.inv(2 * np.eye(50)).sum()))
"""


def test_what_is_only_read_of_libraries_is_given_back_and_what_is_written_stays() -> None:
    constant, lost, gone, summed = said(LIBRARIES)
    # LLVM alone has more.
    assert constant > 60 * MB
    assert lost == 0
    assert gone > 20 * MB
    assert summed == 25


WRITTEN = """
import ctypes
import mmap
from pathlib import Path
from engine import footprint

size = mmap.PAGESIZE
constant = [(begin, length) for begin, length in footprint._constants() if length > 4 * size]
begin, length = constant[0]
library = footprint._c_library()
library.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
page = begin + 2 * size
assert library.mprotect(page, size, 3) == 0
ctypes.memset(page, 7, 1)
assert library.mprotect(page, size, 1) == 0
footprint.give_back()
print(ctypes.string_at(page, 1)[0])
"""


def test_a_page_that_somebody_has_written_after_all_stays() -> None:
    # As those of libraries whose code holds addresses, or that patch themselves.
    assert said(WRITTEN) == [7]


def test_searches_are_seldom_until_the_last_one_is_out() -> None:
    usual = gc.get_threshold()
    try:
        gc.set_threshold(123, 4, 5)
        with footprint.collecting_seldom():
            with footprint.collecting_seldom():
                assert gc.get_threshold() == footprint.SELDOM
            assert gc.get_threshold() == footprint.SELDOM
        assert gc.get_threshold() == (123, 4, 5)
    finally:
        gc.set_threshold(*usual)


TRAINED = """
from engine.data import load
from engine.footprint import hold_little, resident
from engine.spec import default_project
from engine.training import Trainer
hold_little()
project = default_project()
trainer = Trainer(project, load(project.data), run_id=1)
while trainer.step < 20_000:
    trainer.run(5_000)
print(resident())
"""


def test_the_engine_alone_is_small() -> None:
    # A computer that compiles at the first start has the compiler in memory.
    said(TRAINED)
    (found,) = said(TRAINED)
    assert found < 120 * MB, f"{found / MB:.0f} MB"


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footprint, "_c_library", lambda: None)
    footprint.hold_little()
    footprint.give_back()
