"""Seconds of a training step of this engine beside other libraries', on the same work.

Every contestant has a process of its own, since two thread pools in one would spend their time
waiting for each other; rounds in alternation, so that whatever else the machine does meets all;
medians of the rounds' ratios. Where a peer has several ways (1 thread or all, memory formats), they
try out before the rounds, and the fastest one counts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench import headline
from tests.bench.cases import CASES, Case
from tests.bench.machine import load, machine, say
from tests.bench.process import PEERS, installed

MISSING = ("{titles} {are} not installed for {interpreter}, so {they} {are} left out: "
           "--peers-python names an interpreter that has NumPy and {them}.")

BUSY = ("Something else is running (load {load:.1f}), which slows the contestants unequally: "
        "repeat this on a quiet machine.")

WORK = ("A step gathers its batch from the data, computes loss, gradients and the norm of each "
        "layer's gradient, and updates; float32. GFLOP/s and the share of the peak count all "
        "products of the network as it is written: behind an embedding, our recurrent layers do "
        "fewer.")


def main() -> int:
    """Run what the command line asks for."""
    options = parse()
    # Only where they are needed: the contest keeps thread pools out of this process.
    if options.command == "headline":
        return headline.run(options)
    if options.command == "profile":
        from tests.bench.profile import profile

        profile(CASES[options.case], options.threads, options.seconds)
    elif options.command == "roofline":
        roofline(options)
    elif options.command == "theory":
        from tests.bench import theory

        theory.run(options.quick)
    elif options.command == "checks":
        from tests.bench import checks

        for name in options.check or checks.CHECKS:
            checks.CHECKS[name](chosen(options), options.threads, options.rounds, options.seconds)
    else:
        contest(options)
    return 0


def contest(options: argparse.Namespace) -> None:
    """Measure every case, and print and write the table."""
    from tests.bench import roofline, table
    from tests.bench.compare import Plan
    from tests.bench.compare import contest as run

    peers = wanted(options)
    limits = [roofline.measure(threads) for threads in sorted({1, options.threads})]
    about = [f"{machine()}; load {load():.1f} at first",
             f"At most {options.threads} threads each; {options.rounds} rounds of "
             f"{options.seconds:g} s in alternation, medians.", WORK,
             *map(roofline.sentence, limits)]
    for line in about:
        say(line)
    if load() > 0.7:
        say(BUSY.format(load=load()))
    outcomes = []
    plan = Plan(peers, options.peers_python, options.threads, options.rounds, options.seconds)
    for case in chosen(options):
        outcomes.append(run(case, plan))
        lines = table.rows(outcomes[-1], limits[-1].gflops)
        say("\n" + table.markdown(table.HEADER, lines))
    about.append("; ".join(dict.fromkeys(one for outcome in outcomes for one in outcome.versions)))
    about.append(f"load {load():.1f} at the end")
    folder = options.output or Path(tempfile.mkdtemp(prefix="backprop-lab-bench-"))
    table.write(folder, table.as_markdown(about, outcomes, limits[-1].gflops),
                table.as_json(about, outcomes, limits))
    say(f"\n{'; '.join(about[-2:])}\nWritten to {folder}: bench.md and bench.json.")


def roofline(options: argparse.Namespace) -> None:
    """Print the machine's limits, and how near our steps and their ops come to them."""
    from tests.bench import profile, roofline, table
    from tests.bench.compare import Plan
    from tests.bench.compare import contest as run

    say(f"{machine()}; load {load():.1f}")
    lines = []
    for threads in sorted({1, options.threads}):
        limits = roofline.measure(threads)
        say(roofline.sentence(limits))
        plan = Plan((), sys.executable, threads, options.rounds, options.seconds)
        for case in chosen(options):
            outcome = run(case, plan)
            lines.append([*table.rows(outcome, limits.gflops)[0][:4], str(threads)])
    say(table.markdown((*table.HEADER[:4], "threads"), lines))
    limits, cached = roofline.measure(1), roofline.cached_gigabytes()
    for case in chosen(options):
        say("\n" + profile.table_of(case, limits, cached, options.seconds))


def wanted(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the peers that are asked for and installed; say which are not."""
    asked = options.peer or list(PEERS)
    found = tuple(name for name in asked
                  if installed(options.peers_python, PEERS[name].package))
    if missing := [PEERS[name].title for name in asked if name not in found]:
        one = len(missing) == 1
        say(MISSING.format(titles=", ".join(missing), are="is" if one else "are",
                           they="it" if one else "they", them="it" if one else "them",
                           interpreter=options.peers_python))
    return found


def chosen(options: argparse.Namespace) -> list[Case]:
    """Return the cases that are asked for; all without any."""
    return [CASES[name] for name in options.case or CASES]


def known(kind: str, names: list[str]):
    """Return an argument's type that says which names there are."""
    def check(name: str) -> str:
        if name not in names:
            raise argparse.ArgumentTypeError(
                f"There is no {kind} named {name}: choose from {', '.join(names)}.")
        return name
    return check


def parse() -> argparse.Namespace:
    """Return the command line's options."""
    from tests.bench.names import CHECK_NAMES

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--threads", type=int, default=2, help="most threads of a contestant")
    shared.add_argument("--quick", action="store_true", help="rounds of 0.2 s instead of 1 s")
    shared.add_argument("--rounds", type=int, default=7, help="rounds of each contestant")
    some = argparse.ArgumentParser(add_help=False)
    some.add_argument("--case", action="append", metavar="NAME", type=known("case", list(CASES)),
                      help="only this case; may be given again: " + ", ".join(CASES))
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__,
                                     parents=[shared, some])
    parser.add_argument("--peer", action="append", metavar="NAME", type=known("peer", list(PEERS)),
                        help="only this peer; may be given again: " + ", ".join(PEERS))
    parser.add_argument("--peers-python", default=sys.executable, metavar="PATH",
                        help="interpreter that has the peers and NumPy, if this one has not")
    parser.add_argument("--output", type=Path, metavar="FOLDER",
                        help="where bench.md and bench.json go; a new temporary folder unless told")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    headline.add_arguments(commands.add_parser(
        "headline", parents=[shared], help="train for some minutes and say how good it has become"))
    commands.add_parser("roofline", parents=[shared, some],
                        help="the machine's limits, and what share of them our steps and ops reach")
    commands.add_parser("theory", parents=[shared],
                        help="gradients at the start, predicted and measured")
    profile = commands.add_parser("profile", parents=[shared], help="what each op of a step takes")
    profile.add_argument("case", type=known("case", list(CASES)))
    checks = commands.add_parser("checks", parents=[shared, some],
                                 help="costs of statistics, threads, size, vanishing and starting")
    checks.add_argument("check", nargs="*", type=known("check", list(CHECK_NAMES)),
                        help="; ".join(f"{name}: {text}" for name, text in CHECK_NAMES.items()))
    options = parser.parse_args()
    options.seconds = 0.2 if options.quick else 1.0
    return options


if __name__ == "__main__":
    sys.exit(main())
