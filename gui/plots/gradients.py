"""Instruments of every layer: gradients over steps and depth, updates, activations and more."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.diagnosis.rules import DEFAULTS, Thresholds
from engine.telemetry.parts import NOTHING, Part, Wanted
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, SECOND, RunInfo, sides
from gui.frames.theory import Theory
from gui.plots.count import Count
from gui.plots.feed import Seen
from gui.plots.ghost_curves import TIP, TITLE
from gui.plots.guide import GuideBand
from gui.plots.instruments import MORE, SHORT_TABS, SHOW_PAIRS, TABS
from gui.plots.layer_view import LayerView
from gui.plots.legend import Legend, LegendEntry, SideEntry
from gui.plots.look_curves import LookCurves
from gui.plots.more_button import MoreButton
from gui.plots.over_depth import OverDepth
from gui.plots.stillness import FrozenMark, Stillness
from gui.plots.theory_line import TheoryEntry
from gui.plots.weight_layers import WeightLayers
from gui.plots.where_they_part import PartingLike, WhereTheyPart
from gui.widgets import Segmented, ViewCard, set_page


class GradientPlot(ViewCard):
    """The gradient instrument over time, and the other instruments of layers. GUI thread only.

    Signals
    -------
    layer_selected(str)
        A person clicked on the curve or row of this layer.
    wanted_changed()
        Another view is seen, which draws something else of a snapshot.
    parting_requested()
        Where a pair parts is looked at, and may not be known to the newest step: answer with
        `set_parting`. It comes again with every frame that has more steps.
    instrument_chosen(str)
        A person has chosen this instrument from the menu, or another tab (an empty key).
    frozen(bool)
        A person wants plots to stand still, or to follow the run again.
    """

    layer_selected = Signal(str)
    wanted_changed = Signal()
    parting_requested = Signal()
    instrument_chosen = Signal(str)
    frozen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._still = Stillness()
        self._snapshots: dict[Part, Snapshot] = {}
        self._pair_run = ""
        self._has_time = False
        self._offered: list[tuple[str, str]] = []
        self._asked: object = None
        self._view = "lines"
        self._instruments = {**TABS, **MORE}
        self._selected, self._count, self._thresholds = "", Count.STEPS, DEFAULTS
        self._layers = self._every = WeightLayers()
        self._beside: WeightLayers | None = None
        self._stack = QStackedWidget()
        self._views: dict[str, LayerView] = {}
        for key in TABS:
            self._make(key)
        parting = self._views["parting"]
        assert isinstance(parting, WhereTheyPart)
        self._parting = parting
        depth = self._views["depth"]
        assert isinstance(depth, OverDepth)
        self._depth, self._has_theory = depth, False
        self._guide = GuideBand(self._views["update"].canvas)
        self._make_header()
        self.body.addWidget(self._stack, 1)
        self._mark = FrozenMark(self._stack)
        self._mark.clicked.connect(self._on_mark_clicked)
        self._show_title()

    def _make(self, key: str) -> None:
        """Make a view; those in the menu are made when they are first seen."""
        one = self._instruments[key]
        view = self._views[key] = one.make()
        view.canvas.setAccessibleName(one.tooltip)
        view.layer_selected.connect(self.layer_selected)
        view.canvas.zoomed.connect(self.draw)
        self._stack.addWidget(view)
        set_page(view, one.page)
        self._let_begin(view)
        view.set_selected(self._selected)
        view.set_count(self._count)
        if isinstance(view, LookCurves):
            view.set_thresholds(self._thresholds)

    def _let_begin(self, view: LayerView) -> None:
        """Let a view show the layers of the present run."""
        layers = self._every if view.shows_every_layer else self._layers
        view.set_layers(layers, self._beside)

    def _make_header(self) -> None:
        self._last_run = LegendEntry(TITLE, "ghost", tooltip=TIP, has_value=False)
        self._theory = TheoryEntry()
        for entry in (self._last_run, self._theory):
            entry.hide()
        self._behind, self._expected = Legend(self._last_run), Legend(self._theory)
        # Dots beside a line say what they are, too.
        self._expected.set_may_vanish(True)
        for legend in (self._expected, self._behind):
            self.add_header_widget(legend)
        self._sides = Legend(SideEntry(FIRST, "text", dashed=False, has_value=False),
                             SideEntry(SECOND, "text", dashed=True, has_value=False))
        # The ends of the curves say which they are, too.
        self._sides.set_may_vanish(True)
        self._sides.hide()
        self.add_header_widget(self._sides)
        self._tabs = Segmented((), "Gradient view")
        self._more = MoreButton({key: one.tab for key, one in MORE.items()},
                                {key: one.tooltip for key, one in MORE.items()})
        self._offer()
        self._tabs.selected.connect(self._on_tabs_selected)
        self._more.chosen.connect(self._on_more_chosen)
        self._more.freeze_requested.connect(self._on_more_freeze_requested)
        for part in (self._tabs, self._more):
            self.add_header_widget(part)

    def set_run(self, run: RunInfo) -> None:
        """Forget the runs before and make a curve for every layer with weights."""
        self._still.take(None)
        self._snapshots = {}
        self._layers, self._every = WeightLayers.of(run), WeightLayers.every(run)
        beside = self._beside = None if run.beside is None else WeightLayers.of(run.beside)
        self._pair_run = "" if beside is None else run.run
        # A pair has the most tabs, so that there is the least room.
        self._behind.set_may_vanish(beside is not None)
        self._asked = None
        self._parting.set_network(sides(run)[0].network)
        for view in self._views.values():
            self._let_begin(view)
        self._offer()
        self._show_title()
        self._show_legend()
        self._show_frozen()

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

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Show other limits of the doctor's."""
        if thresholds == self._thresholds:
            return
        self._thresholds = thresholds
        self._guide.set_thresholds(thresholds)
        for view in self._views.values():
            if isinstance(view, LookCurves):
                view.set_thresholds(thresholds)

    def set_theory(self, theories: Mapping[str, Theory]) -> None:
        """Show what theory expects over depth, by the keys of the runs; of none, show nothing."""
        self._depth.set_theory(theories)
        self._has_theory = bool(theories)
        self.draw_when_seen()

    def show_frame(self, frame: Frame) -> None:
        """Draw the newest history in the view that is seen; while hidden, it is only kept."""
        self._still.take(frame)
        snapshot = frame.snapshot
        if snapshot is not None:
            self._has_time = Part.STEP_GRADIENTS in snapshot.available
            self._offer()
        if snapshot is not None and not self._still.is_frozen:
            self._snapshots |= dict.fromkeys(snapshot.parts, snapshot)
        if not self._still.is_frozen:
            self.draw_when_seen()

    @Slot(bool)
    def set_frozen(self, frozen: bool) -> None:
        """Let the plots stand still while the run goes on, or follow it again."""
        self._still.set_frozen(frozen)
        self._show_frozen()
        self.draw_when_seen()
        self.wanted_changed.emit()

    def is_frozen(self) -> bool:
        """Return whether the plots stand still."""
        return self._still.is_frozen

    def wanted(self) -> Wanted:
        """Return what the view that is seen draws beside the history; nothing while it is still."""
        return NOTHING if self._still.is_frozen else self._views[self._view].wanted

    def set_selected(self, layer_id: str) -> None:
        """Highlight a layer in every view; an unknown one highlights none."""
        self._selected = layer_id
        for view in self._views.values():
            view.set_selected(layer_id)

    def table(self) -> Table:
        """Return the numbers behind the view that is seen."""
        # While nothing of it can be seen, it is not drawn either.
        self.draw()
        return self._views[self.view()].table()

    def pictured(self) -> tuple[QWidget, ...]:
        """Return the legends and the view that is seen."""
        return self._expected, self._behind, self._sides, self._views[self.view()]

    @property
    def picture(self) -> QWidget:
        """What of it takes long to be painted."""
        return self._stack

    def view(self) -> str:
        """Return the key of the view that is seen, one of `views` or `instruments`."""
        return self._view

    def views(self) -> tuple[str, ...]:
        """Return the keys of the views with tabs that the network offers."""
        return self._tabs.options()

    def instruments(self) -> tuple[str, ...]:
        """Return the keys of the views in the menu."""
        return self._more.keys()

    def _offer(self) -> None:
        """Show the tabs; only recurrent layers have gradients through time, only pairs part."""
        offered = {"time": self._has_time, "parting": bool(self._pair_run)}
        short = SHORT_TABS if self._pair_run else {}
        offer = [(key, short.get(key, one.tab)) for key, one in TABS.items()
                 if offered.get(key, True)]
        if offer == self._offered:
            return
        self._offered = offer
        for part in (self._tabs, self._more):
            part.setProperty("tone", "narrow" if self._pair_run else "")
        self._tabs.set_options(offer)
        self._more.style().unpolish(self._more)
        self._more.style().polish(self._more)
        self._tabs.set_tooltips({key: TABS[key].tooltip for key, _ in offer})
        if self._view in TABS and self._view not in self._tabs.options():
            self.show_view(self._tabs.current())
        else:
            self._show_chosen()

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Show the view with this key; one that there is not changes nothing."""
        if key not in (*self.views(), *self.instruments()):
            return
        if key not in self._views:
            self._make(key)
        self._view = key
        self._show_chosen()
        self._show_legend()
        self._show_title()
        self._stack.setCurrentWidget(self._views[key])
        self._show_frozen()
        self.draw()
        self.wanted_changed.emit()

    def set_count(self, count: Count) -> None:
        """Count something else along the axis of the curves; the waterfall has a column a step."""
        self._count = count
        for view in self._views.values():
            view.set_count(count)
        self.draw()

    def _show_chosen(self) -> None:
        if self._view in self._tabs.options():
            self._tabs.set_current(self._view)
        else:
            self._tabs.choose_none()
        self._more.show_current(self._view)

    def _show_title(self) -> None:
        """Name the view, and the run that it shows where it shows one of a pair."""
        key = self.view()
        whose = f" · {self._pair_run}" if self._pair_run and key not in SHOW_PAIRS else ""
        one = self._instruments[key]
        self.set_title(one.title + whose, one.short + whose)

    def _show_legend(self) -> None:
        frame = self._still.frame
        ghost = None if frame is None else frame.ghost
        view = self._views[self._view]
        self._last_run.setVisible(ghost is not None and view.shows_last_run)
        self._theory.setVisible(self._has_theory and view is self._depth)
        self._sides.setVisible(bool(self._pair_run) and self._view in ("lines", "depth"))

    def _show_frozen(self) -> None:
        frame = self._still.frame if self._still.is_frozen else None
        self._mark.show_step(None if frame is None else frame.step)
        self._more.freeze.setChecked(self._still.is_frozen)

    def draw(self) -> None:
        """Draw the newest history, or that at which the plots were frozen."""
        self._show_legend()
        view, frame = self._views[self._view], self._still.frame
        if frame is not None and (frame.history.length > 0 or not view.needs_steps):
            part = next(iter(view.wanted), None)
            view.draw(Seen.of(frame, None if part is None else self._snapshots.get(part)))
            self._ask(frame)

    def _ask(self, frame: Frame) -> None:
        """Ask where the pair parts when that is looked at and there are more steps."""
        beside = frame.beside
        if self._view != "parting" or beside is None:
            return
        grown = (frame.history.length, beside.history.length)
        if grown != self._asked:
            self._asked = grown
            self._parting.await_map()
            self.parting_requested.emit()

    @Slot(str)
    def _on_tabs_selected(self, key: str) -> None:
        self.show_view(key)
        self.instrument_chosen.emit("")

    @Slot(str)
    def _on_more_chosen(self, key: str) -> None:
        self.show_view(key)
        self.instrument_chosen.emit(key)

    @Slot(bool)
    def _on_more_freeze_requested(self, frozen: bool) -> None:
        self.set_frozen(frozen)
        self.frozen.emit(self._still.is_frozen)

    @Slot()
    def _on_mark_clicked(self) -> None:
        self.set_frozen(False)
        self.frozen.emit(False)

