"""The tables of the article that this project starts from, each beside what is measured here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from engine.messages import Message

if TYPE_CHECKING:
    from engine.experiments.results import Result
    from engine.experiments.sweep import Sweep


class Row(NamedTuple):
    """A row of a table: what the article prints, and what is measured.

    Attributes
    ----------
    label : Message
        What the row is for: ``0.01``, ``ReLU, depth 10``.
    article : str | None
        What the article prints; None where it has no such row.
    measured : tuple[float, ...]
        The figure of every seed that has come to its end, in the order of the seeds; infinite where
        a goal was not reached, NaN where numbers outgrew what the computer can hold.
    shown : Message
        Median and spread in words.
    is_article : bool
        Whether it is one of the article's own rows; ours are plain.
    beside : Message | None
        Further figures of the row in words, which the axis has no place for.
    """

    label: Message
    article: str | None
    measured: tuple[float, ...]
    shown: Message
    is_article: bool
    beside: Message | None = None


@dataclass(frozen=True)
class ArticleTable:
    """One table, as an experiment.

    Attributes
    ----------
    key : str
        What ``backprop-lab experiment`` calls it.
    title : Message
        Its name for people.
    claim : Message
        What the article says.
    setting : Message
        What is trained, on what, for how long.
    why : Message
        Why it was chosen so.
    left_out : Message
        What the table does not say, whatever is measured.
    sweeps : tuple[Sweep, ...]
        What is to be computed; `rows` looks for each result by its cell's key.
    axis_title : Message
        What the figures are, with their unit.
    scale : str
        ``log`` or ``linear``: how they are to be drawn.
    is_misconception : bool
        Whether it is one of the opinions that the article calls wrong.
    """

    key: str
    title: Message
    claim: Message
    setting: Message
    why: Message
    left_out: Message
    sweeps: tuple[Sweep, ...]
    axis_title: Message
    scale: Literal["log", "linear"]
    is_misconception: bool = False

    def rows(self, results: Iterable[Result]) -> tuple[Row, ...]:
        """Return the rows with what has been measured by now; `measured` may be empty."""
        raise NotImplementedError

    def verdict(self, results: Iterable[Result]) -> Message:
        """Return what holds and what does not, as far as it has been measured."""
        raise NotImplementedError


def tables() -> tuple[ArticleTable, ...]:
    """Return the tables in the article's order, then the misconceptions."""
    raise NotImplementedError
