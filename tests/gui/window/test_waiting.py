"""Waiting for slow work: the window goes on, and a person may have enough of it."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.data.progress import telling
from engine.errors import DataError, FormatError
from gui.window.waiting import ENOUGH_S, Left, Waiting, WaitingCard


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


def test_it_says_how_much_is_read_where_that_is_known(waiting: Waiting) -> None:
    enough, texts = threading.Event(), []

    def job() -> None:
        telling(200)(86)
        enough.wait(20)

    def look() -> None:
        card = waiting.card
        if card is not None and "43% read" in card.seconds.text():
            texts.append((card.bar.value(), card.bar.maximum()))
            enough.set()

    timer = _often(waiting, look)
    waiting("rows.csv", job)
    timer.stop()
    assert texts[0] == (43, 100)


def test_nothing_is_said_of_how_much_where_nobody_knows(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    card = WaitingCard("rows.csv", window)
    for share in (0.0, 1.0):
        card.tell(share)
        assert "read" not in card.seconds.text()
        assert card.bar.maximum() == 0


def test_how_long_the_rest_takes_follows_from_the_speed_so_far() -> None:
    left = Left()
    assert left.of(0.1, 10.0) is None
    assert left.of(0.2, 10.0 + ENOUGH_S / 2) is None, "too short to tell"
    assert left.of(0.3, 14.0) == pytest.approx(4.0 * 0.7 / 0.2)
    assert left.of(0.31, 15.0) == pytest.approx(5.0 * 0.69 / 0.21)
    # Another file has a speed of its own.
    assert left.of(0.05, 16.0) is None
    assert left.of(0.55, 18.0) == pytest.approx(2.0 * 0.45 / 0.5)
