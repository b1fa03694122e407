"""The commands of sweeps: what they are told, and what they do."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from gui.program import say
from gui.terminal.arguments import Parser, address, positive

if TYPE_CHECKING:
    from engine.experiments.execution import Executor


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the commands to those of the program."""
    _add_sweep(commands)
    _add_worker(commands)
    _add_cluster(commands)


def _add_sweep(commands: argparse._SubParsersAction[Parser]) -> None:
    sweep = commands.add_parser(
        "sweep", prog="backprop-lab sweep",
        description="Train a project at every place of a grid, and write NAME.results, NAME.csv "
                    "and NAME.sweep.json. What is done stays done: the same command goes on.")
    sweep.add_argument("file", type=Path, metavar="FILE",
                       help="a sweep, or a project with --axis")
    sweep.add_argument("--axis", action="append", default=[], metavar="KNOB=VALUES",
                       help="what differs: learning_rate=0.001,0.01,0.1, depth=2:30:8 (first, "
                            "last, how many), activation=tanh,relu, or the path of any field; "
                            "several make a grid")
    sweep.add_argument("--seeds", type=positive, metavar="N",
                       help="train every place with N seeds (default: 1)")
    sweep.add_argument("--steps", type=positive, metavar="N",
                       help="train N steps each (default: to the project's own end)")
    sweep.add_argument("--goal", type=float, metavar="LOSS",
                       help="end a cell when the mean training loss of an epoch is at most this")
    sweep.add_argument("--measure", metavar="FIGURE",
                       help="what the table shows: loss, validation_loss, accuracy, "
                            "validation_accuracy, step, epoch or seconds (default: loss)")
    sweep.add_argument("--out", type=Path, default=Path(), metavar="DIR",
                       help="folder for the results (default: this one)")
    sweep.add_argument("--workers", type=positive, metavar="N",
                       help="compute in N processes (default: one for every processor)")
    add_cluster(sweep)
    sweep.add_argument("--quiet", action="store_true", help="show no progress bar")


def _add_worker(commands: argparse._SubParsersAction[Parser]) -> None:
    worker = commands.add_parser(
        "worker", prog="backprop-lab worker",
        description="Compute for sweeps that are started on another computer, one after the "
                    "other, until Ctrl+C.")
    worker.add_argument("address", type=address, metavar="ADDRESS",
                        help="what the sweep was started with behind --cluster")
    worker.add_argument("--workers", type=positive, metavar="N",
                        help="compute in N processes (default: one for every processor)")
    _add_certificates(worker)
    # One of the processes that the command starts.
    worker.add_argument("--name", help=argparse.SUPPRESS)


def _add_cluster(commands: argparse._SubParsersAction[Parser]) -> None:
    cluster = commands.add_parser(
        "cluster", prog="backprop-lab cluster",
        description="Make the certificates with which the computers of a room know each other.")
    actions = cluster.add_subparsers(dest="action", required=True, parser_class=Parser)
    init = actions.add_parser(
        "init", prog="backprop-lab cluster init",
        description="Make a folder of certificates. Whoever has it may send work to the workers, "
                    "so give it to nobody else.")
    init.add_argument("folder", type=Path, metavar="DIR")


def add_cluster(parser: Parser) -> None:
    """Add the options of a command that other computers may compute for."""
    parser.add_argument("--cluster", type=address, metavar="ADDRESS",
                        help="compute on all computers where 'backprop-lab worker ADDRESS' runs; "
                             "an address of this computer, such as teacher-pc:8786")
    _add_certificates(parser)


def _add_certificates(parser: Parser) -> None:
    parser.add_argument("--certificates", type=Path, metavar="DIR",
                        help="the folder that 'backprop-lab cluster init' made; needed unless the "
                             "address begins with tcp://, which lets everybody in the network in")


def _sweep(options: argparse.Namespace) -> int:
    from gui.terminal.sweep_command import SweepCommand, read_asked

    sweep = read_asked(options.file, options.axis, seeds=options.seeds, steps=options.steps,
                       goal_loss=options.goal, measure=options.measure)
    return SweepCommand(sweep, executor_of(options, options.workers or 0), options.out,
                        quiet=options.quiet).carry_out()


def executor_of(options: argparse.Namespace, workers: int) -> Executor:
    """Return who computes: the computers of `add_cluster`, or so many processes here; 0 is usual.

    Raises
    ------
    EngineError
        If Dask is not installed, or certificates are missing.
    """
    if options.cluster:
        from engine.experiments.cluster import DaskExecutor

        return DaskExecutor(options.cluster, options.certificates)
    from engine.experiments.local import LocalExecutor

    return LocalExecutor(workers)


def _worker(options: argparse.Namespace) -> int:
    from gui.terminal import cluster_worker

    if options.name:
        return cluster_worker.compute(options.address, options.certificates, options.name)
    return cluster_worker.work(options.address, options.certificates, options.workers or 0)


def _cluster(options: argparse.Namespace) -> int:
    from engine.experiments.certificates import make_certificates

    make_certificates(options.folder)
    say(f"Saved certificates in {options.folder}. Copy the folder to every computer of the room, "
        "and to no other.")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({
    "sweep": _sweep, "worker": _worker, "cluster": _cluster})
"""What carries out each of them."""
