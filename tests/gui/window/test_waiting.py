"""Waiting for slow work: the window goes on, and a person may have enough of it."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.errors import DataError, FormatError
from gui.window.waiting import Waiting


@pytest.fixture
def waiting(qtbot: QtBot) -> Waiting:
    window = QWidget()
    window.resize(400, 300)
    qtbot.addWidget(window)
    window.show()
    return Waiting(window)


def _often(waiting: Waiting, look: object) -> QTimer:
    timer = QTimer(waiting)
    timer.setInterval(20)
    assert callable(look)
    timer.timeout.connect(look)
    timer.start()
    return timer


def test_quick_work_shows_no_card(waiting: Waiting) -> None:
    cards: list[object] = []
    threads: list[threading.Thread] = []

    def job() -> int:
        threads.append(threading.current_thread())
        return 7

    timer = _often(waiting, lambda: cards.append(waiting.card))
    assert waiting("rows.csv", job) == 7
    timer.stop()
    assert cards == []
    assert threads[0] is not threading.main_thread()


def test_the_window_goes_on_while_slow_work_is_waited_for(waiting: Waiting) -> None:
    enough, texts = threading.Event(), []

    def look() -> None:
        assert waiting.card is not None
        assert waiting.card.isModal()
        texts.append(waiting.card.words.text())
        if len(texts) == 5:
            enough.set()

    timer = _often(waiting, look)
    assert waiting("rows.csv", lambda: enough.wait(20)) is True
    timer.stop()
    assert texts[:5] == ["Loading rows.csv…"] * 5
    assert waiting.card is None


def test_a_person_may_have_enough_of_it(waiting: Waiting) -> None:
    goes_on = threading.Event()
    timer = _often(waiting, lambda: waiting.card is not None and waiting.card.cancel.click())
    with pytest.raises(DataError, match="cancelled") as caught:
        waiting("rows.csv", lambda: goes_on.wait(20))
    timer.stop()
    assert "rows.csv" in caught.value.sentence
    # What comes of it later is nobody's.
    goes_on.set()
    assert waiting("rows.csv", lambda: "anew") == "anew"


def test_what_slow_work_raises_is_raised(waiting: Waiting) -> None:
    def job() -> None:
        threading.Event().wait(0.3)
        raise FormatError("file.unreadable", path="rows.csv", reason="it is gone")

    with pytest.raises(FormatError, match="it is gone"):
        waiting("rows.csv", job)
    assert waiting.card is None


def test_work_that_comes_up_meanwhile_is_done_at_once(waiting: Waiting) -> None:
    inner: list[object] = []
    enough = threading.Event()

    def look() -> None:
        if not inner:
            inner.append(waiting("more.csv", threading.current_thread))
            enough.set()

    timer = _often(waiting, look)
    waiting("rows.csv", lambda: enough.wait(20))
    timer.stop()
    assert inner == [threading.main_thread()]
