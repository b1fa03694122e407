"""Where the columns of the network's rows lie, and how high a row is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect

from gui import theme


@dataclass(frozen=True)
class Density:
    """How much room a row takes, in px at 13 px text.

    Attributes
    ----------
    name : str
        ``comfortable``, ``compact`` or ``mini``.
    height, most : int
        From one row to the next: the least, and what it grows to where there is room.
    gap : int
        Between two cards.
    bar : int
        Height of a gradient bar.
    lines : int
        Lines of text that fit a card.
    text : int
        Height of ordinary text.
    """

    name: str
    height: int
    most: int
    gap: int
    bar: int
    lines: int
    text: int


COMFORTABLE = Density("comfortable", 40, 48, 6, 11, 2, 13)
COMPACT = Density("compact", 30, 36, 4, 9, 1, 13)
MINI = Density("mini", 18, 26, 2, 6, 1, 11)
DENSITIES = (COMFORTABLE, COMPACT, MINI)
PAIR = Density("pair", 38, 50, 6, 10, 2, 13)
PAIR_COMPACT = Density("compact pair", 31, 37, 4, 7, 2, 11)
PAIR_MINI = Density("mini pair", 18, 25, 2, 6, 1, 11)
PAIR_DENSITIES = (PAIR, PAIR_COMPACT, PAIR_MINI)
"""A line for A above one for B; in the least, bars and shapes alone."""
NARROW = 480
"""Below this width in px, at 13 px text, columns stand closer together."""
SHORTEST_BAR = 96
"""Px that the gradient's column gets before all others are as small as they may be."""


def fitting_density(n_rows: int, height: int, densities: Sequence[Density] = DENSITIES
                    ) -> tuple[Density, int]:
    """Return the most comfortable density at which all rows are seen at once, and a row's px.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    height : int
        Px that there are. Where even the least density does not fit, that one is returned.
    densities : Sequence[Density]
        What there is to choose from, the most comfortable first.
    """
    room = height // max(n_rows, 1)
    density = next((d for d in densities if theme.px(d.height) <= room), densities[-1])
    return density, min(max(room, theme.px(density.height)), theme.px(density.most))


@dataclass(frozen=True)
class Columns:
    """Left end and width of every column, in px.

    Attributes
    ----------
    card, histogram, gradient, status, update : tuple[int, int]
        Left end and width.
    """

    card: tuple[int, int]
    histogram: tuple[int, int]
    gradient: tuple[int, int]
    status: tuple[int, int]
    update: tuple[int, int]

    def rect(self, name: str, row: QRect) -> QRect:
        """Return a column's part of a row."""
        left, width = getattr(self, name)
        return QRect(row.left() + left, row.top(), width, row.height())

    def name_at(self, x: int) -> str:
        """Return the column at ``x``: the last one that begins left of it."""
        names = ("update", "status", "gradient", "histogram")
        return next((name for name in names if x >= getattr(self, name)[0]), "card")

    @property
    def instruments(self) -> int:
        """Where the columns that move while training begin."""
        return self.histogram[0]


def columns_for(width: int, gutter: int = 0, *, pair: bool = False) -> Columns:
    """Return the columns for a row; the gradient takes what the others leave.

    Where that is less than a bar needs to be read, histogram and card give way.

    Parameters
    ----------
    width : int
        Px of the row.
    gutter : int
        Px at its left that stay free.
    pair : bool
        Whether the card says what A and B have, and the last column holds B/A.
    """
    px = theme.px
    width -= gutter
    narrow = width < px(NARROW)
    gap, status, update = px(8 if narrow else 12), px(76), px(36 if narrow else 40)
    card = min(max(round(width * 0.35), px(132)), px(220))
    if pair:
        gap, status, update = px(8), px(68), px(60)
        card = min(max(round(width * 0.4), px(132)), px(260))
    histogram = min(max(round(width * 0.13), px(52)), px(92))
    room = width - 3 * gap - status - px(6) - update
    missing = max(px(SHORTEST_BAR) - (room - card - histogram), 0)
    given = min(missing, histogram - px(46))
    histogram -= given
    card -= min(missing - given, card - px(120))
    update_left = width - update
    status_left = update_left - status - px(6)
    histogram_left = card + gap
    gradient_left = histogram_left + histogram + gap
    gradient = max(status_left - gap - gradient_left, px(40))
    return Columns((gutter, card), (gutter + histogram_left, histogram),
                   (gutter + gradient_left, gradient), (gutter + status_left, status),
                   (gutter + update_left, update))
