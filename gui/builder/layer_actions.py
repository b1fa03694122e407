"""What a person can do to a layer, for keys, menus and buttons alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from engine.errors import EngineError
from engine.layers import LayerKind
from gui import theme
from gui.builder.kind_groups import kind_groups
from gui.document.document import Document
from gui.document.wiring import block, known_kind

MOST_COPIES = 100


class LayerActions(QObject):
    """Edits of a document on behalf of a widget. GUI thread only.

    Parameters
    ----------
    document : Document
        What is edited.
    widget : QWidget
        Where menus and dialogs appear; Qt's owner.

    Signals
    -------
    refused(str)
        An edit was not possible; the sentence that says why.
    """

    refused = Signal(str)

    def __init__(self, document: Document, widget: QWidget) -> None:
        super().__init__(widget)
        self._document = document
        self._widget = widget

    def attempt(self, edit: Callable[[], object]) -> bool:
        """Do an edit; say whether it was possible and, if not, tell why by ``refused``."""
        self._document.end_gesture()
        try:
            edit()
        except EngineError as error:
            self.refused.emit(error.sentence)
            return False
        return True

    def add(self, kind_key: str, position: int | None = None) -> None:
        """Insert a layer; by default after the selected one."""
        self.attempt(partial(self._document.add_layer, kind_key, position))

    def add_usual(self) -> None:
        """Insert a layer of the selected layer's kind, else of the palette's first."""
        self.add(self._usual_kind())

    def remove(self, layer_id: str) -> None:
        """Remove a layer."""
        self.attempt(partial(self._document.remove_layer, layer_id))

    def shift(self, layer_id: str, way: int) -> None:
        """Move a layer up (-1) or down (1) by one place; at an end nothing happens."""
        network = self._document.project.network
        position = network.index(layer_id) + way
        if 1 <= position < len(network):
            self.attempt(partial(self._document.move_layer, layer_id, position))

    def duplicate(self, layer_id: str) -> None:
        """Insert a copy after a layer; with one that joins, a copy of the path that it ends."""
        self.attempt(partial(self._document.repeat_layer, layer_id))

    def ask_stack(self, layer_id: str) -> QInputDialog:
        """Ask how many copies of a layer to insert, and insert them."""
        dialog = QInputDialog(self._widget)
        dialog.setWindowTitle("Stack")
        dialog.setLabelText(f"Copies of {self._extent(layer_id)} to insert after it, 1 to "
                            f"{MOST_COPIES}:")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(1, MOST_COPIES)
        dialog.setIntValue(8)
        dialog.setOkButtonText("Insert")
        dialog.intValueSelected.connect(partial(self._stack, layer_id))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def menu(self, layer_id: str) -> QMenu:
        """Return the context menu of a layer."""
        network = self._document.project.network
        position = network.index(layer_id)
        menu = QMenu(self._widget)
        menu.setToolTipsVisible(True)
        if position:
            menu.addMenu(self.kinds_menu(position, "Add before", menu))
        menu.addMenu(self.kinds_menu(position + 1, "Add after", menu))
        if position == 0:
            return menu
        menu.addSeparator()
        entry = partial(self._entry, menu)
        extent = self._extent(layer_id)
        entry("Duplicate", "copy", partial(self.duplicate, layer_id),
              tip=f"Insert a copy of {extent} after it.")
        entry("Stack…", "layers", partial(self.ask_stack, layer_id),
              tip=f"Repeat {extent} several times.")
        up = entry("Move up", "arrow-up", partial(self.shift, layer_id, -1), "Alt+Up")
        up.setEnabled(position > 1)
        down = entry("Move down", "arrow-down", partial(self.shift, layer_id, 1), "Alt+Down")
        down.setEnabled(position < len(network) - 1)
        menu.addSeparator()
        entry("Remove", "trash-2", partial(self.remove, layer_id), "Del")
        return menu

    def kinds_menu(self, position: int, title: str = "", parent: QWidget | None = None) -> QMenu:
        """Return a menu of the kinds that can be inserted before ``position``.

        Those of the first group are there at once, the others in a menu for each group.
        """
        menu = QMenu(title, parent or self._widget)
        menu.setToolTipsVisible(True)
        for number, (group, kinds) in enumerate(kind_groups().items()):
            inner = menu
            if number:
                inner = menu.addMenu(group.replace("&", "&&"))
                inner.setToolTipsVisible(True)
            self._add_kinds(inner, kinds, position)
            if not number:
                menu.addSeparator()
        return menu

    def _add_kinds(self, menu: QMenu, kinds: Iterable[LayerKind], position: int) -> None:
        for kind in kinds:
            self._entry(menu, kind.title, kind.icon, partial(self.add, kind.key, position),
                        tip=kind.help)

    def _entry(self, menu: QMenu, text: str, icon: str, action: Callable[[], object],
               keys: str = "", tip: str = "") -> QAction:
        entry = menu.addAction(theme.icon(icon), f"{text}\t{keys}" if keys else text)
        entry.setToolTip(tip or text)
        # `triggered` carries a bool that no edit wants.
        entry.triggered.connect(lambda _checked=False: action())
        return entry

    def _extent(self, layer_id: str) -> str:
        """Return what is repeated with a layer, in words."""
        layers = block(self._document.project.network, layer_id)
        return "this layer" if len(layers) == 1 else f"this block of {len(layers)} layers"

    def _stack(self, layer_id: str, times: int) -> None:
        self.attempt(partial(self._document.repeat_layer, layer_id, times))

    def _usual_kind(self) -> str:
        network = self._document.project.network
        chosen = next((layer for layer in network if layer.id == self._document.selected), None)
        kind = known_kind(chosen) if chosen is not None else None
        if kind is not None and kind.insertable:
            return kind.key
        return next(kind.key for kinds in kind_groups().values() for kind in kinds)
