"""The plane of two latent numbers: what is drawn from it, and where examples are put on it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.data.dataset import Dataset, Indices, Reals
from engine.telemetry.snapshot import Latent, Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.drawing import (
    Readout,
    Scale,
    draw_haloed,
    draw_readout,
    draw_scales,
    draw_sentence,
    is_for_file,
    sized,
    small_font,
)
from gui.output.pixels import ends_of, example_image, grey, image_of, in_colours, mosaic
from gui.output.probe import ProbeView
from gui.output.tables import latent_table
from gui.output.view import OutputView, switch

EMPTY = "The plane is shown as soon as the network is ready."
DOT_PX, REACH_PX = 4.6, 9
KEY_STEPS = 20
"""Arrow keys move this many times from one end of a plane to the other."""
Z1, Z2 = "z\N{SUBSCRIPT ONE}", "z\N{SUBSCRIPT TWO}"


def signed_text(value: float) -> str:
    """Return a coordinate with two places and a true minus sign."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def reach_of(latent: Latent) -> float:
    """Return a round number that is as far from 0 as any code or node of the grid."""
    codes = np.abs(latent.codes[np.isfinite(latent.codes).all(axis=1)])
    far = max(abs(latent.span[0]), abs(latent.span[1]), float(codes.max(initial=0.0)))
    power = 10.0 ** math.floor(math.log10(far)) if far > 0 else 1.0
    return next(m * power for m in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if m * power >= far * 0.999)


class LatentView(ProbeView, OutputView):
    """Pictures drawn from the plane, and codes of examples on it, side by side where both fit.

    Attributes
    ----------
    pictures, codes : QCheckBox
        What to show; at least one of them is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Latent plane", parent)
        self._dataset: Dataset | None = None
        self._latent: Latent | None = None
        self._grid, self._dots = QImage(), QPixmap()
        self.pictures = switch(
            "Show pictures", "Draw what the decoder makes of every point of the plane; further "
            "latent numbers are 0.", self._on_box_toggled, on=True)
        self.codes = switch(
            "Show codes", "Draw where the encoder puts examples: a dot each, in the colour of its "
            "class.", self._on_box_toggled, on=True)
        self.controls = self.pictures, self.codes

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the plane before."""
        self._dataset, self._latent = dataset, None
        for box in self.controls:
            # Without pictures there is nothing to choose.
            box.setEnabled(self._can_draw())
        self._refresh()
        self.point_at(None)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the plane of a snapshot."""
        if snapshot.latent is not None:
            self._latent = snapshot.latent
            self._refresh()

    def table(self) -> Table:
        """Return where examples lie."""
        return latent_table(self._dataset, self._latent)

    def minimumSizeHint(self) -> QSize:
        """Return room for a small plane."""
        return QSize(theme.px(180), theme.px(140))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw pictures and dots anew for the new size."""
        super().resizeEvent(event)
        self._refresh()

    def dress(self) -> None:
        """Take colours from the theme."""
        self._refresh()

    def shows_pictures(self) -> bool:
        """Whether pictures are drawn: where examples are images and a person wants them."""
        return self._can_draw() and (self.pictures.isChecked() or not self.codes.isChecked())

    def _can_draw(self) -> bool:
        """Whether the decoder makes pictures: a classifier has latent numbers, and draws none."""
        data = self._dataset
        return (data is not None and data.task == "reconstruction"
                and data.example.picture_size is not None)

    def shows_codes(self) -> bool:
        """Whether codes are drawn."""
        return self.codes.isChecked() or not self.shows_pictures()

    def planes(self) -> dict[str, QRectF]:
        """Return the squares of ``pictures`` and ``codes``, in px, as far as they are shown."""
        shown = [key for key, is_shown in (("pictures", self.shows_pictures()),
                                           ("codes", self.shows_codes())) if is_shown]
        line = self.fontMetrics().height()
        beside = self.fontMetrics().horizontalAdvance("\N{MINUS SIGN}0.0") + theme.px(4)
        each = self.width() / len(shown)
        side = max(min(each - beside - theme.px(4), self.height() - 1.6 * line), 1.0)
        return {key: QRectF(index * (side + beside + theme.px(8)) + beside, line * 0.5, side, side)
                for index, key in enumerate(shown)}

    def span(self, plane: str) -> tuple[float, float]:
        """Return the range of both axes of a plane."""
        if self._latent is None:
            return -1.0, 1.0
        if plane == "codes":
            reach = reach_of(self._latent)
            return -reach, reach
        low, high = self._latent.span
        half = (high - low) / max(len(self._latent.grid) - 1, 1) / 2
        return low - half, high + half

    def readout_at(self, spot: QPointF) -> Readout | None:
        """Return what is said about a spot, in px."""
        for plane, area in self.planes().items():
            if area.contains(spot):
                return self._picture_at(spot) if plane == "pictures" else self._code_at(spot, area)
        return None

    def moved(self, spot: QPointF | None, across: int, up: int) -> QPointF | None:
        """Return the spot a step away, from plane to plane at their edges."""
        planes = list(self.planes().values())
        if spot is None:
            return planes[0].center()
        step = planes[0].width() / KEY_STEPS
        target = QPointF(spot.x() + across * step, spot.y() - up * step)
        for area in planes if across >= 0 else planes[::-1]:
            if area.contains(target):
                return target
            if across > 0 and area.left() > spot.x():
                return QPointF(area.left() + 1, target.y())
            if across < 0 and area.right() < spot.x():
                return QPointF(area.right() - 1, target.y())
        return spot

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the planes with their axes, and what is pointed at."""
        painter = QPainter(self)
        if self._latent is None:
            draw_sentence(painter, QRectF(self.rect()), EMPTY)
            return
        painter.setFont(small_font(self))
        tokens = theme.current()
        for plane, area in self.planes().items():
            painter.fillRect(area, QColor(tokens.surface_sunken))
            if plane == "pictures":
                # It is smoothed once per snapshot and size; then drawn as it is.
                self._grid = sized(self._grid, area.width(), area.height(),
                                   self.devicePixelRatioF())
                painter.drawImage(area, self._grid)
            painter.setPen(QColor(tokens.border))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area)
            span = self.span(plane)
            draw_scales(painter, area, Scale(*span, Z1), Scale(*span, Z2))
        if self.shows_codes():
            self._draw_codes(painter, self.planes()["codes"])
        readout = self.readout_at(self.pointed) if self.pointed is not None else None
        if readout is not None:
            draw_readout(painter, QRectF(self.rect()), readout)
        self.draw_focus(painter)

    def _drawn_grid(self) -> QImage:
        latent, dataset = self._latent, self._dataset
        if latent is None or dataset is None or not self._can_draw():
            return QImage()
        g = len(latent.grid)
        upright = dataset.example.picture(latent.grid[::-1].reshape(g * g, -1))
        return image_of(mosaic(in_colours(grey(upright, ends_of(dataset.values[:500]))), g))

    def _drawn_codes(self, area: QRectF) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._draw_dots(painter, area)
        painter.end()
        return pixmap

    def _draw_codes(self, painter: QPainter, area: QRectF) -> None:
        """Draw the codes; for the screen, as they were drawn for this snapshot and size."""
        if is_for_file(painter, self):
            painter.save()
            self._draw_dots(painter, area)
            painter.restore()
            return
        if self._dots.isNull():
            self._dots = self._drawn_codes(area)
        painter.drawPixmap(0, 0, self._dots)

    def _draw_dots(self, painter: QPainter, area: QRectF) -> None:
        latent, dataset = self._latent, self._dataset
        if latent is None or dataset is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(area)
        labels = _labels(dataset, latent.rows)
        colours = theme.class_colours(len(dataset.class_names)) or [
            QColor(theme.current().positive)]
        places = self._places(area)
        radius = theme.px(DOT_PX) / 2
        painter.setPen(QPen(QColor(theme.current().surface_sunken), 0.7 * theme.scale()))
        for (x, y), label in zip(places.tolist(), labels.tolist(), strict=True):
            if math.isfinite(x + y):
                painter.setBrush(colours[label])
                painter.drawEllipse(QPointF(x, y), radius, radius)
        self._name_classes(painter, places, labels, dataset.class_names)

    def _name_classes(self, painter: QPainter, places: Reals, labels: Indices,
                      names: tuple[str, ...]) -> None:
        """Write every class's name in the middle of its codes: colour alone is not enough."""
        font = small_font(self)
        font.setBold(True)
        for label, name in enumerate(names):
            own = places[(labels == label) & np.isfinite(places).all(axis=1)]
            if len(own):
                x, y = np.median(own, axis=0).tolist()
                draw_haloed(painter, QPointF(x, y), name, font)

    def _places(self, area: QRectF) -> Reals:
        """Return where the codes are, float64[m, 2], in px."""
        codes = self._latent.codes if self._latent is not None else np.zeros((0, 2))
        low, high = self.span("codes")
        shares = (codes - low) / (high - low)
        return np.stack((area.left() + shares[:, 0] * area.width(),
                         area.bottom() - shares[:, 1] * area.height()), axis=1)

    def _picture_at(self, spot: QPointF) -> Readout | None:
        latent, dataset = self._latent, self._dataset
        if latent is None or dataset is None or not self._can_draw():
            return None
        area, g = self.planes()["pictures"], len(latent.grid)
        column = min(int((spot.x() - area.left()) / area.width() * g), g - 1)
        row = min(int((area.bottom() - spot.y()) / area.height() * g), g - 1)
        low, high = latent.span
        z1, z2 = (low + (high - low) * i / max(g - 1, 1) for i in (column, row))
        image = example_image(latent.grid[row, column].ravel(), dataset.example,
                              ends_of(dataset.values[:500]))
        return Readout(spot, (f"{Z1} = {signed_text(z1)}", f"{Z2} = {signed_text(z2)}",
                              "drawn by the decoder"), image)

    def _code_at(self, spot: QPointF, area: QRectF) -> Readout | None:
        latent, dataset = self._latent, self._dataset
        if latent is None or dataset is None or not len(latent.codes):
            return None
        distances = np.hypot(*(self._places(area) - (spot.x(), spot.y())).T)
        if not np.isfinite(distances).any():
            return None
        nearest = int(np.nanargmin(distances))
        if distances[nearest] > theme.px(REACH_PX):
            return None
        row, (z1, z2) = int(latent.rows[nearest]), latent.codes[nearest].tolist()
        part = "Validation" if row in dataset.validation else "Training"
        lines: tuple[str, ...] = (f"{part} example {row + 1}", f"{Z1} = {signed_text(z1)}",
                 f"{Z2} = {signed_text(z2)}")
        if len(dataset.class_names) and len(dataset.labels):
            lines = (dataset.class_names[dataset.labels[row]], *lines)
        image = QImage()
        if dataset.example.picture_size is not None:
            values = dataset.values if dataset.values.shape[1] else dataset.inputs
            image = example_image(values[row], dataset.example, ends_of(values[row]))
        return Readout(spot, lines, image)

    def _refresh(self) -> None:
        self._grid, self._dots = self._drawn_grid(), QPixmap()
        self.update()

    @Slot(bool)
    def _on_box_toggled(self) -> None:
        self._refresh()


def _labels(dataset: Dataset, rows: Indices) -> Indices:
    """Return the classes of rows; 0 where the data have none."""
    has_classes = dataset.labels.ndim == 1 and len(dataset.labels) > 0
    return dataset.labels[rows] if has_classes else np.zeros(len(rows), np.int64)
