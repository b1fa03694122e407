"""The headline runs: a network, its data from the folder of data, and what has to come of it.

Each is a module with ``run(options)``, which trains, prints accuracy, seconds and settings and
returns the exit code. It is imported only when it is asked for.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib import import_module

HEADLINE_S = 300.0
"""With compiling and measuring well under ten minutes."""


@dataclass(frozen=True)
class Headline:
    """A headline run.

    Attributes
    ----------
    module : str
        The module that has ``run``.
    help : str
        What it trains.
    """

    module: str
    help: str


HEADLINES = {
    "shakespeare": Headline("tests.bench.shakespeare", "a character LSTM on Tiny Shakespeare"),
    "mnist": Headline("tests.bench.mnist", "LeNet on MNIST"),
    "cifar10": Headline("tests.bench.headline_cifar10", "a convolutional network on CIFAR-10"),
    "pad": Headline("tests.bench.pad", "LeNet on drawn digits, which reads hands on the pad"),
    "spoken_digits": Headline("tests.bench.headline_spoken", "spoken digits: told apart, told of "
                              "speakers never heard, and read out of strings"),
    "imdb": Headline("tests.bench.headline_imdb", "a bag of n-grams on the IMDB reviews"),
}
"""Every headline by its name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command line says about a headline run."""
    parser.add_argument("name", choices=HEADLINES, metavar="NAME",
                        help="; ".join(f"{name}: {one.help}" for name, one in HEADLINES.items()))
    parser.add_argument("--seconds", type=float, default=HEADLINE_S, dest="length",
                        help=f"shakespeare: length of training; {HEADLINE_S:g} unless told")
    parser.add_argument("--seeds", type=int, default=None,
                        help="how many networks: 3 unless told for mnist, 1 for all others")
    parser.add_argument("--choose", action="store_true", help="leave what is measured in the end "
                        "alone: learn from a part of the rest and measure on the other, so as to "
                        "try settings")
    parser.add_argument("--torch", action="store_true", help="train the same network with "
                        "PyTorch as well, by the interpreter that --peers-python names, and print "
                        "the ratio of times")


def run(options: argparse.Namespace) -> int:
    """Run the headline that is asked for; return the exit code."""
    return int(import_module(HEADLINES[options.name].module).run(options))
