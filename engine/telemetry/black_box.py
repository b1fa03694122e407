"""How a run came to numbers that are not finite: its last steps, and what left the range first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import DivergedError
from engine.messages import Message, say

KEPT = 20
"""Last finite steps that are told of."""

TOLD = 4
"""Most values of a chain in a sentence."""

GROWTH = 10.0
"""A value is told again once it has grown so many times, or shrunk."""


@dataclass(frozen=True)
class Peak:
    """The largest of many numbers, and where it is.

    Attributes
    ----------
    value : float
        Its magnitude; infinite where one of them is not finite, NaN where there are none.
    layer_id : str
        The layer.
    place : Message
        What messages call it: ``Layer 3 (Dense)``.
    """

    value: float
    layer_id: str
    place: Message


@dataclass(frozen=True)
class BoxStep:
    """The largest numbers of one step.

    Attributes
    ----------
    step : int
        The completed step.
    loss : float
        Of its batch.
    weight : Peak
        Of all parameters after its update.
    activation : Peak
        Of what layers give for its batch.
    update : Peak
        Of the layers' ratios of update to weights.
    """

    step: int
    loss: float
    weight: Peak
    activation: Peak
    update: Peak

    @property
    def is_finite(self) -> bool:
        """Whether it has left parameters that are numbers."""
        return math.isfinite(self.weight.value)

    @property
    def is_sound(self) -> bool:
        """Whether its update was no larger than the weights; none at all does no harm either."""
        return not self.update.value > 1.0


@dataclass(frozen=True)
class Overflow:
    """What went out of range first.

    Attributes
    ----------
    tensor : str
        ``activation``, ``gradient``, ``weight`` or ``loss``.
    layer_id : str
        The layer that it belongs to; empty for the loss.
    step : int
        The step in which it did.
    sentence : Message
        That in words.
    """

    tensor: str
    layer_id: str
    step: int
    sentence: Message


@dataclass(frozen=True)
class BlackBox:
    """The end of a run.

    Attributes
    ----------
    error : DivergedError
        What has ended it.
    steps : tuple[BoxStep, ...]
        The last finite steps, at most `KEPT`.
    last_finite : int
        The last step after which all parameters were numbers; the run stands there.
    overflow : Overflow
        What went out of range first.
    """

    error: DivergedError
    steps: tuple[BoxStep, ...]
    last_finite: int
    overflow: Overflow

    @property
    def sound_step(self) -> int | None:
        """The last step whose update was no larger than the weights; None if there is none.

        What comes after may be numbers still, and yet nothing that a cure could begin with.
        """
        return next((one.step for one in reversed(self.steps) if one.is_sound), None)

    @property
    def chain(self) -> Message:
        """What led there, in one sentence."""
        if not self.steps:
            return say("black-box.first-step")
        last = self.steps[-1]
        return say(
            "black-box.chain", count=len(self.steps), losses=told([s.loss for s in self.steps]),
            weights=told([s.weight.value for s in self.steps]), weight_place=last.weight.place,
            activations=told([s.activation.value for s in self.steps]),
            activation_place=last.activation.place,
            updates=told([s.update.value for s in self.steps]), update_place=last.update.place)

    @property
    def sentence(self) -> str:
        """Which tensor of which layer went out of range first, and what led there."""
        return f"{self.overflow.sentence.text} {self.chain.text}"


def black_box(error: DivergedError, steps: Sequence[BoxStep], last_finite: int) -> BlackBox:
    """Return the box of a run.

    Parameters
    ----------
    error : DivergedError
        What has ended it.
    steps : sequence of BoxStep
        Those before; the last one may have left parameters that are not finite.
    last_finite : int
        The last step after which all parameters were numbers.
    """
    finite = tuple(step for step in steps if step.is_finite)[-KEPT:]
    if steps and not steps[-1].is_finite:
        last = steps[-1]
        overflow = Overflow("weight", last.weight.layer_id, last.step, say(
            "black-box.weight", place=last.weight.place, step=last.step))
    else:
        overflow = _met(error)
    return BlackBox(error, finite, last_finite, overflow)


def _met(error: DivergedError) -> Overflow:
    """Return what the loop met first in the order of its computation."""
    tensor = error.message.code.rpartition(".")[2]
    match tensor:
        case "activation":
            sentence = say("black-box.activation", place=error.place, step=error.step)
        case "gradient":
            sentence = say("black-box.gradient", place=error.place, step=error.step)
        case _:
            return Overflow("loss", "", error.step, say("black-box.loss", step=error.step))
    return Overflow(tensor, error.layer_id, error.step, sentence)


def told(values: Sequence[float]) -> tuple[float, ...]:
    """Return those of some values that tell how the first became the last."""
    kept = [values[0]]
    for value in values[1:-1]:
        before = kept[-1]
        if before == 0 or value == 0 or not 1 / GROWTH < abs(value / before) < GROWTH:
            kept.append(value)
    kept += values[1:][-1:]
    if len(kept) <= TOLD:
        return tuple(kept)
    return tuple(kept[round(i * (len(kept) - 1) / (TOLD - 1))] for i in range(TOLD))
