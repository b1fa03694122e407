"""A line for the name of a column, or of several, with a menu of those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from gui import theme
from gui.data.choices import one_line

BETWEEN = "; "
NONE = "Find it"
FOUND = "Automatic"


class ColumnLine(QLineEdit):
    """Names of columns, typed or chosen from the menu at its end. GUI thread only.

    Parameters
    ----------
    several : bool
        Whether it may hold several names, with semicolons between.
    parent : QWidget, optional
        What it stands in.

    Signals
    -------
    picked(str)
        A person has chosen from the menu: the whole text.
    """

    picked = Signal(str)

    def __init__(self, *, several: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._several = several
        self._names: tuple[str, ...] = ()
        self._open = self.addAction(theme.icon("chevron-down"),
                                    QLineEdit.ActionPosition.TrailingPosition)
        self._open.setText("Columns")
        self._open.setToolTip("<p>Choose among the columns of the table.</p>")
        self._open.triggered.connect(self._on_open_triggered)
        self.setPlaceholderText(FOUND)
        self.offer(())

    def offer(self, names: Sequence[str]) -> None:
        """Offer the columns that there are; without any, there is no menu."""
        self._names = tuple(names)
        self._open.setVisible(bool(names))

    @property
    def has_choice(self) -> bool:
        """Whether there are columns, or one has been named."""
        return bool(self._names or self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the menu with the Down key, as a combo box does."""
        if event.key() == Qt.Key.Key_Down and self._names:
            self._open.trigger()
        else:
            super().keyPressEvent(event)

    def menu(self) -> QMenu:
        """Return the menu: to have it found, and every column, those that are chosen marked."""
        menu, chosen = QMenu(self), self._chosen()
        menu.addAction(NONE, partial(self._pick, ""))
        menu.addSeparator()
        for name in self._names:
            # An ampersand would mark a letter as a shortcut.
            entry = menu.addAction(one_line(name).replace("&", "&&"), partial(self._toggle, name))
            entry.setCheckable(True)
            entry.setChecked(name in chosen)
        return menu

    def _chosen(self) -> list[str]:
        text = self.text().strip()
        if text in self._names or not self._several:
            return [text]
        return [name.strip() for name in text.split(BETWEEN.strip()) if name.strip()]

    @Slot()
    def _on_open_triggered(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _toggle(self, name: str) -> None:
        if not self._several:
            self._pick(name)
            return
        chosen = self._chosen()
        if name in chosen:
            chosen.remove(name)
        else:
            chosen.append(name)
        # In the order of the table.
        self._pick(BETWEEN.join(sorted(chosen, key=lambda one: self._names.index(one)
                                       if one in self._names else len(self._names))))

    def _pick(self, text: str) -> None:
        self.setText(text)
        self.picked.emit(text)
