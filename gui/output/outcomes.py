"""What the network says about single examples, beside what is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot


@dataclass(frozen=True)
class Outcome:
    """One classified example.

    Attributes
    ----------
    row : int
        Its row in the data set.
    truth, predicted : int
        Numbers of its class and of the most probable one.
    probability : float
        Of ``predicted``, 0 to 1.
    held_back : bool
        Whether it is a validation example.
    """

    row: int
    truth: int
    predicted: int
    probability: float
    held_back: bool

    @property
    def is_right(self) -> bool:
        """Whether the network is right."""
        return self.truth == self.predicted


def class_probabilities(outputs: NDArray[Any]) -> NDArray[np.float64]:
    """Return float64[m, k] with k >= 2, also from a single output for class 1."""
    if outputs.shape[1] != 1:
        return np.asarray(outputs, np.float64)
    return np.concatenate((1.0 - outputs, outputs), axis=1)


def outcomes(
    dataset: Dataset, snapshot: Snapshot, *, wrong_first: bool = False
) -> Sequence[Outcome]:
    """Return the sample of a snapshot, in its order or the wrong ones first."""
    rows = snapshot.samples
    probabilities = class_probabilities(snapshot.sample_outputs)
    if not len(rows):
        return []
    predicted = np.argmax(np.nan_to_num(probabilities, nan=-1.0), axis=1)
    held_back = np.isin(rows, dataset.validation)
    result = [
        Outcome(int(row), int(dataset.labels[row]), int(chosen), float(shares[chosen]), bool(held))
        for row, chosen, shares, held in zip(rows, predicted, probabilities, held_back, strict=True)
    ]
    return sorted(result, key=lambda one: one.is_right) if wrong_first else result
