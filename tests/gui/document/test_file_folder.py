from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths

from gui.document.file_folder import FileFolder
from gui.window.preferences import Settings


def test_it_begins_with_a_persons_documents_and_not_where_the_program_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = tmp_path / "Dokumente"
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(documents))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert FileFolder().path() == str(tmp_path), "there is no such folder"
    documents.mkdir()
    assert FileFolder().path() == str(documents)


def test_the_last_folder_is_found_again_while_it_is_there(tmp_path: Path) -> None:
    path, lesson = tmp_path / "settings.ini", tmp_path / "lesson"
    lesson.mkdir()
    settings = Settings(path)
    FileFolder(settings.folder, settings.keep_folder).note(lesson / "mine.bplab")
    del settings
    later = Settings(path)
    assert FileFolder(later.folder, later.keep_folder).path() == str(lesson)
    lesson.rmdir()
    assert FileFolder(later.folder).path() == FileFolder().path()
