"""A document with frames of a run that never happened; a lab, and windows, on a fake engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.document.document import Document
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.preferences import Settings
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.documents import FakeFrame, FakeRun, load_fake, make_snapshot, small_project
from tests.gui.windows import Open, lab_of, leave_at_once
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine


@pytest.fixture
def document(qtbot: QtBot) -> Iterator[Document]:
    document = Document(small_project(), load_data=load_fake)
    yield document
    # Edits hold the document that holds them: collected as garbage, Qt may find them gone already.
    document.undo_stack.clear()


@pytest.fixture
def frame_of() -> Callable[..., FakeFrame]:
    def make(document: Document, **changes: float) -> FakeFrame:
        return FakeFrame(make_snapshot(document.project.network, **changes))
    return make


@pytest.fixture
def run_of() -> Callable[[Document], FakeRun]:
    return lambda document: FakeRun(1, document.project.network)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def lab(qtbot: QtBot, qapp: QApplication, engine: FakeEngine) -> Iterator[LabPage]:
    theme.apply(qapp, "light")
    document = Document(load_data=two_clouds)
    lab = LabPage(document, Workbench(document, engine), Settings(None))
    for _ in lab.build():
        pass
    qtbot.addWidget(lab)
    lab.resize(1366, 768)
    lab.show()
    qtbot.waitExposed(lab)
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
    yield lab
    lab.shut_down()


@pytest.fixture
def open_window(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> Open:
    """Open windows whose engine is a fake one."""
    begin = Workbench.__init__

    def begin_with_fake(self: Workbench, document: Any, parent: Any = None) -> None:
        begin(self, document, FakeEngine(), parent)

    monkeypatch.setattr(Workbench, "__init__", begin_with_fake)
    theme.apply(qapp, "light")

    def make(*arguments: Any, settings: Settings | None = None, asks: bool = False) -> MainWindow:
        window = MainWindow(settings or Settings(None), *arguments, asks=asks)
        qtbot.addWidget(window, before_close_func=leave_at_once)
        window.resize(1366, 768)
        with qtbot.waitSignal(window.furnished):
            window.show()
        assert window.lab is not None
        qtbot.waitUntil(lambda: lab_of(window).workbench.state is not State.PREPARING)
        return window

    return make
