"""A step on its way out of the program: a table, a sheet as PDF or HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from engine.microscope.dissection import Dissection
from engine.microscope.script import script
from gui.document.file_folder import FileFolder
from gui.window import save_questions
from gui.window.hand_out import HTML, HandOut
from tests.gui.microscope.steps import first


@pytest.fixture(scope="module")
def dissection() -> Dissection:
    return first().dissect()


@pytest.fixture
def hand_out(qtbot: QtBot, qapp: QApplication) -> HandOut:
    window = QWidget()
    qtbot.addWidget(window)
    return HandOut(FileFolder(), window)


def answer(monkeypatch: pytest.MonkeyPatch, path: Path | str, chosen: str = "") -> list[str]:
    """Answer the next dialogs with a file; return the names that they suggest."""
    suggested: list[str] = []

    def ask(_window: QWidget, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        suggested.append(Path(name).name)
        return str(path), chosen

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return suggested


def test_a_table_has_every_number(hand_out: HandOut, dissection: Dissection, tmp_path: Path,
                                  monkeypatch: pytest.MonkeyPatch) -> None:
    suggested = answer(monkeypatch, tmp_path / "step")
    hand_out.ask_table(dissection)
    assert suggested == [f"Untitled step {dissection.step + 1}.csv"]
    # The mark tells a spreadsheet that the text is UTF-8.
    assert (tmp_path / "step.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    lines = (tmp_path / "step.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + sum(value.size for value in dissection.trace.values)


def test_a_comma_is_the_decimal_mark_where_the_language_has_it(
    hand_out: HandOut, dissection: Dissection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, tmp_path / "step.csv")
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        hand_out.ask_table(dissection)
    finally:
        QLocale.setDefault(before)
    assert re.search(r";-?0,\d+;", (tmp_path / "step.csv").read_text(encoding="utf-8-sig"))


@pytest.mark.parametrize("answers", [False, True])
def test_a_sheet_is_a_page_to_print_or_a_web_page(
    hand_out: HandOut, dissection: Dissection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    answers: bool
) -> None:
    answer(monkeypatch, tmp_path / "sheet")
    hand_out.ask_paper(dissection, answers=answers)
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    answer(monkeypatch, tmp_path / "sheet", HTML)
    hand_out.ask_paper(dissection, answers=answers)
    text = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert ("with its answers" in text) == answers


@pytest.mark.parametrize(("name", "chosen", "written"), [
    ("run 1.5", "", "run 1.5.pdf"), ("step.csv", "", "step.csv.pdf"), ("STEP.PDF", "", "STEP.PDF"),
    ("run 1.5", HTML, "run 1.5.html"), ("step.htm", "", "step.htm"),
    ("step.pdf", HTML, "step.html")])
def test_a_file_is_what_its_name_says(
    hand_out: HandOut, dissection: Dissection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    name: str, chosen: str, written: str
) -> None:
    (tmp_path / "step.csv").write_text("a table")
    answer(monkeypatch, tmp_path / name, chosen)
    hand_out.ask_paper(dissection, answers=False)
    assert (tmp_path / "step.csv").read_text() == "a table"
    found = (tmp_path / written).read_bytes()
    assert found.startswith(b"%PDF" if written.lower().endswith(".pdf") else b"<!DO")


def test_a_file_of_the_kind_that_was_chosen_is_asked_about(
    hand_out: HandOut, dissection: Dissection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "sheet.html"
    page.write_text("another sheet")
    answer(monkeypatch, tmp_path / "sheet.pdf", HTML)
    for may, begin in ((False, b"anot"), (True, b"<!DO")):
        monkeypatch.setattr(save_questions, "may_replace", lambda _window, path, may=may: may)
        hand_out.ask_paper(dissection, answers=True)
        assert page.read_bytes()[:4] == begin
    assert not (tmp_path / "sheet.pdf").exists()


def test_a_program_is_what_the_engine_writes(
    hand_out: HandOut, dissection: Dissection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested = answer(monkeypatch, tmp_path / "step")
    hand_out.ask_program(dissection)
    assert suggested == [f"Untitled step {dissection.step + 1}.py"]
    assert (tmp_path / "step.py").read_text(encoding="utf-8") == script(dissection)


def test_no_answer_writes_nothing(hand_out: HandOut, dissection: Dissection,
                                  monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "")
    told: list[object] = []
    hand_out.saved.connect(told.append)
    hand_out.ask_table(dissection)
    hand_out.ask_paper(dissection, answers=True)
    hand_out.ask_program(dissection)
    assert told == []
