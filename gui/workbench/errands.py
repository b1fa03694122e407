"""What the training thread does beside the runs, a little at a time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from engine.errors import EngineError

BUDGET_S = 0.012
"""As long as a turn of a run: what a person does is felt as soon as without errands."""

TURNS = 4
"""While runs train, they have so many turns for one of an errand."""

log = logging.getLogger(__name__)


class Errand(Protocol):
    """Something to be done in small pieces. Training thread only."""

    def advance(self, budget_s: float) -> bool:
        """Go on for about so many seconds; return whether all is done."""

    def fail(self, error: EngineError) -> None:
        """Tell that it could not be done; it is not asked again."""


@dataclass(frozen=True)
class Undertake:
    """Command: do an errand, in the place of the one of this name.

    Attributes
    ----------
    name : str
        One of a kind is done at a time.
    errand : Errand
        What to do.
    """

    name: str
    errand: Errand


@dataclass(frozen=True)
class Abandon:
    """Command: do no more of the errand of this name."""

    name: str


class Errands:
    """Does errands in turn, between the turns of the runs. Training thread only."""

    def __init__(self) -> None:
        self._errands: dict[str, Errand] = {}
        self._turns = 0

    @property
    def is_busy(self) -> bool:
        """Whether there is anything left to do."""
        return bool(self._errands)

    def obey(self, command: Undertake | Abandon) -> None:
        """Begin an errand, or do no more of one."""
        self._errands.pop(command.name, None)
        if isinstance(command, Undertake):
            self._errands[command.name] = command.errand

    def turn(self, *, runs_train: bool) -> None:
        """Go on with the errand that has waited longest, if it is its turn.

        Parameters
        ----------
        runs_train : bool
            Whether a run has the next turn, too; else there is nothing that would wait.
        """
        self._turns += 1
        if not self._errands or (runs_train and self._turns % TURNS):
            return
        name, errand = next(iter(self._errands.items()))
        del self._errands[name]
        try:
            if not errand.advance(BUDGET_S):
                self._errands[name] = errand
        except EngineError as error:
            errand.fail(error)
        except Exception as error:
            # The thread goes on, and the person reads what has happened.
            log.exception("an errand of the training thread met an unexpected error")
            errand.fail(EngineError("run.internal-error", error=repr(error)))
