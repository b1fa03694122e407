"""A kernel is found again as it was saved, or not at all; nothing raises."""

from __future__ import annotations

import errno
import importlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import pytest
from numba.core import caching

import engine
from engine.cachestore import SUFFIX, KernelStore, read_sealed, write_sealed

ROOT = Path(engine.__file__).parents[1]

KEY = ("types", ("triple", "processor", "features"), ("code", "constants"))


def store(folder: Path, stamp: str = "build") -> KernelStore:
    return KernelStore(str(folder), "kernel-12.py311", stamp)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shipped"
    store(folder).save(KEY, "as shipped")
    monkeypatch.setattr(KernelStore, "shipped", folder)
    return folder


def test_numba_uses_it() -> None:
    importlib.import_module("engine.cachedir")
    assert caching.IndexDataCacheFile is KernelStore


def test_what_was_saved_is_found_in_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "newer"
    assert store(folder).load(KEY) is None
    store(folder).save(KEY, {"code": b"\x00\xff"})
    assert store(folder).load(KEY) == {"code": b"\x00\xff"}
    assert [path.suffix for path in folder.iterdir()] == [SUFFIX]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_other_types_processors_and_code_are_other_versions(tmp_path: Path, place: int) -> None:
    other = (*KEY[:place], "other", *KEY[place + 1:])
    store(tmp_path).save(KEY, 1)
    assert store(tmp_path).load(other) is None
    store(tmp_path).save(other, 2)
    assert (store(tmp_path).load(KEY), store(tmp_path).load(other)) == (1, 2)


def test_another_build_and_another_numba_find_nothing(tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    store(tmp_path).save(KEY, 1)
    assert store(tmp_path, "other build").load(KEY) is None
    monkeypatch.setattr(numba, "__version__", "99.0")
    assert store(tmp_path).load(KEY) is None


def cut(content: bytes) -> bytes:
    return content[:-1]


def swapped(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("damage", [cut, swapped, lambda content: b"",
                                    lambda content: bytes(len(content))],
                         ids=["cut", "a bit", "empty", "zeros"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """As a computer leaves it that is switched off while it writes."""
    store(tmp_path).save(KEY, "right")
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert store(tmp_path).load(KEY) is None
    store(tmp_path).save(KEY, "right")
    assert store(tmp_path).load(KEY) == "right"


def test_a_file_under_another_files_name_is_not_believed(tmp_path: Path) -> None:
    assert write_sealed(tmp_path / "file", "float32", b"code")
    assert read_sealed(tmp_path / "file", "float32") == b"code"
    assert read_sealed(tmp_path / "file", "float64") is None


def test_shipped_kernels_are_read_and_left_alone(tmp_path: Path, shipped: Path) -> None:
    mine = tmp_path / "mine"
    before = {path: path.stat() for path in shipped.iterdir()}
    assert store(mine).load(KEY) == "as shipped"
    store(mine).save(KEY, "as compiled here")
    assert store(mine).load(KEY) == "as compiled here"
    assert {path: path.stat() for path in shipped.iterdir()} == before


def test_a_damaged_file_of_the_user_gives_way_to_the_shipped(tmp_path: Path, shipped: Path) -> None:
    mine = tmp_path / "mine"
    store(mine).save(KEY, "as compiled here")
    (file,) = mine.iterdir()
    file.write_bytes(b"")
    assert store(mine).load(KEY) == "as shipped"


class Gone:
    """Is nowhere to be found when it is read."""


class Refusing:
    """Cannot be made again."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("no number",)


@pytest.fixture
def unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a kernel of a class that has moved."""
    # By a name of its own, since the tests' modules have names that cannot be imported.
    module = ModuleType("moved")
    monkeypatch.setitem(sys.modules, "moved", module)
    module.__dict__["Gone"] = Gone
    monkeypatch.setattr(Gone, "__module__", "moved")
    store(tmp_path / "mine").save(KEY, Gone())
    assert isinstance(store(tmp_path / "mine").load(KEY), Gone)
    del module.Gone
    return tmp_path / "mine"


def test_what_cannot_be_made_again_is_compiled_anew(
    unreadable: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert store(unreadable).load(KEY) is None
    assert "cannot be read and is made anew: AttributeError" in caplog.text
    store(unreadable).save(KEY, Refusing())
    assert store(unreadable).load(KEY) is None
    store(unreadable).save(KEY, "anew")
    assert store(unreadable).load(KEY) == "anew"


def test_what_cannot_be_made_again_gives_way_to_the_shipped(
    unreadable: Path, shipped: Path
) -> None:
    assert store(unreadable).load(KEY) == "as shipped"


def test_flushing_forgets_the_versions_of_one_function(tmp_path: Path) -> None:
    other = KernelStore(str(tmp_path), "kernel-13.py311", "build")
    store(tmp_path).save(KEY, 1)
    other.save(KEY, 2)
    store(tmp_path).flush()
    assert (store(tmp_path).load(KEY), other.load(KEY)) == (None, 2)


def test_a_full_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(tmp_path).save(KEY, "before")

    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    store(tmp_path).save(KEY, "after")
    store(tmp_path).save("another", 3)
    assert store(tmp_path).load(KEY) == "before"
    assert len(list(tmp_path.iterdir())) == 1, "a part of a file was left"


@pytest.mark.parametrize("folder", ["/proc/nowhere", f"{os.devnull}/kernels"])
def test_a_folder_that_cannot_be_is_no_error(folder: str) -> None:
    store(Path(folder)).save(KEY, 1)
    assert store(Path(folder)).load(KEY) is None
    store(Path(folder)).flush()


SAVE = """
import sys
from pathlib import Path
from engine.cachestore import KernelStore
folder, mine = sys.argv[1:]
store = KernelStore(folder, "kernel", "stamp")
sys.stdin.readline()
for number in range(200):
    store.save((mine, number), number)
    store.save(("shared", number), number)
    assert store.load(("shared", number)) == number
"""


def test_processes_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    processes = [subprocess.Popen([sys.executable, "-c", SAVE, str(tmp_path), name], text=True,
                                  env=environment, stdin=subprocess.PIPE) for name in "abc"]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    found = KernelStore(str(tmp_path), "kernel", "stamp")
    lost: list[Any] = [(name, number) for name in ("a", "b", "c", "shared")
                       for number in range(200) if found.load((name, number)) != number]
    assert not lost
    assert len(list(tmp_path.iterdir())) == 800


LOADS = """
import sys
import numpy as np
from numba import carray
from engine import cachestore
from engine.kernels.runtime.policy import compiled_callback, kernel
from numba import types

def total(pointer, count):
    return carray(pointer, count).sum()

summed = compiled_callback(types.float64(types.CPointer(types.float64), types.int64), total)
ready = "numba.np.arrayobj" in sys.modules
room = np.arange(4.0)
assert summed.ctypes(room.ctypes.data_as(summed.ctypes.argtypes[0]), 4) == 6

@kernel
def doubled(numbers):
    return 2 * numbers

assert doubled(np.ones(3)).tolist() == [2, 2, 2]
assert "numba.np.arrayobj" in sys.modules
print(summed.cache_hits, ready)
"""


def test_what_is_loaded_does_not_wait_for_the_compiler(tmp_path: Path) -> None:
    """And what has to be compiled after that is."""
    script = tmp_path / "loads.py"
    script.write_text(LOADS, encoding="utf-8")
    told = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, check=True,
            env={**os.environ, "BACKPROP_LAB_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)})
        told.append(done.stdout.split())
        # So that the second start has this one to compile.
        for file in tmp_path.glob("*/loads.doubled-*"):
            file.unlink()
    assert told == [["0", "True"], ["1", "False"]]
