"""The network as an instrument: its rows under their headings, on a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.diagnosis.measures import Quantity
from engine.diagnosis.rules import Thresholds, thresholds_of
from engine.diagnosis.verdicts import LayerVerdict, Verdict, judge_layers
from engine.spec import NetworkSpec
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import LayerReading, Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.builder.column_header import ColumnHeader
from gui.builder.layer_actions import LayerActions
from gui.builder.pair_legend import PairLegend, ShapeLegend
from gui.builder.rows import Row, describe, summary
from gui.builder.rows_table import rows_table
from gui.builder.rows_view import NOWHERE, RowsView
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.ghost import Ghost
from gui.frames.run_info import RunInfo
from gui.frames.theory import Theory
from gui.widgets import Button, MessageBar, PictureCard

WORDS = ("Add layer", "Add", "")
"""What stands on the button that adds one; the longest that fits."""
HEADINGS = 18
"""Px, at 13 px text, of the words above the columns."""

NO_MARKS: Mapping[str, float] = {}


class NetworkView(PictureCard):
    """The card with the network's rows. GUI thread only.

    Parameters
    ----------
    document : Document
        Whose network is shown and edited.
    parent : QWidget | None
        Qt's owner.

    Attributes
    ----------
    rows : RowsView
        The list.
    add_button : Button
        Offers the kinds of layers that can come at the end: below the last row, or beside the
        heading of the layers where the rows need all the room.
    layer_actions : LayerActions
        What can be done to a layer.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("Network", parent)
        self._document = document
        self._network = NetworkSpec()
        self._network_beside = NetworkSpec()
        self._shown: Snapshot | None = None
        self._verdict: Verdict | None = None
        self._shown_beside: Snapshot | None = None
        self.layer_actions = LayerActions(document, self)
        self.rows = RowsView(document, self.layer_actions)
        self._header = ColumnHeader(lambda: self.rows.columns, self.rows.axis)
        self._header.switch.chosen.connect(self._on_quantity_chosen)
        self.message = MessageBar()
        self.body.addWidget(self.message)
        self.body.addWidget(self._header)
        self.body.addWidget(self.rows, 1)
        # The summary needs the room more than the one-word title.
        self.header.setStretch(0, 0)
        self.header.setStretch(1, 1)
        self.add_button = Button(WORDS[0], "plus", parent=self)
        self.add_button.setAccessibleName("Add layer")
        self.add_button.setProperty("tone", "slim")
        self.add_button.setToolTip("<p>Adds a layer at the end, before the output layer if there "
                                   "is one. Between two rows, a plus appears at the pointer.</p>")
        self.add_button.clicked.connect(self._on_add_button_clicked)
        self.legend, self.shapes = PairLegend(), ShapeLegend(self)
        self.legend.hide()
        self.shapes.hide()
        self.header.addWidget(self.legend)
        self.rows.fitted.connect(self._place_add_button)
        self.setFocusProxy(self.rows)
        self.rows.viewport().installEventFilter(self)
        self.layer_actions.refused.connect(self._on_actions_refused)
        document.changed.connect(self._on_document_changed)
        document.sides_changed.connect(self._on_document_changed)
        self._on_document_changed()

    def set_run(self, info: RunInfo) -> None:
        """Forget the instruments of the run before."""
        self._network, self._shown, self._verdict = info.network, None, None
        self._network_beside = NetworkSpec() if info.beside is None else info.beside.network
        self._shown_beside = None
        self.rows.model_of_rows.set_readings((), ())
        self.rows.model_of_rows.set_readings_beside((), ())
        self.rows.model_of_rows.set_failure("")
        self.rows.update_instruments()

    def show_failure(self, layer_id: str | None) -> None:
        """Mark the layer in which the run has met a number that is not finite.

        The mark stays until the next run.

        Parameters
        ----------
        layer_id : str | None
            The layer; empty or None marks none.
        """
        self.rows.model_of_rows.set_failure(layer_id or "")

    def show_frame(self, frame: Frame) -> None:
        """Show the newest instruments; only their columns are painted anew."""
        self._show_last_run(frame.ghost)
        model, snapshot = self.rows.model_of_rows, frame.snapshot
        news = snapshot is not None and self.wanted() <= snapshot.parts
        if not news and self._is_judged_anew(frame):
            # By other limits: a run at rest has no other snapshot.
            frame, news = replace(frame, snapshot=self._shown), True
        if news and (snapshot is not self._shown or frame.verdict is not self._verdict):
            self._shown, self._verdict = frame.snapshot, frame.verdict
            model.set_readings(*_figures(frame, self._network, self._thresholds(),
                                         in_pair=frame.beside is not None))
        beside = frame.beside if model.is_pair else None
        if beside is not None and self._is_new_beside(beside.snapshot):
            self._shown_beside = beside.snapshot
            model.set_readings_beside(*_figures(beside, self._network_beside, self._thresholds(),
                                                in_pair=True))
            news = True
        if news and self.isVisible():
            self._fit_axis(glide=frame.running)
            if model.is_pair:
                self.shapes.show_verdicts([verdict for figures in model.sides()
                                           for verdict in figures.verdicts.values()])
            self.rows.update_instruments()

    def set_theory(self, theories: Mapping[str, Theory]) -> None:
        """Mark on every bar what theory expects, by the keys of the runs; of none, mark nothing."""
        model = self.rows.model_of_rows
        if theories != model.theories:
            model.theories = theories
            self._header.set_theory(model.theory().whose if theories else "")
            self._fit_axis(glide=False)
            self.rows.update_instruments()

    def set_cover(self, why: str) -> None:
        """Show no instruments, and say why; or show them again, where there is no reason."""
        self.rows.model_of_rows.cover = why
        self.rows.update_instruments()

    def _fit_axis(self, *, glide: bool) -> None:
        model = self.rows.model_of_rows
        if self.rows.axis.fit(model.readings(), glide, model.quantity,
                              model.expected_gradients()):
            self._header.update()

    def _thresholds(self) -> Thresholds:
        return thresholds_of(self._document.project.limits)

    def _is_judged_anew(self, frame: Frame) -> bool:
        """Say whether something else is said of a run at rest than when its rows were shown."""
        return (not frame.running and self._shown is not None and frame.verdict is not None
                and frame.verdict is not self._verdict)

    def _is_new_beside(self, snapshot: Snapshot | None) -> bool:
        return (snapshot is not None and self.wanted() <= snapshot.parts
                and snapshot is not self._shown_beside)

    def _show_last_run(self, ghost: Ghost | None) -> None:
        marks = NO_MARKS if ghost is None else ghost.gradients
        if marks is not self.rows.model_of_rows.last_gradients:
            self.rows.model_of_rows.last_gradients = marks
            self.rows.update_instruments()

    def wanted(self) -> Wanted:
        """Return what its rows show."""
        return frozenset({Part.READINGS})

    def table(self) -> Table:
        """Return a row for every layer with all its instruments, of A and of B.

        What theory expects of them is there where it is to be seen.
        """
        model = self.rows.model_of_rows
        return rows_table(model.rows, model.sides(), model.theories)

    def pictured(self) -> tuple[QWidget, ...]:
        """Return the rows under their headings."""
        return self._header, self.rows

    @Slot(str)
    def _on_quantity_chosen(self, quantity: Quantity) -> None:
        model = self.rows.model_of_rows
        model.quantity = quantity
        self._fit_axis(glide=False)
        self._header.update()
        self.rows.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            # A scroll bar that comes or goes moves the columns, too.
            self._header.update()
            self._place_add_button()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._header.update()
        self._place_add_button()

    @Slot()
    def _place_add_button(self) -> None:
        button, foot, px = self.add_button, self.rows.foot(), theme.px
        left, width = self.rows.columns.card
        # As high as the headings, without the decades below them.
        heading = self._header.heading_width("card") + px(8)
        spot = QRect(left + heading, 0, width - heading, px(HEADINGS)) if foot.isNull() else foot
        for word in WORDS:
            button.setText(word)
            if button.sizeHint().width() <= spot.width():
                break
        wide = min(button.sizeHint().width(), spot.width())
        if foot.isNull():
            spot.setLeft(spot.right() - wide + 1)
            spot.translate(self._header.mapTo(self, QPoint(0, 0)))
        else:
            spot.setWidth(wide)
            spot = spot.adjusted(0, px(2), 0, -px(2)).translated(
                self.rows.mapTo(self, QPoint(0, 0)))
        button.setGeometry(spot)
        button.raise_()
        self._place_shapes(foot)
        # A layer may be dropped where it stands.
        button.setVisible(self.rows.drop_position == NOWHERE)

    def _place_shapes(self, foot: QRect) -> None:
        """Explain the shapes of a pair's rows, which have no words, beside the button."""
        shown = self.rows.model_of_rows.is_pair and not foot.isNull()
        self.shapes.setVisible(shown)
        if shown:
            left = self.add_button.geometry().right() + theme.px(12)
            spot = foot.translated(self.rows.mapTo(self, QPoint(0, 0)))
            right = self.rows.mapTo(self, QPoint(self.rows.viewport().width(), 0)).x()
            self.shapes.setGeometry(left, spot.top(), max(right - left, 0), spot.height())

    @Slot()
    def _on_add_button_clicked(self) -> None:
        menu = self.layer_actions.kinds_menu(self._document.end_position())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    @Slot()
    def _on_document_changed(self) -> None:
        is_pair = self._document.sides.is_pair
        self._header.set_pair(is_pair)
        self.legend.setVisible(is_pair)
        self.set_hint(_pair_summary(self._document, self.rows.model_of_rows.rows) if is_pair else
                      f"{summary(self.rows.model_of_rows.rows)} · data flow down, gradients flow "
                      "up")
        general = [issue.text for issue in self._document.issues if not issue.layer_id]
        if general:
            self.message.show_message(general[0], "bad")
        else:
            self.message.hide()

    @Slot(str)
    def _on_actions_refused(self, sentence: str) -> None:
        self.message.show_message(sentence, "warning")


def _figures(frame: Frame, network: NetworkSpec, thresholds: Thresholds, *, in_pair: bool) -> tuple[
        Sequence[LayerReading], Sequence[LayerVerdict], Sequence[LayerReading]]:
    """Return the instruments of a frame, what is said of them, and those to be read."""
    snapshot, verdict = frame.snapshot, frame.verdict
    assert snapshot is not None
    if verdict is None:
        return snapshot.layers, (judge_layers(snapshot, network, thresholds)
                                 if network.layers else ()), ()
    if in_pair and not frame.running:
        # Two runs at the same step are compared by what they are there, and not by medians over
        # what happened to be seen of each before.
        return snapshot.layers, verdict.layers, snapshot.layers
    # Bars move with every frame; numbers are those of the sentence.
    return frame.readings, verdict.layers, verdict.readings


def _pair_summary(document: Document, rows: Sequence[Row]) -> str:
    """Return ``11 layers · 2,530 parameters each``, or ``10 | 11 layers`` of A and of B."""
    own = [row for row in rows if not row.is_foreign]
    other = document.examined(second=not document.sides.edits_second)
    beside = describe(other.project, other.dataset, other.issues)
    if summary(own) == summary(beside):
        return f"{summary(own)} each"
    a, b = (beside, own) if document.sides.edits_second else (own, beside)
    layers = [sum(not row.is_input for row in rows) for rows in (a, b)]
    counts = [sum(row.parameters or 0 for row in rows) for rows in (a, b)]
    return (f"{_either(*layers)} layers · {_either(*counts)} parameters")


def _either(a: int, b: int) -> str:
    return f"{a:,}" if a == b else f"{a:,} | {b:,}"
