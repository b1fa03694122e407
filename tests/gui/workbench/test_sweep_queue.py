"""Experiments one after the other: what is told of them, resting, ending, faults."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.experiments.cell import Job
from engine.experiments.execution import Feed, WorkerState
from engine.experiments.results import Result
from engine.experiments.store import Store
from engine.experiments.sweep import Axis, Sweep
from engine.messages import say
from gui.workbench import sweep_queue
from gui.workbench.sweep_queue import Course, SweepQueue, Task
from tests.engine.experiments.boards import grid_sweep, made


class Quick:
    """Makes up results in a thread of its own; while it is held, it waits before every cell."""

    def __init__(self, may_go: threading.Event) -> None:
        self._may_go = may_go
        self._is_cancelled = False
        self._thread: threading.Thread | None = None
        self.jobs: list[Job] = []

    @property
    def workers(self) -> tuple[WorkerState, ...]:
        return (WorkerState("1", "working" if self._may_go.is_set() else "idle", len(self.jobs)),)

    def start(self, feed: Feed) -> None:
        self._thread = threading.Thread(target=self._work, args=(feed,), daemon=True)
        self._thread.start()

    def _work(self, feed: Feed) -> None:
        while not self._is_cancelled and (job := feed.take()) is not None:
            while not self._may_go.wait(0.01):
                if self._is_cancelled:
                    return
            self.jobs.append(job)
            feed.done(job, replace(made(job.values, 1.0, seed=job.seed), key=job.key))

    def wake(self) -> None:
        """Nothing waits for it."""

    def cancel(self) -> None:
        self._is_cancelled = True

    def close(self) -> None:
        self.cancel()
        if self._thread is not None:
            self._thread.join()


class Room:
    """All executors that a queue has been given."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.may_go.set()
        self.made: list[Quick] = []
        self.workers: list[int] = []

    def __call__(self, workers: int) -> Quick:
        self.workers.append(workers)
        self.made.append(Quick(self.may_go))
        return self.made[-1]

    @property
    def jobs(self) -> list[Job]:
        return [job for one in self.made for job in one.jobs]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def queue(qtbot: QtBot, room: Room) -> Iterator[SweepQueue]:
    queue = SweepQueue(room)
    yield queue
    room.may_go.set()
    queue.shut_down()


@pytest.fixture
def task(tmp_path: Path) -> Callable[..., Task]:
    def make(key: str, *sweeps: Sweep, workers: int = 0) -> Task:
        return Task(key, key.title(), sweeps or (grid_sweep(),), tmp_path / f"{key}.results",
                    workers)
    return make


def heard_by(queue: SweepQueue) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    queue.found.connect(lambda key, results: found.setdefault(key, []).extend(results))
    return found


def test_everything_comes_once_and_is_kept(
    qtbot: QtBot, queue: SweepQueue, task: Callable[..., Task]
) -> None:
    found, one = heard_by(queue), task("one")
    with qtbot.waitSignal(queue.ended) as heard:
        queue.add(one)
        assert queue.current == "one"
    assert heard.args == ["one"]
    assert len(found["one"]) == len({result.key for result in found["one"]}) == 12
    assert queue.current == ""
    qtbot.waitUntil(lambda: len(Store(one.path, appends=False).results()) == 12)


def test_one_waits_for_the_other(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task]
) -> None:
    room.may_go.clear()
    queue.add(task("one", workers=1))
    queue.add(task("two"))
    assert (queue.current, queue.waiting) == ("one", ("two",))
    ended: list[str] = []
    queue.ended.connect(ended.append)
    room.may_go.set()
    qtbot.waitUntil(lambda: ended == ["one", "two"])
    assert room.workers == [1, 0]


def test_what_rests_goes_on_where_it_was(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task]
) -> None:
    told: list[Course] = []
    queue.advanced.connect(told.append)
    room.may_go.clear()
    queue.add(task("one"))
    qtbot.waitUntil(lambda: len(room.made) == 1)
    room.may_go.set()
    qtbot.waitUntil(lambda: bool(room.jobs))
    queue.toggle()
    if queue.is_paused:
        assert told[-1].is_paused
        assert told[-1].workers == ()
        count = len(room.jobs)
        qtbot.wait(50)
        assert len(room.jobs) <= count + 1
        with qtbot.waitSignal(queue.ended):
            queue.toggle()
    keys = [job.key for job in room.jobs]
    assert len(set(keys)) == 12
    assert len(keys) <= 13, "at most the one in hand was begun anew"


def test_resting_while_it_begins_and_going_on(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task]
) -> None:
    room.may_go.clear()
    queue.add(task("one"))
    queue.toggle()
    assert queue.is_paused
    qtbot.wait(50)
    room.may_go.set()
    assert not room.jobs
    with qtbot.waitSignal(queue.ended):
        queue.toggle()


def test_what_is_cancelled_keeps_what_is_done_and_makes_room(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task]
) -> None:
    room.may_go.clear()
    queue.add(task("one"))
    queue.add(task("two"))
    queue.add(task("three"))
    queue.cancel("two")
    assert queue.waiting == ("three",)
    ended: list[str] = []
    queue.ended.connect(ended.append)
    queue.cancel()
    assert queue.current == "three"
    room.may_go.set()
    qtbot.waitUntil(lambda: ended == ["three"])
    queue.cancel("nobody")


def test_several_sweeps_of_a_table_are_one_experiment(
    qtbot: QtBot, queue: SweepQueue, task: Callable[..., Task]
) -> None:
    other = replace(grid_sweep(), axes=(Axis("l2", (0.1, 1.0)),))
    told: list[Course] = []
    queue.advanced.connect(told.append)
    found = heard_by(queue)
    with qtbot.waitSignal(queue.ended):
        queue.add(task("one", grid_sweep(), other))
    assert len(found["one"]) == 14
    assert {course.total for course in told} == {14}
    assert max(course.done for course in told) == 14


def test_a_part_comes_before_the_rest(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task]
) -> None:
    part = grid_sweep((0.5, 0.75, 1.0), (1, 2, 3))
    room.may_go.clear()
    queue.add(task("one"))
    qtbot.waitUntil(lambda: len(room.made) == 1)
    assert queue.extend("one", part)
    assert not queue.extend("nobody", part)
    room.may_go.set()
    with qtbot.waitSignal(queue.ended):
        pass
    values = [job.values for job in room.jobs]
    first = [one for one in values if one[0] == 0.75]
    assert len(first) == 3
    assert max(map(values.index, first)) < min(
        place for place, one in enumerate(values) if one[0] == 2.0)
    assert len(set(values)) == 15


def test_another_room_goes_on_with_it(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task]
) -> None:
    room.may_go.clear()
    queue.add(task("one"))
    qtbot.waitUntil(lambda: len(room.made) == 1)
    queue.restart()
    room.may_go.set()
    with qtbot.waitSignal(queue.ended):
        pass
    assert len(room.made) == 2


def test_a_file_that_another_program_has_is_told_of_and_the_next_begins(
    qtbot: QtBot, queue: SweepQueue, task: Callable[..., Task]
) -> None:
    one = task("one")
    failed: list[tuple[str, str]] = []
    queue.failed.connect(lambda key, message: failed.append((key, message.code)))
    with Store(one.path):
        queue.add(one)
        with qtbot.waitSignal(queue.ended) as heard:
            queue.add(task("two"))
    assert heard.args == ["two"]
    assert failed == [("one", "store.taken")]


def test_a_fault_of_who_computes_ends_it_with_a_sentence(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task],
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Quick, "start", lambda _self, feed: feed.failed(say("sweep.no-worker",
                                                                            count=3)))
    with qtbot.waitSignal(queue.failed) as heard:
        queue.add(task("one"))
    assert heard.args is not None
    assert heard.args[0] == "one"
    assert queue.current == ""


def test_the_end_of_the_program_ends_everything(
    qtbot: QtBot, queue: SweepQueue, room: Room, task: Callable[..., Task]
) -> None:
    room.may_go.clear()
    queue.add(task("one"))
    qtbot.waitUntil(lambda: len(room.made) == 1)
    queue.shut_down()
    queue.shut_down()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sweep")]


class Held:
    """A thread that does not end, by a clock that goes on only while somebody waits for it."""

    def __init__(self, clock: list[float]) -> None:
        self._clock = clock

    def join(self, timeout: float) -> None:
        self._clock[0] += timeout


def test_the_end_waits_for_all_threads_together_no_longer_than_for_one(
        queue: SweepQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(sweep_queue, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(queue, "_threads", [Held(clock) for _ in range(4)])
    queue.shut_down()
    assert clock[0] - 100.0 == sweep_queue.JOIN_S <= 2.0
