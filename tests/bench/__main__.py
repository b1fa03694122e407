"""Steps per second of this engine beside PyTorch eager, on the same work in the same run.

One process each, since two thread pools in one would spend their time waiting for each other;
rounds in alternation, so that whatever else the machine does meets all; medians. PyTorch runs with
one thread and with two, and the faster counts: on a busy machine two may be far slower.

``headline`` trains one network instead, on data that are looked for as `tests.datasets` says.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from tests.bench.cases import CASES, THREADS, Case
from tests.bench.machine import machine, say

HEADLINE_S = 300.0
"""With compiling and measuring well under ten minutes."""

PAUSE_S = 0.3
"""Between rounds: PyTorch's threads spin for a while after their last task."""

MISSING = ("PyTorch is not installed here, so only our own speed is shown: `pip install torch` "
           "adds it, or --torch-python names an interpreter that has it.")

BUSY = ("Something else is running (load {load:.1f}), which slows the contestants unequally: "
        "repeat this on a quiet machine.")


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
    """

    def __init__(self, module: str, case: Case, interpreter: str, threads: int = THREADS) -> None:
        variables = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(variables, str(threads))}
        self._process = subprocess.Popen(
            [interpreter, "-m", module, case.name, str(threads)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).parents[2])
        self.versions = str(self._answer())

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._process.communicate()

    def round(self, seconds: float) -> float:
        """Train for about so long; return the steps per second."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str | float:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("A contestant has died; its own message stands above.")
        answer: str | float = json.loads(line)
        return answer


def main() -> int:
    """Run the bench, or one headline."""
    options = parse()
    if options.command == "headline":
        # Only here: the bench keeps thread pools out of this process.
        from tests.bench import shakespeare

        return shakespeare.main(options.length, options.choose)
    bench(options)
    return 0


def bench(options: argparse.Namespace) -> None:
    """Print the line of every case."""
    say(f"{machine()}; at most {THREADS} threads each, {options.rounds} "
        f"rounds of {options.seconds:g} s, medians. Every step gathers its batch, computes loss, "
        "gradients and each layer's gradient norm, and updates.")
    torch = has_torch(options.torch_python)
    if hasattr(os, "getloadavg") and (load := os.getloadavg()[0]) > 0.7:
        say(BUSY.format(load=load))
    if not torch:
        say(MISSING)
    names = options.case or list(CASES)
    for number, name in enumerate(names):
        compare(CASES[name], options, torch, header=number == 0)


def parse() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="rounds of 0.3 s instead of 1.5 s")
    parser.add_argument("--case", action="append", choices=CASES,
                        help="only this case; may be given again")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each contestant")
    parser.add_argument("--torch-python", default=sys.executable, metavar="PATH",
                        help="interpreter that has torch and NumPy, if this one has not")
    commands = parser.add_subparsers(dest="command", metavar="headline")
    headline = commands.add_parser("headline", help="train one network for some minutes and say "
                                   "how good it has become")
    headline.add_argument("name", choices=("shakespeare",))
    headline.add_argument("--seconds", type=float, default=HEADLINE_S, dest="length",
                          help=f"length of training; {HEADLINE_S:g} unless told")
    headline.add_argument("--choose", action="store_true", help="leave the last tenth alone: learn "
                          "from eight tenths and measure on the ninth, so as to try settings")
    options = parser.parse_args()
    options.seconds = 0.3 if options.quick else 1.5
    return options


def has_torch(interpreter: str) -> bool:
    """Say whether an interpreter has torch, without loading it."""
    found = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    return subprocess.run([interpreter, "-c", found], check=False).returncode == 0


def compare(case: Case, options: argparse.Namespace, torch: bool, header: bool) -> None:
    """Run the rounds of one case and print its line."""
    with ExitStack() as stack:
        ours = stack.enter_context(Contestant("tests.bench.ours", case, sys.executable))
        theirs = [stack.enter_context(Contestant("tests.bench.pytorch", case, options.torch_python,
                                                 threads))
                  for threads in range(1, THREADS + 1) if torch]
        if header:
            say("; ".join(dict.fromkeys(one.versions for one in (ours, *theirs))))
            say(f"\n{'case':42}{'ours, steps/s':>15}"
                + (f"{'PyTorch':>10}{'threads':>9}{'ratio':>9}{'lowest':>9}{'goal':>6}"
                   if torch else ""))
        rounds = [one_round([ours, *theirs], options.seconds) for _ in range(options.rounds)]
    mine, *others = (statistics.median(speeds) for speeds in zip(*rounds, strict=True))
    line = f"{title(case):42}{mine:15,.0f}"
    if others:
        best = max(others)
        lowest = min(first / max(rest) for first, *rest in rounds)
        goal = f"{case.goal:.0f}x" if case.goal else ""
        line += (f"{best:10,.0f}{others.index(best) + 1:9}{mine / best:8.1f}x{lowest:8.1f}x"
                 f"{goal:>6}")
    say(line)


def one_round(contestants: list[Contestant], seconds: float) -> list[float]:
    """Return the speed of each, one after the other."""
    speeds = []
    for contestant in contestants:
        time.sleep(PAUSE_S)
        speeds.append(contestant.round(seconds))
    return speeds


def title(case: Case) -> str:
    """Return a case as the table names it: ``playground: 2-4-2-2 tanh, batch 10, sgd``."""
    sizes = "-".join(map(str, case.sizes))
    if len(case.sizes) > 5:
        sizes = f"{case.sizes[0]}-{len(case.sizes) - 2}x{case.sizes[1]}-{case.sizes[-1]}"
    return f"{case.name}: {sizes} {case.activation}, batch {case.batch}, {case.optimizer}"


if __name__ == "__main__":
    sys.exit(main())
