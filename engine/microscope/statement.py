"""A micro-step: one line of the step in words, mathematics and NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from engine.messages import Message, say
from engine.microscope.number import Opening

Shape = tuple[int, ...]


class Phase(Enum):
    """Parts of a step, in their order."""

    GATHER = "gather"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    CLIPPING = "measure"
    UPDATE = "update"

    @property
    def title(self) -> str:
        """What it is called."""
        titles = {
            Phase.GATHER: say("microscope.phase-gather"),
            Phase.FORWARD: say("microscope.phase-forward"),
            Phase.LOSS: say("microscope.phase-loss"),
            Phase.BACKWARD: say("microscope.phase-backward"),
            Phase.CLIPPING: say("microscope.phase-clipping"),
            Phase.UPDATE: say("microscope.phase-update"),
        }
        return titles[self].text


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one line computes.

    Attributes
    ----------
    name : str
        The variable that it writes, such as ``dW2``.
    code : str
        NumPy, one line or several: it reads variables that stand before it, helpers of
        `engine.microscope.preamble` and ``np``, and changes no array in place.
    words : Message
        What it does, for somebody who reads no formulae.
    formula : str
        The same in mathematics, as rich text.
    symbol : str
        Its result in mathematics, as rich text: ``∂L/∂W<sub>2</sub>``.
    phase : Phase
        The part of the step.
    layer : str
        Id of the layer; empty for what is done for all together.
    number : int
        The layer's number, the input layer's being 0; -1 for all together.
    op : str
        The op of the plan's line that it is made from.
    shape : tuple[int, ...]
        Shape of the result; the batch's axis comes first where it has one.
    per_example : bool
        Whether the first axis is the batch.
    of : str
        Of a whole gradient dL/d(variable): the variable, so that it can be checked numerically.
        Empty for all else, and for a part of a gradient to which others are added.
    place : int
        Where the engine keeps the same numbers in its arena; -1: nowhere.
    step : int
        The step of time of a recurrent layer's line, counted from 0 as in the code; -1: of none,
        or of all.
    opening : Opening | None
        Says what one number of the result is made of.
    mistakes : Mapping[str, str]
        By key: the code with a classic mistake in it; see `engine.microscope.mistakes`.
    """

    name: str
    code: str
    words: Message
    formula: str
    symbol: str
    phase: Phase
    layer: str = ""
    number: int = -1
    op: str = ""
    shape: Shape = ()
    per_example: bool = False
    of: str = ""
    place: int = -1
    step: int = -1
    opening: Opening | None = None
    mistakes: Mapping[str, str] = field(default_factory=dict)
