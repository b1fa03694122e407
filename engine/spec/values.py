"""Values as a person's file holds them: whether they are numbers, and how they are shown."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.messages import Message, elided, say


def is_finite(value: object) -> bool:
    """Say whether a value is a number that a float64 can hold; true and false are none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


_PLAIN = frozenset({bool, int, float, str, type(None)})


def are_same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Say whether two mappings hold the same plain values, in the same order.

    True and 1 are equal, and not the same value; of what is not plain, none is.
    """
    kinds = [*map(type, one.values())]
    # Kinds first: what is not plain may be such that it cannot be compared.
    return (kinds == [*map(type, other.values())] and _PLAIN.issuperset(kinds)
            and [*one] == [*other] and one == other)


def shown(value: object, longest: int = 60) -> str | Message:
    """Return a value as a sentence can hold it, cut where it is long."""
    try:
        # The first and last of a long text are all that is told of it.
        written = repr(elided(value, 4 * longest) if isinstance(value, str) else value)
    except ValueError:
        # Python writes no whole number of more than 4,300 digits.
        return say("value.of-type", type=type(value).__name__)
    return elided(written, longest)
