"""Classic mistakes of backpropagation: where a step offers them, and how checks find them.

On large networks these take long (LeNet, 32 examples: 0.3 s for what is offered, 0.4 s for the step
with a mistake, 0.1 s for the check of a number), so there is a generator of each that rests after
every line, see `engine.microscope.slices`. `first_wrong` looks at every line, which takes seconds:
it is for programs that wait.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message, say
from engine.microscope.catalogue import MISTAKES
from engine.microscope.check import (
    ROUNDING,
    STEP,
    Checker,
    Finding,
    check_update,
    index_of,
    spread,
    truncated,
)
from engine.microscope.replay import LOSS, names_of
from engine.microscope.rules import Rule
from engine.microscope.slices import Work, finished
from engine.microscope.trace import Trace, execute

Array = NDArray[np.float64]

VISIBLE, VISIBLE_IN_UPDATES = 1e-4, 1e-6
"""Share of a line's largest number by which a mistake must change one."""

MOST_ELEMENTS = 64
"""Numbers of a line of the update that are looked at one by one."""

LARGEST, ANY = 4, 4
"""Numbers of a gradient that are looked at one by one at kinks: its largest ones, and some."""

MOST_BENT = 16
"""Numbers most changed by a mistake that are looked at while all lie at kinks."""


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


def candidates(trace: Trace) -> tuple[Place, ...]:
    """Return every mistake in a line that has a check; whether it changes anything is not known.

    Left out is what has another slope on purpose: what lies before a layer that cuts its errors
    short has no slope to be compared with.

    Parameters
    ----------
    trace : Trace
        The step, without a mistake.
    """
    rule, statements, layers = Rule(trace), trace.program.statements, truncated(trace)
    cut = max((one.number for one in statements if one.layer in layers), default=-1)
    return tuple(Place(i, key) for i, statement in enumerate(statements)
                 if (statement.number > cut if statement.of else rule.is_known(i))
                 for key in statement.mistakes if key in MISTAKES)


def offered(trace: Trace) -> tuple[Place, ...]:
    """Return every mistake that a check of its own line would catch in this step.

    Left out is what changes nothing here, such as a mean over a batch of one, what changes numbers
    that are too small for a difference of losses, and what has another slope on purpose.

    Parameters
    ----------
    trace : Trace
        The step, without a mistake.
    """
    return finished(offering(trace))


def offering(trace: Trace) -> Work[tuple[Place, ...]]:
    """Find what `offered` returns, resting after each mistake."""
    found = []
    for place in candidates(trace):
        if shows(trace, place):
            found.append(place)
        yield
    return tuple(found)


def none_shows(trace: Trace) -> Message:
    """Return why a step offers no mistake."""
    is_finite = bool(np.isfinite(trace.last(LOSS)).all())
    return say("hunt.nothing") if is_finite else say("hunt.overflow")


def shows(trace: Trace, place: Place) -> bool:
    """Say whether a wrong line comes to other numbers than the right one, plainly enough."""
    i = place.statement
    is_gradient, right = bool(trace.program.statements[i].of), trace.values[i]
    wrong = _written(trace, place)
    if wrong.shape != right.shape or not np.isfinite(wrong).all():
        return False
    share = VISIBLE if is_gradient else VISIBLE_IN_UPDATES
    least = share * float(np.max(np.abs(right), initial=0.0))
    return float(np.max(np.abs(wrong - right), initial=0.0)) > max(
        least, _hidden(trace) if is_gradient else 0.0)


def broken(trace: Trace, place: Place) -> Trace:
    """Return the step with one wrong line; those behind it go on with the wrong numbers.

    Parameters
    ----------
    trace : Trace
        The step, without a mistake.
    place : Place
        What is done wrong, and where.
    """
    return finished(breaking(trace, place))


def breaking(trace: Trace, place: Place) -> Work[Trace]:
    """Find what `broken` returns, resting after each line.

    Only lines that read what has become another number are executed again.
    """
    statements = list(trace.program.statements)
    statement = statements[place.statement]
    # What opens its numbers tells of the right line.
    statements[place.statement] = dataclasses.replace(
        statement, code=statement.mistakes[place.key], opening=None, mistakes={})
    values, extras = list(trace.values), [trace.beside(i) for i in range(len(trace))]
    changed: dict[str, Any] = {}
    for i in range(place.statement, len(statements)):
        reads, writes = names_of(statements[i].code)
        if i > place.statement and not reads & changed.keys():
            for name in writes & changed.keys():
                del changed[name]
            continue
        variables = {name: changed[name] if name in changed else trace.at(name, i)
                     for name in reads if name in changed or trace.knows(name, i)}
        extras[i] = execute(statements[i], variables)
        values[i] = np.asarray(variables[statements[i].name], np.float64)
        changed.update((name, variables[name]) for name in writes if name in variables)
        yield
    return Trace(dataclasses.replace(trace.program, statements=tuple(statements)), values, extras)


def is_caught(trace: Trace, place: Place) -> bool:
    """Say whether a check sees a mistake in its line, at one of the numbers most changed.

    Parameters
    ----------
    trace : Trace
        The step, without a mistake.
    place : Place
        The mistake.
    """
    return finished(catching(trace, place))


def catching(trace: Trace, place: Place) -> Work[bool]:
    """Find what `is_caught` returns, resting after each line that a check executes."""
    i = place.statement
    wrong = _written(trace, place)
    off = np.abs(wrong - trace.values[i]).ravel()
    values = [*trace.values[:i], wrong, *trace.values[i + 1:]]
    # Lines before are right, and those behind it say nothing of it.
    alone = Trace(trace.program, values, [trace.beside(j) for j in range(len(trace))])
    most = np.argsort(-off)[:MOST_BENT]
    if not trace.program.statements[i].of:
        checks = (check_update(alone, i, index_of(int(at), wrong.shape)) for at in most[:LARGEST])
        return any(check is not None and check.finding is Finding.WRONG for check in checks)
    checker, seen = Checker(alone, i), 0
    for at in most:
        check = yield from checker.checking(index_of(int(at), checker.shape))
        if check.finding is Finding.WRONG:
            return True
        # A number at a kink says nothing of its line: others are asked as well.
        seen += check.finding is not Finding.KINK
        if seen == LARGEST:
            break
    return False


def first_wrong(trace: Trace) -> int:
    """Return the first line that its own check finds wrong, -1 for none."""
    return finished(searching(trace))


def searching(trace: Trace) -> Work[int]:
    """Find what `first_wrong` returns, resting after each line that a check executes."""
    rule = Rule(trace)
    for i in range(len(trace)):
        if (yield from judging(trace, i, rule)):
            return i
    return -1


def is_wrong(trace: Trace, i: int, rule: Rule | None = None) -> bool:
    """Say whether statement i is found wrong by its own check.

    A gradient is compared with the loss's slope, all its numbers at once along two directions;
    where these cross a kink, some numbers one by one: its largest ones and some at random. A line
    of the update is compared with the rule's definition. Of any other line, nothing is known.

    Parameters
    ----------
    trace : Trace
        The step.
    i : int
        The statement.
    rule : Rule, optional
        That of the step, where it is at hand.
    """
    return finished(judging(trace, i, rule))


def judging(trace: Trace, i: int, rule: Rule | None = None) -> Work[bool]:
    """Find what `is_wrong` returns, resting after each line that a check executes."""
    if trace.program.statements[i].of:
        return _judging_gradient(trace, i)
    return _judging_update(trace, i, rule or Rule(trace))


def _judging_gradient(trace: Trace, i: int) -> Work[bool]:
    checker, rng = Checker(trace, i), np.random.default_rng(i)
    for _ in range(2):
        direction = rng.standard_normal(checker.shape)
        check = yield from checker.checking_along(direction / np.linalg.norm(direction))
        if check.finding is Finding.WRONG:
            return True
        if check.finding is Finding.KINK:
            break
    else:
        return False
    largest = np.argsort(-np.abs(trace.values[i]).ravel())[:LARGEST]
    for at in dict.fromkeys((*largest, *rng.integers(checker.size, size=ANY))):
        check = yield from checker.checking(index_of(int(at), checker.shape))
        if check.finding is Finding.WRONG:
            return True
    return False


def _judging_update(trace: Trace, i: int, rule: Rule) -> Work[bool]:
    if not rule.is_known(i):
        return False
    shape = trace.values[i].shape
    for at in spread(trace.values[i].size, MOST_ELEMENTS):
        check = check_update(trace, i, index_of(int(at), shape), rule)
        if check is not None and check.finding is Finding.WRONG:
            return True
        yield
    return False


def _hidden(trace: Trace) -> float:
    """Return what a difference of losses cannot see of a gradient."""
    return 100 * ROUNDING / STEP * max(1.0, abs(float(trace.last("L"))))


def _written(trace: Trace, place: Place) -> Array:
    """Return what a wrong line writes."""
    i, statement = place.statement, trace.program.statements[place.statement]
    code = statement.mistakes[place.key]
    variables = {name: trace.at(name, i) for name in names_of(code)[0] if trace.knows(name, i)}
    execute(statement, variables, code)
    return np.asarray(variables[statement.name], np.float64)
