"""What was taken over from another project or program, layer by layer, and whether to freeze it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.telemetry.transfer import TransferReport
from gui import theme
from gui.widgets import Button, PrimaryButton

WIDTH, HEIGHT = 560, 400
EXPLANATION = ("A frozen layer keeps its weights; its gradient is measured all the same. Freeze "
               "what was taken over to train only the rest, or train everything further.")
LAST_STAYS = ("A frozen layer keeps its weights; its gradient is measured all the same. Freeze all "
              "but the last layer, which then learns to answer anew from what the others see, or "
              "train everything further.")


def told(report: TransferReport, layer_id: str) -> str:
    """Return what is said of a layer that starts with weights of a file."""
    source = report.sources.get(layer_id)
    return "starts with the other project’s weights" if source is None else source.text


class TransferDialog(QDialog):
    """Tells which layers start with the weights of a file. GUI thread only.

    Parameters
    ----------
    report : TransferReport
        What matched.
    source : str
        Name of that file.
    order : sequence of str
        The network's layers, first to last; the last that learns is never offered for freezing.

    Signals
    -------
    freeze_requested(tuple)
        A person wants these layers frozen.
    """

    freeze_requested = Signal(object)

    def __init__(self, report: TransferReport, source: str, order: Sequence[str],
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        learning = {*report.matched, *(layer.layer_id for layer in report.left)}
        last = next((layer for layer in reversed(order) if layer in learning), "")
        self._frozen = tuple(layer for layer in report.matched if layer != last)
        self._last_stays = last in report.matched
        self.setWindowTitle("Weights taken over")
        total = len(report.matched) + len(report.left)
        self.headline = QLabel(
            f"{len(report.matched)} of {total} layers start with the weights of {source}.")
        self.headline.setProperty("role", "title")
        explanation = QLabel(LAST_STAYS if self._last_stays else EXPLANATION)
        explanation.setProperty("role", "muted")
        explanation.setVisible(bool(self._frozen))
        for text in (self.headline, explanation):
            text.setWordWrap(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.px(16)] * 4)
        whole.setSpacing(theme.px(10))
        whole.addWidget(self.headline)
        whole.addWidget(self._table(), 1)
        whole.addWidget(explanation)
        whole.addLayout(self._buttons())
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))

    def _buttons(self) -> QHBoxLayout:
        matched = bool(self._report.matched)
        self.freeze = PrimaryButton("Freeze all but the last layer" if self._last_stays else
                                    "Freeze what was taken over")
        self.freeze.setToolTip("Keep the weights of these layers as they are; can be undone.")
        self.freeze.setVisible(bool(self._frozen))
        self.freeze.clicked.connect(self._on_freeze_clicked)
        self.leave = Button("Train all layers" if matched else "Close")
        self.leave.setToolTip("Leave every layer free to learn.")
        self.leave.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.leave)
        row.addWidget(self.freeze)
        return row

    def _table(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(6))
        report = self._report
        lines = [*((layer, "good", "circle-check", told(report, layer))
                   for layer in report.matched),
                 *((layer.layer_id, "text_muted", "minus", f"fresh weights: {layer.reason}")
                   for layer in report.left)]
        if (unused := report.told_unused) is not None:
            lines.append(("", "text_muted", "minus", unused.text))
        for line, (layer, colour, icon, text) in enumerate(lines):
            mark, name, words = QLabel(), QLabel(layer), QLabel(text)
            side = theme.px(16)
            mark.setPixmap(theme.icon(icon, getattr(theme.current(), colour)).pixmap(side, side))
            name.setTextFormat(Qt.TextFormat.PlainText)
            name.setProperty("role", "strong")
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setProperty("role", "muted")
            words.setWordWrap(True)
            for column, part in enumerate((mark, name, words)):
                grid.addWidget(part, line, column, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(2, 1)
        grid.setRowStretch(len(lines), 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        return scroll

    @Slot()
    def _on_freeze_clicked(self) -> None:
        self.freeze_requested.emit(self._frozen)
        self.accept()
