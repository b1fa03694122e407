"""A view of the output twice, for A and for B side by side, and once for a single run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table, stacked
from gui import theme
from gui.frames.run_info import FIRST, SECOND
from gui.output.view import UNLIMITED, PairedView

GAP = 12
"""Px, at 13 px text, between the two."""


class PairPage(QWidget):
    """One view, or two of a kind. GUI thread only.

    The second is made for the first pair. Where there is no room for two that can be read, only
    that of the run is shown that is edited.

    Parameters
    ----------
    first : PairedView
        The view of A, and of a single run.
    make : callable
        Makes another one.

    Attributes
    ----------
    controls : tuple[QWidget, ...]
        What stands beside it; they are for both.

    Signals
    -------
    seen_changed()
        There is room for two, or no longer.
    """

    seen_changed = Signal()

    def __init__(self, first: PairedView, make: Callable[[], PairedView]) -> None:
        super().__init__()
        self._views: dict[str, PairedView] = {FIRST: first}
        self._make = make
        self._data: Mapping[str, Dataset] = {}
        self._edited = FIRST
        self._shown: dict[str, Snapshot] = {}
        self.controls = first.controls
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(first, 1)

    def show_datasets(self, data: Mapping[str, Dataset], edited: str) -> None:
        """Show the examples of one run, or of two, by their keys.

        Parameters
        ----------
        data : Mapping[str, Dataset]
            What each learns from.
        edited : str
            Key of the run that is edited.
        """
        self._data, self._edited = dict(data), edited
        self._shown.clear()
        if len(data) > 1 and SECOND not in self._views:
            second = self._views[SECOND] = self._make()
            second.follow(self._views[FIRST])
            for control in second.controls:
                # Those of the first are for both.
                control.setParent(second)
                control.hide()
            self._row.addWidget(second, 1)
        for key, view in self._views.items():
            view.set_letter(key if self.is_pair() else "")
        for key, dataset in data.items():
            self._view(key).set_dataset(dataset)
        self._fit()

    def is_pair(self) -> bool:
        """Say whether it shows two runs."""
        return len(self._data) > 1

    def show_snapshot(self, key: str, snapshot: Snapshot) -> None:
        """Show a snapshot of a run, which holds the part that the view draws."""
        if key in self._data and snapshot is not self._shown.get(key):
            self._shown[key] = snapshot
            self._view(key).show_snapshot(snapshot)

    def table(self) -> Table:
        """Return the numbers behind both views, also where there is room for one of them only."""
        keys = sorted(self._data) or [FIRST]
        return stacked([(key, self._view(key).table()) for key in keys])

    def width_for(self, height: int) -> int:
        """Return the most px that it can use of a height."""
        wide = self._views[FIRST].width_for(height)
        if not self.is_pair() or wide >= UNLIMITED:
            return wide
        return 2 * wide + theme.px(GAP)

    def height_for(self, width: int) -> int:
        """Return the most px of height that a pair can use at a width."""
        if not self.is_pair():
            return UNLIMITED
        count = len(self.seen())
        each = (width - (count - 1) * theme.px(GAP)) // count
        return self._views[FIRST].height_for(each)

    def seen(self) -> tuple[str, ...]:
        """Return the keys of the runs for which there is room."""
        two = sum(view.least_width() for view in self._views.values()) + theme.px(GAP)
        if not self.is_pair():
            return tuple(self._data)
        return (FIRST, SECOND) if self.width() >= two else (self._edited,)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show both runs, or the one for which there is room."""
        super().resizeEvent(event)
        self._fit()

    def _view(self, key: str) -> PairedView:
        return self._views[key if self.is_pair() else FIRST]

    def _fit(self) -> None:
        self._row.setSpacing(theme.px(GAP))
        shown = [self._view(key) for key in self.seen()] or [self._views[FIRST]]
        changed = [view.isHidden() for view in self._views.values()] != [
            view not in shown for view in self._views.values()]
        for view in self._views.values():
            view.setVisible(view in shown)
        if changed:
            self.seen_changed.emit()
