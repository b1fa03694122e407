from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import EngineError, SpecError
from gui.workbench.latest import Latest


@pytest.fixture
def latest(qtbot: QtBot) -> Iterator[Latest]:
    latest = Latest("theory")
    yield latest
    latest.shut_down()


def test_it_works_in_a_thread_of_its_own(latest: Latest, qtbot: QtBot) -> None:
    heard: list[object] = []
    latest.done.connect(heard.append)
    latest.ask(lambda: threading.current_thread().name)
    assert latest.is_busy
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["theory"]
    assert not latest.is_busy


def test_only_the_newest_is_done_and_answered(latest: Latest, qtbot: QtBot) -> None:
    gate, begun, done, heard = threading.Event(), threading.Event(), [], []
    latest.done.connect(heard.append)

    def first() -> int:
        begun.set()
        gate.wait()
        return 0
    latest.ask(first)
    begun.wait()
    for number in range(1, 5):
        latest.ask(lambda number=number: done.append(number) or number)
    gate.set()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [4]
    assert done == [4]


def test_what_is_forgotten_is_not_answered(latest: Latest, qtbot: QtBot) -> None:
    heard: list[object] = []
    latest.done.connect(heard.append)
    latest.ask(lambda: 1)
    latest.forget()
    assert not latest.is_busy
    latest.ask(lambda: 2)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [2]


def test_errors_are_told_and_the_thread_goes_on(latest: Latest, qtbot: QtBot,
                                                caplog: pytest.LogCaptureFixture) -> None:
    failures: list[EngineError] = []
    latest.failed.connect(failures.append)

    def refuse() -> None:
        raise SpecError("run.no-step")
    latest.ask(refuse)
    qtbot.waitUntil(lambda: len(failures) == 1)
    latest.ask(lambda: 1 // 0)
    qtbot.waitUntil(lambda: len(failures) == 2)
    assert "ZeroDivisionError" in failures[1].sentence
    assert "unexpected" in caplog.text
    caplog.clear()
    with qtbot.waitSignal(latest.done):
        latest.ask(lambda: 3)


def test_the_end_leaves_no_thread(latest: Latest) -> None:
    before = threading.active_count()
    latest.ask(lambda: 1)
    assert threading.active_count() == before + 1
    latest.shut_down()
    latest.shut_down()
    assert threading.active_count() == before


def test_a_thread_that_waits_keeps_nothing_of_what_it_has_done(latest: Latest,
                                                               qtbot: QtBot) -> None:
    class Asked:
        def __call__(self) -> Asked:
            return self

    asked = Asked()
    gone = weakref.ref(asked)
    with qtbot.waitSignal(latest.done):
        latest.ask(asked)
    del asked
    qtbot.waitUntil(lambda: gone() is None)
