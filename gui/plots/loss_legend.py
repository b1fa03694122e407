"""What stands in the header of the loss plot: of one run, or of a pair."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QWidget

from gui.frames.run_info import FIRST, SECOND
from gui.plots.feed import LOSS, VALIDATION_LOSS
from gui.plots.ghost_curves import TIP, TITLE
from gui.plots.legend import Legend, LegendEntry, SideEntry
from gui.plots.loss_side import LossSide, loss_text

BATCH_TIP = ("Loss of the training batches: of one batch, or the mean of those that a point stands "
             "for; the band reaches from the smallest to the largest.")
VALIDATION_TIP = "Loss over the validation examples at the end of every epoch."
GHOST_TIP = f"{TIP} The dashed line is its validation loss."
EARLIER_TIP = "Thin grey lines: the training loss of earlier runs that are chosen in their list."
SEEDS_TIP = ("Training loss with {count} seeds, of both runs: every area reaches from the lowest "
             "to the highest of them.")


class LossLegend(Legend):
    """Strokes, names and newest values of the curves. GUI thread only.

    Attributes
    ----------
    single : dict[str, LegendEntry]
        What is shown of one run, by column.
    pair : dict[str, SideEntry]
        What is shown of a pair, by the key of the run.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.single = {
            LOSS: LegendEntry("train (batch)", "train", short="batch", tooltip=BATCH_TIP),
            VALIDATION_LOSS: LegendEntry("validation", "validation", tooltip=VALIDATION_TIP),
        }
        self.pair = {FIRST: SideEntry(FIRST, "train", dashed=False),
                     SECOND: SideEntry(SECOND, "train", dashed=True)}
        self.checked = LegendEntry("validation", "validation", short="val", has_value=False,
                                   tooltip=VALIDATION_TIP)
        self.seeds = LegendEntry("", "train", has_value=False, area=True)
        self.last_run = LegendEntry(TITLE, "ghost", tooltip=GHOST_TIP, has_value=False)
        self.earlier = LegendEntry("", "ghost", tooltip=EARLIER_TIP, has_value=False)
        # Hidden before they have a place: a row that is not in a card yet is a window to Qt, and
        # never becomes narrower than what it shows at first.
        for entry in (*self.pair.values(), self.checked, self.seeds, self.last_run, self.earlier):
            entry.hide()
        super().__init__(*self.single.values(), *self.pair.values(), self.checked, self.seeds,
                         self.last_run, self.earlier, parent=parent)

    def set_pair(self, is_pair: bool) -> None:
        """Tell of a pair or of one run."""
        for entry in self.single.values():
            entry.setVisible(not is_pair)
        for entry in (*self.pair.values(), self.checked):
            entry.setVisible(is_pair)

    def set_others(self, *, last_run: bool, earlier: int, seeds: int) -> None:
        """Tell whether the last run is drawn, how many earlier ones are, and how many seeds."""
        self.last_run.setVisible(last_run)
        self.earlier.set_name(f"{earlier} earlier")
        self.earlier.setVisible(earlier > 0)
        self.seeds.set_name(f"{seeds} seeds")
        self.seeds.setToolTip(SEEDS_TIP.format(count=seeds))
        self.seeds.setVisible(seeds > 0)

    def show_values(self, first: LossSide, second: LossSide, x: float | None = None) -> None:
        """Tell the newest losses, or those at a place along the axis.

        Parameters
        ----------
        first, second : LossSide
            The runs; of a second one that draws nothing, nothing is told.
        x : float | None
            Where somebody looks back to.
        """
        for column, entry in self.single.items():
            entry.set_value(_text(_told(first, column, x)))
        for side, (letter, entry) in zip((first, second), self.pair.items(), strict=True):
            batch, checked = (_text(_told(side, column, x)) for column in (LOSS, VALIDATION_LOSS))
            entry.set_value(batch)
            entry.setToolTip(f"Run {letter}: training loss (batch) {batch or 'unknown'}, "
                             f"validation loss {checked or 'unknown'}.")


def _told(side: LossSide, column: str, x: float | None) -> float:
    if x is None or not len(side.x):
        return side.last(column)
    return side.at(column, side.nearest(x))


def _text(value: float) -> str:
    return "" if math.isnan(value) else loss_text(value)
