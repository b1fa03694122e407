"""Speed of this engine beside others, on the same work in the same run.

Every contestant gathers its batch, computes loss, gradients and each layer's gradient norm, and
updates. One process each, rounds in alternation, the same number of threads, medians.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.bench.cases import CASES, PROMISED, THREADS, Case
from tests.bench.compare import PEERS, Peer, Result, compare, has
from tests.bench.machine import machine, say

CHECKS = ("statistics_cost", "threads", "busy", "growth", "vanishing", "compiling")
"""Functions of tests.bench.checks."""

HEADLINE_S = 300.0
"""With compiling and measuring well under ten minutes."""

MISSING = ("{} is not installed there: `pip install torch jax scikit-learn` adds what is missing, "
           "or --peers-python names an interpreter that has it.")
BUSY = ("Something else is running (load {load:.1f}), which slows the contestants unequally: "
        "repeat this on a quiet machine.")


def main() -> int:
    """Do what the command line asks for; return the exit code."""
    options = parse()
    # Each only where it is wanted: the bench keeps thread pools out of this process.
    if options.command == "headline":
        if options.name == "mnist":
            from tests.bench import mnist

            return mnist.main(options.seeds, options.threads, options.choose, options.peers_python)
        from tests.bench import shakespeare

        return shakespeare.main(options.length, options.choose)
    if options.command == "profile":
        from tests.bench.profile import profile

        profile(options.of)
    elif options.command == "roofline":
        from tests.bench.roofline import limits

        for threads in range(1, options.threads + 1):
            say(str(limits(threads)))
    elif options.command == "checks":
        from tests.bench import checks

        for name in [options.name] if options.name else CHECKS:
            getattr(checks, name)()
    else:
        bench(options)
    return 0


def parse() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="rounds of 0.3 s instead of 1.5 s")
    parser.add_argument("--case", action="append", choices=CASES, metavar="NAME",
                        help="only this case; may be given again: " + ", ".join(CASES))
    parser.add_argument("--peer", action="append", choices=PEERS, metavar="NAME",
                        help="only this contestant; may be given again: " + ", ".join(PEERS))
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each contestant")
    parser.add_argument("--threads", type=int, default=THREADS, help="threads of each contestant")
    parser.add_argument("--peers-python", default=sys.executable, metavar="PATH",
                        help="interpreter that has torch, jax and sklearn, if this one has not")
    parser.add_argument("--output", type=Path, metavar="FOLDER",
                        help="where bench.md and bench.json are written")
    commands = parser.add_subparsers(dest="command", metavar="headline|profile|roofline|checks")
    headline = commands.add_parser("headline", help="train one network for some minutes and say "
                                   "how good it has become")
    headline.add_argument("name", choices=("shakespeare", "mnist"))
    headline.add_argument("--seconds", type=float, default=HEADLINE_S, dest="length",
                          help=f"shakespeare: length of training; {HEADLINE_S:g} unless told")
    headline.add_argument("--seeds", type=int, default=3, help="mnist: how many networks")
    headline.add_argument("--choose", action="store_true", help="leave what is measured in the end "
                          "alone, and measure on a part of the rest, so as to try settings")
    profiled = commands.add_parser("profile", help="where the time of a step goes")
    profiled.add_argument("of", choices=CASES, metavar="CASE")
    commands.add_parser("roofline", help="what the machine can do at most")
    checks = commands.add_parser("checks", help="what is promised of the engine by itself")
    checks.add_argument("name", nargs="?", choices=CHECKS, help="only this one")
    options = parser.parse_args()
    options.seconds = 0.3 if options.quick else 1.5
    return options


def bench(options: argparse.Namespace) -> None:
    """Run all cases, and print and write the table."""
    # These load Numba, but compile and run nothing before the contestants are gone.
    from tests.bench import table
    from tests.bench.roofline import limits

    peers = [PEERS[key] for key in options.peer or PEERS]
    for peer in [peer for peer in peers if not has(options.peers_python, peer.package)]:
        say(MISSING.format(peer.title))
        peers.remove(peer)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 0.7:
        say(BUSY.format(load=load))
    results = []
    for name in options.case or PROMISED:
        results.append(compare(CASES[name], peers, options.peers_python, options.threads,
                               options.rounds, options.seconds))
        report(CASES[name], results[-1], peers)
    found = limits(options.threads)
    facts = [f"{machine()}; {options.threads} threads each; load before {load:.1f}; "
             f"{options.rounds} rounds of {options.seconds:g} s in alternation, medians.",
             "; ".join(dict.fromkeys(fact for result in results for fact in result.facts)),
             f"The tile's peak is {found.gflops:,.0f} GFLOP/s, memory delivers "
             f"{found.gigabytes:,.1f} GB/s. A ratio is the contestant's time by ours."]
    rows = [table.row(result, peers, flops(CASES[result.case]), found.gflops)
            for result in results]
    page = table.markdown(facts, table.header(peers), rows)
    say("\n" + page)
    if options.output:
        table.write(options.output, page, results, found, facts)


def report(case: Case, result: Result, peers: list[Peer]) -> None:
    """Print the line of a case as soon as it is there."""
    from tests.bench.table import cell

    others = "; ".join(f"{peer.title} {cell(result, peer)}" for peer in peers)
    say(f"{case.name}: {1e6 * result.ours_s:,.1f} µs; {others}")
    for key, reason in result.absent.items():
        say(f"  {PEERS[key].title} failed: {reason}")


def flops(case: Case) -> float:
    """Return the multiplications and additions of a step."""
    from tests.bench import ours

    plan = ours.trainer(case, 1)._plan
    return 2.0 * case.batch * (plan.work + plan.backward_work)


if __name__ == "__main__":
    sys.exit(main())
