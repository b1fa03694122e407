"""The law of every speed, and the training thread that keeps it by a clock that is played."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from engine.spec import ProjectSpec, default_project
from engine.telemetry.mailbox import Mailbox
from engine.telemetry.snapshot import Snapshot
from gui.workbench.commands import Advance, Build, Go, Halt, Look, Pace
from gui.workbench.pace import (
    BACKLOG_S,
    FREE_STEP,
    GROWTH,
    SCALE,
    SEEN_S,
    SEEN_STEPS,
    UNLIMITED,
    Pacer,
    Speed,
    rate,
    seconds_for,
    steps_allowed,
)
from gui.workbench.worker import Bridge, Worker
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

EPOCH_STEPS = 25
UNIFORM = {Speed.ONE: 1.0, Speed.TEN: 10.0, Speed.HUNDRED: 100.0, Speed.EPOCH: EPOCH_STEPS}


# The law


@pytest.mark.parametrize(("speed", "per_second"), UNIFORM.items())
def test_a_uniform_speed_allows_a_step_at_once_and_then_its_rate(
    speed: Speed, per_second: float
) -> None:
    for step in (0, 7, 10**9):
        assert rate(speed, step, EPOCH_STEPS) == per_second
        assert steps_allowed(speed, step, -1e-9, EPOCH_STEPS) == 0
        assert steps_allowed(speed, step, 0.0, EPOCH_STEPS) == 1
        assert steps_allowed(speed, step, 0.99 / per_second, EPOCH_STEPS) == 1
        assert steps_allowed(speed, step, 4.5 / per_second, EPOCH_STEPS) == 5


def test_the_full_speed_has_no_limit() -> None:
    assert steps_allowed(Speed.FULL, 0, -100.0) == UNLIMITED
    assert seconds_for(Speed.FULL, 0, 10**9) == 0.0


def test_the_first_three_hundred_steps_can_be_seen() -> None:
    assert seconds_for(Speed.VISIBLE, 0, SEEN_STEPS) == pytest.approx(SEEN_S)
    assert steps_allowed(Speed.VISIBLE, 0, SEEN_S - 0.01) <= SEEN_STEPS
    assert steps_allowed(Speed.VISIBLE, 0, SEEN_S + 0.01) >= SEEN_STEPS
    # Each of the first ones is a picture of its own, at 30 pictures a second.
    assert 5 < rate(Speed.VISIBLE, 0) < 15
    assert rate(Speed.VISIBLE, 15) < 30


def test_the_visible_speed_rises_smoothly_and_has_no_limit_soon() -> None:
    at = [steps_allowed(Speed.VISIBLE, 0, second) for second in range(1, 8)]
    ratios = [later / sooner for sooner, later in pairwise(at)]
    assert all(2 < ratio < 5 for ratio in ratios)
    rates = [rate(Speed.VISIBLE, step) for step in range(0, FREE_STEP, 100)]
    assert all(0 < b - a <= 130 for a, b in pairwise(rates))
    assert seconds_for(Speed.VISIBLE, 0, FREE_STEP) < 9
    assert steps_allowed(Speed.VISIBLE, FREE_STEP, -1.0) == UNLIMITED


def test_an_age_without_a_step_overflows_nothing() -> None:
    assert steps_allowed(Speed.VISIBLE, 0, 1e9) <= FREE_STEP + 1


@pytest.mark.parametrize("speed", [speed for speed in Speed if speed is not Speed.FULL])
@pytest.mark.parametrize("tick_s", [0.004, 0.0127, 0.033])
def test_steps_come_when_they_are_due_however_often_somebody_asks(
    speed: Speed, tick_s: float
) -> None:
    pacer, step, now = Pacer(), 0, 100.0
    pacer.speed = speed
    pacer.begin(now)
    while now < 102.0:
        allowed = pacer.allowed(step, EPOCH_STEPS, now)
        pacer.note(step, allowed, EPOCH_STEPS, now)
        step += allowed
        now += tick_s
    due = seconds_for(speed, 0, step, EPOCH_STEPS)
    assert 2.0 - tick_s <= due + 1e-9
    assert due <= 2.0 + seconds_for(speed, step - 1, 1, EPOCH_STEPS) + 1e-9


def test_what_is_late_does_not_come_in_a_burst() -> None:
    pacer = Pacer()
    pacer.speed = Speed.HUNDRED
    pacer.begin(0.0)
    pacer.note(0, 1, 1, 60.0)
    assert pacer.allowed(1, 1, 60.0) <= 1 + BACKLOG_S * 100
    pacer.speed = Speed.ONE
    assert pacer.allowed(1, 1, 60.0) == 1
    pacer.note(1, 1, 1, 60.0)
    assert pacer.allowed(2, 1, 60.0) == 0
    assert pacer.rest_s(60.0) == pytest.approx(1.0 - BACKLOG_S)


def test_who_goes_on_in_the_visible_part_goes_on_at_its_speed() -> None:
    pacer = Pacer()
    pacer.speed = Speed.VISIBLE
    pacer.begin(1000.0)
    assert pacer.allowed(200, 1, 1000.1) == steps_allowed(Speed.VISIBLE, 200, 0.1)
    assert steps_allowed(Speed.VISIBLE, 200, 0.1) > 10 * steps_allowed(Speed.VISIBLE, 0, 0.1)


# The thread that keeps it


@dataclass
class PlayedClock:
    """A clock that stands still until it is told to go on."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Thread:
    """A training thread on a fake engine, with the clock that it keeps its speed by."""

    worker: Worker
    engine: FakeEngine
    clock: PlayedClock
    mailboxes: list[Mailbox[Snapshot]] = field(default_factory=list)

    def build(self, run: str, project: ProjectSpec) -> None:
        self.mailboxes.append(Mailbox())
        self.worker.submit(Build(run, len(self.mailboxes), project, two_clouds(project.data),
                                 self.mailboxes[-1]))

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on; a look wakes the thread, as whatever it is told does."""
        self.clock.now_s += seconds
        self.worker.submit(Look())

    def trainer(self, index: int = 0) -> FakeTrainer:
        return self.engine.trainers[index]


@pytest.fixture
def thread(qapp: object) -> Iterator[Thread]:
    clock, engine = PlayedClock(), FakeEngine()
    bridge = Bridge()
    thread = Thread(Worker(bridge, engine, clock), engine, clock)
    thread.worker.start()
    thread.build("A", default_project())
    yield thread
    assert thread.worker.shut_down(5.0)


Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def wait(qtbot: object) -> Wait:
    return lambda reached: qtbot.waitUntil(reached, timeout=8000)  # type: ignore[attr-defined]


def begin(thread: Thread, wait: Wait, speed: Speed) -> FakeTrainer:
    """Run at a speed; return the trainer, which has taken the step that comes at once."""
    thread.worker.submit(Pace(speed))
    thread.worker.submit(Go(1))
    wait(lambda: bool(thread.engine.trainers) and thread.trainer().step >= 1)
    return thread.trainer()


def test_no_more_steps_are_done_than_the_clock_allows(thread: Thread, wait: Wait) -> None:
    trainer = begin(thread, wait, Speed.TEN)
    for step in range(2, 8):
        thread.pass_time(0.06)
        thread.pass_time(0.041)
        wait(lambda step=step: trainer.step == step)
    assert max(trainer.chunks) == 1


def test_each_slow_step_is_shown(thread: Thread, wait: Wait) -> None:
    trainer = begin(thread, wait, Speed.ONE)
    mailbox = thread.mailboxes[0]
    for step in range(2, 5):
        thread.pass_time(1.001)
        wait(lambda step=step: trainer.step == step)
        # Nobody has taken the snapshot before: the next one takes its place.
        wait(lambda step=step: (shown := mailbox.take()) is not None and shown.step == step)


def test_what_is_done_meanwhile_is_felt_at_once(thread: Thread, wait: Wait) -> None:
    trainer = begin(thread, wait, Speed.ONE)
    thread.worker.submit(Pace(Speed.FULL))
    wait(lambda: trainer.step > 1000)
    thread.worker.submit(Pace(Speed.ONE))
    thread.worker.submit(Halt(2))
    thread.worker.submit(Advance(3, 3))
    wait(lambda: not thread.worker._rounds.moving())
    stood = trainer.step
    # Single steps are not held back, though no time has passed at all.
    thread.worker.submit(Advance(4, 5))
    wait(lambda: trainer.step == stood + 5)


def test_an_epoch_takes_a_second(thread: Thread, wait: Wait) -> None:
    trainer = begin(thread, wait, Speed.EPOCH)
    for tick in range(1, 51):
        thread.pass_time(0.0201)
        wait(lambda tick=tick: trainer.step == 1 + tick * EPOCH_STEPS // 50)
    assert trainer.epoch == 1


def test_the_beginning_takes_three_seconds(thread: Thread, wait: Wait) -> None:
    trainer = begin(thread, wait, Speed.VISIBLE)
    for _ in range(150):
        before = trainer.step
        thread.pass_time(0.02)
        due = 1 + math.floor(SCALE * math.expm1(GROWTH * thread.clock.now_s))
        wait(lambda due=due: abs(trainer.step - due) <= 1)
        assert trainer.step - before <= 10
    assert abs(trainer.step - SEEN_STEPS) <= 2


def test_runs_side_by_side_keep_the_same_step(thread: Thread, wait: Wait) -> None:
    thread.build("B", default_project())
    wait(lambda: len(thread.engine.trainers) == 2)
    thread.trainer(1).step_s = 1e-3
    thread.worker.submit(Pace(Speed.HUNDRED))
    thread.worker.submit(Go(1))
    for tick in range(1, 40):
        wait(lambda tick=tick: [t.step for t in thread.engine.trainers] == [tick, tick])
        thread.pass_time(0.0101)


def test_one_that_comes_late_catches_up_without_a_limit(thread: Thread, wait: Wait) -> None:
    first = begin(thread, wait, Speed.FULL)
    wait(lambda: first.step > 500)
    thread.worker.submit(Halt(2))
    thread.worker.submit(Pace(Speed.ONE))
    thread.build("B", default_project())
    wait(lambda: len(thread.engine.trainers) == 2 and not thread.worker._rounds.moving())
    thread.worker.submit(Go(3))
    wait(lambda: thread.trainer(1).step >= 500)
    wait(lambda: first.step == thread.trainer(1).step)


def test_the_bytes_of_a_run_do_not_depend_on_its_speed(thread: Thread, wait: Wait) -> None:
    from engine.data import load
    from engine.training.trainer import Trainer

    project = default_project()
    data = load(project.data)
    straight, paced = Trainer(project, data), Trainer(project, data)
    straight.run(300, 60.0)
    pacer, now = Pacer(), 0.0
    pacer.speed = Speed.VISIBLE
    while paced.step < 300:
        before = paced.step
        allowed = min(pacer.allowed(before, paced.steps_per_epoch, now), 300 - before)
        paced.run(allowed, 60.0) if allowed else paced.snapshot()
        pacer.note(before, paced.step - before, paced.steps_per_epoch, now)
        now += 0.011
    assert now > 2.5
    for name, array in straight.weights().items():
        assert np.array_equal(array, paced.weights()[name]), name
