"""An experiment's file: what is computed, rows with what the article prints, how it is judged."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec

from engine.experiments.article.counts import Above, Growth, Ratios, SameGradients, Starts
from engine.experiments.article.measures import MEASURES
from engine.experiments.article.orders import Beside, Best, Order
from engine.experiments.sweep import Sweep

Value = float | int | str | bool
Judge = Order | Best | Beside | Ratios | Growth | Above | Starts | SameGradients
"""What a verdict can be put together of."""

Seen = tuple[Value, ...]
"""One value of every axis of a sweep."""


class RowFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table.

    Attributes
    ----------
    label : str
        What people read: ``rate 0.01``.
    key : str
        What judges call it; empty if none does.
    article : str | None
        What the article prints; None where it has no such row.
    sweep : str
        Name of the sweep; empty takes the first.
    values : tuple[tuple[Value, ...], ...]
        Where in the sweep: one value of every axis. Of several such places, the one with the best
        median is taken.
    at : int
        What the measure is asked about, such as an epoch.
    group : str
        Which rows it belongs with.
    rank : float | None
        Its place in the article's order, from least to most.
    counted : float | None
        What the row stands for as a number.
    """

    label: str
    key: str = ""
    article: str | None = None
    sweep: str = ""
    values: tuple[Seen, ...] = ((),)
    at: int = 0
    group: str = ""
    rank: float | None = None
    counted: float | None = None

    @property
    def printed(self) -> float:
        """The figure that the article prints; NaN for words, and where it has none."""
        try:
            return float(self.article or "")
        except ValueError:
            return math.nan


class TableFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the article, as an experiment.

    Attributes
    ----------
    title : str
        Its name for people.
    claim : str
        What the article says.
    setting : str
        What is trained, on what, for how long.
    why : str
        Why it was chosen so.
    left_out : str
        What the table does not say, whatever is measured.
    measure : str
        One of `engine.experiments.article.measures.MEASURES`.
    scale : str
        How the figures are to be drawn.
    beside : tuple[str, ...]
        Further measures, shown in words.
    is_misconception : bool
        Whether it is one of the opinions that the article calls wrong.
    sweeps : tuple[Sweep, ...]
        What is computed.
    rows : tuple[RowFile, ...]
        The article's rows and ours.
    judges : tuple[Judge, ...]
        What the verdict is put together of.
    """

    title: str
    claim: str
    setting: str
    why: str
    left_out: str
    measure: str
    sweeps: Annotated[tuple[Sweep, ...], msgspec.Meta(min_length=1)]
    rows: Annotated[tuple[RowFile, ...], msgspec.Meta(min_length=1)]
    judges: Annotated[tuple[Judge, ...], msgspec.Meta(min_length=1)]
    scale: Literal["log", "linear"] = "linear"
    beside: tuple[str, ...] = ()
    is_misconception: bool = False

    def __post_init__(self) -> None:
        unknown = {self.measure, *self.beside} - set(MEASURES)
        if unknown:
            raise ValueError(f"no measure is called {', '.join(sorted(unknown))}")
        names = {sweep.name: sweep for sweep in self.sweeps}
        if len(names) < len(self.sweeps):
            raise ValueError("two sweeps have the same name")
        for row in self.rows:
            if row.sweep and row.sweep not in names:
                raise ValueError(f"row {row.label} names no sweep")
            _check_places(row, names.get(row.sweep, self.sweeps[0]))


def _check_places(row: RowFile, sweep: Sweep) -> None:
    """Raise ValueError where a row asks for a place that its sweep does not compute."""
    for place in row.values:
        if len(place) != len(sweep.axes) or any(
                value not in axis.values for value, axis in zip(place, sweep.axes, strict=True)):
            raise ValueError(f"row {row.label} names a place that sweep {sweep.name} has not")
