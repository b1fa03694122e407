"""The middle of the page: a sweep as map, lines or strands, what colours mean, what it shows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from engine.experiments.map_verdict import Verdict
from engine.telemetry.tables import Table
from gui.experiments.legend import SweepLegend
from gui.experiments.map_view import MapView
from gui.experiments.spread_view import SpreadView
from gui.experiments.strands_view import StrandsView
from gui.experiments.sweep_picture import Describe, SweepPicture
from gui.experiments.sweep_table import sweep_table
from gui.experiments.sweep_view import SweepView
from gui.experiments.verdict_line import VerdictLine
from gui.widgets import PictureCard, set_page

NOT_COMPUTED = "Nothing of this sweep has been computed yet. Press Compute first."
NOTHING = "Choose a map at the left, or make a sweep of your own with New."


class SweepCard(PictureCard):
    """A sweep. GUI thread only.

    Signals
    -------
    opened(tuple)
        The network of a setting is to be opened as B in the Lab.
    refine_requested(tuple, tuple)
        Within these values of both axes, the map is to be computed finer.
    """

    opened = Signal(object)
    refine_requested = Signal(object, object)
    nothing = NOT_COMPUTED
    of_project = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Map", parent)
        self.map, self.spread, self.strands = MapView(), SpreadView(), StrandsView()
        self._message = QLabel(NOTHING)
        self._message.setProperty("role", "muted")
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._message)
        for view in (self.map, self.spread, self.strands):
            self.stack.addWidget(view)
            view.opened.connect(self.opened)
        self.map.refine_requested.connect(self.refine_requested)
        self.legend, self.verdict = SweepLegend(), VerdictLine()
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self.legend)
        self.body.addWidget(self.verdict)
        self.legend.hide()
        set_page(self, "controls/experiments")

    def view(self) -> SweepView | None:
        """Return the picture that is seen; None while there is none."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, SweepView) else None

    def table(self) -> Table:
        """Return a row for every network that has been computed, with all that is known of it."""
        view = self.view()
        return ([], []) if view is None or view.picture is None else sweep_table(view.picture)

    def pictured(self) -> tuple[QWidget, ...]:
        """Return map, lines or strands, what their colours mean, and what they show."""
        return self.stack, self.legend, self.verdict

    def show_sweep(self, title: str, setting: str, picture: SweepPicture, describe: Describe
                   ) -> None:
        """Show a sweep in the picture that suits the number of its axes."""
        self.set_title(title)
        self.set_hint(setting)
        shown = {1: self.spread, 2: self.map}.get(len(picture.axes), self.strands)
        for view in (self.map, self.spread, self.strands):
            view.set_describe(describe)
            view.set_picture(picture if view is shown else None)
        self.stack.setCurrentWidget(shown)
        self.legend.set_picture(picture)
        self.legend.setVisible(shown is not self.spread)

    def show_verdict(self, verdict: Verdict) -> None:
        """Say what it shows so far."""
        self.verdict.show_verdict(verdict.tone, verdict.heading.text, verdict.sentence.text)
