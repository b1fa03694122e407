"""Which steps of a run one can go back to."""

from __future__ import annotations

from dataclasses import dataclass

from engine.telemetry.recorder import Stretch


@dataclass(frozen=True)
class Recording:
    """What is kept of a run at one moment.

    Attributes
    ----------
    steps : tuple[int, ...]
        Steps that can be looked at, ascending.
    stretches : tuple[Stretch, ...]
        What was said of the run, one verdict after the other.
    first, last : int
        Where the run began, and how far it has come.
    nbytes : int
        Memory that it takes.
    problem : str
        Why there is less than one expects, in a sentence; empty if there is nothing to say.
    """

    steps: tuple[int, ...]
    stretches: tuple[Stretch, ...]
    first: int
    last: int
    nbytes: int
    problem: str = ""
