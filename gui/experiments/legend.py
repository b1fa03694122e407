"""What the colours of a sweep mean: two ramps with the figures at their ends, and three signs."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.experiments.board import Fate
from gui import theme
from gui.experiments.ink import ramps, small_font
from gui.experiments.map_painter import DASHED, hatching
from gui.experiments.sweep_picture import SweepPicture
from gui.frames.theory import short

ROW, BAR, SIGN, GAP = 15, 10, 26, 24
"""Px at 13 px text: a line of text, height of a ramp, width of a sign, between parts."""
STOPS = 32
TIP = ("Colours are spread evenly over the networks, not over the figures: a few that went far off "
       "do not take the colours of all others. Nothing is interpolated.")


class SweepLegend(QWidget):
    """Says what the colours of a sweep mean. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: SweepPicture | None = None
        self.setAccessibleName("Legend")
        self.setToolTip(f"<p>{TIP}</p>")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(420), theme.px(3 * ROW + 3))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(220), theme.px(3 * ROW + 3))

    def set_picture(self, picture: SweepPicture | None) -> None:
        """Explain a sweep's colours, or nothing."""
        self._picture = picture
        self.setAccessibleDescription(". ".join(
            f"{title}, {low} to {high}" for title, low, high, _ in self.parts()))
        self.update()

    def parts(self) -> list[tuple[str, str, str, Fate]]:
        """Return title, figure at the left, figure at the right and fate of both ramps."""
        picture = self._picture
        if picture is None:
            return []
        measure, found = picture.board.measure, []
        for fate, title in ((Fate.LEARNED, f"learned: {measure.title.text}"),
                            (Fate.BROKE, "blew up: its first gradient, RMS")):
            ends = picture.ranking.ends(fate)
            low, high = ("", "") if ends is None else (short(ends[0]), short(ends[1]))
            if fate is Fate.LEARNED and measure.larger_is_better:
                low, high = high, low
            found.append((title, low, high, fate))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        signs = self._signs()
        painter.setFont(small_font())
        widest = max(QFontMetricsF(painter.font()).horizontalAdvance(text) for _, text in signs)
        px = theme.px
        beside = px(SIGN + 6) + widest
        wide = (self.width() - beside - 2 * px(GAP)) / 2
        colours = ramps()
        for number, (title, low, high, fate) in enumerate(self.parts()):
            self._paint_ramp(painter, QRectF(number * (wide + px(GAP)), 0, wide, self.height()),
                             (title, low, high), colours[fate], hatched=fate is Fate.BROKE)
        self._paint_signs(painter, self.width() - beside, signs)

    def _signs(self) -> list[tuple[str, str]]:
        assert self._picture is not None
        found = [("empty", "not computed yet"), ("broke", "ended as not a number")]
        lines = {line.key: line for line in self._picture.theory.lines}
        if lines:
            line = next((lines[key] for key in DASHED if key in lines), next(iter(lines.values())))
            found.append(("dashed" if line.key in DASHED else "line", line.title.text))
        return found

    def _paint_ramp(self, painter: QPainter, place: QRectF, words: tuple[str, str, str],
                    colours: list[QColor], *, hatched: bool) -> None:
        tokens, px = theme.current(), theme.px
        title, low, high = words
        painter.setFont(small_font(bold=True))
        painter.setPen(QColor(tokens.text))
        metrics = QFontMetricsF(painter.font())
        painter.drawText(QRectF(place.left(), 0, place.width(), px(ROW)),
                         int(Qt.AlignmentFlag.AlignVCenter),
                         metrics.elidedText(title, Qt.TextElideMode.ElideRight, place.width()))
        bar = QRectF(place.left(), px(ROW) + 2, place.width(), px(BAR))
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for stop in range(STOPS + 1):
            gradient.setColorAt(stop / STOPS, colours[min(stop * 256 // STOPS, 255)])
        painter.fillRect(bar, gradient)
        painter.setFont(small_font())
        painter.setPen(QColor(tokens.text_muted))
        row = QRectF(place.left(), bar.bottom() + 1, place.width(), px(ROW))
        painter.drawText(row, int(Qt.AlignmentFlag.AlignLeft), low)
        painter.drawText(row, int(Qt.AlignmentFlag.AlignRight), high)

    def _paint_signs(self, painter: QPainter, left: float, signs: list[tuple[str, str]]) -> None:
        tokens, px = theme.current(), theme.px
        painter.setFont(small_font())
        for number, (key, text) in enumerate(signs):
            row = QRectF(left, number * px(ROW), px(SIGN), px(ROW))
            box = row.adjusted(0, px(3), 0, -px(3))
            if key in ("dashed", "line"):
                pen = QPen(QColor(tokens.text), 2)
                if key == "dashed":
                    pen.setDashPattern([3.0, 2.0])
                painter.setPen(pen)
                painter.drawLine(QLineF(row.left(), row.center().y(), row.right(),
                                        row.center().y()))
            else:
                painter.setPen(QPen(QColor(tokens.border_strong), 1))
                painter.setBrush(QColor(tokens.surface_sunken if key == "empty" else
                                        tokens.exploding))
                painter.drawRect(box)
                if key == "broke":
                    painter.setPen(QPen(QColor(tokens.surface), 1))
                    for step in range(3):
                        part = QRectF(box.left() + step * box.width() / 3, box.top(),
                                      box.width() / 3, box.height())
                        painter.drawLines(list(hatching(part)))
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(QRectF(row.right() + px(6), row.top(), self.width(), px(ROW)),
                             int(Qt.AlignmentFlag.AlignVCenter), text)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
