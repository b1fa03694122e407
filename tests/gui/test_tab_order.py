"""The Tab key goes through every dialog in the order in which it is read."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import gui
from engine.messages import say
from engine.spec import DataSpec
from engine.spec.drawn import PaintedSpec
from engine.training.transfer import LeftLayer, TransferReport
from gui import theme
from gui.data.bring_dialog import BringDialog
from gui.data.paint_dialog import PaintDialog
from gui.data.record_dialog import RecordDialog
from gui.data.table_dialog import TableDialog
from gui.doctor.black_box import BlackBoxDialog
from gui.doctor.limits_dialog import LimitsDialog
from gui.document.document import Document
from gui.experiments.cluster_dialog import ClusterDialog
from gui.experiments.new_sweep_dialog import NewSweepDialog
from gui.runs.earlier_runs import EarlierRuns
from gui.templates import Gallery, families
from gui.window.about import About, LicenceText
from gui.window.transfer_report import TransferDialog
from gui.window.waiting import WaitingCard
from tests.engine.experiments.boards import deep_project
from tests.gui.data.importers import IMPORTERS, load_folder, write_folder
from tests.gui.data.test_table_dialog import PEOPLE
from tests.gui.doctor.test_verdict_strip import the_end
from tests.gui.runs.test_earlier_runs import ROWS, RUNS
from tests.gui.widgets.sound_library import Library, with_library

Make = Callable[[QtBot, Path, Document], QDialog]


def table(qtbot: QtBot, folder: Path, _document: Document) -> QDialog:
    (path := folder / "people.csv").write_text(PEOPLE, "utf-8")
    dialog = TableDialog(DataSpec())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.read(path)
    qtbot.waitUntil(dialog.accept_button.isEnabled)
    return dialog


def pictures(qtbot: QtBot, folder: Path, _document: Document) -> QDialog:
    dialog = BringDialog(DataSpec(), importers=IMPORTERS, load_data=load_folder)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.read([write_folder(folder / "squares", cats=6, dogs=4)])
    qtbot.waitUntil(lambda: dialog._looked_at is None and not dialog._pause.isActive()
                    and not dialog.progress.isVisible())
    dialog.options.form.fold.header.click()
    return dialog


def earlier(_qtbot: QtBot, _folder: Path, _document: Document) -> QDialog:
    dialog = EarlierRuns()
    dialog.show_runs(RUNS, ROWS)
    return dialog


def transfer(_qtbot: QtBot, _folder: Path, _document: Document) -> QDialog:
    left = (LeftLayer("output", say("run.none-yet")),)
    return TransferDialog(TransferReport(("dense-1",), left), "teacher.bplab",
                          ("input", "dense-1", "output"))


def waiting(_qtbot: QtBot, _folder: Path, _document: Document) -> QDialog:
    return WaitingCard("Alice", None)  # type: ignore[arg-type]


DIALOGS: Mapping[type[QDialog], Make] = {
    TableDialog: table, BringDialog: pictures, EarlierRuns: earlier, TransferDialog: transfer,
    WaitingCard: waiting,
    PaintDialog: lambda *_: PaintDialog(PaintedSpec()),
    RecordDialog: lambda _qtbot, folder, _document: RecordDialog(folder=folder),
    BlackBoxDialog: lambda *_: BlackBoxDialog(the_end()),
    LimitsDialog: lambda _qtbot, _folder, document: LimitsDialog(document),
    ClusterDialog: lambda *_: ClusterDialog("", "", lambda _address, _folder: None),
    NewSweepDialog: lambda *_: NewSweepDialog(deep_project(), lambda sweep: 2.0 * sweep.size),
    Gallery: lambda *_: Gallery(families()),
    About: lambda *_: About(),
    LicenceText: lambda *_: LicenceText("As is."),
}


def stops(window: QWidget) -> list[QWidget]:
    """Return what the Tab key comes to, from the first on."""
    found: list[QWidget] = []
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        if policy and widget.isVisible() and widget.isEnabled() and widget.window() is window \
                and widget.focusProxy() is None:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def place(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


def goes_back(before: QRect, after: QRect) -> bool:
    """Say whether one reads back from one place to the next: up, or to the left in a line.

    Who comes to the end of a column goes up to the next one, which lies to the right.
    """
    if after.bottom() < before.top():
        return after.left() <= before.right()
    is_beside = after.top() <= before.bottom()
    return is_beside and after.right() < before.left()


def steps_back(window: QWidget) -> list[str]:
    """Return every two stops of which the second is read before the first."""
    found = stops(window)
    return [f"{_named(one)} {place(one)} then {_named(two)} {place(two)}"
            for one, two in pairwise(found)
            if goes_back(place(one), place(two))]


def _named(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or widget.property('text')!r}"


@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
def test_tab_follows_the_eye(qtbot: QtBot, qapp: QApplication, tmp_path: Path, document: Document,
                             kind: type[QDialog], monkeypatch: pytest.MonkeyPatch) -> None:
    theme.apply(qapp, "light")
    with_library(monkeypatch, Library(known=(16_000,)))
    dialog = DIALOGS[kind](qtbot, tmp_path, document)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert stops(dialog)
    assert steps_back(dialog) == []


def test_every_dialog_is_looked_at() -> None:
    root = Path(gui.__file__).parent
    known = {node.name for path in root.rglob("*.py")
             for node in ast.walk(ast.parse(path.read_text("utf-8")))
             if isinstance(node, ast.ClassDef)
             and any(isinstance(base, ast.Name) and base.id == "QDialog" for base in node.bases)}
    assert known == {kind.__name__ for kind in DIALOGS}


def test_a_step_back_is_noticed(qtbot: QtBot) -> None:
    window = QDialog()
    qtbot.addWidget(window)
    lines, line = QVBoxLayout(window), QHBoxLayout()
    first, second, third = (QPushButton(name) for name in ("a", "b", "c"))
    lines.addLayout(line)
    line.addWidget(first)
    line.addWidget(second)
    lines.addWidget(third)
    window.show()
    assert stops(window) == [first, second, third]
    assert steps_back(window) == []
    for wrong in ((second, first, third), (first, third, second)):
        for one, two in pairwise(wrong):
            QWidget.setTabOrder(one, two)
        assert steps_back(window)
