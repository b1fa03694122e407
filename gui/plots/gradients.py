"""Gradients of every layer over steps and through time, and relative to the weights."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.telemetry.parts import NOTHING, Part, Wanted
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, SECOND, RunInfo, sides
from gui.plots.count import Count
from gui.plots.curves import LayerCurves
from gui.plots.feed import Seen
from gui.plots.ghost_curves import TIP, TITLE
from gui.plots.guide import GuideBand
from gui.plots.layer_view import LayerView
from gui.plots.legend import Legend, LegendEntry, SideEntry
from gui.plots.over_depth import OverDepth
from gui.plots.through_time import ThroughTime
from gui.plots.waterfall import Waterfall
from gui.plots.weight_layers import WeightLayers
from gui.plots.where_they_part import PartingLike, WhereTheyPart
from gui.widgets import Segmented, ViewCard

TITLES = {
    "lines": ("Gradient RMS by layer", "Gradients"),
    "depth": ("Gradient RMS over depth", "Gradients"),
    "waterfall": ("Gradient RMS by layer", "Gradients"),
    "update": ("Update ÷ weight by layer", "Updates"),
    "time": ("Gradient RMS through time", "Gradients"),
    "parting": ("Where they part", "Parting"),
}
"""Title of the card, and what is left of it where room is short."""
TOOLTIPS = {
    "lines": "RMS of dL/dW of every layer over the steps, on a logarithmic axis: geometric means, "
             "and the spread of the selected layer.",
    "depth": "RMS of dL/dW now, from the first layer to the last: level where gradients flow, "
             "falling to the left where they vanish. Shapes are the layers' verdicts.",
    "waterfall": "The whole run as a picture: a row per layer, colour is RMS of dL/dW.",
    "update": "std(Δw) / std(w) of every layer; about 0.001 learns well.",
    "time": "RMS of dL/dh of recurrent layers at every step of time, on the probe batch.",
    "parting": "Where A and B part: their relative difference, a row per layer and a column per "
               "step that both have kept.",
}
TABS = {"lines": "Lines", "depth": "Depth", "waterfall": "Waterfall", "update": "Δw/w",
        "time": "Through time", "parting": "Parting"}
SHORT_TABS = {**TABS, "time": "Time"}
"""Where a pair has more of them."""
SHOW_PAIRS = frozenset({"lines", "depth", "parting"})
"""Views that show both runs of a pair; the others show the one that is edited, and say which."""


class GradientPlot(ViewCard):
    """The gradient instrument over time. GUI thread only.

    Signals
    -------
    layer_selected(str)
        A person clicked on the curve or row of this layer.
    wanted_changed()
        Another view is seen, which draws something else of a snapshot.
    parting_requested()
        Where a pair parts is looked at, and may not be known to the newest step: answer with
        `set_parting`. It comes again with every frame that has more steps.
    """

    layer_selected = Signal(str)
    wanted_changed = Signal()
    parting_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._frame: Frame | None = None
        self._snapshot: Snapshot | None = None
        self._pair_run = ""
        self._has_time = False
        self._offered: list[tuple[str, str]] = []
        self._asked: object = None
        self._parting = WhereTheyPart()
        self._views: dict[str, LayerView] = {
            "lines": LayerCurves("gradient_rms", shows_pair=True),
            "depth": OverDepth(),
            "waterfall": Waterfall("gradient_rms"),
            "update": LayerCurves("update_ratio", is_log10=True),
            "time": ThroughTime(),
            "parting": self._parting,
        }
        self._last_run = LegendEntry(TITLE, "ghost", tooltip=TIP, has_value=False)
        self._last_run.hide()
        self._behind = Legend(self._last_run)
        self.add_header_widget(self._behind)
        self._sides = Legend(SideEntry(FIRST, "text", dashed=False, has_value=False),
                             SideEntry(SECOND, "text", dashed=True, has_value=False))
        # The ends of the curves say which they are, too.
        self._sides.set_may_vanish(True)
        self._sides.hide()
        self.add_header_widget(self._sides)
        self._guide = GuideBand(self._views["update"].canvas, "healthy: 1e-4 to 1e-2")
        self._tabs = Segmented((), "Gradient view")
        self._offer()
        self._tabs.selected.connect(self.show_view)
        self.add_header_widget(self._tabs)
        self._stack = QStackedWidget()
        for key, view in self._views.items():
            view.canvas.setAccessibleName(TOOLTIPS[key])
            view.layer_selected.connect(self.layer_selected)
            self._stack.addWidget(view)
        self.body.addWidget(self._stack, 1)
        self.set_title(*TITLES["lines"])

    def set_run(self, run: RunInfo) -> None:
        """Forget the runs before and make a curve for every layer with weights."""
        self._frame = self._snapshot = None
        layers = WeightLayers.of(run)
        beside = None if run.beside is None else WeightLayers.of(run.beside)
        self._pair_run = "" if beside is None else run.run
        # A pair has the most tabs, so that there is the least room.
        self._behind.set_may_vanish(beside is not None)
        self._asked = None
        self._parting.set_network(sides(run)[0].network)
        for view in self._views.values():
            view.set_layers(layers, beside)
        self._offer()
        self._show_title()
        self._show_legend()

    def set_parting(self, parting: PartingLike | None, progress: float = 1.0) -> None:
        """Show where a pair parts, as far as that is known.

        Parameters
        ----------
        parting : PartingLike | None
            The differences so far; None while nothing is known.
        progress : float
            How much of what is kept of both runs has been compared, 0 to 1.
        """
        self._parting.show_map(parting, progress)

    def show_frame(self, frame: Frame) -> None:
        """Draw the newest history in the view that is seen; while hidden, it is only kept."""
        self._frame = frame
        snapshot = frame.snapshot
        if snapshot is not None:
            self._has_time = Part.STEP_GRADIENTS in snapshot.available
            self._offer()
        if snapshot is not None and Part.STEP_GRADIENTS in snapshot.parts:
            self._snapshot = snapshot
        self.draw_when_seen()

    def wanted(self) -> Wanted:
        """Return what the view that is seen draws beside the history."""
        return frozenset({Part.STEP_GRADIENTS}) if self.view() == "time" else NOTHING

    def set_selected(self, layer_id: str) -> None:
        """Highlight a layer in every view; an unknown one highlights none."""
        for view in self._views.values():
            view.set_selected(layer_id)

    def table(self) -> Table:
        """Return the numbers behind the view that is seen."""
        # While nothing of it can be seen, it is not drawn either.
        self.draw()
        return self._views[self.view()].table()

    def pictured(self) -> tuple[QWidget, ...]:
        """Return the legends and the view that is seen."""
        return self._behind, self._sides, self._views[self.view()]

    def view(self) -> str:
        """Return the key of the view that is seen, one of `views`."""
        return self._tabs.current()

    def views(self) -> tuple[str, ...]:
        """Return the keys of the views that the network offers."""
        return self._tabs.options()

    def _offer(self) -> None:
        """Show the tabs; only recurrent layers have gradients through time, only pairs part."""
        offered = {"time": self._has_time, "parting": bool(self._pair_run)}
        keys = tuple(key for key in TABS if offered.get(key, True))
        titles = SHORT_TABS if self._pair_run else TABS
        offer = [(key, titles[key]) for key in keys]
        if offer == self._offered:
            return
        self._offered = offer
        before = self.view()
        self._tabs.set_options(offer)
        self._tabs.set_tooltips({key: TOOLTIPS[key] for key in keys})
        if before and self.view() != before:
            self.show_view(self.view())

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Show the view with this key."""
        self._tabs.set_current(key)
        self._show_legend()
        self._show_title()
        self._stack.setCurrentWidget(self._views[key])
        self.draw()
        self.wanted_changed.emit()

    def set_count(self, count: Count) -> None:
        """Count something else along the axis of the curves; the waterfall has a column a step."""
        for view in self._views.values():
            if isinstance(view, LayerCurves):
                view.set_count(count)
        self.draw()

    def _show_title(self) -> None:
        """Name the view, and the run that it shows where it shows one of a pair."""
        key = self.view()
        whose = f" · {self._pair_run}" if self._pair_run and key not in SHOW_PAIRS else ""
        whole, short = TITLES[key]
        self.set_title(whole + whose, short + whose)

    def _show_legend(self) -> None:
        ghost = None if self._frame is None else self._frame.ghost
        view = self._views[self.view()]
        self._last_run.setVisible(ghost is not None and isinstance(view, LayerCurves | OverDepth))
        self._sides.setVisible(bool(self._pair_run) and self.view() in ("lines", "depth"))

    def draw(self) -> None:
        """Draw the newest history."""
        self._show_legend()
        view = self._views[self.view()]
        frame = self._frame
        if frame is not None and (frame.history.length > 0 or not view.needs_steps):
            view.draw(Seen.of(frame, self._snapshot))
            self._ask(frame)

    def _ask(self, frame: Frame) -> None:
        """Ask where the pair parts when that is looked at and there are more steps."""
        beside = frame.beside
        if self.view() != "parting" or beside is None:
            return
        grown = (frame.history.length, beside.history.length)
        if grown != self._asked:
            self._asked = grown
            self._parting.await_map()
            self.parting_requested.emit()
