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
