"""How fast runs are that train side by side in the window."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.telemetry.mailbox import Mailbox
from engine.training import Trainer
from gui.workbench.commands import Build, Go, Halt
from gui.workbench.rounds import Rounds
from gui.workbench.worker import Bridge, Worker
from tests.bench.cases import Case
from tests.bench.ours import dataset, project, trainer

WAIT_S = 60.0
PROMISED = 1.7
"""Most time of a step of both, as a multiple of that of one by itself."""


@contextmanager
def training(case: Case, threads: int, runs: int, processors: int) -> Iterator[list[Trainer]]:
    """Train so many runs of a case as the window does; yields them, moving."""
    networks = [trainer(case, threads) for _ in range(runs)]
    waiting = list(networks)
    # Snapshots are left in their boxes, so that after the first of each there are none.
    worker = Worker(Bridge(), lambda *_, **_options: waiting.pop(0))
    worker._rounds = Rounds(processors)
    worker.start()
    for place in range(runs):
        worker.submit(Build(f"run {place}", place, project(case), dataset(case), Mailbox()))
    worker.submit(Go(1))
    try:
        yield networks
    finally:
        worker.submit(Halt(2))
        if not worker.shut_down(WAIT_S):
            raise TimeoutError(f"{case.title}: the training thread does not end")


def steps_per_second(networks: Sequence[Trainer], seconds: float) -> float:
    """Return how many steps each does a second, once all are on their way."""
    begin = time.perf_counter()
    while min(network.step for network in networks) < 2:
        if time.perf_counter() - begin > WAIT_S:
            raise TimeoutError("no steps are made")
        time.sleep(0.01)
    time.sleep(seconds)
    before, begin = [network.step for network in networks], time.perf_counter()
    time.sleep(seconds)
    after, end = [network.step for network in networks], time.perf_counter()
    return min(b - a for a, b in zip(before, after, strict=True)) / (end - begin)


def one_round(case: Case, threads: int, seconds: float) -> tuple[float, float, float]:
    """Return steps a second of a run by itself, of each of two, and of each if they take turns."""
    found = []
    for runs, processors in ((1, threads), (2, threads), (2, 1)):
        with training(case, threads, runs, processors) as networks:
            found.append(steps_per_second(networks, seconds))
    return found[0], found[1], found[2]
