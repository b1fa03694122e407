"""The board of tiles on which a data set is chosen."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from engine.data import DRAWINGS, PAINTED, TABLE, SourceInfo
from gui.data.source_tiles import FileTile, MadeTile, SourceTile, Tile

TAB, NO_TAB = Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.NoFocus
TILES_PER_LINE = 4
BROUGHT = "brought"
"""Key of the tile for whatever is brought and is no table."""


class _Own(NamedTuple):
    """A tile for what is a person's own."""

    key: str
    title: str
    icon: str
    tip: str


MADE = (
    _Own(PAINTED, "Paint…", "scatter",
         "<p><b>Paint.</b> Paint points of your own into the plane, beginning with those that are "
         "there; the network learns from every stroke at once.</p>"),
    _Own(DRAWINGS, "Drawings…", "pencil",
         "<p><b>My drawings.</b> Learn to tell what is drawn: from drawings that you have added "
         "on the pad, or from files of them, one for each person, as Quick, Draw! has them.</p>"),
)
FILES = (
    _Own(TABLE, "My table…", "table-2",
         "<p><b>My table.</b> Learn from a table of your own: a workbook of Excel or LibreOffice, "
         "CSV and other text with columns, or ARFF. You can also drop the file onto the window, or "
         "paste cells that you have copied (Ctrl+V).</p>"),
    _Own(BROUGHT, "My files…", "folder-open",
         "<p><b>My files.</b> Learn from images, sounds, texts or series of your own: a folder "
         "with a folder per class, a zip, a table that names files, IDX, CIFAR and more; or go on "
         "with a text letter by letter. You can also drop a file or a folder onto the window, or "
         "paste an image or a path (Ctrl+V).</p>"),
)


class SourceBoard(QWidget):
    """Tiles of the catalogue, and behind them those for what is a person's own.

    Parameters
    ----------
    sources : list[SourceInfo]
        The catalogue.
    parent : QWidget | None
        Qt's owner.

    Attributes
    ----------
    tiles : dict[str, Tile]
        By key of the source; `BROUGHT` stands for all that is brought and is no table.

    Signals
    -------
    chosen(str)
        Key of the tile that a person has clicked.
    """

    chosen = Signal(str)

    def __init__(self, sources: list[SourceInfo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: dict[str, Tile] = {}
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(5)
        for info in sources:
            self._add(info.key, SourceTile(info), 1)
        for own in MADE:
            self._add(own.key, MadeTile(own.title, own.tip, own.icon), 1)
        places = -len(self.tiles) % TILES_PER_LINE
        for own in FILES:
            self._add(own.key, FileTile(own.title, own.tip, own.icon), TILES_PER_LINE // len(FILES),
                      skipped=places)

    def _add(self, key: str, tile: Tile, width: int, skipped: int = 0) -> None:
        tile.clicked.connect(partial(self._on_tile_clicked, key))
        self._group.addButton(tile)
        before = skipped + sum(
            TILES_PER_LINE // len(FILES) if isinstance(other, FileTile) else 1
            for other in self.tiles.values())
        self._grid.addWidget(tile, *divmod(before, TILES_PER_LINE), 1, width)
        self.tiles[key] = tile

    def show_source(self, key: str) -> None:
        """Mark the tile of a source; what has none of its own was brought."""
        self.tiles[key if key in self.tiles else BROUGHT].setChecked(True)
        # Tab leads to the data in use: an arrow key chooses what lies beside it.
        for tile in self.tiles.values():
            tile.setFocusPolicy(TAB if tile.isChecked() else NO_TAB)

    def _on_tile_clicked(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)
