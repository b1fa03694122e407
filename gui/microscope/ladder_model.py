"""The chain rule's ladder as it is drawn: rungs, factors between them, which kills the gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.microscope.explanations.activations import FUNCTIONS
from engine.microscope.names import PRIME
from engine.microscope.through_time import recurrent_layers, through_time
from gui.microscope.lens import Lens
from gui.microscope.network_columns import Column

WEAK, KILLS = 0.5, 0.1
"""Factors below which the smallest is pointed out, and is said to kill the gradient by itself."""


@dataclass(frozen=True)
class Step:
    """A rung of the ladder.

    Attributes
    ----------
    name : str
        What stands below it: ``layer 3``.
    short : str
        The same where room is short: ``3``.
    size : float
        RMS of the derivative there.
    between : float
        RMS of what arrives, before the activation function's slope; NaN where there is none.
    weights, slope, factor : float
        Factors from the rung nearer the loss to this one; NaN for the last.
    words : str
        What the two are called, as rich text.
    statement : int
        Which statement has written it.
    depth : int
        The layer's number, or the step's counted from 1.
    gate : float
        Of a way beside weights and slope, through a gate alone: its factor; NaN where there is
        none.
    """

    name: str
    short: str
    size: float
    between: float
    weights: float
    slope: float
    factor: float
    words: tuple[str, str]
    statement: int
    depth: int
    gate: float = math.nan


@dataclass(frozen=True)
class Steps:
    """All rungs, the farthest from the loss first.

    Attributes
    ----------
    steps : tuple[Step, ...]
        The rungs.
    total : float
        What is left at the first of the last.
    weakest : int
        Place of the smallest factor, where it is small enough to be named; -1 for none.
    layer : int
        The recurrent layer whose steps these are; -1 for a ladder over layers.
    """

    steps: tuple[Step, ...]
    total: float
    weakest: int
    layer: int = -1

    @property
    def noun(self) -> str:
        """What the rungs are."""
        return "layer" if self.layer < 0 else "step"

    @property
    def is_killed(self) -> bool:
        """Whether that factor alone makes the gradient vanish."""
        return self.weakest >= 0 and self.steps[self.weakest].factor < KILLS


def over_layers(lens: Lens, columns: tuple[Column, ...]) -> Steps:
    """Return the ladder over the layers."""
    ladder, found = lens.ladder, []
    for place, rung in enumerate(ladder.rungs):
        has_slope = rung.inside != rung.arriving
        behind = ladder.rungs[place + 1].number if place + 1 < len(ladder.rungs) else -1
        found.append(Step(
            f"layer {rung.number}", str(rung.number), rung.inside,
            rung.arriving if has_slope else math.nan, ladder.weights(place),
            rung.derivative if has_slope else math.nan, ladder.factor(place),
            (_weights_symbol(lens, behind), _slope_symbol(lens, columns, rung.number)),
            rung.statement, rung.number))
    return Steps(tuple(found), ladder.total, _named(found, ladder.total))


def over_time(lens: Lens, number: int) -> Steps:
    """Return the ladder over the steps of time of a recurrent layer."""
    found, taken = [], through_time(lens.trace, number)
    passages = {passage.step: passage for passage in taken.passages}
    for moment in taken.moments:
        passage = passages.get(moment.step)
        step = moment.step + 1
        found.append(Step(
            f"step {step}", str(step), moment.state, math.nan,
            math.nan if passage is None else passage.weights,
            math.nan if passage is None else passage.slopes,
            math.nan if passage is None else passage.whole,
            (f"U<sub>{number}</sub>", "slopes"), moment.statement, step,
            math.nan if passage is None else passage.gate))
    return Steps(tuple(found), taken.total, _named(found, taken.total), number)


def _named(steps: Sequence[Step], total: float) -> int:
    """Return the place of the weakest factor; -1 where enough is left of the gradient."""
    return -1 if total >= WEAK else weakest(steps)


def weakest(steps: Sequence[Step]) -> int:
    """Return the place of the smallest factor; -1 where none of them is below a half."""
    known = [(step.factor, -place) for place, step in enumerate(steps)
             if not math.isnan(step.factor)]
    # Of those alike, the one nearer the loss: it comes first on the way back.
    factor, place = min(known, default=(math.inf, 1))
    return -place if factor < WEAK else -1


def _weights_symbol(lens: Lens, behind: int) -> str:
    names = {one.name for one in lens.trace.program.statements} | set(lens.trace.program.given)
    return f"W<sub>{behind}</sub>" if f"W{behind}" in names else f"layer {behind}"


def _slope_symbol(lens: Lens, columns: tuple[Column, ...], number: int) -> str:
    """Return what the derivative of a layer's activation function is called."""
    for one in lens.trace.program.statements:
        if one.name == f"dz{number}" and one.op.endswith("_backward"):
            if number in recurrent_layers(lens.trace):
                return "through time"
            function = FUNCTIONS.get(one.op.removesuffix("_backward"))
            if function is not None:
                return function.symbol + PRIME
    return f"{columns[number].title.split(' ')[0]}{PRIME}"
