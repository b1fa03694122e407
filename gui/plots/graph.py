"""pyqtgraph as ``pg``, loaded in less than half of its time."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

MIRRORED = ("QtCore", "QtGui", "QtWidgets")
UNUSED = ("ColorMapWidget", "DataFilterWidget", "RemoteGraphicsView", "ScatterPlotWidget")
"""Widgets that bring parameter trees and processes of their own with them."""


class Mirror(ModuleType):
    """Stands for pyqtgraph's copy of a module of PySide, and looks names up when they are used.

    PySide makes a class the first time that somebody asks for it; to copy a module is to have it
    make all of them.

    Parameters
    ----------
    name : str
        Name of the copy.
    source : ModuleType
        What is copied.
    """

    def __init__(self, name: str, source: ModuleType) -> None:
        super().__init__(name)
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def _load() -> Any:
    if "pyqtgraph" in sys.modules:
        return sys.modules["pyqtgraph"]
    sources = [import_module(f"PySide6.{name}") for name in MIRRORED]
    for name, source in zip(MIRRORED, sources, strict=True):
        copy = f"pyqtgraph.Qt.{name}"
        sys.modules[copy] = Mirror(copy, source)
        # pyqtgraph copies what `dir` lists.
        source.__dict__["__dir__"] = list
    for name in UNUSED:
        left_out = sys.modules[f"pyqtgraph.widgets.{name}"] = ModuleType(name)
        left_out.__dict__.update({"__all__": [], name: None})
    try:
        # Written as a statement, so that the package's builder sees it.
        import pyqtgraph
    finally:
        for source in sources:
            del source.__dict__["__dir__"]
    return pyqtgraph


pg = _load()
