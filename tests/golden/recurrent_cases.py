"""What the golden runs of recurrent networks are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 10
RATE = 0.2
CLASSES = 3
FEATURES = 3
SEQUENCE = 6
"""Steps of an example."""

MASK = ((1, 1, 1, 1, 1, 1), (1, 0, 0, 0, 0, 0), (1, 1, 1, 1, 0, 0), (1, 1, 0, 0, 0, 0),
        (1, 1, 1, 1, 1, 0))
"""Which steps of the examples of a masked case count."""


@dataclass(frozen=True)
class Recurrence:
    """A recurrent layer, or with the kind ``dense`` one that sees every step.

    Attributes
    ----------
    id, kind : str
        Its id; ``rnn``, ``lstm``, ``gru``, ``dense`` or ``global_average_pooling``.
    units : int
        Its width.
    activation : str
        Of a simple RNN or a dense layer.
    whole : bool
        Whether it gives every state.
    bias : bool
        Whether it has biases.
    """

    id: str
    kind: str
    units: int = 0
    activation: str = "tanh"
    whole: bool = False
    bias: bool = True


@dataclass(frozen=True)
class RecurrentCase:
    """A network behind a sequence, which ends in a dense layer for `CLASSES` classes."""

    name: str
    layers: tuple[Recurrence, ...]
    masked: bool = False
    examples: int = 5
    batch_size: int = 3

    @property
    def file(self) -> Path:
        """Where its runs are kept."""
        return FOLDER / f"recurrent_{self.name}.npz"


OUTPUT = Recurrence("output", "dense", CLASSES, "linear")


def _cases(name: str, kind: str, activation: str = "tanh") -> tuple[RecurrentCase, ...]:
    first = Recurrence("first", kind, 5, activation, whole=True)
    second = Recurrence("second", kind, 4, activation)
    plain = Recurrence("first", kind, 5, activation, whole=True, bias=False)
    return (
        RecurrentCase(f"{name}_last", (first, second, OUTPUT)),
        RecurrentCase(f"{name}_sequence", (
            plain, Recurrence("every", "dense", 4), Recurrence("mean", "global_average_pooling"),
            OUTPUT)),
        RecurrentCase(f"{name}_masked", (first, second, OUTPUT), masked=True, batch_size=5),
    )


RECURRENT_CASES = (*_cases("tanh", "rnn"), *_cases("relu", "rnn", "relu"),
                   *_cases("lstm", "lstm"), *_cases("gru", "gru"))

LONG = 100
"""Steps of the sequences through which gradients are followed."""

LONG_UNITS, LONG_EXAMPLES = 6, 5
LONG_FILE = FOLDER / "recurrent_through_time.npz"
LONG_KINDS = ("rnn", "lstm", "gru")

TRUNCATION = 4
"""Steps of a block in the truncated run over such a sequence."""
