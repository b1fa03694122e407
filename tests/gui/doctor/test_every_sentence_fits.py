"""Every sentence that the strip can say fits into its two lines in a window of 1366 x 768."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.design import Fix
from engine.diagnosis.verdicts import Verdict
from gui.doctor.verdict_strip import VerdictStrip
from tests.engine.diagnosis.saying import of_projects, of_runs

WIDTH = 1366 - 16
"""The window without the margins of its page."""

LINES = 2
LONGEST = 4
"""Of each kind of sentence so many are measured: the longest."""

Said = tuple[Words, Fix | None]


def longest(all_said: tuple[Said, ...]) -> Iterator[Said]:
    """Yield of each kind of sentence the longest ones."""
    kinds: dict[tuple[str, ...], list[Said]] = defaultdict(list)
    for words, fix in all_said:
        kinds[words.title.code, words.sentence.code].append((words, fix))
    for said in kinds.values():
        yield from sorted(said, key=lambda one: -len(one[0].sentence.text))[:LONGEST]


@pytest.fixture
def strip(qtbot: QtBot) -> VerdictStrip:
    strip = VerdictStrip()
    qtbot.addWidget(strip)
    strip.resize(WIDTH, strip.height())
    strip.show()
    return strip


def lines_of(strip: VerdictStrip, words: Words, fix: Fix | None) -> int:
    """Return how many lines a sentence takes beside the buttons that it comes with."""
    other = Words(words.title, words.sentence)
    strip.show_verdict(Verdict("vanishing", 2, words, (), others=(other,), fix=fix))
    strip.layout().activate()
    text = next(label for label in strip.findChildren(QLabel) if label.text().startswith("<b>"))
    assert strip.width() == WIDTH
    return round(text.heightForWidth(text.width()) / text.fontMetrics().lineSpacing())


@pytest.mark.parametrize("source", [of_runs, of_projects], ids=["runs", "projects"])
def test_every_sentence_fits_into_two_lines(strip: VerdictStrip, source: object) -> None:
    assert callable(source)
    told = list(longest(source()))
    too_long = {words.sentence.text for words, fix in told if lines_of(strip, words, fix) > LINES}
    assert not too_long
    assert len(told) > 15


def test_a_sentence_that_does_not_fit_is_seen(strip: VerdictStrip) -> None:
    words, fix = of_projects()[0]
    long = words.sentence.changed(low=10**120)
    told = Words(words.title, long if long != words.sentence else words.sentence)
    lines = [lines_of(strip, Words(words.title, words.sentence.changed(
        **{name: "word " * n for name in words.sentence.values})), fix) for n in (1, 30)]
    assert lines[0] <= LINES < lines[1]
    assert lines_of(strip, told, fix) >= 1
