"""What can be wrong with a project."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.messages import Message, say


@dataclass(frozen=True)
class Issue:
    """One thing that keeps a project from being trained.

    Attributes
    ----------
    layer_id : str
        The layer that it concerns, or empty.
    message : Message
        What is wrong.
    """

    layer_id: str
    message: Message

    @property
    def text(self) -> str:
        """Place, found, expected and remedy in one sentence or two."""
        return self.message.text


def is_finite(value: object) -> bool:
    """Say whether a value is a number that a float64 can hold; true and false are none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def shown(value: object, longest: int = 60) -> str | Message:
    """Return a value as a sentence can hold it, cut where it is long."""
    try:
        written = repr(value)
    except ValueError:
        # Python writes no whole number of more than 4,300 digits.
        return say("value.of-type", type=type(value).__name__)
    return written if len(written) <= longest else written[:longest] + "..."
