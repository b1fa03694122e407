"""Rounds of all contestants in alternation, each in a process of its own.

Two thread pools in one process would spend their time waiting for each other; in alternation,
whatever else the machine does meets all.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.bench.cases import Case

ROOT = Path(__file__).parents[2]
PAUSE_S = 0.3
"""Between rounds: PyTorch's threads spin for a while after their last task."""


@dataclass(frozen=True)
class Peer:
    """A program to be compared with.

    Attributes
    ----------
    key, title : str
        Its name on the command line, and in the table.
    module : str
        Its contestant.
    package : str
        What has to be installed for it.
    modes : tuple[str, ...]
        Ways in which it may be run, of which the fastest counts; of images, of everything else.
    """

    key: str
    title: str
    module: str
    package: str
    modes: tuple[str, ...] = ("",)
    image_modes: tuple[str, ...] = ()

    def takes_part(self, case: Case) -> bool:
        """Say whether it can do the work."""
        return self.key != "sklearn" or case.is_dense

    def modes_of(self, case: Case) -> tuple[str, ...]:
        """Return the ways in which it is run."""
        return self.image_modes if self.image_modes and len(case.shape) == 3 else self.modes


PEERS = {peer.key: peer for peer in (
    Peer("pytorch", "PyTorch eager", "tests.bench.pytorch", "torch", ("eager",),
         ("eager", "channels_last")),
    Peer("compile", "torch.compile", "tests.bench.pytorch", "torch", ("compile",)),
    Peer("jax", "JAX jit", "tests.bench.jax_jit", "jax"),
    Peer("sklearn", "scikit-learn", "tests.bench.sklearn_mlp", "sklearn"),
)}


class Absent(Exception):
    """A contestant has ended, with what it said last."""


class Contestant:
    """A process that trains when it is told to.

    Parameters
    ----------
    module : str
        Its module.
    case : Case
        What it trains.
    interpreter : str
        The Python that runs it.
    threads : int
        Threads that it may use.
    mode : str
        See `Peer`.

    Raises
    ------
    Absent
        If it does not come to life.
    """

    def __init__(self, module: str, case: Case, interpreter: str, threads: int, mode: str = ""
                 ) -> None:
        self.mode = mode
        variables = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                     "NUMBA_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(variables, str(threads))}
        self._process = subprocess.Popen(
            [interpreter, "-m", module, case.name, str(threads), *filter(None, [mode])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment, cwd=ROOT)
        self.facts = str(self._answer())

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._process.communicate()

    def round(self, seconds: float) -> float:
        """Train for about so long; return the steps per second."""
        return float(self._asked(seconds))

    def first(self, weights: Path) -> dict[str, Any]:
        """Return loss and gradient norms of the first batch from these weights."""
        answer: dict[str, Any] = self._asked(str(weights))
        return answer

    def _asked(self, wish: float | str) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            _, said = self._process.communicate()
            raise Absent((said.strip().splitlines() or ["no message"])[-1])
        return json.loads(line)


@dataclass
class Result:
    """What the rounds of one case have shown.

    Attributes
    ----------
    case : str
        Its name.
    ours_s : float
        Median seconds of our step.
    ratios, lowest : dict[str, float]
        By peer: median of its time by ours, round by round, and the lowest of them.
    peer_s : dict[str, float]
        By peer: median seconds of its step.
    modes : dict[str, str]
        By peer: the way in which it was the fastest.
    absent : dict[str, str]
        By peer: why it did not take part.
    facts : list[str]
        What contestants have said of themselves.
    """

    case: str
    ours_s: float = 0.0
    ratios: dict[str, float] = field(default_factory=dict)
    lowest: dict[str, float] = field(default_factory=dict)
    peer_s: dict[str, float] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)


def compare(case: Case, peers: Sequence[Peer], interpreter: str, threads: int, rounds: int,
            seconds: float) -> Result:
    """Run the rounds of one case."""
    result = Result(case.name)
    with ExitStack() as stack:
        ours = stack.enter_context(Contestant("tests.bench.ours", case, sys.executable, threads))
        others: list[tuple[Peer, Contestant]] = []
        for peer in peers:
            for mode in peer.modes_of(case) if peer.takes_part(case) else ():
                try:
                    others.append((peer, stack.enter_context(
                        Contestant(peer.module, case, interpreter, threads, mode))))
                except Absent as error:
                    result.absent[peer.key] = str(error)
        result.facts = list(dict.fromkeys(one.facts for one in (ours, *(c for _, c in others))))
        speeds = [one_round([ours, *(one for _, one in others)], seconds) for _ in range(rounds)]
    result.ours_s = 1 / statistics.median(speed[0] for speed in speeds)
    for place, (peer, one) in enumerate(others, 1):
        theirs = 1 / statistics.median(speed[place] for speed in speeds)
        if theirs < result.peer_s.get(peer.key, float("inf")):
            ratios = [speed[0] / speed[place] for speed in speeds]
            result.peer_s[peer.key], result.modes[peer.key] = theirs, one.mode
            result.ratios[peer.key] = statistics.median(ratios)
            result.lowest[peer.key] = min(ratios)
    return result


def one_round(contestants: Sequence[Contestant], seconds: float) -> list[float]:
    """Return the steps per second of each, one after the other."""
    speeds = []
    for contestant in contestants:
        time.sleep(PAUSE_S)
        speeds.append(contestant.round(seconds))
    return speeds


def has(interpreter: str, package: str) -> bool:
    """Say whether an interpreter has a package, without loading it."""
    found = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return subprocess.run([interpreter, "-c", found], check=False).returncode == 0
