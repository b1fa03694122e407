"""How activations and gradients of every layer are distributed, a row for each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.telemetry.snapshot import MAGNITUDE_STEP, LayerReading
from gui import theme
from gui.frames.theory import short
from gui.labs.profile import power_text

NUMBER_PX, GAP_PX, HEAD_PX = 26, 14, 16
LEAST_ROW_PX, MOST_ROW_PX = 3, 26
SPREAD = 3.0
"""Standard deviations to each side that the axis of activations has, for the widest layer."""


class Histograms(QWidget):
    """Activations at the left, gradients at the right, layers from top to bottom.

    All activations are on one axis, and all gradients on one logarithmic axis. GUI thread only.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._readings: tuple[LayerReading, ...] = ()
        self._names: Mapping[str, str] = {}
        self.setAccessibleName("Histograms of activations and gradients")
        self.setToolTip("<p>Left: what every layer gives for the probe batch, all on one axis. "
                        "Right: |∂L/∂w| of every weight, on one logarithmic axis, with a tick at "
                        "their RMS.</p>")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(380), theme.px(150))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(220), theme.px(70))

    def set_readings(self, readings: Sequence[LayerReading], names: Mapping[str, str]) -> None:
        """Show other layers, by their names; of those without a name, nothing."""
        self._readings = tuple(one for one in readings if one.layer_id in names)
        self._names = names
        self.setAccessibleDescription(". ".join(
            f"{names[one.layer_id]}, activations σ {short(one.activation_std)}, gradient RMS "
            f"{short(one.gradient_rms)}" for one in self._readings
            if not math.isnan(one.gradient_rms)))
        self.update()

    def reach(self) -> float:
        """Return the end of the axis of activations, which begins at minus that.

        The output, which nothing bounds, does not count: what lies beyond stands at the ends.
        """
        hidden = self._readings[:-1] or self._readings
        ends = [abs(one.activation_mean) + SPREAD * one.activation_std for one in hidden]
        return max((end for end in ends if math.isfinite(end)), default=0.0) or 1.0

    def decades(self) -> tuple[float, float]:
        """Return the ends of the axis of gradients."""
        ends = [math.log10(value) for one in self._readings
                for value in (one.gradient_low, one.gradient_high, one.gradient_rms)
                if 0 < value < math.inf]
        # Some more to the left, where a few weights hardly count.
        return (math.floor(min(ends) - 0.5), math.ceil(max(ends))) if ends else (-6.0, 0.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens, px = theme.current(), theme.px
        font = QFont(theme.base_font())
        font.setPixelSize(px(11))
        painter.setFont(font)
        half = (self.width() - px(NUMBER_PX) - px(GAP_PX)) / 2
        left = QRectF(px(NUMBER_PX), 0, half, px(HEAD_PX))
        right = left.translated(half + px(GAP_PX), 0)
        low, high = self.decades()
        painter.setPen(QColor(tokens.text_muted))
        ends = f"{power_text(round(low))} to {power_text(round(high))}"
        for box, title in ((left, f"Activations, ±{short(self.reach())}"),
                           (right, f"Gradients, {ends}")):
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        if not self._readings:
            return
        room = self.height() - px(HEAD_PX)
        tall = min(max(room / len(self._readings), LEAST_ROW_PX), px(MOST_ROW_PX))
        every = max(1, math.ceil(px(12) / tall))
        colours = theme.depth_colours(max(len(self._readings), 1))
        for place, reading in enumerate(self._readings):
            top = px(HEAD_PX) + place * tall
            if top + tall > self.height() + 1:
                break
            if place % every == 0:
                painter.setPen(QColor(tokens.axis))
                painter.drawText(QRectF(0, top + tall / 2 - px(8), px(NUMBER_PX - 6), px(16)),
                                 Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                                 self._names[reading.layer_id].split()[1])
            gap = 1 if tall > 5 else 0
            self._paint_activations(painter, QRectF(left.left(), top, half, tall - gap), reading,
                                    colours[place])
            self._paint_gradient(painter, QRectF(right.left(), top, half, tall - gap), reading,
                                 colours[place])

    def _paint_activations(self, painter: QPainter, box: QRectF, reading: LayerReading,
                           colour: QColor) -> None:
        counts, (low, high) = reading.histogram.tolist(), reading.histogram_range
        reach, most = self.reach(), max(reading.histogram.tolist(), default=0)
        if not most or not math.isfinite(high - low):
            return
        wide = (high - low) / len(counts)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for number, count in enumerate(counts):
            begin, end = low + number * wide, low + (number + 1) * wide
            left, right = (box.left() + min(max((value + reach) / (2 * reach), 0.0), 1.0)
                           * box.width() for value in (begin, end))
            # The square root, so that a spike at zero does not hide the rest.
            height = box.height() * math.sqrt(count / most)
            painter.drawRect(QRectF(left, box.bottom() - height, max(right - left, 1.0), height))

    def _paint_gradient(self, painter: QPainter, box: QRectF, reading: LayerReading,
                        colour: QColor) -> None:
        low, high = self.decades()

        def place(decade: float) -> float:
            share = (decade - low) / max(high - low, 1e-9)
            return box.left() + min(max(share, 0.0), 1.0) * box.width()
        counts = reading.magnitudes.tolist()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for number, count in enumerate(counts):
            begin = reading.magnitudes_from + number * MAGNITUDE_STEP
            left, right = place(begin), place(begin + MAGNITUDE_STEP)
            height = box.height() * math.sqrt(count / max(counts))
            painter.drawRect(QRectF(left, box.bottom() - height, right - left, height))
        if 0 < reading.gradient_rms < math.inf:
            painter.setPen(QPen(QColor(theme.current().text), 2))
            x = round(place(math.log10(reading.gradient_rms)))
            painter.drawLine(x, round(box.top()), x, round(box.bottom()))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
