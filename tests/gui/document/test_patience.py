"""What a document waits for: files and their data, before anything of it is another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.spec import DataSpec
from gui.document.document import Document
from gui.document.patience import Result
from gui.document.project_files import write_file
from tests.gui.documents import load_fake, small_project


class Waiter:
    """Counts what is waited for, and looks at the document meanwhile.

    Parameters
    ----------
    refuses : bool
        Whether nobody waits for data.
    """

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.names: list[str] = []
        self.seen: list[str] = []
        self.document: Document | None = None

    def __call__(self, name: str, job: Callable[[], Result]) -> Result:
        self.names.append(name)
        if self.document is not None:
            self.seen.append(f"{self.document.project.name} of {self.document.path}")
        if self.refuses and name == "rows.csv":
            raise DataError("waiting.cancelled", place=name)
        return job()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    project = small_project()
    table = tmp_path / "rows.csv"
    table.write_text("x,y\n1,2\n", "utf-8")
    path = tmp_path / "mine.bplab"
    data = replace(project.data, source="table", path=str(table))
    write_file(replace(project, name="Mine", data=data), path)
    return path


def _opened(saved: Path, waiter: Waiter) -> Document:
    document = Document(small_project(), load_data=load_fake, patience=waiter)
    waiter.document = document
    document.open(saved)
    return document


def test_a_file_and_its_data_are_waited_for_while_the_old_project_is_whole(saved: Path) -> None:
    waiter = Waiter()
    before = f"{small_project().name} of None"
    document = _opened(saved, waiter)
    assert waiter.names == ["mine.bplab", "rows.csv"]
    assert waiter.seen == [before, before]
    assert (document.project.name, document.path) == ("Mine", saved)
    assert not document.data_problem


def test_what_nobody_waited_for_is_not_there_and_says_so(saved: Path) -> None:
    document = _opened(saved, Waiter(refuses=True))
    assert document.project.name == "Mine"
    assert "rows.csv" in document.data_problem
    assert "cancelled" in document.data_problem


def test_what_is_out_of_reach_is_waited_for_again_when_undone(saved: Path) -> None:
    waiter = Waiter()
    document = _opened(saved, waiter)
    for noise in (5.0, 10.0, 15.0):
        document.set_data(replace(document.project.data, noise=noise), load_fake(
            document.project.data, None))
    del waiter.names[:]
    for _ in range(3):
        document.undo_stack.undo()
    assert waiter.names == ["rows.csv"]


def test_points_are_there_at_once_and_what_has_to_be_made_is_waited_for() -> None:
    waiter = Waiter()
    document = Document(small_project(), load_data=_by_source, patience=waiter)
    document.set_data(DataSpec(source="circle"))
    assert waiter.names == []
    document.set_data(DataSpec(source="drawn_digits"))
    assert waiter.names == ["Drawn digits"]
    document.set_data(DataSpec(source="xor"))
    document.load_project(replace(document.project, data=DataSpec(source="vowel_strings")), None)
    assert waiter.names == ["Drawn digits", "Vowel strings"]


def _by_source(data: DataSpec, base: Path | None) -> Dataset:
    return load_fake(data, base)
