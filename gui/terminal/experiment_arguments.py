"""The command of the article's tables: what it is told, and what it does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from engine.errors import SpecError
from gui.terminal import sweep_arguments
from gui.terminal.arguments import Parser


def add(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to those of the program."""
    experiment = commands.add_parser(
        "experiment", prog="backprop-lab experiment",
        description="Compute a table of the article with several seeds, and print the article's "
                    "rows beside what is measured; without a name, list the tables.")
    experiment.add_argument("name", nargs="?", metavar="NAME")
    experiment.add_argument("--out", type=Path, metavar="DIR",
                            help="keep the results in this folder, so that nothing in it is "
                                 "computed twice (default: keep none)")
    sweep_arguments.add_cluster(experiment)
    experiment.add_argument("--quiet", action="store_true", help="show no progress bar")


def _experiment(options: argparse.Namespace) -> int:
    from engine.experiments.article.catalogue import table
    from gui.terminal.experiment_run import ExperimentRun, print_list

    if options.name is None:
        return print_list()
    asked = table(options.name)
    if options.cluster and asked.is_timed:
        raise SpecError("article.timed", name=asked.key)
    return ExperimentRun(asked, options.out, partial(sweep_arguments.executor_of, options),
                         quiet=options.quiet).carry_out()


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({
    "experiment": _experiment,
})
"""What carries it out."""
