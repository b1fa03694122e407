"""What a layer of images has learned to look for, and what it finds in one example."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Array, LayerReading, Snapshot
from gui import theme
from gui.output.drawing import draw_picture, draw_sentence, small_font
from gui.output.pixels import ends_of, grey_image, image_of, mosaic, signed
from gui.output.tiles import Tiling, tiling
from gui.widgets import plain_number

EMPTY = "Feature maps and filters are shown as soon as the network is ready."
NO_FEATURES = "Select a convolution layer in the network to see its filters and feature maps."
GAP_PX = 2
EXAMPLE_PX = 60


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
    """

    kind: str
    values: Array
    channels: int
    most: float

    def caption(self, shown: int) -> str:
        """Return what stands above the tiles, of which so many input channels are shown."""
        n, height, width = self.values.shape
        if self.kind == "maps":
            return f"{n} feature maps, {height} \N{MULTIPLICATION SIGN} {width}"
        if not self.channels:
            return f"{n} filters, {height} \N{MULTIPLICATION SIGN} {width}"
        inputs = n // self.channels
        rows = (f"rows: {inputs} input channels" if shown >= inputs
                else f"rows: input channels 1 to {shown} of {inputs}")
        return f"{self.channels} filters, {height} \N{MULTIPLICATION SIGN} {width}; {rows}"

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
        result.append(Section("filters", tiles, filters if inputs > 1 else 0, most_of(tiles)))
    return result


@dataclass(frozen=True)
class _Placed:
    """A section with its place: the picture is made once per snapshot and size."""

    section: Section
    caption: QRectF
    corner: QPointF
    tiling: Tiling
    image: QImage


class FeatureView(QWidget):
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
        """Return what there is to show of the selected layer."""
        readings = self._snapshot.layers if self._snapshot else ()
        return sections_of(next((r for r in readings if r.layer_id == self._selected), None))

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
            section, layout = placed.section, placed.tiling
            _, height, width = section.values.shape
            x, y = ((spot - placed.corner) * ratio).toTuple()
            wide, tall = width * layout.zoom + layout.gap, height * layout.zoom + layout.gap
            column, row = int(x // wide), int(y // tall)
            tile = row * layout.columns + column
            inside = 0 <= column < layout.columns and 0 <= row < layout.rows
            if inside and tile < len(section.values):
                return section.sentence(tile)
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
                or dataset.image_shape is None:
            return
        row = int(snapshot.samples[0])
        side, line = float(theme.px(EXAMPLE_PX)), painter.fontMetrics().height()
        height, width = dataset.image_shape
        place = QRectF(0, line + theme.px(3), side * min(1.0, width / height),
                       side * min(1.0, height / width))
        values = dataset.inputs[row].reshape(dataset.image_shape)
        draw_picture(painter, place, grey_image(values, ends_of(values)))
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
        section, tokens = placed.section, theme.current()
        metrics, gap = painter.fontMetrics(), theme.px(5)
        painter.setPen(QColor(tokens.text_muted))
        most = size_text(section.most)
        ends = (f"\N{MINUS SIGN}{most}", most)
        bar = float(theme.px(36))
        room = placed.caption.width() - bar - 2 * gap - sum(map(metrics.horizontalAdvance, ends))
        shown = placed.tiling.rows if section.channels else 0
        text = metrics.elidedText(
            section.caption(shown), Qt.TextElideMode.ElideRight, int(room - 3 * gap))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(placed.caption, middle, text)
        x = placed.caption.left() + room
        painter.drawText(placed.caption.adjusted(room, 0, 0, 0), middle, ends[0])
        x += metrics.horizontalAdvance(ends[0]) + gap
        table = theme.signed_map().copy()
        strip = QImage(table.tobytes(), 256, 1, 768, QImage.Format.Format_RGB888)
        height = placed.caption.height()
        painter.drawImage(
            QRectF(x, placed.caption.top() + height * 0.28, bar, height * 0.46), strip)
        painter.drawText(placed.caption.adjusted(x + bar + gap - placed.caption.left(), 0, 0, 0),
                         middle, ends[1])

    def _arranged(self) -> list[_Placed]:
        if self._placed is None:
            self._placed = self._arrange()
        return self._placed

    def _arrange(self) -> list[_Placed]:
        """Return every section where it has the largest tiles: one below the other."""
        sections = self.sections()
        if not sections:
            return []
        ratio, gap = self.devicePixelRatioF(), theme.px(GAP_PX)
        line = self.fontMetrics().height()
        left, y = self._beside(), 0.0
        each = (self.height() - theme.px(6) * (len(sections) - 1)) / len(sections)
        result = []
        for section in sections:
            room = ((self.width() - left) * ratio, (each - line - theme.px(3)) * ratio)
            layout = _laid(section, room, round(gap * ratio))
            shown = section.values[:layout.columns * layout.rows]
            pixels = mosaic(signed(shown, section.most), layout.columns, zoom=layout.zoom,
                            gap=layout.gap)
            image = image_of(pixels)
            image.setDevicePixelRatio(ratio)
            result.append(_Placed(section, QRectF(left, y, self.width() - left, line),
                                  QPointF(left, y + line + theme.px(3)), layout, image))
            y += each + theme.px(6)
        return result

    def _beside(self) -> float:
        """Return the room that the example takes at the left."""
        dataset, snapshot = self._dataset, self._snapshot
        has_example = dataset is not None and dataset.image_shape is not None \
            and snapshot is not None and len(snapshot.samples) > 0
        return float(theme.px(EXAMPLE_PX + 14)) if has_example else 0.0

    def _refresh(self) -> None:
        self._placed = None
        described = [section.caption(len(section.values)) for section in self.sections()]
        self.setAccessibleDescription("; ".join(described) or NO_FEATURES)
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._refresh()


def _laid(section: Section, room: tuple[float, float], gap: int) -> Tiling:
    """Return how a section is laid out; filters of many channels keep a column each."""
    n, height, width = section.values.shape
    if not section.channels:
        return tiling(n, (height, width), room, gap)
    inputs = n // section.channels
    across = (room[0] + gap) / section.channels - gap
    zoom = max(1, int(min(across // width, ((room[1] + gap) / inputs - gap) // height)))
    rows = int((room[1] + gap) // (height * zoom + gap))
    return Tiling(section.channels, min(max(rows, 1), inputs), zoom, gap)
