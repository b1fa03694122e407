"""The probability of every output at every step, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.data.transcription import BLANK
from gui import theme
from gui.output.drawing import draw_picture, small_font
from gui.output.pixels import image_of
from gui.output.texts import shown
from gui.widgets import linear_ticks, tick_text

Shares = NDArray[Any]
BLANK_NAME = "blank"
LEAST_PX = 120
SMALLEST_TEXT_PX = 7
"""Rows less high have no names."""

CENTRED = int(Qt.AlignmentFlag.AlignCenter)


class StepShares(QWidget):
    """Steps from left to right, outputs from top to bottom: the blank first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._shares: Shares | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Probability of every character at every step")
        theme.notifier().changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        """Return what a picture needs to be seen."""
        return QSize(theme.px(LEAST_PX), theme.px(LEAST_PX))

    def show_shares(self, characters: Sequence[str], shares: Shares | None) -> None:
        """Show the probabilities of an example.

        Parameters
        ----------
        characters : sequence of str
            Names of the outputs behind the blank.
        shares : float64[steps, characters + 1] | None
            The probabilities; None shows nothing.
        """
        self._names, self._shares = (BLANK_NAME, *map(shown, characters)), shares
        self.update()

    def pixels(self) -> NDArray[np.uint8]:
        """Return the picture, uint8[outputs, steps, 3]: the fuller a pixel, the more probable."""
        shares = np.zeros((0, 0)) if self._shares is None else self._shares
        tokens = theme.current()
        table = theme.lookup((tokens.surface_sunken, tokens.positive))
        levels = np.rint(np.clip(np.nan_to_num(shares.T), 0.0, 1.0) * 255).astype(np.intp)
        found: NDArray[np.uint8] = table[levels]
        return found

    def sentence(self, step: int) -> str:
        """Return what the network gave at a step, the likeliest outputs first."""
        assert self._shares is not None
        shares = np.nan_to_num(self._shares[step])
        best = np.argsort(-shares, kind="stable")[:3]
        parts = ", ".join(f"{self._named(int(k))} {100 * shares[k]:.1f} %" for k in best)
        return f"Step {step + 1}: {parts}."

    def step_at(self, point: QPointF) -> int | None:
        """Return the step at a point; None beside the picture."""
        area = self._area()
        if self._shares is None or not len(self._shares) or not area.contains(point):
            return None
        steps = len(self._shares)
        return min(int((point.x() - area.left()) / area.width() * steps), steps - 1)

    def event(self, event: QEvent) -> bool:
        """Say what was given at the step that is pointed at."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            step = self.step_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if step is None else self.sentence(step), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, the outputs at its left, steps and what they say below."""
        if self._shares is None or not len(self._shares):
            return
        painter, area, tokens = QPainter(self), self._area(), theme.current()
        draw_picture(painter, area, image_of(self.pixels()))
        painter.setPen(QColor(tokens.border))
        painter.drawRect(area)
        self._draw_names(painter, area)
        self._draw_said(painter, area)
        self._draw_steps(painter, area)

    def _draw_names(self, painter: QPainter, area: QRectF) -> None:
        tall = area.height() / len(self._names)
        painter.setFont(self._font(tall))
        painter.setPen(QColor(theme.current().text_muted))
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # Of many rows some have names, so that those can be read.
        every = max(1, int(np.ceil(theme.px(SMALLEST_TEXT_PX) * 1.4 / max(tall, 0.1))))
        for k in range(0, len(self._names), every):
            place = QRectF(0, area.top() + k * tall, area.left() - theme.px(4), tall)
            painter.drawText(place.adjusted(0, -tall, 0, tall), right, self._names[k])

    def _draw_said(self, painter: QPainter, area: QRectF) -> None:
        """Draw the character under every step at which one begins to be read."""
        assert self._shares is not None
        best, wide = np.argmax(np.nan_to_num(self._shares), axis=1), area.width() / len(
            self._shares)
        painter.setFont(small_font(self))
        painter.setPen(QColor(theme.current().text))
        line = QFontMetricsF(painter.font()).height()
        for step in np.flatnonzero(best != BLANK).tolist():
            if step and best[step] == best[step - 1]:
                continue
            middle = area.left() + (step + 0.5) * wide
            painter.drawText(QRectF(middle - line, area.bottom() + 1, 2 * line, line), CENTRED,
                             self._names[best[step]])

    def _draw_steps(self, painter: QPainter, area: QRectF) -> None:
        assert self._shares is not None
        steps = len(self._shares)
        painter.setPen(QColor(theme.current().text_muted))
        line = QFontMetricsF(painter.font()).height()
        spacing, ticks = linear_ticks(1.0, float(max(steps, 2)),
                                      max(2, int(area.width() / theme.px(48))))
        for tick in ticks:
            if not 1 <= tick <= steps or tick != round(tick):
                continue
            middle = area.left() + (tick - 0.5) / steps * area.width()
            painter.drawText(QRectF(middle - 2 * line, area.bottom() + line, 4 * line, line),
                             CENTRED, tick_text(tick, spacing))
        place = QRectF(0, area.bottom() + line, area.left() - theme.px(4), line)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                         "step")

    def _named(self, output: int) -> str:
        if output == BLANK:
            return BLANK_NAME
        return f"\N{LEFT DOUBLE QUOTATION MARK}{self._names[output]}" \
               "\N{RIGHT DOUBLE QUOTATION MARK}"

    def _font(self, tall: float) -> QFont:
        font = small_font(self)
        font.setPixelSize(max(theme.px(SMALLEST_TEXT_PX), min(round(tall * 0.8), theme.px(11))))
        return font

    def _area(self) -> QRectF:
        """Return where the picture is: names at its left, two lines below."""
        metrics = QFontMetricsF(small_font(self))
        before = max((metrics.horizontalAdvance(name) for name in (*self._names, BLANK_NAME)),
                     default=0.0) + theme.px(6)
        below = 2 * metrics.height() + 2
        return QRectF(before, 1, max(self.width() - before - 2, 1),
                      max(self.height() - below - 2, 1))
