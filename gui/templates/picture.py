"""A sketch of a project: its data, and its layers as bars, as wide as they have units."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.data import catalogue
from engine.errors import SpecError
from engine.layers import kind
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec
from gui import theme
from gui.data.source_tiles import SourcePicture

WIDTH, HEIGHT = 178, 84
DATA, GAP, MARGIN = 58, 14, 8
NARROWEST = 0.12
FEWEST_UNITS = 32
"""Of the widest layer: a network of narrow layers is not drawn as tall as one of wide ones."""


class ProjectPicture(QWidget):
    """Draws a project in miniature. GUI thread only.

    Parameters
    ----------
    project : ProjectSpec
        What is drawn.
    """

    def __init__(self, project: ProjectSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network = project.network
        info = next((info for info in catalogue() if info.key == project.data.source), None)
        self._data = SourcePicture(info) if info is not None else None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(WIDTH), theme.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = theme.current(), theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface_sunken))
        painter.drawRoundedRect(QRectF(self.rect()), px(8), px(8))
        side = px(DATA)
        top = (self.height() - side) / 2
        if self._data is not None:
            self._data.paint(painter, QRectF(px(MARGIN), top, side, side))
        left = px(MARGIN) + side + px(GAP)
        box = QRectF(left, px(MARGIN), self.width() - left - px(MARGIN),
                     self.height() - 2 * px(MARGIN))
        self._paint_layers(painter, box)

    def _paint_layers(self, painter: QPainter, box: QRectF) -> None:
        layers = self._network.layers[1:]
        if not layers:
            return
        pitch = min(box.width() / len(layers), theme.px(16))
        left = box.left() + (box.width() - pitch * len(layers)) / 2
        colours = theme.depth_colours(len(layers))
        places = {layer.id: left + pitch * (i + 0.5) for i, layer in enumerate(layers)}
        self._paint_skips(painter, box, places)
        painter.setPen(Qt.PenStyle.NoPen)
        thick = max(pitch * 0.62, 1.5)
        for layer, share, colour in zip(layers, bar_heights(self._network), colours, strict=True):
            height = share * box.height() * 0.86
            painter.setBrush(colour)
            painter.drawRoundedRect(
                QRectF(places[layer.id] - thick / 2, box.center().y() - height / 2, thick, height),
                thick / 3, thick / 3)

    def _paint_skips(self, painter: QPainter, box: QRectF, places: dict[str, float]) -> None:
        """Draw an arc over what a skip leaves out."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.current().text_muted), 1))
        for before, layer in zip(self._network.layers, self._network.layers[1:], strict=False):
            for source in layer.inputs:
                if source != before.id and source in places:
                    self._paint_arc(painter, box, places[source], places[layer.id])

    def _paint_arc(self, painter: QPainter, box: QRectF, begin: float, end: float) -> None:
        arc = QPainterPath(QPointF(begin, box.top() + theme.px(10)))
        arc.quadTo(QPointF((begin + end) / 2, box.top() - theme.px(6)),
                   QPointF(end, box.top() + theme.px(10)))
        painter.drawPath(arc)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def bar_heights(network: NetworkSpec) -> list[float]:
    """Return the share of the height that each layer but the first takes, by its units.

    A layer without a width of its own is as wide as the one before it.
    """
    widths = [_units(layer) for layer in network.layers[1:]]
    top = math.log2(1 + max(FEWEST_UNITS, *widths, 0))
    heights, last = [], 1.0
    for units in widths:
        if units:
            last = NARROWEST + (1 - NARROWEST) * math.log2(1 + units) / top
        heights.append(last)
    return heights


def _units(layer: LayerSpec) -> int:
    """Return a layer's width; 0 if it has none."""
    try:
        layer_kind = kind(layer.kind)
    except SpecError:
        return 0
    width = layer_kind.options(layer).get(layer_kind.width_option, 0)
    return int(width) if isinstance(width, int) else 0
