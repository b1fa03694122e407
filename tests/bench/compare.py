"""The contest: our engine and its peers on one case, in alternation."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.bench.cases import Case, multiply_adds
from tests.bench.process import PEERS, Contestant, ContestantError, Peer, ours

PAUSE_S = 0.2
"""Between rounds: some libraries' threads spin for a while after their last task."""

TRIALS = 2
"""Rounds in which variants of a peer try out which of them is fastest here."""


@dataclass(frozen=True)
class Plan:
    """How to measure.

    Attributes
    ----------
    peers : tuple[str, ...]
        Names of those that are installed and wanted.
    interpreter : str
        The Python that has them.
    threads, rounds : int
        Most threads of a contestant; rounds of each.
    seconds : float
        Length of a round.
    """

    peers: tuple[str, ...]
    interpreter: str
    threads: int
    rounds: int
    seconds: float


@dataclass
class Rival:
    """What came of one peer.

    Attributes
    ----------
    peer : str
        Its name.
    variant : str
        The fastest of its ways, with its threads.
    seconds : list[float]
        Of a step, one for each round.
    promised : float | None
        What the ratio shall be at least.
    loss : float | None
        Of its first step.
    failure : str
        Why there are no rounds; empty if there are.
    """

    peer: str
    variant: str = ""
    seconds: list[float] = field(default_factory=list)
    promised: float | None = None
    loss: float | None = None
    failure: str = ""


@dataclass
class Outcome:
    """What came of one case.

    Attributes
    ----------
    case : Case
        The case.
    versions : list[str]
        Of all contestants.
    loss : float
        Of our first step.
    seconds : list[float]
        Of our step, one for each round.
    rivals : list[Rival]
        The peers.
    """

    case: Case
    versions: list[str]
    loss: float
    seconds: list[float]
    rivals: list[Rival]

    @property
    def step_s(self) -> float:
        """Median seconds of our step."""
        return statistics.median(self.seconds)

    @property
    def gflops(self) -> float:
        """Thousand million operations a second of the matrix products, over the whole step."""
        return 2e-9 * multiply_adds(self.case) / self.step_s

    def ratios(self, rival: Rival) -> list[float]:
        """Return the peer's time divided by ours, round by round."""
        return [theirs / mine for theirs, mine in zip(rival.seconds, self.seconds, strict=True)]


def contest(case: Case, plan: Plan) -> Outcome:
    """Measure our engine and every peer on one case."""
    with ExitStack() as stack:
        mine = stack.enter_context(ours(case, plan.threads))
        rivals, others, versions = [], [], [mine.versions]
        for name in plan.peers:
            rival = Rival(name, promised=case.promised.get(name))
            rivals.append(rival)
            try:
                chosen = fastest(PEERS[name], case, plan)
            except ContestantError as error:
                rival.failure = str(error)
                continue
            stack.enter_context(chosen)
            rival.variant = how(name, chosen)
            rival.loss = chosen.loss
            versions.append(chosen.versions)
            others.append((rival, chosen))
        outcome = Outcome(case, versions, mine.loss, [], rivals)
        for _ in range(plan.rounds):
            outcome.seconds.append(one_round(mine, plan.seconds))
            for rival, contestant in others:
                play(rival, contestant, plan.seconds)
    return outcome


def how(peer: str, chosen: Contestant) -> str:
    """Return in which way a peer runs."""
    variant = f"unrolled {chosen.variant}" if peer == "jax" and chosen.variant else chosen.variant
    threads = f"{chosen.threads} thread" + "s" * (chosen.threads > 1)
    return f"{variant}, {threads}" if variant else threads


def play(rival: Rival, contestant: Contestant, seconds: float) -> None:
    """Do one round of a peer that has not failed."""
    if rival.failure:
        return
    try:
        rival.seconds.append(one_round(contestant, seconds))
    except ContestantError as error:
        rival.failure, rival.seconds = str(error), []


def one_round(contestant: Contestant, seconds: float) -> float:
    """Return the seconds of a step, after a pause."""
    time.sleep(PAUSE_S)
    return contestant.round(seconds)


def fastest(peer: Peer, case: Case, plan: Plan) -> Contestant:
    """Return the fastest variant of a peer, running; the others have ended.

    Raises
    ------
    ContestantError
        If none runs.
    """
    running, failure = [], "has no such layers"
    for threads, variant in peer.variants(case, plan.threads):
        try:
            running.append(Contestant(peer.module, case, plan.interpreter, threads, variant))
        except ContestantError as error:
            failure = str(error)
    times: list[list[float]] = [[] for _ in running]
    for _ in range(TRIALS if len(running) > 1 else 0):
        for contestant, found in zip(running, times, strict=True):
            found.append(one_round(contestant, plan.seconds / 2))
    if not running:
        raise ContestantError(failure)
    best = min(range(len(running)), key=lambda i: min(times[i], default=0.0))
    for place, contestant in enumerate(running):
        if place != best:
            contestant.close()
    return running[best]
