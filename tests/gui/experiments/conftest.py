"""Boards that were never computed, in the pictures that show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.experiments.board import Board
from engine.experiments.theory_lines import TheoryLines, theory_lines
from gui.experiments.sweep_picture import SweepPicture, style_of
from gui.experiments.tip import Tip
from tests.engine.experiments.boards import filled, grid_sweep
from tests.gui.themed import app

__all__ = ["app"]

GAINS = tuple(0.5 + 0.25 * place for place in range(11))
DEPTHS = tuple(range(1, 11))


def picture_of(*boards: Board, theory: TheoryLines | None = None) -> SweepPicture:
    """Return a picture of boards, with axes as they are usually shown."""
    found = SweepPicture(boards, tuple(map(style_of, boards[0].sweep.axes)))
    return found if theory is None else replace(found, theory=theory)


@pytest.fixture
def map_picture() -> SweepPicture:
    """A map that learned at the left, and broke at the right above depth 5."""
    sweep = grid_sweep(GAINS, DEPTHS)
    return picture_of(filled(sweep, lambda gain, depth: None if gain > 2 and depth > 5 else
                             gain * depth), theory=theory_lines(sweep))


def describe(values: tuple[object, ...]) -> Tip:
    return Tip(f"setting {values}", "healthy", "told", ("a note",), "Click")


Show = Callable[[QWidget], None]


@pytest.fixture
def show(qtbot: QtBot, app: object) -> Show:
    def act(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        widget.resize(640, 480)
        widget.show()
        qtbot.waitExposed(widget)
    return act


def at(point: QPointF) -> QPoint:
    return QPoint(round(point.x()), round(point.y()))
