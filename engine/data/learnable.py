"""Whether there is anything to learn from, and numbers that stand for something do."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.errors import DataError


def check_examples(dataset: Dataset) -> None:
    """Raise DataError if there is nothing to learn from."""
    if not len(dataset.training):
        raise DataError("training.no-examples", place=dataset.title)


def check_codes(dataset: Dataset) -> None:
    """Raise DataError if what stands for tokens or characters does not."""
    _check_tokens(dataset)
    _check_texts(dataset)


def _check_tokens(dataset: Dataset) -> None:
    """Raise DataError if what stands for tokens does not."""
    if dataset.tokens is None or not dataset.inputs.size:
        return
    inputs = np.asarray(dataset.inputs)
    wrong = ~((inputs >= 0) & (inputs < dataset.vocabulary) & (inputs == np.floor(inputs)))
    if wrong.any():
        example, place = np.argwhere(wrong)[0]
        raise DataError("training.token", title=dataset.title, example=int(example) + 1,
                        token=int(place) + 1, value=float(inputs[example, place]),
                        largest=dataset.vocabulary - 1)


def _check_texts(dataset: Dataset) -> None:
    """Raise DataError if what stands for characters does not."""
    if dataset.task != "transcription":
        return
    wrong = dataset.labels >= dataset.n_outputs
    if wrong.any():
        example, place = np.argwhere(wrong)[0]
        raise DataError("training.character", title=dataset.title, example=int(example) + 1,
                        place=int(place) + 1, value=int(dataset.labels[example, place]),
                        largest=dataset.n_outputs - 1)
