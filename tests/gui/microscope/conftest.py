"""A lens on one step of a small run."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.microscope.dissection import Dissection
from gui.microscope.lens import Lens
from tests.engine.training.runs import clouds, dense, trainer
from tests.gui.themed import app

__all__ = ["app"]


@pytest.fixture(scope="session")
def dissection() -> Dissection:
    """Return a step of a network with two hidden layers, for ten examples of two classes."""
    run = trainer(clouds(n=10, classes=2, width=2), dense("one", 4), dense("two", 2),
                  dense("output", 2, "linear"), optimizer="sgd", batch_size=10)
    run.run(5)
    return run.dissect()


@pytest.fixture
def lens(qtbot: QtBot, app: QApplication, dissection: Dissection) -> Lens:
    """Return a lens that looks at it."""
    lens = Lens()
    lens.look_at(dissection)
    return lens


def line_of(lens: Lens, name: str) -> int:
    """Return the line that writes a variable first."""
    return lens.trace.program.writers(name)[0]
