from __future__ import annotations

import re
import tomllib

import pytest

from tests.contracts.bare import Machine, Reader, bare_machine, closure, missing, needs_of
from tests.contracts.source import ROOT, Source, must_be_empty, sources

BY_HAND = ("tests.golden.recorded", "tests.bench.pytorch", "tests.bench.pytorch_lenet",
           "tests.bench.pytorch_cifar10", "tests.bench.pytorch_spoken", "tests.bench.pytorch_bag",
           "tests.bench.pytorch_sweep", "tests.bench.jax_sweep", "tests.bench.jax_jit",
           "tests.bench.scikit")
"""Run for themselves, by an interpreter that has what they import; tests may not import them."""

MACHINE = bare_machine()
TOOLS = [Reader(source) for source in sources("resources")]
TESTS = [Reader(source) for source in sources("tests")]


def is_by_hand(module: str) -> bool:
    """Say whether a module is a program that only people start."""
    return module in BY_HAND or module.startswith("tests.golden.make_")


def test_tests_count_on_nothing_that_their_command_does_not_install() -> None:
    needs = needs_of([*TOOLS, *TESTS], MACHINE)
    must_be_empty(fault for reader in TESTS if not is_by_hand(reader.source.name)
                  for fault in missing(reader, MACHINE, needs))


def test_programs_for_people_are_there_and_need_what_they_are_listed_for() -> None:
    needs = needs_of(TESTS, MACHINE)
    assert {name for name in BY_HAND if name not in needs} == set()


def faults(text: str, module: str = "tests.engine.test_thing") -> list[str]:
    """Return what is said of a text beside the tools of the project."""
    reader = Reader(Source(module, text))
    return missing(reader, MACHINE, needs_of([*TOOLS, reader], MACHINE))


LICENCES = "from resources.installer import licences\n"


@pytest.mark.parametrize(("name", "text"), [
    ("PyInstaller", "import PyInstaller"),
    ("mypy", "def test_types():\n    from mypy import api"),
    ("PyInstaller", "import importlib\nimportlib.import_module('PyInstaller.building')"),
    ("scipy", "__import__('scipy')"),
    ("pyinstaller", "from importlib import metadata\nmetadata.distribution('pyinstaller')"),
    ("pyinstaller", "NAME = 'pyinstaller'\ndef test():\n    importlib.metadata.version(NAME)"),
    ("pandas-stubs", "from importlib.metadata import files\nfiles('pandas-stubs')"),
    ("torch", "from importlib.util import find_spec\nhas_torch = find_spec('torch') is not None"),
    ("ruff", "subprocess.run([sys.executable, '-m', 'ruff', 'check'], check=True)"),
    ("mypy", "def test():\n    call(sys.executable, '-m', 'mypy')"),
    ("scipy", "subprocess.run([sys.executable, '-c', 'import scipy.linalg'])"),
    ("scipy", "subprocess.run([sys.executable, '-c', f'import scipy\\nprint({2})'])"),
    ("torch", "CODE = '''\nimport json, torch\n'''\nrun(CODE)"),
    ("torch", "pytest.importorskip('torch')"),
    ("torch", "@pytest.mark.skipif(not HAS, reason='something is missing')\n"
              "def test():\n    import torch"),
    ("torch", "def test():\n    import torch\n\n"
              "def test_other():\n    pytest.skip('torch is not installed')"),
    ("torch", "import torch\npytest.importorskip('torch', reason='compares with PyTorch')"),
    ("PyInstaller", "pytestmark = pytest.mark.needs('pyinstaller')\nimport PyInstaller"),
    ("torch", "try:\n    import torch\nexcept ImportError:\n    torch = None"),
    ("mypy", "@pytest.mark.needs('pyinstaller')\ndef test():\n    import mypy"),
    ("pyinstaller by way of resources.installer.licences.write",
     LICENCES + "def test(tmp_path):\n    licences.write(tmp_path)"),
    ("pyinstaller by way of resources.installer.licences.packer_files",
     "from resources.installer.licences import packer_files as files\ndef test():\n    files()"),
    ("pyinstaller by way of resources.installer.licences.write",
     LICENCES + "def test(monkeypatch):\n    monkeypatch.setattr(licences, 'parts_of', list)\n"
     "    licences.write(folder)"),
    ("PyInstaller by way of resources.installer.bundle.make_bundle",
     "import resources.installer.bundle as b\nPROGRAM = b.make_bundle()"),
    ("pyinstaller by way of tests.engine.test_thing.made",
     LICENCES + "def made():\n    return licences.packer_files()\n\ndef test():\n    made()"),
])
def test_what_may_be_missing_is_seen(name: str, text: str) -> None:
    assert any(re.search(rf"counts on {re.escape(name)}[.,]", fault) for fault in faults(text))


def test_a_program_for_people_is_not_imported() -> None:
    needs = needs_of(TESTS, MACHINE)
    for text in ("from tests.golden.recorded import record", "import tests.golden.make_golden",
                 "from tests.bench import pytorch"):
        assert missing(Reader(Source("tests.golden.test_thing", text)), MACHINE, needs), text


@pytest.mark.parametrize("text", [
    "import json, numpy as np, pandas, PIL.Image, pytest, hypothesis.strategies",
    "import shiboken6\nimport llvmlite.binding\nfrom pytestqt.qtbot import QtBot\nimport _pytest",
    "from PySide6.QtCore import QObject\nfrom gui.app import run\nimport tests.datasets",
    "import importlib.metadata\nimportlib.metadata.version('PySide6-Essentials')",
    "from importlib import metadata\nmetadata.version('backprop_lab')",
    "subprocess.run([sys.executable, '-m', 'venv', folder])",
    "subprocess.run([sys.executable, '-m', 'pip', 'list'])",
    "subprocess.run([sys.executable, '-c', 'import sys, numba'])",
    "'''import torch'''\nassert finds('import torch')",
    "version('torch')\nfor module in found:\n    import_module(module)",
    "torch = pytest.importorskip('torch', reason='compares with PyTorch')\nimport torch.nn",
    "@pytest.mark.needs('pyinstaller')\ndef test():\n    metadata.distribution('pyinstaller')",
    "pytestmark = [pytest.mark.slow, pytest.mark.needs('pyinstaller')]\n"
    "def test():\n    import PyInstaller",
    "@pytest.mark.needs('mypy')\nclass TestTypes:\n    def test(self):\n        import mypy.api",
    "peer = pytest.mark.skipif(find_spec('torch') is None, reason='torch is not installed')\n"
    "@peer\ndef test():\n    import torch",
    "def test():\n    if not installed():\n        pytest.skip(f'torch is not for {PEERS}')\n"
    "    import torch",
    LICENCES + "@pytest.mark.needs('pyinstaller')\ndef test(folder):\n    licences.write(folder)",
    LICENCES + "def test():\n    licences.parts_of([])",
    LICENCES + "def test(monkeypatch):\n    monkeypatch.setattr(licences, 'packer_files', list)\n"
    "    licences.write(folder)",
    "if __name__ == '__main__':\n    import torch",
])
def test_what_is_there_or_skipped_passes(text: str) -> None:
    assert faults(text) == []


def test_the_machine_is_that_of_the_test_extra() -> None:
    assert {"pytest", "pytest-qt", "numba", "llvmlite", "backprop-lab"} <= MACHINE.packages
    assert {"ruff", "mypy", "pyinstaller", "pandas-stubs"} & MACHINE.packages == set()
    assert {"PIL", "PySide6", "shiboken6", "pytestqt", "llvmlite"} <= MACHINE.modules
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert closure(project["dependencies"]) < MACHINE.packages
    assert closure(["nothing-of-this-name"]) == set()


def test_a_larger_machine_knows_more() -> None:
    larger = Machine(MACHINE.packages | {"torch"}, MACHINE.modules | {"torch"})
    reader = Reader(Source("tests.test_thing", "import torch"))
    assert missing(reader, MACHINE, {})
    assert not missing(reader, larger, {})
