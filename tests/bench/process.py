"""Contestants' processes, and the peers that we know."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.bench.cases import GATES, Case

ROOT = Path(__file__).parents[2]

READY_S = 240.0
"""Most seconds until a contestant has compiled and is warm."""

ROUND_S = 120.0
"""Most seconds beyond a round's length."""


@dataclass(frozen=True)
class Peer:
    """Another library that can do the same work.

    Attributes
    ----------
    title : str
        Its name in the table.
    module, package : str
        Our module that runs it, and the module that must be installed for it.
    variants : callable
        ``variants(case, threads)`` returns what may be fastest: threads and variant of each.
    remark : str
        What it does otherwise than the others; empty for nothing.
    """

    title: str
    module: str
    package: str
    variants: Callable[[Case, int], list[tuple[int, str]]]
    remark: str = ""


def _eager(case: Case, threads: int) -> list[tuple[int, str]]:
    layouts = ("eager", "eager channels_last") if len(case.shape) == 3 else ("eager",)
    return [(count, layout) for count in sorted({1, threads}) for layout in layouts]


def _compiled(case: Case, threads: int) -> list[tuple[int, str]]:
    last = " channels_last" if len(case.shape) == 3 else ""
    return [(count, "compile" + last) for count in sorted({1, threads})]


def _jax(case: Case, threads: int) -> list[tuple[int, str]]:
    recurrent = any(layer.kind in GATES for layer in case.layers)
    return [(threads, variant) for variant in (("1", "8") if recurrent else ("",))]


def _scikit(case: Case, threads: int) -> list[tuple[int, str]]:
    return [(count, "") for count in sorted({1, threads})] if case.is_dense else []


PEERS = {
    "pytorch": Peer("PyTorch eager", "tests.bench.pytorch", "torch", _eager),
    "compile": Peer("torch.compile", "tests.bench.pytorch", "torch", _compiled),
    "jax": Peer("JAX jit", "tests.bench.jax_jit", "jax", _jax),
    "sklearn": Peer("scikit-learn", "tests.bench.scikit", "sklearn", _scikit,
                    "no gradient norms; one logistic output for two classes"),
}


def installed(interpreter: str, package: str) -> bool:
    """Say whether an interpreter has a package, without loading it."""
    found = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    try:
        return subprocess.run([interpreter, "-c", found], check=False).returncode == 0
    except OSError:
        return False


class ContestantError(Exception):
    """A contestant cannot do its work; the text says why, in a few words."""


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
        Most threads that it may use.
    variant : str
        Which of its ways.

    Attributes
    ----------
    versions : str
        What it is made of.
    loss : float
        Of its first step.

    Raises
    ------
    ContestantError
        If it has died, or is not ready in time.
    """

    def __init__(self, module: str, case: Case, interpreter: str, threads: int, variant: str = ""
                 ) -> None:
        self.threads, self.variant = threads, variant
        self._open = ExitStack()
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - `close` closes it
        self._open.callback(self._errors.close)
        self._process = subprocess.Popen(
            [interpreter, "-m", module, case.name, str(threads), variant], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors, text=True, env=environment(threads),
            cwd=ROOT)
        limit_processors(self._process.pid, threads, module)
        self._lines: queue.Queue[str] = queue.Queue()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            self._open.callback(stream.close)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        try:
            ready = self._answer(READY_S)
        except ContestantError:
            self.close()
            raise
        self.versions, self.loss = str(ready["versions"]), float(ready["loss"])

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._open.close()

    @property
    def process_id(self) -> int:
        """Number of its process."""
        return self._process.pid

    def round(self, seconds: float) -> float:
        """Train for about so long; return the seconds that a step took."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{seconds}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ContestantError(self._reason()) from error
        return 1 / float(self._answer(seconds + ROUND_S))

    def _read(self) -> None:
        """Hand on what the process writes; an empty line says that it has ended."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _answer(self, seconds: float) -> Any:
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise ContestantError(f"no answer in {seconds:.0f} s") from None
        if not line:
            raise ContestantError(self._reason())
        return json.loads(line)

    def _reason(self) -> str:
        """Return the last line that it wrote before it died."""
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return lines[-1][:200] if lines else "died without a word"


def environment(threads: int) -> dict[str, str]:
    """Return a process's environment that lets libraries use so many threads."""
    variables = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC",
                 "NUMBA_NUM_THREADS")
    return {**os.environ, **dict.fromkeys(variables, str(threads)), "PYTHONPATH": str(ROOT),
            "JAX_PLATFORMS": "cpu"}


def limit_processors(process: int, threads: int, module: str) -> None:
    """Let JAX run on so many processors: it takes as many threads as it finds processors."""
    if module == PEERS["jax"].module and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, sorted(os.sched_getaffinity(0))[:threads])


def ours(case: Case, threads: int) -> Contestant:
    """Return our own process."""
    return Contestant("tests.bench.ours", case, sys.executable, threads)
