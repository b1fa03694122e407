"""The window never makes anyone wait, and a long run does not fill the memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.spec import LayerSpec, NetworkSpec, TrainingSpec
from gui.workbench.pace import Speed
from gui.workbench.state import State
from tests.e2e.conftest import Person

pytestmark = pytest.mark.e2e
LONGEST_S = 0.050
P99_S = 0.020
PAIR_P99_S = 0.026
"""Twice the curves are drawn of a pair: on two slow processors 20 ms are not kept."""
MEASURED_S = 6.0
ATTEMPTS = 6
MOST_ATTEMPTS = 10
STOLEN = 0.01
"""Share of the processors' time from which on other guests of the same computer, and not the
window, may be why a tick is late."""
GROWTH = 30 * 2**20


class Ticker:
    """Notes how long the window's thread makes a 5 ms timer wait."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(5)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def stop(self) -> None:
        self._timer.stop()


def images(n: int = 4000) -> Dataset:
    """Return random images of 28 x 28 in ten classes."""
    rng = np.random.default_rng(1)
    pixels = rng.random((n, 784))
    labels = rng.integers(0, 10, n)
    return Dataset("digits", "Noise", "classification", pixels, labels, np.zeros((n, 0)),
                   tuple("0123456789"), tuple(f"p{i}" for i in range(784)), ("digit",),
                   np.arange(n * 3 // 4), np.arange(n * 3 // 4, n), image(28, 28))


def large_network() -> NetworkSpec:
    def dense(name: str, units: int, activation: str) -> LayerSpec:
        return LayerSpec(name, "dense", {"units": units, "activation": activation,
                                         "weights": "he_normal"})

    return NetworkSpec((LayerSpec("input", "input"), dense("dense-1", 512, "relu"),
                        dense("dense-2", 256, "relu"), dense("output", 10, "linear")))


def begin_large(person: Person) -> None:
    document = person.lab.document
    data = replace(document.project.data, source="digits")
    document.load_project(replace(document.project, data=data, network=large_network(),
                                  training=TrainingSpec()), None, images())
    person.wait_until_ready()
    person.lab.workbench.set_speed(Speed.FULL)


def test_the_window_stays_responsive_while_a_large_network_trains(person: Person) -> None:
    begin_large(person)
    person.click(person.lab.transport.toggle)
    person.qtbot.wait(1500)
    expect_prompt(person)


def test_the_window_stays_responsive_while_two_large_networks_train(person: Person) -> None:
    begin_large(person)
    document = person.lab.document
    document.begin_pair(document.project, "duplicate as B")
    person.qtbot.waitUntil(lambda: {run.state for run in person.lab.workbench.runs}
                           <= {State.READY, State.PAUSED}, timeout=30_000)
    person.click(person.lab.transport.toggle)
    person.qtbot.wait(3000)
    expect_prompt(person, PAIR_P99_S)
    runs = person.lab.workbench.runs
    # Pausing is said at once; the one that lies behind comes to the step of the other first.
    person.qtbot.waitUntil(lambda: runs.checkpoint("A").step == runs.checkpoint("B").step,
                           timeout=30_000)
    first, second = (runs.checkpoint(key).weights() for key in "AB")
    # Nothing differs, so the two end with the same bytes.
    assert {name: array.tobytes() for name, array in first.items()} == {
        name: array.tobytes() for name, array in second.items()}


def expect_prompt(person: Person, p99_s: float = P99_S) -> None:
    """Measure how late the window is while a run trains, then pause it."""
    # What the window itself does wrong shows in every attempt, another program's load does not.
    reports, fair = [], 0
    is_prompt = False
    while not is_prompt and fair < ATTEMPTS and len(reports) < MOST_ATTEMPTS:
        before = processor_time()
        gaps = measured_gaps(person)
        stolen, whole = processor_time() - before
        longest, late = float(gaps.max()), float(np.quantile(gaps, 0.99))
        reports.append(f"longest {longest * 1000:.1f} ms, p99 {late * 1000:.1f} ms, "
                       f"stolen {stolen / whole:.0%}")
        is_prompt = longest < LONGEST_S and late < p99_s
        fair += bool(stolen < STOLEN * whole)
    assert person.lab.workbench.state is State.RUNNING
    assert person.frames[-1].step > 20
    person.click(person.lab.transport.toggle)
    if not is_prompt and not fair:
        pytest.skip(f"other guests of this computer keep its processors: {reports}")
    assert is_prompt, reports


def processor_time() -> NDArray[np.float64]:
    """Return how much of the processors' time other guests took, and all of it, where told."""
    try:
        text = Path("/proc/stat").read_text(encoding="ascii")
    except OSError:
        return np.array([0.0, time.perf_counter()])
    times = [float(part) for part in text.split("\n", 1)[0].split()[1:9]]
    return np.array([times[7], sum(times)])


def measured_gaps(person: Person) -> NDArray[np.float64]:
    ticker = Ticker()
    person.qtbot.wait(round(1000 * MEASURED_S))
    ticker.stop()
    return np.array(ticker.gaps)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_a_hundred_thousand_steps_keep_the_memory_flat(person: Person) -> None:
    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def steps() -> int:
        return person.frames[-1].step if person.frames else 0

    person.lab.workbench.set_speed(Speed.FULL)
    person.click(person.lab.transport.toggle)
    person.qtbot.waitUntil(lambda: steps() > 5000, timeout=30_000)
    before = resident()
    person.qtbot.waitUntil(lambda: steps() > 105_000, timeout=60_000)
    person.qtbot.wait(2000)
    growth = resident() - before
    person.click(person.lab.transport.toggle)
    assert growth < GROWTH, f"{growth / 2**20:.1f} MB in {steps():,} steps"
