"""pyqtgraph as ``pg``, loaded in less than half of its time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    with _stand_ins(), _unlisted():
        # Written as a statement, so that the package's builder sees it.
        import pyqtgraph
    return pyqtgraph


@contextmanager
def _stand_ins() -> Iterator[None]:
    """Put modules of our own in the place of some of pyqtgraph's; take them away if it fails."""
    made: dict[str, ModuleType] = {}
    for name in MIRRORED:
        copy = f"pyqtgraph.Qt.{name}"
        made[copy] = Mirror(copy, import_module(f"PySide6.{name}"))
    for name in UNUSED:
        left_out = made[f"pyqtgraph.widgets.{name}"] = ModuleType(name)
        left_out.__dict__.update({"__all__": [], name: None})
    sys.modules.update(made)
    try:
        yield
    except BaseException:
        for name, module in made.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
        raise


@contextmanager
def _unlisted() -> Iterator[None]:
    """Let PySide's modules list nothing meanwhile: pyqtgraph copies what `dir` lists."""
    listed = [(source.__dict__, source.__dict__.get("__dir__"))
              for source in (import_module(f"PySide6.{name}") for name in MIRRORED)]
    for names, _ in listed:
        names["__dir__"] = list
    try:
        yield
    finally:
        for names, own in listed:
            if own is None:
                del names["__dir__"]
            else:
                # PySide's own lists the classes that nobody has asked for yet, too.
                names["__dir__"] = own


pg = _load()
