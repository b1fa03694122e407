"""The choice of a text file's encoding, with what its odd words look like in it."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from engine.data.encodings import decoded_sample, encodings, likely_encodings, title_of
from gui.widgets import CalmComboBox, ElidedLabel, LabelledCombo

HEAD_BYTES = 2**16


class _List(CalmComboBox):
    """A combo box that tells when its list is closed, be it with a choice or without."""

    closed = Signal()

    def hidePopup(self) -> None:
        """Close the list, and tell of it."""
        super().hidePopup()
        self.closed.emit()


class EncodingBox(LabelledCombo):
    """Offers the likely encodings first, then all others. GUI thread only.

    Attributes
    ----------
    sample : ElidedLabel
        What words with other letters than English ones look like in the encoding that is chosen,
        or pointed at in the open list; stands where its owner puts it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        combo = _List()
        super().__init__("Encoding", combo=combo, parent=parent, tooltip="<p>How letters are "
                         "stored; wrong if some look odd. Below stands what they look like in the "
                         "one that you point at.</p>")
        self._file: tuple[Path, int, int] | None = None
        self._found = self._chosen = ""
        self._is_filled = False
        self.sample = ElidedLabel(role="muted")
        self.sample.setAccessibleName("Words in this encoding")
        self.combo.setMaxVisibleItems(18)
        combo.highlighted.connect(self._on_combo_highlighted)
        combo.currentIndexChanged.connect(self._on_combo_highlighted)
        combo.closed.connect(self._on_combo_closed)

    def offer(self, path: Path | None, found: str, chosen: str) -> None:
        """Offer what a file may be in.

        Parameters
        ----------
        path : Path | None
            The file.
        found, chosen : str
            What was found out and what the person has chosen; empty for nothing.
        """
        self._file, self._found = _stamp(path) if path else None, found
        self._chosen, self._is_filled = chosen, False
        if self.isVisible():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Find out what is likely only when it can be seen: that takes some time."""
        super().showEvent(event)
        if not self._is_filled:
            self._fill()

    def _fill(self) -> None:
        self._is_filled = True
        found, chosen, titles = self._found, self._chosen, dict(encodings())
        # The likely ones first, then all that there are.
        names = dict.fromkeys((*([chosen] if chosen else []), *_likely(self._file),
                               *titles))
        first = f"Found: {title_of(found)}" if found and not chosen else "Detect"
        with QSignalBlocker(self.combo):
            self.set_options([("", first), *((name, title_of(name)) for name in names)])
            self.set_value(chosen)
        self._show_sample(chosen or found)

    @Slot(int)
    def _on_combo_highlighted(self, index: int) -> None:
        if 0 <= index < len(self._keys):
            self._show_sample(self._keys[index] or self._found)

    @Slot()
    def _on_combo_closed(self) -> None:
        self._on_combo_highlighted(self.combo.currentIndex())

    def _show_sample(self, encoding: str) -> None:
        text = _sample(self._file, encoding) if self._file and encoding else ""
        self.sample.setText(f"Letters look like this: {text}" if text else "")
        self.sample.setVisible(bool(text))


def _stamp(path: Path) -> tuple[Path, int, int] | None:
    """Return a file with what changes with it; None if there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return (path, status.st_mtime_ns, status.st_size) if path.is_file() else None


# Both take some time, and a file is looked at again at every choice.

@lru_cache(maxsize=4)
def _likely(file: tuple[Path, int, int] | None) -> tuple[str, ...]:
    """Return the encodings that a file may be in; the usual ones if there is none."""
    content = b""
    if file is not None:
        with suppress(OSError), file[0].open("rb") as lines:
            content = lines.read(HEAD_BYTES)
    return likely_encodings(content)


@lru_cache(maxsize=64)
def _sample(file: tuple[Path, int, int], encoding: str) -> str:
    return decoded_sample(file[0], encoding)
