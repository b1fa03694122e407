"""Copies of data that nothing refers to any more, cleared when a project has been saved."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from engine.data.copies import KEY
from engine.data.copies_used import clear_unused
from gui.data.background import Background


class CopyClearing(QObject):
    """Clears the cache of copies in a thread of its own. GUI thread only.

    Parameters
    ----------
    recovery : Path
        Where work lies that programs have left unsaved; what it refers to stays.
    parent : QObject
        As long as which there is one.
    """

    def __init__(self, recovery: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._recovery = recovery
        self._background = Background("Clearing")

    @Slot()
    def clear(self) -> None:
        """Delete what no program uses and no unsaved work refers to."""
        self._background.submit(lambda: clear_unused(keys_in(self._recovery)))

    def stop(self) -> None:
        """Wait until it is done."""
        self._background.join()


def keys_in(folder: Path) -> set[str]:
    """Return the keys of all copies that files in a folder may refer to.

    They are searched for as text: of work that cannot be read, perhaps because it is of a newer
    version, the data are needed all the same.
    """
    found: set[str] = set()
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                if path.is_file():
                    found.update(key.decode() for key in re.findall(KEY.encode(),
                                                                    path.read_bytes()))
    return found
