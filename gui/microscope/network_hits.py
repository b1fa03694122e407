"""What lies under the pointer in a network's picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QPointF, QRectF


class Kind(Enum):
    """What can be pointed at, what lies on top of others first."""

    CELL = "cell"
    NEURON = "neuron"
    WEIGHT = "weight"
    MORE = "more"
    COLUMN = "column"


@dataclass(frozen=True)
class Hit:
    """Something that can be pointed at.

    Attributes
    ----------
    kind : Kind
        What it is.
    box : QRectF
        Where it is; of a weight, the box round its line.
    column : int
        In which column.
    unit : int
        Which unit; of a weight, that at its end.
    example : int
        Which example; -1 for the whole batch.
    statement : int
        Which statement has written its number; -1 where there is none yet.
    index : tuple[int, ...]
        Which of that one's numbers; for a neuron, the example comes from where one stands.
    begin : int
        Of a weight: the unit at its start. Of a line that says how many more: the unit to go to.
    ends : tuple[QPointF, QPointF] | None
        Of a weight: the ends of its line.
    cells : int
        Of a strip: how many examples stand beside one another in its box, ``example`` the first.
    grid : tuple[int, int]
        Of a sequence: steps beside and units below one another in its box.
    lines : tuple[int, ...]
        Of a sequence: the statement of every step, where each has its own.
    step : int
        Of a sequence's cell: the step of time.
    tip : callable
        Returns what is said of it; of a strip, of the cell that is pointed at.
    """

    kind: Kind
    box: QRectF
    column: int
    unit: int = -1
    example: int = -1
    statement: int = -1
    index: tuple[int, ...] = ()
    begin: int = -1
    ends: tuple[QPointF, QPointF] | None = None
    cells: int = 0
    grid: tuple[int, int] = (0, 0)
    lines: tuple[int, ...] = ()
    step: int = -1
    tip: Callable[[Hit], str] = str


REACH = 5.0
"""Px from a line within which it is pointed at."""


def hit_at(hits: Sequence[Hit], point: QPointF) -> Hit | None:
    """Return what lies under a point: the topmost, of lines the nearest."""
    for kind in Kind:
        found = [(distance(hit, point), -place, hit) for place, hit in enumerate(hits)
                 if hit.kind is kind]
        near = [one for one in found if one[0] <= (REACH if kind is Kind.WEIGHT else 0.0)]
        if near:
            return _cell(min(near, key=lambda one: one[:2])[2], point)
    return None


def _cell(hit: Hit, point: QPointF) -> Hit:
    """Return the cell of a strip at a point; all else as it is."""
    if hit.grid[0]:
        return _step(hit, point)
    if not hit.cells:
        return hit
    place = int((point.x() - hit.box.left()) / hit.box.width() * hit.cells)
    example = hit.example + min(max(place, 0), hit.cells - 1)
    return replace(hit, example=example, cells=0,
                   index=(example, *hit.index[1:]) if hit.index else ())


def _step(hit: Hit, point: QPointF) -> Hit:
    """Return the cell of a sequence at a point."""
    steps, units = hit.grid
    step = min(max(int((point.x() - hit.box.left()) / hit.box.width() * steps), 0), steps - 1)
    unit = min(max(int((point.y() - hit.box.top()) / hit.box.height() * units), 0), units - 1)
    if hit.lines:
        return replace(hit, unit=unit, statement=hit.lines[step], step=step,
                       index=(hit.example, unit), grid=(0, 0))
    return replace(hit, unit=unit, step=step, index=(hit.example, step, unit), grid=(0, 0))


def distance(hit: Hit, point: QPointF) -> float:
    """Return the px between a point and what can be pointed at; 0 within it."""
    if hit.ends is None:
        return 0.0 if hit.box.contains(point) else math.inf
    a, b = hit.ends
    along = QPointF(b - a)
    length = QPointF.dotProduct(along, along) or 1.0
    share = min(max(QPointF.dotProduct(point - a, along) / length, 0.0), 1.0)
    away = point - (a + along * share)
    return math.hypot(away.x(), away.y())
