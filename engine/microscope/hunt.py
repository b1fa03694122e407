"""The hunt for a classic mistake that was put into a step."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np

from engine.messages import Message, say
from engine.microscope.dissection import Dissection
from engine.microscope.mistakes import (
    Place,
    breaking,
    candidates,
    catching,
    none_shows,
    shows,
)
from engine.microscope.slices import Sliced, Work

TRIED = 4
"""Lines in which a kind of mistake is tried: what three of them hide, another may show."""


class Answer(Enum):
    """What is answered to a guess."""

    HERE = "here"
    RIGHT = "right"
    FOLLOWS = "follows"


@dataclass(frozen=True)
class Guess:
    """A line that was taken for the wrong one.

    Attributes
    ----------
    statement : int
        The line.
    answer : Answer
        Whether it is; ``FOLLOWS``: its numbers are wrong because an earlier line is.
    """

    statement: int
    answer: Answer

    @property
    def message(self) -> Message:
        """The answer in words."""
        return {Answer.HERE: say("hunt.here"), Answer.RIGHT: say("hunt.right"),
                Answer.FOLLOWS: say("hunt.follows")}[self.answer]


@dataclass
class Hunt:
    """The search for the first wrong line of a step.

    Attributes
    ----------
    dissection : Dissection
        The step, without a mistake.
    seed : int
        Decides which mistake is made; the same gives the same.
    chosen : Place | None
        The mistake, where it is not for the seed to decide.
    guesses : list[Guess]
        What was guessed so far.
    hints : int
        How many hints were given.
    has_given_up : bool
        Whether the answer was asked for.
    """

    dissection: Dissection
    seed: int = 0
    chosen: Place | None = None
    guesses: list[Guess] = field(default_factory=list)
    hints: int = 0
    has_given_up: bool = False

    def advance(self, budget_s: float = math.inf) -> bool:
        """Choose the mistake and make it, for about so many seconds; return whether all is done.

        What is asked of the hunt before that waits for it.
        """
        return self._making.advance(budget_s)

    @property
    def place(self) -> Place | None:
        """The mistake; None where the step offers none that the checks find at its line."""
        return self._made[0]

    @property
    def broken(self) -> Dissection:
        """The step with the mistake in it."""
        return self._made[1]

    @cached_property
    def _making(self) -> Sliced[tuple[Place | None, Dissection]]:
        return Sliced(self._make())

    @property
    def _made(self) -> tuple[Place | None, Dissection]:
        self._making.advance()
        return self._making.found

    def _make(self) -> Work[tuple[Place | None, Dissection]]:
        place = self.chosen or (yield from self._choosing())
        if place is None:
            return None, self.dissection
        trace = yield from breaking(self.dissection.trace, place)
        return place, dataclasses.replace(self.dissection, trace=trace)

    def _choosing(self) -> Work[Place | None]:
        """Draw mistakes until one is caught by the check of its line."""
        trace, rng = self.dissection.trace, np.random.default_rng(self.seed)
        places = candidates(trace)
        # By kind first: a deep network has many lines for one kind, and few for another.
        for key in rng.permutation(sorted({place.key for place in places})):
            those = [place for place in places if place.key == key]
            for at in rng.permutation(len(those))[:TRIED]:
                yield
                place: Place = those[int(at)]
                if shows(trace, place) and (yield from catching(trace, place)):
                    return place
        return None

    @property
    def is_solved(self) -> bool:
        """Whether the wrong line was found."""
        return any(guess.answer is Answer.HERE for guess in self.guesses)

    @property
    def is_over(self) -> bool:
        """Whether it was found, or the answer asked for."""
        return self.is_solved or self.has_given_up

    def guess(self, statement: int) -> Guess:
        """Take a line for the wrong one, and return whether it is."""
        right, found = self.dissection.trace, self.broken.trace
        if self.place is not None and statement == self.place.statement:
            answer = Answer.HERE
        elif np.array_equal(right.values[statement], found.values[statement], equal_nan=True):
            answer = Answer.RIGHT
        else:
            answer = Answer.FOLLOWS
        self.guesses.append(Guess(statement, answer))
        return self.guesses[-1]

    @property
    def has_hints(self) -> bool:
        """Whether there is a hint that has not been given."""
        return self.hints < len(self._all_hints())

    def hint(self) -> Message:
        """Return the next hint: the part of the step, the layer, what kind of mistake it is."""
        told = self._all_hints()
        found = told[min(self.hints, len(told) - 1)]
        self.hints = min(self.hints + 1, len(told))
        return found

    def _all_hints(self) -> list[Message]:
        assert self.place is not None
        statement = self.dissection.program.statements[self.place.statement]
        told = [say("hunt.phase", phase=statement.phase.title)]
        if statement.number >= 0:
            told.append(say("hunt.layer", number=statement.number))
        told.append(say("hunt.kind", title=self.place.title))
        return told

    def give_up(self) -> Place | None:
        """Return the answer."""
        self.has_given_up = True
        return self.place

    @property
    def message(self) -> Message:
        """How the hunt stands, in words."""
        if self.place is None:
            return none_shows(self.dissection.trace)
        if self.is_solved:
            return say("hunt.solved", guesses=len(self.guesses), title=self.place.title)
        if self.has_given_up:
            name = self.dissection.program.statements[self.place.statement].name
            return say("hunt.answer", name=name, title=self.place.title)
        return self.guesses[-1].message if self.guesses else say("hunt.begin")
