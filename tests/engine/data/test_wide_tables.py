"""Tables of thousands of columns: none of them has the whole file read again for itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.data import TABLE, column_reader, load
from engine.data.blocks import Block
from engine.data.composite import _LETTERS, _READERS
from engine.data.limits import MOST_TEXT_COLUMNS
from engine.data.reading import read
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

_ROWS = 40


def written(folder: Path, width: int, cell: Callable[[int, int], str], rows: int = _ROWS) -> Path:
    """Write a table of so many columns and a target."""
    names = ",".join([*(f"x{place}" for place in range(width)), "y"])
    lines = [",".join([*(cell(row, place) for place in range(width)), str(row % 3)])
             for row in range(rows)]
    path = folder / "wide.csv"
    path.write_text("\n".join([names, *lines]) + "\n")
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the number of columns each time that texts are read."""
    counts: list[int] = []
    plainly = Block.written

    def count(block: Block, wanted: Sequence[int]) -> object:
        if wanted:
            counts.append(len(wanted))
        return plainly(block, wanted)

    monkeypatch.setattr(Block, "written", count)
    return counts


def test_more_columns_of_texts_than_can_be_learned_from(tmp_path: Path) -> None:
    path = written(tmp_path, MOST_TEXT_COLUMNS + 1, lambda row, place: "ab"[(row + place) % 2], 6)
    with pytest.raises(DataError, match=r"wide\.csv: more than 3,000 columns of texts") as told:
        load(DataSpec(TABLE, path=str(path)))
    assert told.value.remedy


def test_numbers_with_a_word_among_them_are_no_columns_of_texts(tmp_path: Path) -> None:
    path = written(tmp_path, MOST_TEXT_COLUMNS + 1,
                   lambda row, place: "unknown" if row == 0 else f"{row}.25", 6)
    assert all(column.numbers is not None for column in read(path, TableSpec()).columns)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_reader, "_BLOCK_CHARACTERS", 1)


@pytest.mark.usefixtures("small_blocks")
def test_columns_that_turn_out_late_to_be_texts_keep_their_own(tmp_path: Path) -> None:
    # In a set of whole numbers 8 comes before 1.
    late = {1: "red", 8: "blue"}
    path = written(tmp_path, 10, lambda row, place: late[place] if row > 300 and place in late
                   else str(10 * place + row % 5), 400)
    columns = read(path, TableSpec()).columns
    for place, word in late.items():
        assert set(columns[place].levels) == {
            word, *(str(10 * place + digit) for digit in range(5))}


def test_as_many_as_there_may_be(tmp_path: Path) -> None:
    path = written(tmp_path, MOST_TEXT_COLUMNS, lambda row, place: "ab"[(row * place) % 2], 6)
    assert len(read(path, TableSpec()).columns) == MOST_TEXT_COLUMNS + 1


def test_empty_columns_are_not_read_again(tmp_path: Path, asked: list[int]) -> None:
    path = written(tmp_path, 30, lambda row, place: "" if place % 2 else f"{row}.2375")
    columns = read(path, TableSpec()).columns
    assert [column.kind for column in columns[:4]] == ["numeric", "empty", "numeric", "empty"]
    assert asked == []


def test_numbers_among_texts_are_read_again_together(tmp_path: Path, asked: list[int]) -> None:
    path = written(tmp_path, 30, lambda row, place: "red" if row % 4 == 0 else f"{row % 5}.25")
    columns = read(path, TableSpec()).columns
    assert columns[7].levels == ("0.25", "1.25", "2.25", "3.25", "4.25", "red")
    # Once to see what they are, and once for all that are no numbers.
    assert asked == [30, 30]


def test_words_for_no_value_are_asked_for_alone(tmp_path: Path, asked: list[int],
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, 30, lambda row, place: ("n/a" if row == place else "" if row == 1
                                                     else f"{row}.2375"))

    def never(_block: Block, wanted: Sequence[int]) -> dict[int, object]:
        assert not wanted
        return {}

    monkeypatch.setattr(Block, "texts", never)
    column = read(path, TableSpec()).columns[5]
    assert column.numbers is not None
    assert np.flatnonzero(np.isnan(column.numbers)).tolist() == [1, 5]
    assert column.markers == (("n/a", 1),)
    assert not asked


def test_whole_numbers_with_gaps_are_plain_where_no_sign_divides_them(
        tmp_path: Path, asked: list[int]) -> None:
    path = written(tmp_path, 30, lambda row, place: "" if row == place else str(row % 3))
    column = read(path, TableSpec()).columns[5]
    assert column.numbers is not None
    assert np.isnan(column.numbers[5])
    assert asked == []


def test_thousands_beside_gaps_are_still_asked_how_they_are_meant(tmp_path: Path) -> None:
    path = written(tmp_path, 3, lambda row, place: "" if row == place else f"{row + 1}.250")
    ambiguous = read(path, TableSpec()).columns[1].ambiguous
    assert ambiguous is not None
    assert ambiguous.example == "1.250"


@pytest.mark.parametrize("parts", list(_LETTERS))
def test_without_these_letters_no_text_is_composed(parts: str) -> None:
    reader = dict(_READERS)[parts]  # type: ignore[index]
    draw = random.Random(3)
    pieces = [*"0123456789''\"’′” :.,+-−–±/%*†‡§¹[]()°ºdNSEWObcepr", " h", "Std",  # noqa: RUF001
              "min", "m", "Min", "BC", "AD", "v. Chr.", "n. Chr.", "p.n.e.", "a. C.", "d. C.",
              "out of", "von", "sur", "de", "ft", "in", "kg", "k", "12", "1900"]
    read_ = 0
    for _ in range(40_000):
        text = "".join(draw.choices(pieces, k=draw.randint(1, 5)))
        if reader(text) is not None:
            read_ += 1
            assert not _LETTERS[parts].isdisjoint(text), text  # type: ignore[index]
    assert read_ > 4
