"""The card with all views of the output."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import Snapshot
from gui import theme
from gui.frames.frame import Frame
from gui.frames.run_info import RunInfo
from gui.output.offers import OFFERS, Offer, offers_for
from gui.output.scores import ScorePanel
from gui.output.view import UNLIMITED
from gui.widgets import Segmented, ViewCard

LEAST_PICTURE_PX = 108


class OutputPanel(ViewCard):
    """What the network predicts, in the views that suit the data. GUI thread only.

    Signals
    -------
    wanted_changed()
        Another view is seen, which draws something else of a snapshot.
    """

    wanted_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Output", parent)
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self._has_run = False
        self._make_views()
        self._tabs = Segmented((), "Output view")
        self._tabs.selected.connect(self.show_view)
        self.add_header_widget(self._tabs)
        self._make_side()
        self._stack = QStackedWidget()
        for view in self._all:
            self._stack.addWidget(view)
        self._row = QHBoxLayout()
        self._row.addWidget(self._stack, 1)
        self._row.addWidget(self._side)
        self.body.addLayout(self._row, 1)
        theme.notifier().changed.connect(self._on_size_changed)
        self._on_size_changed()
        self._side.hide()

    def _make_views(self) -> None:
        made = {kind: kind() for kind in dict.fromkeys(offer.view for offer in OFFERS)}
        self._views = {offer.key: made[offer.view] for offer in OFFERS}
        self._parts = {offer.key: offer.part for offer in OFFERS}
        self._all = tuple(made.values())

    def _make_side(self) -> None:
        self._scores = ScorePanel()
        self._controls = [control for view in self._all for control in view.controls]
        self._side = QWidget()
        column = QVBoxLayout(self._side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scores)
        for control in self._controls:
            column.addWidget(control)
            control.hide()
        column.addStretch(1)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the examples before there is a run on them.

        Frames of the run before are passed over from now on, for they tell of other examples. The
        data set that is shown already changes nothing.
        """
        if dataset is self._dataset:
            return
        self._has_run = False
        self._show_dataset(dataset)

    def set_chance(self, loss: float) -> None:
        """Say what the loss is of guessing every class alike; NaN where there is no such number."""
        self._scores.set_chance(loss)

    def set_run(self, run: RunInfo) -> None:
        """Show the data of another run, without predictions yet."""
        self._has_run = True
        self._show_dataset(run.dataset)

    def show_frame(self, frame: Frame) -> None:
        """Show the frame's snapshot, if it has one; while hidden, it is only kept."""
        if frame.snapshot is None or self._dataset is None or not self._has_run:
            return
        self._snapshot = frame.snapshot
        for view in self._all:
            view.note(frame.snapshot)
        offers = offers_for(self._dataset, frame.snapshot)
        for offer in offers:
            if offer.key not in self.views():
                self._views[offer.key].set_dataset(self._dataset)
        self._set_tabs(offers)
        self.draw_when_seen()

    def wanted(self) -> Wanted:
        """Return the scores, and what the view that is seen draws."""
        drawn = {self._parts[self.view()]} if self.view() else set()
        return frozenset({Part.EVALUATION, *drawn})

    def set_selected(self, layer_id: str) -> None:
        """Show what there is of another layer; an unknown one has nothing."""
        for view in self._all:
            view.set_selected(layer_id)

    def _show_dataset(self, dataset: Dataset) -> None:
        # What the network offers beyond the data is known with its first snapshot. A reset brings
        # it back, so that its tabs stay until then.
        known = set(self.views()) if dataset is self._dataset else set()
        self._dataset, self._snapshot = dataset, None
        known.update(offer.key for offer in offers_for(dataset, None))
        offers = tuple(offer for offer in OFFERS if offer.key in known)
        for offer in offers:
            self._views[offer.key].set_dataset(dataset)
        self._scores.set_dataset(dataset)
        self._side.show()
        self._set_tabs(offers)
        self.show_view(self.view())

    def _set_tabs(self, offers: tuple[Offer, ...]) -> None:
        if tuple(offer.key for offer in offers) == self.views():
            return
        self._tabs.set_options([(offer.key, offer.title) for offer in offers])
        self._tabs.set_tooltips({offer.key: offer.tooltip for offer in offers})
        self.show_view(self.view())

    def view(self) -> str:
        """Return the key of the view that is seen; empty before the first run."""
        return self._tabs.current()

    def views(self) -> tuple[str, ...]:
        """Return the keys of the views that the data offer."""
        return self._tabs.options()

    def scores(self) -> dict[str, str]:
        """Return every score as it is shown, by its name."""
        return self._scores.texts()

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Show the view with this key, one of `views`."""
        self._tabs.set_current(key)
        self._stack.setCurrentWidget(self._views[key])
        for control in self._controls:
            control.setVisible(control in self._views[key].controls)
        self._on_size_changed()
        self.draw_when_seen()
        self.wanted_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scores beside the square picture."""
        super().resizeEvent(event)
        self._on_size_changed()

    def draw(self) -> None:
        """Draw what the newest snapshot holds; the rest stays as it was seen last in this run."""
        snapshot = self._snapshot
        if snapshot is not None and self._parts[self.view()] in snapshot.parts:
            self._views[self.view()].show_snapshot(snapshot)
        if snapshot is not None and Part.EVALUATION in snapshot.parts:
            self._scores.show_snapshot(snapshot)

    @Slot()
    def _on_size_changed(self) -> None:
        self._row.setSpacing(theme.px(12))
        # The scores beside it are never cut; it is the picture that gives way.
        self._stack.setMinimumWidth(theme.px(LEAST_PICTURE_PX))
        room = UNLIMITED
        if self.view() and self.isVisible():
            room = self._views[self.view()].width_for(self._stack.height())
        self._stack.setMaximumWidth(room)
        self._row.setStretchFactor(self._side, 1 if room < UNLIMITED else 0)
