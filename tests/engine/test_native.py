"""The product for this processor takes the portable one's place and changes no byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import engine
from engine import native
from engine.cachestore import SUFFIX
from engine.kernels.matmul import tile
from engine.kernels.matmul.registers import UNIT
from engine.kernels.runtime import processor

ROOT = Path(engine.__file__).parents[1]

wide = pytest.mark.skipif(not processor.has_wide_registers() or UNIT.bytes != 64,
                          reason="this processor has no registers that portable kernels leave out")

CHECK = """
import ctypes, json, sys
import numpy as np
from engine import compiling, native
from engine.facts import facts
from engine.kernels.matmul import tile
from engine.kernels.matmul.registers import UNIT
from tests.engine.kernels.matmul.test_tile import CONTRACTIONS, SIZES, Product, block, scattered

class Compiled(Product):
    def __init__(self, precision):
        self.precision = precision
        tile.install(precision)
        self._code = self
        self._pointers = [ctypes.c_void_p] * 4
    ctypes = property(lambda self: self)
    argtypes = property(lambda self: self._pointers)
    def __call__(self, *arguments):
        if len(arguments) == 4 and isinstance(arguments[0], ctypes.c_void_p):
            address = tile.PRODUCT.cells[self.precision].value
            ctypes.CFUNCTYPE(None, *self._pointers)(address)(*arguments)
        else:
            super().__call__(*arguments)

def written(precision):
    product, found = Compiled(precision), []
    for m, k, n in (*SIZES[::5], (7, 257, 50), (40, 700, 101), (128, 64, 256)):
        for add, transposed in ((False, False), (True, True)):
            a = block(precision, k, m, 1).T if transposed else block(precision, m, k, 1)
            c = block(precision, m, n, 3)
            product(c, a, block(precision, k, n, 2), add)
            found.append(c.tobytes())
    for sizes in CONTRACTIONS:
        c, a, b, *tables = scattered(precision, *sizes)
        for add, begun in ((0, False), (0, True), (1, False)):
            result = c.copy()
            start = np.linspace(-1.0, 1.0, sizes[3] if begun else 0).astype(precision)
            product.contract(result, a, b, *tables, 2, add, start)
            found.append(result.tobytes())
    return found

answer = {"unit": UNIT.bytes, "facts": [facts()["Vectors"]]}
for precision in ("float32", "float64"):
    before = written(precision)
    old = tile.PRODUCT.cells[precision].value
    at_once = native.load(precision)
    is_in_use = compiling.compile_native(precision)
    answer[precision] = {
        "at once": at_once, "in use": is_in_use,
        "exchanged": old != tile.PRODUCT.cells[precision].value,
        "bits": 8 * tile.UNITS[precision].bytes,
        "equal": before == written(precision)}
answer["facts"].append(facts()["Vectors"])
print(json.dumps(answer))
"""


TRAIN = """
import hashlib, json
from engine import compiling, native
from engine.data import load
from engine.kernels.matmul import tile
from engine.selftest import RESOURCES
from engine.spec import read_project
from engine.training import Trainer

def trained(is_exchanged):
    project = read_project(RESOURCES / "examples" / "07-digits.json")
    trainer = Trainer(project, load(project.data))
    trainer.run(20, 60.0)
    assert is_exchanged is False or compiling.compile_native("float32")
    trainer.run(20, 60.0)
    assert trainer.step == 40
    digest = hashlib.sha256()
    for name, array in sorted(trainer.weights().items()):
        digest.update(name.encode() + array.tobytes())
    return [tile.UNITS["float32"].bytes, digest.hexdigest()]

# The program would begin by itself what is done here at a certain step.
compiling._BEGUN.add("matrix product in float32")
print(json.dumps([trained(False), trained(True)]))
"""


def check(cache: Path, code: str = CHECK) -> Any:
    """Return what a fresh process with portable kernels finds."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "BACKPROP_LAB_CACHE": str(cache), processor.VARIABLE: "portable"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, text=True,
                          capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return json.loads(done.stdout)


@wide
@pytest.mark.slow
def test_the_product_is_exchanged_and_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second = check(tmp_path), check(tmp_path)
    assert first["unit"] == second["unit"] == 32
    assert first["facts"] == second["facts"] == [
        "256 bits", "256 bits, 512 in the matrix product"]
    for found, at_once in ((first, False), (second, True)):
        for precision in ("float32", "float64"):
            assert found[precision] == {"at once": at_once, "in use": True, "exchanged": True,
                                        "bits": 512, "equal": True}


@wide
@pytest.mark.slow
def test_an_exchange_while_a_network_is_trained_changes_no_weight(tmp_path: Path) -> None:
    (narrow, expected), (wider, found) = check(tmp_path, TRAIN)
    assert (narrow, wider) == (32, 64)
    assert found == expected


@wide
@pytest.mark.slow
def test_where_nothing_can_be_kept_the_portable_product_goes_on(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert check(cache)["float32"]["in use"]
    files = list(cache.rglob(f"*product_512*{SUFFIX}"))
    assert len(files) == 2
    for file in files:
        # A folder with something in it is what nobody can write over.
        file.unlink()
        (file / "something").mkdir(parents=True)
    found = check(cache)
    for precision in ("float32", "float64"):
        assert not found[precision]["in use"]
        assert not found[precision]["exchanged"]
        assert found[precision]["bits"] == 256


def test_native_kernels_want_no_other_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(processor.VARIABLE, "native")
    native.wider_unit.cache_clear()
    assert native.wider_unit() is None
    assert native.load("float32")
    native.wider_unit.cache_clear()


def test_a_processor_without_wider_registers_wants_no_other_product(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "wants_portable", lambda: True)
    monkeypatch.setattr(processor, "has_wide_registers", lambda: False)
    native.wider_unit.cache_clear()
    assert native.load("float64")
    native.wider_unit.cache_clear()


def test_units_are_known_of_products_in_use() -> None:
    tile.install("float64")
    assert tile.UNITS["float64"] == UNIT
