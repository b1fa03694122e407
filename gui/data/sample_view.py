"""Some examples of what a person brings, as the network will see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QWidget

from engine.data.importers.importer import Sample
from gui import theme
from gui.data.choices import one_line

PICTURE_PX = 72
"""Side of the square that a picture is fitted into."""
WIDE_PX, FLAT = 100, 0.8
"""Width of pictures that are flatter than this, as spectrograms are."""
CURVE_PX, LARGE_CURVE_PX, FEW_CURVES = (220, 72), (560, 150), 2
"""Size of a curve, and of one of few."""
LONGEST_TEXT = 400
"""Letters of a text that are shown."""
LINES = 2
"""Of a text."""
EVERY_CLASS = "\0"
PLACE = Qt.ItemDataRole.UserRole


def picture_pixmap(picture: NDArray[np.uint8], size: QSize, ratio: float = 1.0) -> QPixmap:
    """Return a picture, uint8[h, w, 3], as large as fits into a size.

    Its pixels stay squares where it is enlarged.
    """
    pixels = np.ascontiguousarray(picture)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    room = QSize(round(size.width() * ratio), round(size.height() * ratio))
    grows = height < room.height() and width < room.width()
    pixmap = QPixmap.fromImage(image.scaled(
        room, Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.FastTransformation if grows
        else Qt.TransformationMode.SmoothTransformation))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def curve_pixmap(curve: NDArray[np.float64], size: QSize, ratio: float = 1.0) -> QPixmap:
    """Return a part of a series as a line from left to right."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(theme.current().surface_sunken))
    finite = curve[np.isfinite(curve)]
    if len(curve) < 2 or not len(finite):
        return pixmap
    low, high = float(finite.min()), float(finite.max())
    span, margin = (high - low) or 1.0, 5.0
    across = np.linspace(margin, size.width() - margin, len(curve))
    up = size.height() - margin - (curve - low) / span * (size.height() - 2 * margin)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.current().accent), 1.4))
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(across, up, strict=True)
                                    if np.isfinite(y)]))
    painter.end()
    return pixmap


class SampleView(QListWidget):
    """Pictures, texts or curves; the arrow keys go from one to the next. GUI thread only.

    Signals
    -------
    pointed_at(object)
        A person looks at this `Sample`; None for none.
    opened(object)
        A person has double-clicked it, or pressed Return.
    """

    pointed_at = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples: tuple[Sample, ...] = ()
        self._shown_class = EVERY_CLASS
        self.setAccessibleName("Examples as the network will see them")
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.currentItemChanged.connect(self._on_current_item_changed)
        self.itemActivated.connect(self._on_item_activated)
        theme.notifier().changed.connect(self._on_theme_changed)

    def show_samples(self, samples: Sequence[Sample], order: Sequence[str] = ()) -> None:
        """Show other examples, those of a class side by side.

        Parameters
        ----------
        samples : sequence of Sample
            In any order.
        order : sequence of str
            The classes in theirs.
        """
        places = {name: place for place, name in enumerate(order)}
        # First: while rows go, Qt tells of others that are looked at, which are still the old ones.
        self.clear()
        self.samples = tuple(sorted(samples,
                                    key=lambda one: places.get(one.label, len(places))))
        self._fill()

    def show_class(self, name: str) -> None:
        """Show the examples of one class only; `EVERY_CLASS` shows all."""
        self._shown_class = name
        self._fill()

    def sample(self) -> Sample | None:
        """Return the example that is looked at; None for none."""
        row = self.currentRow()
        return None if row < 0 else self.samples[int(self.item(row).data(PLACE))]

    def _fill(self) -> None:
        shown = [(place, one) for place, one in enumerate(self.samples)
                 if self._shown_class in (EVERY_CLASS, one.label)]
        self.clear()
        is_grid = any(one.picture is not None or one.curve is not None for _, one in shown)
        self.setViewMode(QListView.ViewMode.IconMode if is_grid else QListView.ViewMode.ListMode)
        self.setWordWrap(not is_grid)
        self.setSpacing(theme.px(3 if is_grid else 1))
        # Another mode of the view forgets that its items are not to be moved.
        self.setMovement(QListView.Movement.Static)
        self.setDragEnabled(False)
        self.setIconSize(self._icon_size([one for _, one in shown]))
        for place, one in shown:
            self.addItem(self._item(place, one))

    def _icon_size(self, shown: Sequence[Sample]) -> QSize:
        """Return a size into which all pictures or curves fit: flat ones are wide and low."""
        curves = sum(one.curve is not None for one in shown)
        if curves:
            width, height = CURVE_PX if curves > FEW_CURVES else LARGE_CURVE_PX
            room = max(self.viewport().width() - theme.px(30), theme.px(CURVE_PX[0]))
            return QSize(min(theme.px(width), room), theme.px(height))
        shapes = [one.picture.shape for one in shown if one.picture is not None]
        slope = max((shape[0] / shape[1] for shape in shapes), default=1.0)
        width = theme.px(PICTURE_PX if slope > FLAT else WIDE_PX)
        return QSize(width, max(1, min(round(width * slope), theme.px(PICTURE_PX))))

    def _item(self, place: int, one: Sample) -> QListWidgetItem:
        item = QListWidgetItem()
        item.setData(PLACE, place)
        ratio, size = self.devicePixelRatioF(), self.iconSize()
        line = self.fontMetrics().height()
        named = one.label or one.name
        pixmap = None
        if one.picture is not None:
            # A spectrogram has the colours that it has beside the network.
            pixels = one.picture if one.sound is None \
                else theme.sequential_map()[one.picture[..., 0]]
            pixmap = picture_pixmap(pixels, size, ratio)
        elif one.curve is not None:
            pixmap = curve_pixmap(one.curve, size, ratio)
        if pixmap is not None:
            item.setIcon(QIcon(pixmap))
            item.setText(self.fontMetrics().elidedText(
                one_line(named), Qt.TextElideMode.ElideMiddle, size.width()))
            item.setSizeHint(QSize(size.width() + theme.px(10),
                                   size.height() + line + theme.px(12)))
        else:
            label = f"{one_line(one.label)}:  " if one.label else ""
            item.setText(label + one_line(one.text)[:LONGEST_TEXT])
            item.setSizeHint(QSize(0, LINES * line + theme.px(10)))
        item.setToolTip("".join(f"<p>{escape(text)}</p>" for text in (
            one.label, one.name, one.text[:LONGEST_TEXT]) if text))
        item.setData(Qt.ItemDataRole.AccessibleTextRole,
                     ", ".join(filter(None, (one.label, one.name, one.text[:LONGEST_TEXT]))))
        return item

    @Slot()
    def _on_current_item_changed(self) -> None:
        self.pointed_at.emit(self.sample())

    @Slot()
    def _on_item_activated(self) -> None:
        self.opened.emit(self.sample())

    @Slot()
    def _on_theme_changed(self) -> None:
        self._fill()


class ClassList(QListWidget):
    """The classes with how many examples each has; choosing one shows its examples alone.

    Signals
    -------
    class_chosen(str)
        Its name, or `EVERY_CLASS`.
    """

    class_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Classes")
        self.setToolTip("<p>How many examples each class has. Choose one to see its examples "
                        "alone.</p>")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.currentItemChanged.connect(self._on_current_item_changed)

    def show_classes(self, classes: Mapping[str, int]) -> None:
        """Show other classes; it hides where there are none."""
        self.blockSignals(True)
        self.clear()
        entries = [(EVERY_CLASS, f"All · {sum(classes.values()):,}"),
                   *((name, f"{one_line(name)} · {count:,}") for name, count in classes.items())]
        for name, text in entries:
            item = QListWidgetItem(text)
            item.setData(PLACE, name)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + theme.px(8)))
            self.addItem(item)
        self.setCurrentRow(0)
        self.blockSignals(False)
        self.setVisible(bool(classes))

    @Slot()
    def _on_current_item_changed(self) -> None:
        item = self.currentItem()
        if item is not None:
            self.class_chosen.emit(item.data(PLACE))
