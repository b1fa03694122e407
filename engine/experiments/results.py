"""What a cell of a sweep has come to, as data that can be written, compared and shown."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from engine.experiments.paths import Value
from engine.messages import Message

End = Literal["done", "reached", "stopped", "diverged", "refused"]
Numbers = tuple[float | None, ...]
"""None stands for what was not measured, or is no finite number."""

_SAID, _WITH = "said", "with"


class Told(msgspec.Struct, frozen=True):
    """A message as it is kept in a file.

    Attributes
    ----------
    code : str
        What is said.
    values : dict
        What the words name; messages among them as ``{"said": code, "with": values}``.
    """

    code: str
    values: dict[str, Any]

    @classmethod
    def of(cls, message: Message) -> Told:
        """Return a message in the form of a file."""
        return cls(message.code, {name: _kept(value) for name, value in message.values.items()})

    @property
    def message(self) -> Message:
        """The message itself."""
        return Message(self.code, {name: _said(value) for name, value in self.values.items()})


def _kept(value: object) -> object:
    if isinstance(value, Message):
        return {_SAID: value.code, _WITH: {name: _kept(one) for name, one in value.values.items()}}
    if isinstance(value, tuple | list):
        return [_kept(one) for one in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _said(value: Any) -> object:
    if isinstance(value, dict) and set(value) == {_SAID, _WITH}:
        return Message(value[_SAID], {name: _said(one) for name, one in value[_WITH].items()})
    if isinstance(value, list):
        return tuple(_said(one) for one in value)
    return value


class Result(msgspec.Struct, frozen=True):
    """What a cell has come to. But for `seconds`, whoever computes it gets the same bytes.

    Attributes
    ----------
    key : str
        The cell's; see `engine.experiments.sweep.Sweep.key_at`.
    values : tuple[Value, ...]
        Its coordinates, axis by axis.
    seed : int
        Which of the seeds, from 0.
    end : str
        ``done``: it came to its last step or epoch; ``reached``: the epoch's loss came down to the
        goal; ``stopped``: another rule of the project ended it; ``diverged``: a number was no
        longer finite; ``refused``: it cannot be trained, `message` says why.
    step, epoch : int
        Where it ended.
    seconds : float
        How long it was trained, on whichever computer did it.
    loss, accuracy : float | None
        At the end, on training examples; the accuracy is R² for values. None where it diverged.
    validation_loss, validation_accuracy : float | None
        The same on validation examples.
    first_gradients : tuple[float | None, ...]
        Root mean square of dL/dW at step 1, of every layer that learns, first to last.
    largest_gradient : float | None
        The largest norm of all gradients together, over all steps.
    steps : tuple[int, ...]
        Where the points of the curves stand: closer together at the beginning.
    curve, validation_curve : tuple[float | None, ...]
        Mean loss since the point before, of the batches, and of the validation examples.
    epoch_losses : tuple[float | None, ...]
        Mean training loss of every epoch that came to its end; the first thousand.
    operations : int
        Multiply-adds of both passes for one example.
    message : Told | None
        Why it ended, where there is more to say than that it is done.
    """

    key: str
    values: tuple[Value, ...]
    seed: int
    end: End
    step: int = 0
    epoch: int = 0
    seconds: float = 0.0
    loss: float | None = None
    validation_loss: float | None = None
    accuracy: float | None = None
    validation_accuracy: float | None = None
    first_gradients: Numbers = ()
    largest_gradient: float | None = None
    steps: tuple[int, ...] = ()
    curve: Numbers = ()
    validation_curve: Numbers = ()
    epoch_losses: Numbers = ()
    operations: int = 0
    message: Told | None = None

    @property
    def content(self) -> bytes:
        """All of it but the seconds, in bytes that can be compared."""
        return msgspec.json.encode(replace(self, seconds=0.0))

    def same_as(self, other: Result) -> bool:
        """Say whether another computation of the cell has come to the same bytes."""
        return self.content == other.content

    def figure(self, measure: str) -> float | None:
        """Return one of `engine.experiments.sweep.MEASURES`; None where there is none.

        Steps, epochs and seconds say how long it took to get there; of a cell that diverged or was
        refused they say nothing.
        """
        if self.end in ("diverged", "refused"):
            return None
        value: float | None = getattr(self, measure)
        return value
