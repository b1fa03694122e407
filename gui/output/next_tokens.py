"""Text in which every token shows how likely the network held it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPoint, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.drawing import draw_sentence, fixed_font, small_font
from gui.output.tables import texts
from gui.output.texts import joined, named, shown, unit
from gui.output.view import OutputView

EMPTY = "Probabilities are shown as soon as the network is ready."
WINDOWS = 8
BEFORE = 12
"""Tokens before the one that is pointed at, in its sentence."""


@dataclass(frozen=True)
class Told:
    """A token and what the network held of it.

    Attributes
    ----------
    window, step : int
        Which window of the sample; which step of it, -1 for what was only given.
    token : int
        The true token.
    probability : float
        That the network gave to it; NaN for what was only given.
    favourite : int
        The token that it held most likely; -1 for what was only given.
    favour : float
        Probability of that one.
    """

    window: int
    step: int
    token: int
    probability: float = float("nan")
    favourite: int = -1
    favour: float = float("nan")


def told_of(dataset: Dataset, snapshot: Snapshot, window: int) -> list[Told]:
    """Return the tokens of one window of the sample, the first being only given."""
    row = int(snapshot.samples[window])
    truth = dataset.labels[row]
    shares = snapshot.sample_outputs[window].reshape(len(truth), -1)
    result = [Told(window, -1, int(dataset.inputs[row, 0]))]
    for step in np.flatnonzero(truth >= 0).tolist():
        best = int(np.argmax(np.nan_to_num(shares[step], nan=-1.0)))
        result.append(Told(window, step, int(truth[step]), float(shares[step, truth[step]]), best,
                           float(shares[step, best])))
    return result


class _Lines(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.dataset: Dataset | None = None
        self.windows: list[list[Told]] = []
        self._places: list[tuple[QRectF, Told]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Validation text with the probability of every next token")

    def show_windows(self, dataset: Dataset | None, windows: list[list[Told]]) -> None:
        before = (self.dataset, [told.token for window in self.windows for told in window])
        self.dataset, self.windows = dataset, windows
        told = [one for window in windows for one in window]
        if before == (dataset, [one.token for one in told]) and len(told) == len(self._places):
            self._places = [(place, one) for (place, _), one in zip(self._places, told,
                                                                    strict=True)]
            self.update()
        else:
            self.relaid()

    def relaid(self) -> None:
        metrics = QFontMetricsF(fixed_font(self))
        line, gap = metrics.height() * 1.25, float(theme.px(10))
        space = metrics.horizontalAdvance(" ") if self.dataset and self.dataset.joint else 1.0
        tokens = (self.dataset.tokens if self.dataset else None) or ()
        self._places, y = [], 0.0
        for window in self.windows:
            x = 0.0
            for told in window:
                wide = metrics.horizontalAdvance(shown(tokens[told.token]))
                if x and x + wide > self.width():
                    x, y = 0.0, y + line
                self._places.append((QRectF(x, y, wide, line - 2), told))
                x += wide + space
                if tokens[told.token] == "\n":
                    x, y = 0.0, y + line
            y += (line if x else 0.0) + gap
        self.setFixedHeight(max(round(y), 1))
        self.update()

    def told_at(self, point: QPoint) -> Told | None:
        spot = point.toPointF()
        return next((told for place, told in self._places
                     if place.adjusted(0, 0, 1, 2).contains(spot)), None)

    def sentence(self, told: Told) -> str:
        dataset = self.dataset
        if dataset is None or dataset.tokens is None:
            return ""
        if told.step < 0:
            return f"The first {unit(dataset)} is given."
        window = next(w for w in self.windows if w and w[0].window == told.window)
        numbers = [one.token for one in window if one.step < told.step][-BEFORE:]
        truth, best = dataset.tokens[told.token], dataset.tokens[told.favourite]
        text = (f"After {named(joined(dataset, numbers))} the network gives {named(truth)} "
                f"{100 * told.probability:.1f} %")
        if told.favourite == told.token:
            return f"{text}: it is the most probable {unit(dataset)}."
        return f"{text}; most probable is {named(best)} with {100 * told.favour:.1f} %."

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.relaid()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            told = self.told_at(event.pos())
            QToolTip.showText(event.globalPos(), self.sentence(told) if told else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = (self.dataset.tokens if self.dataset else None) or ()
        painter = QPainter(self)
        painter.setFont(fixed_font(self))
        colours, table = theme.current(), theme.signed_map(soft=True).tolist()
        ink, muted = QColor(colours.text), QColor(colours.text_muted)
        centred = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip)
        for place, told in self._places:
            if not event.rect().intersects(place.toAlignedRect()):
                continue
            if told.probability == told.probability:
                shade = table[min(max(round(255 * told.probability), 0), 255)]
                painter.fillRect(place, QColor(*shade))
            painter.setPen(ink if told.step >= 0 else muted)
            painter.drawText(place, centred, shown(tokens[told.token]))
            if told.step >= 0 and told.favourite != told.token:
                painter.setPen(QPen(QColor(colours.bad), theme.scale() * 1.4))
                low = place.bottom() - 1
                painter.drawLine(QLineF(place.left() + 1, low, place.right() - 1, low))


class _Key(QWidget):
    """The scale of colours: what a ground and a line below mean."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Ground: probability that the network gave to the token that truly comes "
                        "next. Line below: another token was more probable.")

    def sizeHint(self) -> QSize:
        return QSize(theme.px(180), self.fontMetrics().height() + theme.px(2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(small_font(self))
        metrics, gap, tokens = painter.fontMetrics(), theme.px(5), theme.current()
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        texts = ("0", "1", "probability given", "another was likelier")
        bar, x = theme.px(36), 0.0
        painter.setPen(QColor(tokens.text_muted))
        for text in texts:
            if text == texts[1]:
                table = theme.signed_map(soft=True).copy().reshape(1, 256, 3)
                strip = QImage(table.tobytes(), 256, 1, 768, QImage.Format.Format_RGB888)
                painter.drawImage(QRectF(x, self.height() * 0.25, bar, self.height() * 0.5), strip)
                x += bar + gap
            if text == texts[3]:
                x += gap
                painter.setPen(QPen(QColor(tokens.bad), theme.scale() * 1.4))
                painter.drawLine(QLineF(x, self.height() * 0.7, x + 2 * gap, self.height() * 0.7))
                painter.setPen(QColor(tokens.text_muted))
                x += 3 * gap
            painter.drawText(QRectF(x, 0, self.width(), self.height()), middle, text)
            x += metrics.horizontalAdvance(text) + gap


class NextTokens(QWidget, OutputView):
    """Validation windows, every token on the colour of the probability that it was given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self._lines, self._key = _Lines(), _Key()
        self._scroller = QScrollArea()
        self._scroller.setWidget(self._lines)
        self._scroller.setWidgetResizable(True)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setAccessibleName("Next tokens")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._key)
        self._column.addWidget(self._scroller, 1)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the probabilities before; every step of these examples has a true token."""
        self._dataset, self._snapshot = dataset, None
        self._lines.show_windows(dataset, [])
        self._key.hide()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the first windows of the sample of a snapshot."""
        if self._dataset is None:
            return
        self._snapshot = snapshot
        windows = [told_of(self._dataset, snapshot, window)
                   for window in range(min(len(snapshot.samples), WINDOWS))]
        self._key.setVisible(bool(windows))
        self._lines.show_windows(self._dataset, windows)

    def table(self) -> Table:
        """Return every token of the whole sample with the probability that it was given."""
        dataset, snapshot = self._dataset, self._snapshot
        if dataset is None or snapshot is None or dataset.tokens is None:
            return [], []
        told = [one for window in range(len(snapshot.samples))
                for one in told_of(dataset, snapshot, window) if one.step >= 0]
        tokens = dataset.tokens
        return (["window", "step", "token", "probability [0 to 1]", "most probable token",
                 "its probability [0 to 1]"],
                [np.array([one.window + 1 for one in told], np.int64),
                 np.array([one.step + 1 for one in told], np.int64),
                 texts([tokens[one.token] for one in told]),
                 np.array([one.probability for one in told], np.float64),
                 texts([tokens[one.favourite] for one in told]),
                 np.array([one.favour for one in told], np.float64)])

    def windows(self) -> list[list[Told]]:
        """Return what is shown."""
        return self._lines.windows

    def sentence(self, told: Told) -> str:
        """Return the sentence about one token."""
        return self._lines.sentence(told)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a sentence while there is nothing else."""
        if not self._lines.windows:
            draw_sentence(QPainter(self), QRectF(self.rect()), EMPTY)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._column.setSpacing(theme.px(6))
        self._lines.relaid()
