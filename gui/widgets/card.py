"""The rounded surface on which everything stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from engine.telemetry.tables import Table


class Card(QFrame):
    """A rounded surface with a header row and a body.

    Parameters
    ----------
    title : str
        Shown bold at the left of the header; also the accessible name. Without a title and
        header widgets there is no header. A title of one word is never shortened.

    Attributes
    ----------
    body : QVBoxLayout
        Where the content goes.
    header : QHBoxLayout
        The row with the title.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(title, role="title")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._hint = ElidedLabel("", role="muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._hint.hide()
        self._header_row = QWidget()
        self.header = QHBoxLayout(self._header_row)
        self.header.setContentsMargins(0, 0, 0, 0)
        self.header.addWidget(self._title, 1)
        self.header.addWidget(self._hint, 2)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._header_row)
        self._layout.addLayout(self.body, 1)
        self.set_title(title)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def title(self) -> str:
        """Return the title."""
        return self._title.text()

    def set_title(self, title: str, short: str = "") -> None:
        """Show another title; it is the accessible name too.

        Parameters
        ----------
        title : str
            The whole title.
        short : str
            What stands in its place, never cut, where there is no room for the whole.
        """
        self._title.set_short(short or ("" if " " in title else title))
        self._title.setText(title)
        self.setAccessibleName(title)
        self._header_row.setVisible(bool(title))

    def set_hint(self, text: str) -> None:
        """Show muted text at the right of the header; it is shortened where room is short."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def add_header_widget(self, widget: QWidget) -> None:
        """Put a widget at the right end of the header."""
        self._header_row.show()
        self.header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    @Slot()
    def _on_theme_changed(self) -> None:
        px = theme.px
        self._layout.setContentsMargins(px(14), px(9), px(14), px(12))
        self._layout.setSpacing(px(6))
        self.header.setSpacing(px(10))
        self.body.setSpacing(px(6))
        self._header_row.setMinimumHeight(px(28))


class PictureCard(Card):
    """A card whose picture, and the numbers behind it, can be saved; see `gui.window`.

    Attributes
    ----------
    nothing : str
        What is said where there are no numbers yet.
    of_project : bool
        Whether it shows the project, whose title then begins the names of files.
    """

    nothing = "There are no figures yet. Take a step first."
    of_project = True

    def table(self) -> Table:
        """Return the numbers behind what is drawn, all that are known, on linear scales.

        Returns
        -------
        names : list[str]
            Names of columns, with units in brackets.
        columns : list[NDArray]
            What stands in them. Where their lengths differ, a file of them is in long form; see
            `engine.telemetry.tables.csv_text`.
        """
        raise NotImplementedError

    def pictured(self) -> tuple[QWidget, ...]:
        """Return what a picture of the card shows beside its title; what is hidden is left out."""
        raise NotImplementedError

    def heading(self) -> QWidget:
        """Return the label with the title."""
        return self._title


class ViewCard(PictureCard):
    """A card with a picture that is drawn only while it can be seen."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._stale = False

    def draw(self) -> None:
        """Draw what there is to show."""
        raise NotImplementedError

    def draw_when_seen(self) -> None:
        """Draw now, or as soon as the card is seen."""
        self._stale = not self.isVisible()
        if not self._stale:
            self.draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while the card was hidden."""
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.draw()
