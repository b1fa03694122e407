"""How pyqtgraph is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import PySide6.QtWidgets
import pytest

from gui.plots import graph

ROOT = Path(graph.__file__).parents[2]


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT,
                          check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_classes_of_pyside_are_those_that_pyqtgraph_uses() -> None:
    copy = sys.modules["pyqtgraph.Qt.QtWidgets"]
    assert copy.QPushButton is PySide6.QtWidgets.QPushButton
    with pytest.raises(AttributeError):
        graph.Mirror("copy", PySide6.QtWidgets).QNothing  # noqa: B018
    assert "QPushButton" in dir(PySide6.QtWidgets)


def test_what_no_plot_needs_is_not_loaded() -> None:
    said = python("import sys; from gui.plots.graph import pg; from pyqtgraph.Qt import QtWidgets;"
                  "print([name in sys.modules for name in ('pyqtgraph.parametertree',"
                  "'pyqtgraph.multiprocess', 'pyqtgraph.widgets.PlotWidget')],"
                  "'QWizard' in vars(QtWidgets), pg.PlotWidget.__name__)")
    assert said.split("\n")[0] == "[False, False, True] False PlotWidget"


def test_a_pyqtgraph_that_is_loaded_already_is_taken() -> None:
    assert python("import pyqtgraph; from gui.plots.graph import pg; print(pg is pyqtgraph)"
                  ).strip() == "True"


def test_pyside_lists_its_classes_as_before() -> None:
    said = python(
        "import PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets;"
        "sources = PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets;"
        "del PySide6.QtGui.__dict__['__dir__'];"
        "own = [source.__dict__.get('__dir__') for source in sources];"
        "import gui.plots.graph;"
        "print([source.__dict__.get('__dir__') for source in sources] == own, own[1],"
        "'__dir__' in vars(PySide6.QtGui), 'QWizard' in dir(PySide6.QtWidgets),"
        "'QWizard' in vars(PySide6.QtWidgets))")
    assert said.split() == ["True", "None", "False", "True", "False"]


def test_a_failed_import_leaves_no_stand_ins() -> None:
    said = python(
        "import sys, PySide6.QtWidgets\n"
        "own = PySide6.QtWidgets.__dict__['__dir__']\n"
        "sys.modules['pyqtgraph.functions'] = None\n"
        "try:\n"
        "    import gui.plots.graph\n"
        "except ImportError as error:\n"
        "    print('pyqtgraph.functions' in str(error))\n"
        "print([name for name in sys.modules if name in ('pyqtgraph', 'pyqtgraph.Qt.QtWidgets',"
        "'pyqtgraph.widgets.ColorMapWidget')], PySide6.QtWidgets.__dict__['__dir__'] is own)\n"
        "del sys.modules['pyqtgraph.functions']\n"
        "from gui.plots.graph import pg\n"
        "print(pg.PlotWidget.__name__)\n")
    assert said.split("\n")[:3] == ["True", "[] True", "PlotWidget"]
