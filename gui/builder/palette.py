"""The palette: one chip per kind of layer that can be inserted, straight from the registry."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.layers import LayerKind
from gui.builder.kind_groups import kind_groups
from gui.builder.rows_model import kind_mime
from gui.widgets import Button, FlowLayout, Segmented, set_page


class KindChip(Button):
    """A kind of layer to drag into the network, or to insert by double click or Enter.

    Parameters
    ----------
    kind : LayerKind
        The kind.

    Signals
    -------
    insert_requested()
        A person wants a layer of this kind.
    """

    insert_requested = Signal()

    def __init__(self, kind: LayerKind, parent: QWidget | None = None) -> None:
        super().__init__(kind.title, kind.icon, parent=parent)
        self.kind = kind
        self._pressed_at: QPoint | None = None
        self.setToolTip(f"<p><b>{kind.title}.</b> {kind.help}</p>"
                        "<p>Drag it into the network, double-click it, or press Enter.</p>")
        self.setAccessibleName(f"{kind.title} layer")
        self.setAccessibleDescription(kind.help)
        set_page(self, f"layers/{kind.key}")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        if start is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        way = (event.position().toPoint() - start).manhattanLength()
        if way >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag(start)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        self.insert_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Insert):
            self.insert_requested.emit()
        else:
            super().keyPressEvent(event)

    def _drag(self, start: QPoint) -> None:
        drag = QDrag(self)
        drag.setMimeData(kind_mime(self.kind.key))
        drag.setPixmap(self.grab())
        drag.setHotSpot(start)
        self.setDown(False)
        drag.exec(Qt.DropAction.CopyAction)


class LayerPalette(QWidget):
    """The chips of one group at a time, in lines below the groups' names. GUI thread only.

    Signals
    -------
    insert_requested(str)
        A person wants a layer of the kind with this key.
    """

    insert_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layer palette")
        self.chips: list[KindChip] = []
        self._flow = FlowLayout(spacing=6)
        groups = kind_groups()
        for kinds in groups.values():
            for kind in kinds:
                self._add_chip(kind)
        self.groups = Segmented([(group, group) for group in groups], "Groups of layers", wrap=True)
        self.groups.set_tooltips({
            group: f"<p>{', '.join(kind.title for kind in kinds)}.</p>"
            for group, kinds in groups.items()})
        self.groups.selected.connect(self.show_group)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.groups)
        layout.addLayout(self._flow)
        self.show_group(self.groups.current())
        hint = QLabel("A double click adds it below the selection.")
        hint.setProperty("role", "small")
        hint.setWordWrap(True)
        layout.addWidget(hint)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @Slot(str)
    def show_group(self, group: str) -> None:
        """Show the chips of a group."""
        self.groups.set_current(group)
        for chip in self.chips:
            chip.setVisible(chip.kind.group == group)
        self._flow.invalidate()
        self.updateGeometry()

    def _add_chip(self, kind: LayerKind) -> None:
        chip = KindChip(kind)
        chip.insert_requested.connect(partial(self.insert_requested.emit, kind.key))
        self._flow.addWidget(chip)
        self.chips.append(chip)
