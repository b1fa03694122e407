"""What is dropped, pasted or chosen, and which dialog it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QImage

from engine.data import TABLE, TEXT
from engine.data.importers.importer import Importer
from gui.data.clipboard_table import keep_pasted, passing_folder, pasted_folder
from gui.data.table_files import SUFFIXES

LONGEST_PATH = 4096
TEXTS = (".txt", ".md", ".py", ".tex")
OTHER_WAYS: Mapping[str, str] = MappingProxyType({
    TABLE: "A table…", TEXT: "A text to be continued…"})
"""How files can be read by other dialogs."""


def other_ways(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the keys of `OTHER_WAYS` that suit what was chosen."""
    if len(paths) != 1:
        return ()
    suffix = paths[0].suffix.lower()
    return tuple(way for way, suffixes in ((TABLE, SUFFIXES), (TEXT, TEXTS)) if suffix in suffixes)


def filter_of(importers: Mapping[str, Importer]) -> str:
    """Return what a dialog for files offers."""
    every = sorted({suffix for one in importers.values() for suffix in one.opens})
    names = [("Data", every), *((one.title, one.opens) for one in importers.values() if one.opens)]
    return ";;".join((*(f"{title} ({' '.join(f'*{suffix}' for suffix in suffixes)})"
                        for title, suffixes in names if suffixes), "All files (*)"))


def brought_paths(mime: QMimeData) -> tuple[Path, ...]:
    """Return the local files and folders of what is being dragged or was copied."""
    return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


def pasted_paths(mime: QMimeData) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return what was copied as files, and those of them that were written for it.

    Files that were copied are taken as they are; a text may be the path of one; an image is written
    to a file of its own.
    """
    if paths := brought_paths(mime):
        return paths, ()
    text = mime.text().strip().strip("\"'") if mime.hasText() else ""
    if text and len(text) < LONGEST_PATH and "\n" not in text and _exists(text):
        return (Path(text).expanduser(),), ()
    if mime.hasImage():
        kept = keep_pasted(_png(QImage(mime.imageData())), (pasted_folder(), passing_folder()),
                           ".png")
        return ((kept,), (kept,)) if kept is not None else ((), ())
    return (), ()


def may_be_brought(mime: QMimeData) -> bool:
    """Return whether `pasted_paths` would find anything."""
    text = mime.text().strip().strip("\"'") if mime.hasText() else ""
    return bool(brought_paths(mime)) or mime.hasImage() or (
        0 < len(text) < LONGEST_PATH and "\n" not in text and _exists(text))


def _exists(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
