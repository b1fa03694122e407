"""Axes: steps and epochs with thousands separators, powers of ten as people write them."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gui import theme
from gui.plots.count import Count
from gui.plots.graph import pg
from gui.widgets import linear_ticks, tick_text

Specs = tuple[Any, list[Any], list[Any]]


def decimal_text(value: float) -> str:
    """Return a positive number as an axis shows it: 10, 1, 0.1, 0.001, 1e-4."""
    if value >= 9.995e5 or value < 9.995e-4:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    return f"{value:.6f}".rstrip("0").rstrip(".") if value < 1000 else f"{value:,.0f}"


class Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis in the theme's colours with a fixed place for its labels.

    Parameters
    ----------
    orientation : str
        ``left`` or ``bottom``.
    grid : bool
        Whether its ticks are drawn across the plot.
    """

    def __init__(self, orientation: str, *, grid: bool = False) -> None:
        super().__init__(orientation)
        self._draws_grid = grid
        # Axes have no units here; to look for one sets a text anew with every range.
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0, autoExpandTextSpace=False, maxTickLevel=0,
                      hideOverlappingLabels=False)
        self.dress()

    def dress(self) -> None:
        """Take colours and sizes from the theme."""
        tokens = theme.current()
        font: QFont = theme.base_font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        self.setStyle(tickFont=font, tickTextOffset=theme.px(6))
        self.setPen(None)
        self.setTextPen(tokens.axis)
        self.setTickPen(pg.mkPen(tokens.grid))
        self.setGrid(255 if self._draws_grid else False)
        metrics = QFontMetricsF(font)
        if self.orientation == "left":
            self.setWidth(metrics.horizontalAdvance("0.0000") + theme.px(8))
        else:
            self.setHeight(metrics.height() + theme.px(8))


def log_ticks(low: float, high: float, count: int) -> list[float]:
    """Return at most about ``count`` tick positions for data that are log10.

    Whole decades where there are enough of them, else 1-2-5, else round numbers.
    """
    if high - low >= 1.7:
        first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
        every = max(1, math.ceil((last - first + 1) / count))
        chosen = [k for k in range(first, last + 1) if k % every == 0]
        return [float(k) for k in (chosen if len(chosen) > 1 else (first, last))]
    least, most = 10.0**low, 10.0**high
    if high - low >= 0.6:
        decades = range(math.floor(low), math.ceil(high) + 1)
        values = [m * 10.0**k for k in decades for m in (1, 2, 5)]
    else:
        values = linear_ticks(least, most, min(count, 4))[1]
    return [math.log10(v) for v in values if v > 0 and least <= v * 1.0001 and v <= most * 1.0001]


class ValueAxis(Axis):
    """The axis at the left, for plain numbers or for data that are log10 already.

    Attributes
    ----------
    logarithmic : bool
        Which of the two.
    """

    def __init__(self, *, logarithmic: bool, grid: bool = True) -> None:
        self.logarithmic = logarithmic
        super().__init__("left", grid=grid)

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Label the other kind of data."""
        self.logarithmic = logarithmic
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        """Return tick positions at least some 26 px apart."""
        if self.logarithmic:
            count = max(2, int(size / theme.px(24)))
            # pyqtgraph leaves out a label that would reach over the end of the axis.
            edge = QFontMetricsF(self.style["tickFont"]).height() / 2 * (maxVal - minVal) / size
            inner = log_ticks(minVal + edge, maxVal - edge, count)
            return [(1.0, inner if len(inner) > 1 else log_ticks(minVal, maxVal, count))]
        return [linear_ticks(minVal, maxVal, max(2, int(size / theme.px(36))))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers as people write them."""
        if self.logarithmic:
            return [decimal_text(10.0**value) for value in values]
        return [tick_text(value, spacing) for value in values]


class CountAxis(Axis):
    """What is counted, whole steps at first, with the word for it at its right end."""

    def __init__(self, orientation: str, *, word: str = "step") -> None:
        self.word = word
        self._count = Count.STEPS
        self._reserved = 0
        super().__init__(orientation)

    def set_count(self, count: Count) -> None:
        """Count something else."""
        self._count, self.word = count, count.word
        self.picture = None
        self.update()

    def reserve(self, width: int) -> None:
        """Leave the right end free for something so wide, in px, in the place of the word."""
        if width != self._reserved:
            self._reserved = width
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        """Return tick positions about 90 px apart, at whole numbers but for parts of an epoch."""
        room = max(1, int(size / theme.px(84)))
        if self._count is Count.LOG_STEPS:
            return [(1.0, log_ticks(minVal, maxVal, room + 1))]
        spacing, values = linear_ticks(minVal, maxVal, room)
        if self._count is Count.EPOCHS:
            return [(spacing, values)]
        return [(max(spacing, 1.0), [v for v in values if v == round(v)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers with thousands separators."""
        if self._count is Count.LOG_STEPS:
            return [f"{10.0**value:,.0f}" for value in values]
        if self._count is Count.EPOCHS:
            return [tick_text(value, spacing) for value in values]
        return [f"{value:,.0f}" for value in values]

    def generateDrawSpecs(self, p: Any) -> Specs | None:
        """Return what to draw: pyqtgraph's ticks, and the word in place of the last number."""
        specs: Specs | None = super().generateDrawSpecs(p)
        if specs is None or not (self.word or self._reserved):
            return specs
        axis, ticks, texts = specs
        metrics = QFontMetricsF(self.style["tickFont"])
        box = self.mapRectFromParent(self.geometry())
        top = texts[0][0].y() if texts else box.y() + theme.px(6)
        width = self._reserved or metrics.horizontalAdvance(self.word)
        place = QRectF(box.right() - width - 2, top, width, metrics.height())
        clear = place.adjusted(-theme.px(10), 0, 0, 0)
        kept = [text for text in texts if not text[0].intersects(clear)]
        if self._reserved:
            return axis, ticks, kept
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
        return axis, ticks, [*kept, (place, flags, self.word)]


class ScaleAxis(CountAxis):
    """A scale of sizes along the bottom, with its word at the right end and lines across the plot.

    Parameters
    ----------
    word : str
        What it is a scale of.
    logarithmic : bool
        Whether data are log10 already; else they are plain numbers.
    """

    def __init__(self, word: str, *, logarithmic: bool) -> None:
        self._logarithmic = logarithmic
        super().__init__("bottom", word=word)
        self._draws_grid = True
        self.dress()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        """Return tick positions about 60 px apart."""
        room = max(2, int(size / theme.px(60)))
        if self._logarithmic:
            return [(1.0, log_ticks(minVal, maxVal, room))]
        return [linear_ticks(minVal, maxVal, room)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers as people write them."""
        if self._logarithmic:
            return [decimal_text(10.0**value) for value in values]
        return [tick_text(value, spacing) for value in values]
