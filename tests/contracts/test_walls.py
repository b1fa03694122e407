from __future__ import annotations

import subprocess
import sys

import pytest

from tests.contracts.source import ROOT, Source, must_be_empty, sources
from tests.contracts.walls import LIGHT, WALLS, Wall, breaches

PROGRAM = sources("engine", "gui")


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: f"{wall.within[0]}: {wall.reason}")
def test_wall_stands(wall: Wall) -> None:
    must_be_empty(breach for source in PROGRAM for breach in breaches(wall, source))


@pytest.mark.parametrize(("module", "text"), [
    ("engine.data.load", "import gui.app"),
    ("engine.errors", "from PySide6 import QtCore"),
    ("engine.plan.build", "def f():\n    import pyqtgraph as pg"),
    ("engine.spec.network", "from tests.reference import dense"),
    ("engine.kernels.ops.dense", "import scipy.linalg"),
    ("engine.kernels.ops.dense", "from engine.spec import NetworkSpec"),
    ("engine.layers.dense", "from numba import njit"),
    ("engine.layers.dense",
     "import importlib\nimportlib.import_module('engine.kernels.ops.dense')"),
    ("engine.data.points", "import llvmlite.binding"),
    ("engine.telemetry.ring", "from engine import training"),
    ("engine.diagnosis.verdicts", "from engine.plan.build import compile_plan"),
    ("engine.spec.files", "from engine.layers import kinds"),
    ("engine.layers.registry", "import engine.training.trainer"),
    ("engine.plan.build", "from engine.training import trainer"),
    ("engine.kernels.loss", "from engine.data import load"),
    ("engine.kernels.runtime.driver", "from engine.kernels.ops.dense import dense_forward"),
    ("engine.kernels.runtime.memory", "from engine.kernels.matmul import tile"),
    ("engine.kernels.matmul.panels", "from engine.kernels import ops"),
    ("gui.builder.palette", "from gui.plots.loss import LossPlot"),
    ("gui.plots.loss", "import gui.output"),
    ("gui.output.panel", "from gui.labs import runner"),
    ("gui.labs.runner", "from gui import builder"),
    ("gui.plots.loss", "if TYPE_CHECKING:\n    from gui.workbench import Frame"),
    ("gui.frames.frame", "from PySide6.QtCore import QObject"),
    ("gui.frames.frame", "from gui.workbench.state import State"),
    ("gui.widgets.card", "from gui.document.document import Document"),
    ("gui.window.main_window", "from engine.training.trainer import Trainer"),
    ("gui.doctor.strip", "from engine.plan import Plan"),
    ("gui.workbench.worker", "import numba"),
    ("engine.statistics", "import numpy as np"),
])
def test_breach_is_seen(module: str, text: str) -> None:
    assert any(breaches(wall, Source(module, text)) for wall in WALLS)


@pytest.mark.parametrize(("module", "text"), [
    ("engine.kernels.ops.dense", "import math\nimport numpy as np\nfrom numba import prange"),
    ("engine.kernels.ops.dense",
     "from engine.kernels.runtime.policy import kernel\nimport engine.cachedir"),
    ("engine.training.trainer", "from engine.plan import Plan\nfrom engine.layers import kinds"),
    ("gui.workbench.worker", "from engine.training.trainer import Trainer"),
    ("gui.terminal.command_line", "from engine.training.trainer import Trainer"),
    ("gui.document.document", "from engine.layers import diagnose\nfrom gui.widgets import Card"),
    ("gui.window.main_window", "import gui.plots\nfrom gui.workbench import Workbench"),
])
def test_legal_import_passes(module: str, text: str) -> None:
    assert not [breach for wall in WALLS for breach in breaches(wall, Source(module, text))]


def loaded_by(modules: list[str]) -> set[str]:
    """Return the top-level packages in memory after a fresh interpreter imported some modules."""
    code = f"import sys, {', '.join(modules)}\nsys.stdout.write(' '.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                            timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    return {name.partition(".")[0] for name in result.stdout.split()}


def test_light_engine_loads_no_numba_and_no_qt() -> None:
    light = [source.name for source in PROGRAM if source.within(*LIGHT, "engine.errors")]
    assert {"engine.spec", "engine.layers", "engine.data"} <= set(light)
    assert loaded_by(light) & {"numba", "llvmlite", "PySide6", "pyqtgraph"} == set()


def test_whole_engine_loads_no_qt() -> None:
    engine = [source.name for source in PROGRAM if source.within("engine")]
    assert loaded_by(engine) & {"gui", "PySide6", "shiboken6", "pyqtgraph"} == set()


def test_command_line_starts_without_qt_and_without_numba() -> None:
    started = loaded_by(["gui.start", "gui.terminal.command_line"])
    assert started & {"PySide6", "pyqtgraph", "numba", "llvmlite", "pandas"} == set()


def test_window_loads_no_numba() -> None:
    assert loaded_by(["gui.window.main_window"]) & {"numba", "llvmlite"} == set()


def test_what_a_module_loads_is_seen() -> None:
    assert "json" in loaded_by(["json"])
    assert "numba" not in loaded_by(["json"])
