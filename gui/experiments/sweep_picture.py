"""What a picture of a sweep is made of: its boards, its axes, and what theory says."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from engine.experiments.board import Board, Fate, Spot, Values
from engine.experiments.knobs import knob
from engine.experiments.sweep import Axis
from engine.experiments.theory_lines import TheoryLines
from gui.experiments.scales import LINEAR, NAMES, Scale, scale_of
from gui.experiments.tip import Tip

Describe = Callable[[Values], Tip]
"""Returns what there is to say of a setting, computed or not."""


@dataclass(frozen=True)
class AxisStyle:
    """How an axis is shown.

    Attributes
    ----------
    title : str
        What it turns.
    kind : str
        How its values stand: see `gui.experiments.scales.Scale`.
    """

    title: str
    kind: str = NAMES


def style_of(axis: Axis) -> AxisStyle:
    """Return how an axis is shown: as it is spaced, or else as its knob has it."""
    turned = knob(axis.knob)
    title = f"{turned.title}, {turned.unit}" if turned.unit else turned.title
    if axis.scale == NAMES:
        return AxisStyle(title, NAMES)
    numbers = sorted(float(value) for value in axis.values)
    gaps = [high - low for low, high in itertools.pairwise(numbers)]
    is_even = len(gaps) > 1 and max(gaps) - min(gaps) <= 1e-6 * max(gaps)
    return AxisStyle(title, LINEAR if is_even else axis.scale)


@dataclass(frozen=True)
class SweepPicture:
    """All that is drawn of a sweep.

    Attributes
    ----------
    boards : tuple[Board, ...]
        What was asked for first, then what was computed finer within parts of it.
    axes : tuple[AxisStyle, ...]
        How its axes are shown.
    theory : TheoryLines
        What is drawn over it.
    """

    boards: tuple[Board, ...]
    axes: tuple[AxisStyle, ...]
    theory: TheoryLines = field(default_factory=TheoryLines)

    @property
    def board(self) -> Board:
        """What was asked for first."""
        return self.boards[0]

    @cached_property
    def scales(self) -> tuple[tuple[Scale, ...], ...]:
        """The axes of every board."""
        return tuple(tuple(scale_of(style.title, style.kind, axis.values)
                           for style, axis in zip(self.axes, board.sweep.axes, strict=True))
                     for board in self.boards)

    @cached_property
    def ranking(self) -> Board:
        """All settings together, by which a ramp is spread: one colour means one figure."""
        if len(self.boards) == 1:
            return self.board
        spots = {values: spot for board in self.boards for values, spot in board.spots.items()}
        return Board(self.board.sweep, spots)

    def spot(self, values: Values) -> Spot | None:
        """Return what is known of a setting; None if nothing is."""
        return self.ranking.spots.get(values)

    def shade(self, spot: Spot) -> int:
        """Return the place of a setting on its ramp, 0 to 255."""
        share = self.ranking.shares[spot.values]
        if self.board.measure.larger_is_better and spot.fate is Fate.LEARNED:
            share = 1 - share
        return round(share * 255)
