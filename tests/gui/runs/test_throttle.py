"""Numbers that come faster than they can be used: the latest wins."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.runs.throttle import Throttle


def test_the_first_passes_at_once_and_then_the_latest(qtbot: QtBot) -> None:
    passed: list[int] = []
    throttle = Throttle(20)
    throttle.passed.connect(passed.append)
    for number in (1, 2, 3, 4):
        throttle.send(number)
    assert passed == [1]
    assert throttle.is_waiting()
    qtbot.waitUntil(lambda: passed == [1, 4])
    assert not throttle.is_waiting()


def test_what_waits_can_be_forgotten(qtbot: QtBot) -> None:
    passed: list[int] = []
    throttle = Throttle(20)
    throttle.passed.connect(passed.append)
    throttle.send(1)
    throttle.send(2)
    throttle.clear()
    assert not throttle.is_waiting()
    throttle.send(3)
    assert passed == [1, 3]
