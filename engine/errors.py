"""The errors that the engine raises, each a sentence that a person can act on."""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """Something that a person asked for cannot be done.

    Parameters
    ----------
    place : str
        Where it happened, in the person's words: ``Layer 3 (Dense)``, ``iris.csv, line 12``.
    found : str
        What was found there.
    expected : str
        What would have been right.
    remedy : str
        What the person can do about it.
    """

    def __init__(self, place: str, found: str, expected: str = "", remedy: str = "") -> None:
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """Place, found, expected and remedy as one readable text."""
        text = f"{self.place}: {self.found}"
        if self.expected:
            text += f"; expected {self.expected}"
        text += "."
        if self.remedy:
            text += f" {self.remedy.rstrip('.')}."
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.place, self.found, self.expected, self.remedy)


class SpecError(EngineError):
    """A network or its training is described in a way that makes no sense."""


class ShapeError(SpecError):
    """Two neighbouring layers, or the network and its data, do not fit."""


class DataError(EngineError):
    """A data set cannot be read, or cannot be learned from."""


class FormatError(EngineError):
    """A project or weights file is not what it should be."""


class DivergedError(EngineError):
    """Training produced a number that is not finite.

    Attributes
    ----------
    layer_id : str
        The first layer, in the order of computation, that holds such a number; empty for the loss.
    step : int
        The step at which it happened. The weights are those before this step or, when that step's
        predecessor already pushed them out of range, the last ones that were all finite.
    """

    def __init__(self, place: str, found: str, expected: str = "", remedy: str = "",
                 layer_id: str = "", step: int = 0) -> None:
        super().__init__(place, found, expected, remedy)
        self.layer_id = layer_id
        self.step = step

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.place, self.found, self.expected, self.remedy, self.layer_id,
                            self.step)
