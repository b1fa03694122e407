from __future__ import annotations

import threading
import time
import weakref

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from engine.data.progress import telling
from engine.errors import DataError
from gui.data.background import Background, Job


@pytest.fixture
def background(qtbot: QtBot) -> Background:
    return Background("Work")


def test_a_result_comes_in_the_window_thread(background: Background, qtbot: QtBot) -> None:
    seen: list[object] = []
    background.done.connect(lambda _: seen.append(threading.current_thread()))
    with qtbot.waitSignal(background.done) as done:
        background.submit(threading.current_thread)
    assert done.args is not None
    assert done.args[0] is not threading.main_thread()
    assert seen == [threading.main_thread()]
    assert not Background._waiting


def test_it_is_destroyed_where_it_was_made(qtbot: QtBot) -> None:
    """Its thread is held between telling and its end, where nothing else holds the object."""
    destroyed: list[threading.Thread] = []

    class Slow(Background):
        def _run(self, ticket: int, job: Job) -> None:
            super()._run(ticket, job)
            time.sleep(0.2)

    background = Slow("Work")
    weakref.finalize(background, lambda: destroyed.append(threading.current_thread()))
    background.submit(lambda: 1)
    del background
    qtbot.waitUntil(lambda: bool(destroyed))
    assert destroyed == [threading.main_thread()]


def test_what_outlives_the_program_ends_without_a_word(qtbot: QtBot) -> None:
    background = Background("Work")
    told, done = threading.Event(), list[int]()

    def job() -> int:
        told.wait(5)
        telling(1)(1)
        done.append(1)
        return 1

    background.submit(job)
    threads = background._threads
    shiboken6.delete(background)
    told.set()
    for thread in threads:
        thread.join(5)
    assert done == [1]
    Background._waiting.discard(background)


def test_only_the_latest_counts(background: Background, qtbot: QtBot) -> None:
    gate = threading.Event()
    results: list[object] = []
    background.done.connect(results.append)
    background.submit(lambda: (gate.wait(5), "old")[1])
    background.submit(lambda: "new")
    qtbot.waitUntil(lambda: results == ["new"])
    gate.set()
    qtbot.waitUntil(lambda: not Background._waiting)
    assert results == ["new"]


def test_cancelled_work_is_not_told(background: Background, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(background.done):
        background.submit(lambda: 1)
        background.join()
        qtbot.waitUntil(lambda: not Background._waiting)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("error", "words"), [
    (DataError("as-given", place="x.csv", found="it is empty"), "it is empty"),
    (MemoryError(), "not enough memory"),
    (ZeroDivisionError(), "not foreseen")])
def test_failures_become_sentences(background: Background, qtbot: QtBot, error: Exception,
                                   words: str) -> None:
    def fail() -> None:
        raise error

    with qtbot.waitSignal(background.failed) as failed:
        background.submit(fail)
    assert failed.args is not None
    assert words in failed.args[0].sentence


def test_it_says_how_much_the_latest_job_has_read(background: Background, qtbot: QtBot) -> None:
    told: list[float] = []
    background.read.connect(told.append)
    gate = threading.Event()

    def old() -> None:
        gate.wait(5)
        telling(4)(1)

    background.submit(old)
    with qtbot.waitSignal(background.done):
        background.submit(lambda: telling(4)(3))
    gate.set()
    qtbot.waitUntil(lambda: not Background._waiting)
    assert told == [0.75]
