"""A lab on a fake engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.builder.document import Document
from gui.lab import Lab
from gui.settings import Settings
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def lab(qtbot: QtBot, qapp: QApplication, engine: FakeEngine) -> Iterator[Lab]:
    theme.apply(qapp, "light")
    document = Document(load_data=two_clouds)
    lab = Lab(document, Workbench(document, engine), Settings(None))
    qtbot.addWidget(lab)
    lab.resize(1366, 768)
    lab.show()
    qtbot.waitExposed(lab)
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
    yield lab
    lab.shut_down()
