"""Every sentence that the strip can say fits into its two lines in a window of 1366 x 768."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.cures import Cure
from engine.diagnosis.design import Fix
from engine.diagnosis.verdicts import Verdict
from engine.messages import say
from engine.spec import default_project
from gui.doctor.verdict_strip import VerdictStrip
from gui.widgets import ElidedLabel
from tests.engine.diagnosis.saying import of_projects, of_runs
from tests.gui.themed import app

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


__all__ = ["app"]


@pytest.fixture
def strip(qtbot: QtBot, app: QApplication) -> VerdictStrip:
    """Return a strip in the window's own font, as wide as that window leaves it."""
    strip = VerdictStrip()
    qtbot.addWidget(strip)
    strip.resize(WIDTH, strip.height())
    strip.show()
    return strip


def cures() -> tuple[Cure, ...]:
    """Return as many cures as there can be, with labels as long as they come."""
    project = default_project()
    labels = [("Sigmoid", "ReLU"), ("Tanh", "Leaky ReLU"), ("Xavier", "He"), ("None", "Dropout")]
    return tuple(Cure(f"cure-{a}", say("cure.swap", before=(a,), after=(b,), count=12), project)
                 for a, b in labels)


def lines_of(strip: VerdictStrip, words: Words, fix: Fix | None,
             offered: tuple[Cure, ...] = ()) -> int:
    """Return how many lines a sentence takes beside the buttons that it comes with."""
    other = Words(words.title, words.sentence)
    strip.show_verdict(Verdict("vanishing", 2, words, (), others=(other,), fix=fix), offered)
    # Some buttons are shortened when others have come.
    QApplication.sendPostedEvents()
    strip.layout().activate()
    text = next(label for label in strip.findChildren(QLabel) if label.text().startswith("<b>"))
    assert strip.width() == WIDTH
    return round(text.heightForWidth(text.width()) / text.fontMetrics().lineSpacing())


@pytest.mark.parametrize("offered", [(), cures()], ids=["", "cures"])
@pytest.mark.parametrize("source", [of_runs, of_projects], ids=["runs", "projects"])
def test_every_sentence_fits_into_two_lines_and_its_rule_into_one(
        strip: VerdictStrip, source: Callable[[], tuple[Said, ...]], offered: tuple[Cure, ...]
        ) -> None:
    told = list(longest(source()))
    too_long, cut = set(), set()
    for words, fix in told:
        if lines_of(strip, words, fix, offered) > LINES:
            too_long.add(words.sentence.text)
        rule = words.evidence.text if words.evidence is not None else ""
        label = next((one for one in strip.findChildren(ElidedLabel) if one.isVisible()), None)
        if label is not None and label.fontMetrics().horizontalAdvance(rule) > label.width():
            cut.add(rule)
    assert not too_long
    assert not cut
    assert len(told) > 15


@pytest.mark.parametrize(("words", "lines"), [(5, 1), (30, 2), (80, 3)])
def test_lines_are_counted(strip: VerdictStrip, words: int, lines: int) -> None:
    told = Words(say("learned.title"), say("learned.told", scores="words " * words, loss=1.0),
                 layer_id="dense-1")
    assert lines_of(strip, told, None) == lines
