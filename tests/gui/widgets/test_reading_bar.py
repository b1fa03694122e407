"""The bar shows what is known, and nothing else."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.widgets import ReadingBar


def test_it_moves_to_and_fro_where_nobody_knows(qtbot: QtBot) -> None:
    bar = ReadingBar("Loading")
    qtbot.addWidget(bar)
    bar.show()
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    bar.set_share(0.431)
    assert (bar.value(), bar.maximum()) == (43, 100)
    bar.set_share(1.0)
    assert bar.maximum() == 0, "all is read, and how long it takes to be understood is unknown"
    bar.set_share(0.5)
    bar.hide()
    assert bar.maximum() == 0, "the next job begins with nothing"
