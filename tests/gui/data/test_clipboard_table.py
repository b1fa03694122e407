from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from gui.data.clipboard_table import (
    NO_TABLE,
    PICTURE,
    keep_pasted,
    may_be_table,
    pasted_folder,
    table_text,
    why_nothing,
)

PAGE = """<html><body><table><tr><th>Länge</th><th>Art</th></tr>
<tr><td>5,1</td><td>rot<br>blau</td></tr><tr><td>4,9<td>grün&amp;gelb</tr></table>
<table><tr><td>another</td></tr></table></body></html>"""


def cells(text: str = "", page: str = "") -> QMimeData:
    mime = QMimeData()
    if text:
        mime.setText(text)
    if page:
        mime.setHtml(page)
    return mime


def test_cells_are_taken_as_text_although_they_were_copied_as_a_page_too() -> None:
    assert table_text(cells("a\tb\r\n1\t2\r\n", PAGE)) == "a\tb\n1\t2\n"


def test_a_table_of_a_page_is_read_where_there_is_no_text() -> None:
    assert table_text(cells(page=PAGE)) == "Länge\tArt\n5,1\trot blau\n4,9\tgrün&gelb\n"


def test_it_is_said_what_the_clipboard_holds_instead() -> None:
    picture = QMimeData()
    picture.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    assert not table_text(picture)
    assert why_nothing(picture) == PICTURE
    assert not table_text(cells(" \n"))
    assert why_nothing(QMimeData()) == NO_TABLE


@pytest.mark.parametrize(("text", "expected"), [
    ("a\tb\n1\t2\n", True), ("a;b\n1;2\n3;4", True), ("a,b\n\n1,2", True),
    ("Dear reader,\nthis is a letter.", False), ("word", False), ("", False),
    ("a\tb", False), ("x = 1\ny = 2\n", False)])
def test_a_letter_is_no_table(text: str, expected: bool) -> None:
    assert may_be_table(text) is expected


def test_what_is_pasted_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pasted"
    paths = {keep_pasted(f"a\tb\n{i}\t2\n", [folder]) for i in range(5)}
    assert len(paths) == 5
    assert sorted(path.read_text("utf-8")[4] for path in paths if path) == list("01234")
    for path in paths:
        assert path is not None
        assert path.name.startswith("pasted-20")
        assert path.suffix == ".csv"


def test_another_place_is_taken_where_the_first_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    path = keep_pasted("ä\ud800", [None, tmp_path / "file", tmp_path / "good"])
    assert path is not None
    assert path.parent == tmp_path / "good"
    assert path.read_text("utf-8") == "ä?"
    assert keep_pasted("x", [None, tmp_path / "file"]) is None


def test_a_user_without_folders_has_none_for_pasted_tables(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    def fail(*_: object, **__: object) -> Path:
        raise RuntimeError("no home")

    assert pasted_folder() is not None
    monkeypatch.setattr(platformdirs, "user_data_path", fail)
    assert pasted_folder() is None
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: Path("~/x"))
    assert pasted_folder() is None
