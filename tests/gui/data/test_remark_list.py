from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.data.remark_list import MOST_LINES, OPEN_PX, Line, RemarkList


@pytest.fixture
def remarks(qtbot: QtBot) -> RemarkList:
    remarks = RemarkList()
    qtbot.addWidget(remarks)
    remarks.resize(900, 200)
    remarks.show()
    return remarks


def shown(remarks: RemarkList) -> list[str]:
    return [label.text() for label in remarks.findChildren(QLabel) if label.isVisible()]


def test_a_line_is_as_high_as_a_line_from_the_first_on(remarks: RemarkList) -> None:
    remarks.show_lines([Line("First."), Line("Second.")])
    heights = remarks.sizeHint().height()
    assert heights >= 2 * remarks.fontMetrics().height()
    assert not remarks.more.isVisible()


def test_at_most_five_lines_are_shown_until_all_are_wanted(
    remarks: RemarkList, qtbot: QtBot
) -> None:
    remarks.show_lines([Line(f"Line {i}.") for i in range(40)])
    assert shown(remarks) == [f"Line {i}." for i in range(MOST_LINES - 1)]
    assert remarks.more.text() == "and 36 more"
    remarks.more.click()
    assert len(shown(remarks)) == 40
    assert remarks.sizeHint().height() < OPEN_PX + 60
    remarks.more.click()
    assert len(shown(remarks)) == MOST_LINES - 1


def test_five_lines_need_no_line_that_counts_them(remarks: RemarkList) -> None:
    remarks.show_lines([Line(f"Line {i}.") for i in range(MOST_LINES)])
    assert len(shown(remarks)) == MOST_LINES
    assert not remarks.more.isVisible()


def test_a_line_that_is_cut_can_be_read_in_full(remarks: RemarkList) -> None:
    remarks.show_lines([Line("long " * 200, "Change it")])
    assert remarks.more.text() == "Show in full"
    before = remarks.sizeHint().height()
    remarks.more.click()
    assert remarks.sizeHint().height() > 2 * before


def test_a_link_tells_its_line_and_is_named_after_it(remarks: RemarkList, qtbot: QtBot) -> None:
    remarks.show_lines([Line("First."), Line("Second.", "Have it otherwise")])
    assert list(remarks.links) == [1]
    assert remarks.links[1].accessibleName() == "Have it otherwise: Second."
    with qtbot.waitSignal(remarks.chosen) as told:
        remarks.links[1].click()
    assert told.args == [1]


def test_nothing_to_say_takes_no_room(remarks: RemarkList) -> None:
    remarks.show_lines([Line("First.")])
    remarks.show_lines([])
    assert remarks.isHidden()
    assert remarks.text() == ""
