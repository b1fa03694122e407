"""What a layer of images has learned to look for, and what it finds in one example."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Array, LayerReading, Snapshot
from engine.telemetry.tables import Table, stacked
from gui import theme
from gui.output.drawing import draw_picture, draw_sentence, small_font
from gui.output.pixels import (
    ends_of,
    example_image,
    image_of,
    mosaic,
    signed,
)
from gui.output.tiles import Tiling, tiling, zoom_for
from gui.output.view import OutputView
from gui.widgets import plain_number

EMPTY = "Feature maps and filters are shown as soon as the network is ready."
NO_FEATURES = "Select a convolution layer in the network to see its filters and feature maps."
GAP_PX = 2
EXAMPLE_PX, SCALE_PX = 60, 106
NARROW_PX = 220
LEAST_ZOOM = 2.0
"""A weight of a filter is no smaller; of more filters, only the first are shown."""


def size_text(value: float) -> str:
    """Return a magnitude in two figures."""
    return f"{value:.2g}" if 1e-3 <= value < 1e4 or value == 0 else plain_number(value)


def most_of(values: Array) -> float:
    """Return the largest finite magnitude."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


@dataclass(frozen=True)
class Section:
    """Tiles below a caption.

    Attributes
    ----------
    kind : str
        ``maps`` or ``filters``.
    values : float[n, h, w]
        The tiles.
    channels : int
        Tiles in a row that belong to one input channel; 0 where they may stand in any order.
    most : float
        The magnitude that has the full colour.
    whole : tuple[int, int]
        Input channels and filters that there are, where only the first have room.
    layer : int
        Number of the layer, where it is not the selected one; else 0.
    """

    kind: str
    values: Array
    channels: int
    most: float
    whole: tuple[int, int] = (0, 0)
    layer: int = 0

    def cropped(self, inputs: int, filters: int) -> Section:
        """Return the first input channels of the first filters."""
        table = self.values.reshape(-1, self.channels, *self.values.shape[1:])
        first = table[:inputs, :filters]
        return replace(self, values=first.reshape(-1, *first.shape[2:]), channels=first.shape[1],
                       whole=(len(table), self.channels))

    def caption(self) -> str:
        """Return what stands above the tiles: filters stand across, input channels down."""
        n, height, width = self.values.shape
        size = f"{height} \N{MULTIPLICATION SIGN} {width}"
        where = f"Layer {self.layer}: " if self.layer else ""
        if not self.channels:
            name = "feature map" if self.kind == "maps" else "filter"
            return f"{where}{n} {name}{'s' * (n > 1)}, {size}"
        parts = [f"{count}" if count >= every else f"{count} of {every}"
                 for count, every in zip((n // self.channels, self.channels), self.whole,
                                         strict=True)]
        return f"{where}{parts[1]} filters \N{MULTIPLICATION SIGN} {parts[0]} inputs, {size}"

    def table(self) -> Table:
        """Return a row for each of its numbers: its tile, its place there, and the number."""
        tile, row, column = (axis.ravel() + 1 for axis in np.indices(self.values.shape))
        places = {"tile": tile}
        if self.channels:
            places = {"input channel": (tile - 1) // self.channels + 1,
                      "filter": (tile - 1) % self.channels + 1}
        name = "activation or weight"
        return [*places, "row", "column", name], [*places.values(), row, column,
                                                  self.values.ravel()]

    def sentence(self, tile: int) -> str:
        """Return what is said about one tile."""
        values = self.values[tile]
        low, high = ends_of(values)
        ends = f"from {low:.3g} to {high:.3g}".replace("-", "\N{MINUS SIGN}")
        if self.kind == "maps":
            return f"Feature map {tile + 1}: activations {ends}."
        if not self.channels:
            return f"Filter {tile + 1}: weights {ends}."
        row, column = divmod(tile, self.channels)
        return f"Filter {column + 1}, input channel {row + 1}: weights {ends}."


def sections_of(reading: LayerReading | None) -> list[Section]:
    """Return what there is to show of a layer."""
    if reading is None:
        return []
    result = []
    if reading.feature_maps is not None:
        maps = np.moveaxis(reading.feature_maps, 2, 0)
        result.append(Section("maps", maps, 0, most_of(maps)))
    if reading.filters is not None:
        height, width, inputs, filters = reading.filters.shape
        tiles = reading.filters.transpose(2, 3, 0, 1).reshape(-1, height, width)
        result.append(Section("filters", tiles, filters if inputs > 1 else 0, most_of(tiles),
                              (inputs, filters)))
    return result


@dataclass(frozen=True)
class _Placed:
    """A section with its place: the picture is made once per snapshot and size."""

    section: Section
    caption: QRectF
    scale: QRectF
    corner: QPointF
    tiling: Tiling
    image: QImage


class FeatureView(QWidget, OutputView):
    """The example, its feature maps in the selected layer, and the layer's filters.

    Blue is positive, orange negative; the strongest colour is the largest magnitude of each kind.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self._selected = ""
        self._placed: list[_Placed] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Feature maps and filters of the selected layer")
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the layers before."""
        self._dataset, self._snapshot = dataset, None
        self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the layers of a snapshot."""
        self._snapshot = snapshot
        self._refresh()

    def set_selected(self, layer_id: str) -> None:
        """Show another layer."""
        if layer_id != self._selected:
            self._selected = layer_id
            self._refresh()

    def sections(self) -> list[Section]:
        """Return what there is to show of the selected layer, or else of the first convolution."""
        readings = self._snapshot.layers if self._snapshot else ()
        chosen = next((r for r in readings if r.layer_id == self._selected), None)
        if found := sections_of(chosen):
            return found
        first = next((n for n, r in enumerate(readings) if r.filters is not None), 0)
        return [replace(one, layer=first) for one in sections_of(readings[first])] if first else []

    def table(self) -> Table:
        """Return every pixel of every feature map and filter of the layer, counted from 1."""
        parts = [(section.kind, section.table()) for section in self.sections()]
        return stacked(parts, "of") if parts else ([], [])

    def minimumSizeHint(self) -> QSize:
        """Return room for small tiles."""
        return QSize(theme.px(200), theme.px(140))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the tiles anew."""
        super().resizeEvent(event)
        self._placed = None

    def sentence_at(self, spot: QPointF) -> str:
        """Return what is said about a spot, in px; empty for none."""
        ratio = self.devicePixelRatioF()
        for placed in self._arranged():
            if placed.caption.contains(spot):
                return placed.section.caption()
            tile = placed.tiling.tile_at(*((spot - placed.corner) * ratio).toTuple())
            if 0 <= tile < len(placed.section.values):
                return placed.section.sentence(tile)
        return ""

    def event(self, event: QEvent) -> bool:
        """Show the sentence about the tile below the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.sentence_at(event.pos().toPointF()), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the example, and the tiles with their captions and scales."""
        painter = QPainter(self)
        placed = self._arranged()
        if not placed:
            draw_sentence(painter, QRectF(self.rect()), NO_FEATURES if self._snapshot else EMPTY)
            return
        painter.setFont(small_font(self))
        self._draw_example(painter)
        for one in placed:
            self._draw_caption(painter, one)
            painter.drawImage(one.corner, one.image)

    def _draw_example(self, painter: QPainter) -> None:
        dataset, snapshot = self._dataset, self._snapshot
        if not self._beside() or dataset is None or snapshot is None \
                or dataset.example.picture_size is None:
            return
        row = int(snapshot.samples[0])
        side, line = float(theme.px(EXAMPLE_PX)), painter.fontMetrics().height()
        height, width = dataset.example.picture_size
        place = QRectF(0, line + theme.px(3), side * min(1.0, width / height),
                       side * min(1.0, height / width))
        values = dataset.inputs[row]
        draw_picture(painter, place, example_image(values, dataset.example, ends_of(values)))
        painter.setPen(QColor(theme.current().border))
        painter.drawRect(place)
        painter.setPen(QColor(theme.current().text_muted))
        painter.drawText(QRectF(0, 0, side, line), Qt.AlignmentFlag.AlignLeft, "Example")
        if len(dataset.class_names) and len(dataset.labels):
            name = painter.fontMetrics().elidedText(
                dataset.class_names[dataset.labels[row]], Qt.TextElideMode.ElideRight, int(side))
            below = QRectF(0, place.bottom() + theme.px(3), side, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, name)

    def _draw_caption(self, painter: QPainter, placed: _Placed) -> None:
        painter.setPen(QColor(theme.current().text_muted))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        text = painter.fontMetrics().elidedText(
            placed.section.caption(), Qt.TextElideMode.ElideRight, int(placed.caption.width()))
        painter.drawText(placed.caption, middle, text)
        _draw_scale(painter, placed.scale, size_text(placed.section.most))

    def _arranged(self) -> list[_Placed]:
        if self._placed is None:
            self._placed = self._arrange()
        return self._placed

    def _arrange(self) -> list[_Placed]:
        """Return the sections one below the other or side by side, where they are largest."""
        sections = self.sections()
        if not sections:
            return []
        left, gap = self._beside(), theme.px(10)
        whole = QRectF(left, 0, self.width() - left, self.height())
        n = len(sections)
        tall, wide = (whole.height() - gap * (n - 1)) / n, (whole.width() - gap * (n - 1)) / n
        below = [QRectF(left, i * (tall + gap), whole.width(), tall) for i in range(n)]
        beside = [QRectF(left + i * (wide + gap), 0, wide, whole.height()) for i in range(n)]
        choices = [[self._placed_in(place, section, lines)
                    for place, section in zip(places, sections, strict=True)]
                   for places, lines in ((below, 1), (beside, 2))]
        return max(choices, key=lambda placed: sum(one.tiling.covered() for one in placed))

    def _placed_in(self, place: QRectF, section: Section, lines: int) -> _Placed:
        """Return a section in its place, its scale beside its caption or on a line below."""
        ratio, gap = self.devicePixelRatioF(), theme.px(GAP_PX)
        line = self.fontMetrics().height() * 0.95
        caption = QRectF(place.left(), place.top(), place.width(), line)
        scale = caption.translated(0, line)
        if lines == 1:
            wide = theme.px(SCALE_PX)
            scale = QRectF(place.right() - wide, place.top(), wide, line)
            caption.setRight(scale.left() - theme.px(8))
        top = place.top() + lines * line + theme.px(3)
        room = (place.width() * ratio, (place.bottom() - top) * ratio)
        section, layout = _laid(section, room, round(gap * ratio))
        image = image_of(mosaic(signed(section.values, section.most), layout.columns,
                                (layout.height, layout.width), layout.gap))
        image.setDevicePixelRatio(ratio)
        return _Placed(section, caption, scale, QPointF(place.left(), top), layout, image)

    def _beside(self) -> float:
        """Return the room that the example takes at the left."""
        dataset, snapshot = self._dataset, self._snapshot
        has_example = dataset is not None and dataset.example.picture_size is not None \
            and snapshot is not None and len(snapshot.samples) > 0 \
            and self.width() > theme.px(NARROW_PX)
        return float(theme.px(EXAMPLE_PX + 14)) if has_example else 0.0

    def _refresh(self) -> None:
        self._placed = None
        described = [section.caption() for section in self.sections()]
        self.setAccessibleDescription("; ".join(described) or NO_FEATURES)
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._refresh()


def _draw_scale(painter: QPainter, place: QRectF, most: str) -> None:
    """Draw the colours from the most negative to the most positive number."""
    metrics, gap, bar = painter.fontMetrics(), theme.px(5), float(theme.px(28))
    middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
    low = f"\N{MINUS SIGN}{most}"
    painter.drawText(place, middle, low)
    x = place.left() + metrics.horizontalAdvance(low) + gap
    table = theme.signed_map().copy()
    strip = QImage(table.tobytes(), 256, 1, 768, QImage.Format.Format_RGB888)
    height = place.height()
    painter.drawImage(QRectF(x, place.top() + height * 0.28, bar, height * 0.46), strip)
    painter.drawText(place.adjusted(x + bar + gap - place.left(), 0, 0, 0), middle, most)


def _laid(section: Section, room: tuple[float, float], gap: int) -> tuple[Section, Tiling]:
    """Return what of a section has room, and how; filters of many channels keep a column each."""
    n, *tile = section.values.shape
    height, width = tile
    if not section.channels:
        return section, tiling(n, (height, width), room, gap)
    inputs = n // section.channels
    zoom = max(zoom_for(section.channels, inputs, (height, width), room, gap), LEAST_ZOOM)
    every = Tiling.of(section.channels, inputs, (height, width), zoom, gap)
    rows = min(max(int((room[1] + gap) // (every.height + gap)), 1), inputs)
    columns = min(max(int((room[0] + gap) // (every.width + gap)), 1), section.channels)
    return section.cropped(rows, columns), replace(every, rows=rows, columns=columns)
