"""A sheet on pages of A4: nothing cut off, nothing parted, the same bytes every time."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from pytestqt.qtbot import QtBot

from engine.microscope.dissection import Dissection
from engine.microscope.paper import BLANK, Block, Sheet, heading, paragraph, table
from engine.microscope.sheet import sheet
from gui.window.sheet_pages import layout, pdf_of
from tests.engine.training.runs import clouds, dense, trainer

MOST_PAGES = 6


@pytest.fixture(scope="module")
def step() -> Dissection:
    """Return a step of a small network, set as a whole."""
    run = trainer(clouds(width=2, classes=2), dense("one", 4), dense("output", 2, "linear"),
                  optimizer="sgd")
    return run.dissect()


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("answers", [True, False])
def test_a_sheet_is_a_few_pages_and_nothing_is_cut_off(
    qtbot: QtBot, step: Dissection, answers: bool
) -> None:
    made = sheet(step, answers, ",")
    placed, width, height = layout(made)
    assert len(placed) == len(made.blocks)
    for one in placed:
        size = one.document.size() * one.scale
        assert one.at.x() + size.width() <= width + 1
        assert one.at.y() + size.height() <= height + 1
    count = max(one.page for one in placed) + 1
    assert 2 <= count <= MOST_PAGES
    pdf = pdf_of(made)
    assert pages_of(pdf) == count
    assert re.search(rb"/MediaBox \[\s*0 0 595\S* 842", pdf)
    # They are read row by row, and stand on nothing else.
    order = [(one.page, one.at.y(), one.at.x()) for one in placed]
    assert order == sorted(set(order))


def test_a_heading_stands_on_the_page_of_what_it_is_above(qtbot: QtBot) -> None:
    for lines in range(1, 60):
        blocks = (*(paragraph("A line.") for _ in range(lines)), heading("Forward"),
                  Block(table([["1", BLANK]] * 10, has_head=False)))
        *_, above, below = layout(Sheet("Lines", blocks))[0]
        assert above.page == below.page, lines


def test_narrow_blocks_stand_side_by_side_and_numbers_are_not_broken(qtbot: QtBot) -> None:
    narrow = Block("<p>Every unit weighs every input.</p>" + table([["z", "1"], ["1", BLANK]]))
    placed, *_ = layout(Sheet("Blocks", (narrow, narrow, narrow)))
    assert len({one.at.y() for one in placed}) == 1
    row = Block(table([["z", *"1234"], ["1", *["\N{MINUS SIGN}0.0001234"] * 4]]))
    line = Block(table([["z"], ["1"]]))
    (one, *_), (two, *_) = (layout(Sheet("Row", (block,)))[0] for block in (row, line))
    assert one.document.size().height() == two.document.size().height()


def test_what_is_too_large_for_a_page_is_made_smaller(qtbot: QtBot) -> None:
    block = Block(table([["1"] * 40] * 90))
    (one,), width, height = layout(Sheet("Large", (block,)))
    size = one.document.size()
    assert size.width() > width or size.height() > height
    assert size.width() * one.scale <= width + 1
    assert size.height() * one.scale <= height + 1


def test_the_same_sheet_is_the_same_file_in_every_theme_and_at_any_time(
    qtbot: QtBot, step: Dissection
) -> None:
    made = sheet(step, answers=True)
    pdf, before = pdf_of(made), QGuiApplication.palette()
    dark = QPalette(before)
    dark.setColor(QPalette.ColorRole.Text, QColor("white"))
    QGuiApplication.setPalette(dark)
    try:
        assert pdf_of(made) == pdf
    finally:
        QGuiApplication.setPalette(before)
    assert b"Date (" not in pdf
    assert b"CreateDate" not in pdf
    assert "one step".encode("utf-16-be") in pdf
    assert pdf_of(sheet(step, answers=False)) != pdf
