"""The Experiments page: list, sweep and table side by side, and where all is computed below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gui import theme
from gui.experiments.experiment_list import ExperimentList
from gui.experiments.sweep_card import SweepCard
from gui.experiments.table_pane import TablePane
from gui.experiments.where_bar import WhereBar
from gui.widgets import MessageBar, set_page

LEFT = 214
"""Width in px, at 13 px text, of the list."""
SHARES = 56, 44
"""Of the rest, what the sweep and the table take at first."""


class ExperimentsPage(QWidget):
    """Composition of the page; what its parts show is decided elsewhere. GUI thread only.

    Attributes
    ----------
    list : ExperimentList
        What there is.
    sweep : SweepCard
        A sweep.
    table : TablePane
        A table of the article.
    where : WhereBar
        Where it runs.
    message : MessageBar
        What has to be said of all that.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = MessageBar()
        self.list, self.sweep, self.table = ExperimentList(), SweepCard(), TablePane()
        self.where = WhereBar()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        for part in (self.list, self.sweep, self.table):
            self.splitter.addWidget(part)
        for place, share in enumerate((0, *SHARES)):
            self.splitter.setStretchFactor(place, share)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.message)
        self._column.addWidget(self.splitter, 1)
        self._column.addWidget(self.where)
        set_page(self, "controls/experiments")
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        gap = theme.px(8)
        self._column.setSpacing(gap)
        self.splitter.setHandleWidth(gap)
        self.list.setMinimumWidth(theme.px(LEFT))
        # Of a room that there is not yet, so that only the ratio counts.
        self.splitter.setSizes([theme.px(LEFT), *(share * 100 for share in SHARES)])
