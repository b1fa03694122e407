"""The tiles of the data panel: what comes with the program, and what is a person's own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from engine.data import DRAWINGS, PAINTED, TABLE, TEXT, SourceInfo
from gui.data.source_tiles import OwnTile, SourceTile, Tile

TAB, NO_TAB = Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.NoFocus
PER_LINE = 4
BROUGHT = "brought"
"""Key of the tile for whatever an importer reads."""


class TileGrid(QWidget):
    """One tile for each source. GUI thread only.

    Parameters
    ----------
    infos : iterable of SourceInfo
        What comes with the program.

    Attributes
    ----------
    tiles : dict[str, Tile]
        By the key of their source.

    Signals
    -------
    chosen(str)
        A person has clicked the tile of this key.
    """

    chosen = Signal(str)

    def __init__(self, infos: Iterable[SourceInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: dict[str, Tile] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(5)
        self._group = QButtonGroup(self)
        for info in infos:
            self._add(info.key, SourceTile(info))
        self._add(PAINTED, OwnTile(
            "Paint…", "<p><b>Paint.</b> Paint points of your own into the plane, beginning with "
            "those that are there; the network learns from every stroke at once.</p>", "scatter"))
        self._add(DRAWINGS, OwnTile(
            "Drawings…", "<p><b>My drawings.</b> Learn to tell what is drawn: from the "
            "drawings that you have added on the pad, or from files of them, one for each person, "
            "as Quick, Draw! has them.</p>", "pencil"))
        self._add(TABLE, OwnTile(
            "My table…", "<p><b>My table.</b> Learn from a table of your own: a workbook of Excel "
            "or LibreOffice, CSV and other text with columns, or ARFF. You can also drop the file "
            "onto the window, or paste cells that you have copied (Ctrl+V).</p>", "table-2"))
        self._add(TEXT, OwnTile(
            "My text…", "<p><b>My text.</b> Learn to continue a text of your own, letter by "
            "letter: a poem, a story, a program, as plain text.</p>", "case-sensitive"))
        self._add(BROUGHT, OwnTile(
            "Images, sounds…", "<p><b>My own data.</b> Learn from images, sounds, texts with "
            "labels or series of your own: a folder with a folder per class, a zip, a table that "
            "names the files, IDX and more. You can also drop a file or a folder onto the window, "
            "or paste an image or a path (Ctrl+V).</p>", "image"))

    def show_chosen(self, key: str) -> None:
        """Mark the tile of the data in use; an unknown key changes nothing."""
        if key not in self.tiles:
            return
        self.tiles[key].setChecked(True)
        # Tab leads to the data in use: an arrow key chooses what lies beside it.
        for tile in self.tiles.values():
            tile.setFocusPolicy(TAB if tile.isChecked() else NO_TAB)

    def _add(self, key: str, tile: Tile) -> None:
        tile.clicked.connect(partial(self._on_tile_clicked, key))
        self._group.addButton(tile)
        self._grid.addWidget(tile, *divmod(len(self.tiles), PER_LINE))
        self.tiles[key] = tile

    def _on_tile_clicked(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)
