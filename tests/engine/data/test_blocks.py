"""Cells of a block that are asked for one by one, and marks that stand in it."""

from __future__ import annotations

import random

import pytest

from engine.data.blocks import Block
from engine.data.records import Dialect

SEPARATORS = ",;\t:-.|"


def block(content: str, separator: str = ",", width: int = 3) -> Block:
    return Block(content.encode(), width, Dialect(separator), ".", frozenset())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_some_cells_are_those_that_stand_there(end: str, quote: str) -> None:
    rows = [[f"{quote}{row} {place}{quote}" for place in range(3)] for row in range(5)]
    found = block(end.join(map(",".join, rows)) + end)
    assert found.some([1, 1, 4], [2, 0, 1]) == ["1 2", "1 0", "4 1"]


def test_some_cells_of_a_block_with_a_quoted_end_of_line() -> None:
    found = block('1,"a\nb",n/a\n2,c,-\n')
    assert found.some([0, 1], [2, 2]) == ["n/a", "-"]


def test_marks_are_cells_of_their_own() -> None:
    parts = ("-", "n/a", "1", ".", ",", ";", '"', " ", "\n", "NA", "--", "5", "nan", "#N/A", "é",
             "\t", "–", ":", "-1.#IND", "|")
    rng = random.Random(3)
    told = 0
    for separator in SEPARATORS:
        for _ in range(400):
            text = "".join(rng.choice(parts) for _ in range(rng.choice((1, 3, 9, 200))))
            found = block(text, separator)
            cells = text.replace(separator, "\n").replace('"', "\n").split("\n")
            marks = {cell.strip(" ") for cell in cells} & (found.gaps - {""})
            assert found.has_marks == bool(marks), (separator, text)
            told += bool(marks)
    assert 300 < told < 2500


def test_what_begins_like_a_mark_a_thousand_times_is_none() -> None:
    assert not block("n/ax,1,2\n" * 1000).has_marks
    assert block("n/ax,1,2\n" * 1000 + "1,2,n/a\n").has_marks
