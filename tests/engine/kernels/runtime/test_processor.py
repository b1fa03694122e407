"""For which processor kernels are compiled, in processes of their own: it is chosen once in one."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import pytest

import engine
from engine.kernels.matmul import registers
from engine.kernels.runtime import processor

ROOT = Path(engine.__file__).parents[1]

ON_X86 = platform.machine() in ("x86_64", "AMD64")
CAN_BE_PORTABLE = ON_X86 and all(llvm.get_host_cpu_features().get(feature)
                                 for feature in ("avx2", "fma", "bmi2"))
portable_too = pytest.mark.skipif(not CAN_BE_PORTABLE, reason="names of x86 processors since 2013")

LOOK = """
import json, sys
if sys.argv[1] == "frozen":
    sys.frozen = True
import numpy as np
from numba.core.registry import cpu_target
from engine.kernels.matmul import registers, tile
from engine.kernels.runtime.random import mixed, shuffle
def chosen():
    return cpu_target.target_context.codegen().magic_tuple()[1:]
before = chosen()
shuffle(np.arange(5), 1, 0)
tile.install("float32")
assert chosen() == before, "compiling has changed the choice"
kernels = mixed, shuffle
print(json.dumps({
    "name": before[0], "features": before[1], "unit": registers.UNIT.bytes,
    "zmm": "zmm" in tile.PRODUCT.compiled["float32"]._library.get_asm_str(),
    "hits": sum(sum(kernel.stats.cache_hits.values()) for kernel in kernels)
            + tile.PRODUCT.compiled["float32"].cache_hits,
    "misses": sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels)}))
"""


def look(cache: Path, wish: str = "", kind: str = "source", **variables: str) -> dict[str, Any]:
    """Return for which processor a fresh process compiles, and whether it had to."""
    environment = {key: value for key, value in os.environ.items()
                   if key != processor.VARIABLE and not key.startswith("NUMBA_")}
    environment |= {"PYTHONPATH": str(ROOT), "BACKPROP_LAB_CACHE": str(cache), **variables}
    if wish:
        environment[processor.VARIABLE] = wish
    done = subprocess.run([sys.executable, "-c", LOOK, kind], env=environment, text=True,
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@dataclass(frozen=True)
class Looked:
    """A cache, and what the first process of either kind has found that used it."""

    cache: Path
    first: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """Let a process of either kind compile into a new cache, which takes some seconds each."""
    cache = tmp_path_factory.mktemp("cache")
    return Looked(cache, {wish: look(cache, wish) for wish in ("portable", "native")})


@portable_too
def test_processes_of_either_kind_find_their_own_kernels(looked: Looked) -> None:
    first = looked.first
    again = {wish: look(looked.cache, wish) for wish in first}
    for wish in first:
        assert first[wish]["misses"] > 0
        assert again[wish]["misses"] == 0
        assert again[wish]["hits"] >= 2
        for what in ("name", "features", "unit"):
            assert first[wish][what] == again[wish][what]
    assert first["portable"]["name"] == processor.X86.name
    assert first["native"]["name"] == llvm.get_host_cpu_name()


@portable_too
def test_portable_kernels_need_nothing_that_other_processors_lack(looked: Looked) -> None:
    found = looked.first["portable"]
    assert set(found["features"].split(",")) == {f"+{name}" for name in processor.X86.features}
    assert found["unit"] == 32
    assert not found["zmm"]


@pytest.mark.skipif(not processor.has_wide_registers(), reason="there are none")
def test_native_kernels_use_whole_registers(looked: Looked) -> None:
    found = looked.first["native"]
    assert "-prefer-256-bit" in found["features"].split(",")
    assert found["unit"] == 64
    assert found["zmm"]


@portable_too
def test_a_frozen_program_is_portable_unless_it_is_told_otherwise(looked: Looked) -> None:
    """The kernels are there; it would not have its own twice."""
    for found, expected in ((look(looked.cache, kind="frozen"), "portable"),
                            (look(looked.cache, "native", kind="frozen"), "native"),
                            (look(looked.cache), "native")):
        assert found["name"] == looked.first[expected]["name"]
        assert found["misses"] == 0


@portable_too
def test_a_processor_that_lacks_something_gets_kernels_of_its_own(
        monkeypatch: pytest.MonkeyPatch) -> None:
    found = dict(llvm.get_host_cpu_features())
    monkeypatch.setenv(processor.VARIABLE, "portable")
    assert processor.wants_portable()
    monkeypatch.setattr(llvm, "get_host_cpu_features", lambda: found | {"fma": False})
    assert not processor.wants_portable()


@portable_too
def test_the_second_process_chooses_as_the_first() -> None:
    """Whatever the first has changed in its own environment meanwhile."""
    code = ("import subprocess, sys\n"
            "sys.frozen = True\n"
            "import engine.kernels.matmul.registers as mine\n"
            "from engine.compiling import environment\n"
            "child = ('import sys; sys.frozen = True; '\n"
            "         'from engine.kernels.matmul import registers; '\n"
            "         'from engine.kernels.runtime import processor; '\n"
            "         'from numba.core import config; '\n"
            "         'print(config.CPU_NAME, config.CPU_FEATURES, registers.UNIT)')\n"
            "from numba.core import config\n"
            "print(config.CPU_NAME, config.CPU_FEATURES, mine.UNIT, flush=True)\n"
            "subprocess.run([sys.executable, '-c', child], env=environment(), check=True)")
    environment = {key: value for key, value in os.environ.items() if key != processor.VARIABLE}
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True,
                          env=environment | {"PYTHONPATH": str(ROOT)}, timeout=60)
    mine, childs = done.stdout.splitlines()
    assert mine == childs
    assert mine.startswith(processor.X86.name)


def test_features_are_those_of_the_choice() -> None:
    assert registers.unit_of(processor.features()) == registers.UNIT
