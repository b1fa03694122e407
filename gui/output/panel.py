"""The card with all views of the output."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.frames.frame import Frame
from gui.frames.frame import sides as sides_of_frame
from gui.frames.run_info import FIRST, RunInfo
from gui.frames.run_info import sides as sides_of_info
from gui.output.offers import OFFERS, Offer, offers_for
from gui.output.pad import PadView
from gui.output.pair_page import PairPage
from gui.output.pair_scores import PairScores
from gui.output.scores import ScorePanel
from gui.output.view import UNLIMITED, PairedView
from gui.widgets import Segmented, ViewCard

LEAST_PICTURE_PX = 108
PAIR_SHARE = 100
"""Of the width that is over, for each that the scores of a pair get."""


class OutputPanel(ViewCard):
    """What the network predicts, in the views that suit the data. GUI thread only.

    Attributes
    ----------
    pad : PadView
        The view that asks the network itself, and that drawings come from.

    Signals
    -------
    wanted_changed()
        Another view is seen, which draws something else of a snapshot.
    """

    wanted_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Output", parent)
        self._edited = FIRST
        self._data: dict[str, Dataset] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._chance = math.nan
        self._has_run = self._has_controls_below = False
        self._make_views()
        self._tabs = Segmented((), "Output view")
        self._tabs.selected.connect(self.show_view)
        self.add_header_widget(self._tabs)
        self._make_side()
        self._stack = QStackedWidget()
        for page in dict.fromkeys(self._pages.values()):
            self._stack.addWidget(page)
            if isinstance(page, PairPage):
                page.seen_changed.connect(self._show_whose)
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self._stack, 1)
        self._left.installEventFilter(self)
        self._below = QWidget()
        self._below.hide()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.addStretch(1)
        left.addWidget(self._below)
        left.addStretch(0)
        self._row = QHBoxLayout()
        self._row.addWidget(self._left, 1)
        self._row.addWidget(self._side)
        self.body.addLayout(self._row, 1)
        theme.notifier().changed.connect(self._on_size_changed)
        self._on_size_changed()
        self._side.hide()

    def _make_views(self) -> None:
        self.pad = PadView()
        made = {kind: self.pad if kind is PadView else kind()
                for kind in dict.fromkeys(offer.view for offer in OFFERS)}
        self._views = {offer.key: made[offer.view] for offer in OFFERS}
        self._parts = {offer.key: offer.part for offer in OFFERS}
        self._all = tuple(made.values())
        pages: dict[QWidget, QWidget] = {
            view: PairPage(view, type(view)) if isinstance(view, PairedView) else view
            for view in self._all}
        self._pages = {key: pages[view] for key, view in self._views.items()}

    def _make_side(self) -> None:
        self._scores = ScorePanel()
        self._pair_scores: PairScores | None = None
        self._controls = [control for view in self._all for control in view.controls]
        self._side = QWidget()
        self._column = QVBoxLayout(self._side)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._scores)
        for control in self._controls:
            self._column.addWidget(control)
            control.hide()
        self._column.addStretch(1)

    @property
    def _dataset(self) -> Dataset | None:
        """The examples of the run that is edited."""
        return self._data.get(self._edited)

    def is_pair(self) -> bool:
        """Say whether it shows two runs."""
        return len(self._data) > 1

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the examples before there is a run on them.

        Frames of the run before are passed over from now on, for they tell of other examples. The
        data set that is shown already changes nothing.
        """
        if dataset is self._dataset:
            return
        self._has_run = False
        self._show_datasets({**self._data, self._edited: dataset})

    def set_chance(self, loss: float) -> None:
        """Say what the loss is of guessing every class alike; NaN where there is no such number."""
        self._chance = loss
        self._scores.set_chance(loss)
        if self._pair_scores is not None and self._dataset is not None:
            self._pair_scores.set_chance(self._edited, loss, len(self._dataset.class_names))

    def set_run(self, run: RunInfo) -> None:
        """Show the data of another run, or of a pair, without predictions yet."""
        self._has_run = True
        self._edited = run.run
        found = {info.run: info.dataset for info in sides_of_info(run) if info is not None}
        self._show_datasets(found)

    def show_frame(self, frame: Frame) -> None:
        """Show the frame's snapshots, if it has any; while hidden, they are only kept."""
        if self._dataset is None or not self._has_run:
            return
        both = [one for one in sides_of_frame(frame) if one is not None and one.run in self._data]
        news = [one for one in both if one.snapshot is not None]
        for one in news:
            assert one.snapshot is not None
            self._snapshots[one.run] = one.snapshot
        if frame.snapshot is not None:
            self._note(frame.snapshot, self._dataset)
        if news:
            self.draw_when_seen()

    def _note(self, snapshot: Snapshot, dataset: Dataset) -> None:
        """Take note of a snapshot of the run that is edited, and of what it offers."""
        for view in self._all:
            view.note(snapshot)
        offers = offers_for(dataset, snapshot)
        for offer in offers:
            if offer.key not in self.views():
                self._show_data_in(offer)
        self._set_tabs(offers)

    def wanted(self) -> Wanted:
        """Return the scores, and what the view that is seen draws."""
        drawn = {self._parts[self.view()]} if self.view() else set()
        return frozenset({Part.EVALUATION, *drawn})

    def table(self) -> Table:
        """Return the numbers behind the view that is seen, of both runs of a pair."""
        if not self.view():
            return [], []
        # While nothing of it can be seen, it is not drawn either.
        self.draw()
        page = self._pages[self.view()]
        return page.table() if isinstance(page, PairPage) else self._views[self.view()].table()

    def pictured(self) -> tuple[QWidget, ...]:
        """Return the view that is seen, and the scores beside it."""
        scores = () if self._pair_scores is None else (self._pair_scores,)
        return self._stack, self._scores, *scores

    def set_selected(self, layer_id: str) -> None:
        """Show what there is of another layer; an unknown one has nothing."""
        for view in self._all:
            view.set_selected(layer_id)

    def _show_datasets(self, data: dict[str, Dataset]) -> None:
        # What the network offers beyond the data is known with its first snapshot. A reset brings
        # it back, so that its tabs stay until then.
        known = set(self.views()) if data[self._edited] is self._dataset else set()
        self._data = data
        self._snapshots.clear()
        known.update(offer.key for offer in offers_for(data[self._edited], None))
        offers = tuple(offer for offer in OFFERS if offer.key in known)
        for offer in offers:
            self._show_data_in(offer)
        self._show_sides()
        self._scores.set_dataset(data[self._edited])
        self._side.show()
        self._set_tabs(offers)
        self.show_view(self.view())

    def _show_data_in(self, offer: Offer) -> None:
        """Show the examples in a view; of a pair, those of both where both can be shown in it."""
        page = self._pages[offer.key]
        if isinstance(page, PairPage):
            page.show_datasets({key: dataset for key, dataset in self._data.items()
                                if key == self._edited or offer.suits(dataset, None)},
                               self._edited)
        else:
            self._views[offer.key].set_dataset(self._data[self._edited])

    def _show_sides(self) -> None:
        """Show the scores of one run or of two; the second's are made for the first pair."""
        is_pair = self.is_pair()
        if is_pair and self._pair_scores is None:
            self._pair_scores = PairScores()
            self._column.insertWidget(0, self._pair_scores)
        # Never all at once: what is that high for a moment would push others away for good.
        shown, hidden = (self._pair_scores, self._scores) if is_pair else (
            self._scores, self._pair_scores)
        for scores in (hidden, shown):
            if scores is not None:
                scores.setVisible(scores is shown)
        self._place_controls(below=is_pair)
        if self._pair_scores is not None and is_pair:
            self._pair_scores.set_datasets(self._data)
            self.set_chance(self._chance)

    def _place_controls(self, *, below: bool) -> None:
        """Put what stands under the scores under the pictures: those of a pair are less high."""
        if below == self._has_controls_below:
            return
        self._has_controls_below = below
        layout = self._below.layout() if below else self._column
        assert isinstance(layout, QBoxLayout)
        for control in self._controls:
            was_hidden = control.isHidden()
            # Before the stretch at the end.
            layout.insertWidget(layout.count() - 1, control)
            control.setHidden(was_hidden)

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
        if self.is_pair() and self._pair_scores is not None:
            return self._pair_scores.texts()
        return self._scores.texts()

    @Slot(str)
    def show_view(self, key: str) -> None:
        """Show the view with this key, one of `views`; none where there is none."""
        page = self._pages.get(key)
        # Of data that are not there, nothing may be known that could be drawn.
        self._stack.setVisible(page is not None)
        if page is not None:
            self._tabs.set_current(key)
            self._stack.setCurrentWidget(page)
        shown = () if page is None else self._views[key].controls
        for control in self._controls:
            control.setVisible(control in shown)
        self._below.setVisible(self._has_controls_below and bool(shown))
        self._on_size_changed()
        self.draw_when_seen()
        self.wanted_changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the scores beside the picture where what stands under that comes or goes."""
        if event.type() == QEvent.Type.Resize:
            self._on_size_changed()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scores beside the square picture."""
        super().resizeEvent(event)
        self._on_size_changed()

    def draw(self) -> None:
        """Draw what the newest snapshot holds; the rest stays as it was seen last in this run."""
        page = self._pages.get(self.view())
        for key, snapshot in self._snapshots.items():
            if self._parts.get(self.view()) in snapshot.parts:
                if isinstance(page, PairPage):
                    page.show_snapshot(key, snapshot)
                elif key == self._edited:
                    self._views[self.view()].show_snapshot(snapshot)
            if Part.EVALUATION in snapshot.parts:
                self._show_scores(key, snapshot)

    def _show_scores(self, key: str, snapshot: Snapshot) -> None:
        if self.is_pair() and self._pair_scores is not None:
            self._pair_scores.show_snapshot(key, snapshot)
        elif key == self._edited:
            self._scores.show_snapshot(snapshot)

    @Slot()
    def _on_size_changed(self) -> None:
        self._row.setSpacing(theme.px(12))
        # The scores beside it are never cut; it is the picture that gives way.
        self._stack.setMinimumWidth(theme.px(LEAST_PICTURE_PX))
        room = tall = UNLIMITED
        if self.view() and self.isVisible():
            page = self._pages[self.view()]
            height = self._left.height()
            if not self._below.isHidden():
                height -= self._below.sizeHint().height()
            if isinstance(page, PairPage):
                room, tall = page.width_for(height), page.height_for(self._left.width())
            else:
                room = self._views[self.view()].width_for(height)
        self._left.setMaximumWidth(room)
        # The switches stand right under pictures that cannot use all the height.
        self._stack.setMaximumHeight(tall)
        # Two pictures need what the scores leave.
        self._row.setStretchFactor(self._left, PAIR_SHARE if self.is_pair() else 1)
        self._row.setStretchFactor(self._side, 1 if room < UNLIMITED else 0)
        self._show_whose()

    @Slot()
    def _show_whose(self) -> None:
        """Say in the title whose output it is where only that of one run of a pair is seen."""
        page = self._pages.get(self.view())
        alone = self.is_pair() and not (isinstance(page, PairPage) and len(page.seen()) > 1)
        self.set_title(f"Output of {self._edited}" if alone else "Output", "Output")
