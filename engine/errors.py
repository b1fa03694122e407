"""The errors that the engine raises, each a sentence that a person can act on."""

from __future__ import annotations

from typing import Self

from engine.messages import Message


class EngineError(Exception):
    """Something that a person asked for cannot be done.

    Parameters
    ----------
    code : str
        What is wrong, such as ``training.new-run``; `engine.messages` has the words.
    values : object
        What the words name: numbers, names, messages.

    Attributes
    ----------
    message : Message
        Code and values.
    """

    message: Message

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code)
        self.message = Message(code, values)

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return an error that says what a message says."""
        return cls(message.code, **message.values)

    def at(self, place: Message) -> Self:
        """Return an error that says the same of another place."""
        return self.of(self.message.changed(place=place))

    @property
    def sentence(self) -> str:
        """Place, found, expected and remedy as one readable text."""
        return self.message.text

    @property
    def place(self) -> str:
        """Where it happened, in the person's words: ``Layer 3 (Dense)``, ``iris.csv, line 12``."""
        return self.message.part("place")

    @property
    def found(self) -> str:
        """What was found there."""
        return self.message.part("found")

    @property
    def expected(self) -> str:
        """What would have been right; empty if that needs no saying."""
        return self.message.part("expected")

    @property
    def remedy(self) -> str:
        """What the person can do about it; empty if there is nothing."""
        return self.message.part("remedy")

    def __str__(self) -> str:
        return self.sentence


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

    def __init__(self, code: str, /, *, layer_id: str = "", step: int = 0,
                 **values: object) -> None:
        super().__init__(code, step=step, **values)
        self.layer_id = layer_id
        self.step = step
