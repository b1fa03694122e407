"""The folder in which dialogs look for files: a person's documents at first, then the last used."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from engine.data.files import is_there
from gui.document.project_files import home_folder


def with_ending(path: Path, suffix: str, known: Collection[str]) -> Path:
    """Return the file that a typed name stands for: ``my net 1.5`` has no ending yet.

    Parameters
    ----------
    path : Path
        What was typed.
    suffix : str
        What it gets if it has none of those that say how it is written.
    known : collection of str
        These, in small letters.
    """
    return path if path.suffix.lower() in known else path.with_name(path.name + suffix)


class FileFolder:
    """Where the next dialog opens.

    Parameters
    ----------
    last : str
        The folder that was used last, perhaps by an earlier program; empty if none was.
    keep : callable
        Told of another folder, so that the next program finds it.
    """

    def __init__(self, last: str = "", keep: Callable[[str], object] | None = None) -> None:
        self._last = last
        self._keep = keep

    def path(self) -> str:
        """Return the folder; one that has gone is passed over."""
        documents = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.DocumentsLocation)
        return next((folder for folder in (self._last, documents)
                     if folder and is_there(Path(folder)) and Path(folder).is_dir()),
                    home_folder())

    def note(self, file: Path) -> None:
        """Remember the folder of a file that has been chosen."""
        folder = str(file.absolute().parent)
        if folder != self._last:
            self._last = folder
            if self._keep is not None:
                self._keep(folder)
