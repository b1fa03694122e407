"""Texts with their answers and parts, wherever they come from, before they are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.data.importers.importer import LeftOut
from engine.data.remark import Remark
from engine.errors import DataError
from engine.spec import Task

Text = str | LeftOut
"""A text, or why it cannot be read."""

Part = Literal["", "training", "validation", "apart"]

PARTS: tuple[Part, ...] = ("", "training", "validation", "apart")
"""What a text is for: nobody says, to learn from, to validate on, or neither."""

_TRAINING = frozenset({"train", "training", "learn", "learning"})
_VALIDATION = frozenset({"val", "valid", "validation", "dev", "development"})
_TEST = frozenset({"test", "testing", "holdout", "eval", "evaluation"})


def parts_of(names: Sequence[str]) -> dict[str, Part]:
    """Return what parts of these names are for; empty if they are not names of parts.

    Parameters
    ----------
    names : sequence of str
        Different names. One has to be for training and one for validation or testing. Where there
        are both of the latter, the one for testing is kept apart: it is to be looked at once.
    """
    plain = {name: name.strip().casefold() for name in names}
    if not _TRAINING & set(plain.values()) or not set(plain.values()) <= (
            _TRAINING | _VALIDATION | _TEST) or len(names) < 2:
        return {}
    both = bool(_VALIDATION & set(plain.values())) and bool(_TEST & set(plain.values()))
    of_test: Part = "apart" if both else "validation"
    return {name: "training" if text in _TRAINING else of_test if text in _TEST else "validation"
            for name, text in plain.items()}


@dataclass(frozen=True, eq=False)
class Corpus:
    """Texts with their answers.

    Attributes
    ----------
    title, place : str
        What they come from, for people and for sentences.
    task : str
        ``classification`` or ``regression``.
    names : sequence of str
        Where each text comes from: a file or a row.
    open : callable
        Gives a context in which the texts of some places can be read, one after the other.
    labels, values : int64[n], float64[n, k]
        Classes, or numbers to predict.
    class_names : tuple[str, ...]
        Names of the classes.
    target : str
        What is to be learned is called so.
    parts : int8[n]
        What each is for: a place in `PARTS`.
    remarks : tuple[Remark, ...]
        What was assumed.
    left_out : tuple[LeftOut, ...]
        What is no text with a label.
    columns : tuple[str, ...]
        Columns of the table, if it is one.
    is_whole : bool
        Whether these are all texts, not a sample of them.
    """

    title: str
    place: str
    task: Task
    names: Sequence[str]
    open: Callable[[Indices], AbstractContextManager[Iterator[Text]]]
    labels: Indices
    values: Reals
    class_names: tuple[str, ...]
    target: str
    parts: NDArray[np.int8]
    remarks: tuple[Remark, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    columns: tuple[str, ...] = ()
    is_whole: bool = True

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, part: Part) -> Indices:
        """Return the texts that are for something."""
        return np.flatnonzero(self.parts == PARTS.index(part))


def check_classes(corpus: Corpus) -> None:
    """Raise DataError if there are not two classes to tell apart."""
    if corpus.task == "classification" and len(corpus.class_names) < 2:
        raise DataError("texts.one-class", place=corpus.place, names=corpus.class_names)
