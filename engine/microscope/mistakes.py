"""Classic mistakes of backpropagation: where a step offers them, and the hunt for one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np

from engine.messages import Message, say
from engine.microscope.catalogue import MISTAKES
from engine.microscope.check import (
    ROUNDING,
    STEP,
    Checker,
    Finding,
    check_update,
    spread,
    truncated,
)
from engine.microscope.dissection import Dissection
from engine.microscope.replay import names_of
from engine.microscope.rules import Rule
from engine.microscope.trace import Trace, execute, run

VISIBLE, VISIBLE_IN_UPDATES = 1e-4, 1e-6
"""Share of a line's largest number by which a mistake must change one."""

MOST_ELEMENTS = 64
"""Numbers of a line that are looked at one by one."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a mistake can be made.

    Attributes
    ----------
    statement : int
        The line.
    key : str
        Which mistake, of `engine.microscope.catalogue.MISTAKES`.
    """

    statement: int
    key: str

    @property
    def title(self) -> Message:
        """What the mistake is called."""
        return MISTAKES[self.key].title

    @property
    def explanation(self) -> Message:
        """What goes wrong, and how it shows."""
        return MISTAKES[self.key].explanation


def offered(trace: Trace) -> tuple[Place, ...]:
    """Return every mistake that a check of its own line would catch in this step.

    Left out is what changes nothing here, such as a mean over a batch of one, what changes numbers
    that are too small for a difference of losses, and what has another slope on purpose.

    Parameters
    ----------
    trace : Trace
        The step, without a mistake.
    """
    rule, hidden, statements = Rule(trace), _hidden(trace), trace.program.statements
    layers = truncated(trace)
    # What lies before a layer that cuts its errors short has no slope to be compared with.
    cut = max((one.number for one in statements if one.layer in layers), default=-1)
    found = []
    for i, statement in enumerate(statements):
        is_gradient = bool(statement.of) and statement.number > cut
        if not (is_gradient or rule.is_known(i)):
            continue
        share, least = (VISIBLE, hidden) if is_gradient else (VISIBLE_IN_UPDATES, 0.0)
        found += [Place(i, key) for key, code in statement.mistakes.items()
                  if key in MISTAKES and _shows(trace, i, code, share, least)]
    return tuple(found)


def broken(trace: Trace, place: Place) -> Trace:
    """Return the step with one wrong line; those behind it go on with the wrong numbers.

    Parameters
    ----------
    trace : Trace
        The step, without a mistake.
    place : Place
        What is done wrong, and where.
    """
    statements = list(trace.program.statements)
    statement = statements[place.statement]
    # What opens its numbers tells of the right line.
    statements[place.statement] = dataclasses.replace(
        statement, code=statement.mistakes[place.key], opening=None, mistakes={})
    return run(dataclasses.replace(trace.program, statements=tuple(statements)))


def first_wrong(trace: Trace) -> int:
    """Return the first line that its own check finds wrong, -1 for none."""
    rule = Rule(trace)
    return next((i for i in range(len(trace)) if is_wrong(trace, i, rule)), -1)


def is_wrong(trace: Trace, i: int, rule: Rule | None = None) -> bool:
    """Say whether statement i is found wrong by its own check.

    A gradient is compared with the loss's slope, all its numbers at once along two directions;
    where these cross a kink, number by number. A line of the update is compared with the rule's
    definition. Of any other line, nothing is known.

    Parameters
    ----------
    trace : Trace
        The step.
    i : int
        The statement.
    rule : Rule, optional
        That of the step, where it is at hand.
    """
    if trace.program.statements[i].of:
        return _is_wrong_gradient(trace, i)
    return _is_wrong_update(trace, i, rule or Rule(trace))


def _is_wrong_gradient(trace: Trace, i: int) -> bool:
    checker, rng = Checker(trace, i), np.random.default_rng(i)
    for _ in range(2):
        direction = rng.standard_normal(checker.shape)
        found = checker.along(direction / np.linalg.norm(direction)).finding
        if found is Finding.WRONG:
            return True
        if found is Finding.KINK:
            return any(checker.one(_index(place, checker.shape)).finding is Finding.WRONG
                       for place in spread(checker.size, MOST_ELEMENTS))
    return False


def _is_wrong_update(trace: Trace, i: int, rule: Rule) -> bool:
    if not rule.is_known(i):
        return False
    shape = trace.values[i].shape
    checks = (check_update(trace, i, _index(place, shape), rule)
              for place in spread(trace.values[i].size, MOST_ELEMENTS))
    return any(check is not None and check.finding is Finding.WRONG for check in checks)


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(axis) for axis in np.unravel_index(place, shape))


def _hidden(trace: Trace) -> float:
    """Return what a difference of losses cannot see of a gradient."""
    return 100 * ROUNDING / STEP * max(1.0, abs(float(trace.last("L"))))


def _shows(trace: Trace, i: int, code: str, share: float, hidden: float) -> bool:
    """Say whether a wrong line comes to other numbers than the right one, plainly enough."""
    right, statement = trace.values[i], trace.program.statements[i]
    variables = {name: trace.at(name, i) for name in names_of(code)[0] if _is_there(trace, name, i)}
    execute(statement, variables, code)
    wrong = np.asarray(variables[statement.name], np.float64)
    if wrong.shape != right.shape or not np.isfinite(wrong).all():
        return False
    largest = float(np.max(np.abs(right), initial=0.0))
    return float(np.max(np.abs(wrong - right), initial=0.0)) > max(share * largest, hidden)


def _is_there(trace: Trace, name: str, i: int) -> bool:
    try:
        trace.at(name, i)
    except KeyError:
        return False
    return True


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
    guesses : list[Guess]
        What was guessed so far.
    hints : int
        How many hints were given.
    has_given_up : bool
        Whether the answer was asked for.
    """

    dissection: Dissection
    seed: int
    guesses: list[Guess] = field(default_factory=list)
    hints: int = 0
    has_given_up: bool = False

    @cached_property
    def place(self) -> Place | None:
        """The mistake; None where the step offers none that the checks find at its line."""
        places = offered(self.dissection.trace)
        rng = np.random.default_rng(self.seed)
        keys = sorted({place.key for place in places})
        # By kind first: a deep network has many lines for one kind, and few for another.
        for key in rng.permutation(keys):
            those = [place for place in places if place.key == key]
            place = those[int(rng.integers(len(those)))]
            if is_wrong(broken(self.dissection.trace, place), place.statement):
                return place
        return None

    @cached_property
    def broken(self) -> Dissection:
        """The step with the mistake in it."""
        trace = self.dissection.trace
        return dataclasses.replace(
            self.dissection, trace=trace if self.place is None else broken(trace, self.place))

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
            return say("hunt.nothing")
        if self.is_solved:
            return say("hunt.solved", guesses=len(self.guesses), title=self.place.title)
        if self.has_given_up:
            name = self.dissection.program.statements[self.place.statement].name
            return say("hunt.answer", name=name, title=self.place.title)
        return self.guesses[-1].message if self.guesses else say("hunt.begin")
