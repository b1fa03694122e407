"""Every file opens or is told: nothing that a project holds ends the program."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.messages import legible
from engine.spec import default_project
from gui import theme
from gui.document.document import Document
from gui.window.lab_page import LabPage
from gui.window.preferences import Settings
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.windows import Open, lab_of
from tests.gui.workbench.fake_trainer import FakeEngine
from tests.hostile import cases, projects
from tests.hostile.cases import CASES

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pipes and devices")


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication) -> Iterator[LabPage]:
    """A lab that loads the data of what it opens."""
    theme.apply(qapp, "light")
    document = Document()
    lab = LabPage(document, Workbench(document, FakeEngine()), Settings(None))
    for _ in lab.build():
        pass
    qtbot.addWidget(lab)
    lab.resize(1366, 768)
    lab.show()
    yield lab
    lab.shut_down()


def test_each_of_them(qtbot: QtBot, opened: LabPage, tmp_path: Path) -> None:
    cases.around(tmp_path)
    refused: list[str] = []
    opened.files.refused.connect(refused.append)
    for name, case in CASES.items():
        if name == "memory":
            # Theory would think of it for longer than this test waits.
            continue
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(case.content))
        refused.clear()
        assert opened.files.open(path) == case.opens, name
        said = [*refused, *(issue.text for issue in opened.document.issues)]
        # What is read where the run is made is told by the run.
        is_known = name.startswith("weights")
        assert is_known or any(case.says in text or "was not found" in text for text in said), said
        assert all(text == legible(text) for text in said)
        for layer in opened.document.project.network:
            opened.document.select(layer.id)
        QApplication.processEvents()
        opened.grab()
        if case.opens:
            assert opened.document.path == path
    opened.files._load(default_project(), None)
    qtbot.waitUntil(lambda: opened.workbench.state is State.READY)


@pytest.mark.parametrize("name", ["text gone", "kind unknown", "units a word", "units huge",
                                  "path with a null", "1,000 layers and more"])
def test_at_the_start(name: str, open_window: Open, tmp_path: Path) -> None:
    lab = lab_of(open_window(cases.written(name, tmp_path)))
    if CASES[name].opens:
        assert lab.document.path == tmp_path / "project.json"
        assert lab.workbench.state is State.INVALID
    else:
        assert CASES[name].says in lab.message.text()


def test_what_is_wrong_can_be_mended(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    lab = lab_of(open_window(cases.written("units huge", tmp_path)))
    assert "is above 4096" in lab.strip.accessibleName()
    lab.document.set_option("h", "units", 8)
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)


@pytest.mark.slow
def test_some_of_the_generated_ones(opened: LabPage, tmp_path: Path) -> None:
    projects.surroundings(tmp_path)
    count = 0
    for seed in range(60):
        path = projects.written(seed, tmp_path)
        count += opened.files.open(path)
        QApplication.processEvents()
        if not seed % 10:
            opened.grab()
        path.unlink()
    assert 10 < count < 60
