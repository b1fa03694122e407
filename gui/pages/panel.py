"""The explanations beside the work: a page, the way back, contents, and what one looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from engine.errors import EngineError
from engine.pages.catalogue import Catalogue
from gui import theme
from gui.pages.sheet import PageSheet
from gui.pages.trail import Reason, Stop, Trail
from gui.widgets import Card, IconButton, set_page

NAME = "Explanations"
LEAST = 300
"""Width in px, at 13 px text, that it can do with."""
Known = Callable[[Iterable[str]], Mapping[str, str]]
"""Returns what is known of the numbers of these names."""


class PagesPanel(Card):
    """A card with a page. GUI thread only.

    Parameters
    ----------
    catalogue : Catalogue
        All pages.
    known : callable
        Returns this network's numbers.

    Signals
    -------
    closed()
        A person has read enough.
    shown(str)
        Another page is seen; its key, empty for contents and what was found.
    asked(str)
        A person wants what a link in a reason stands for.
    """

    closed = Signal()
    shown = Signal(str)
    asked = Signal(str)

    def __init__(self, catalogue: Catalogue, known: Known, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.catalogue, self._known = catalogue, known
        self.trail = Trail()
        self.setAccessibleName(NAME)
        self.sheet = PageSheet(catalogue)
        self.sheet.page_requested.connect(self.open)
        self.sheet.asked.connect(self.asked)
        set_page(self, "controls/explanations")
        self._make_header()
        self.body.addWidget(self.sheet)
        self._make_keys()

    def open(self, key: str, reason: Reason | None = None) -> None:
        """Show a page; the contents where there is none of this key.

        Parameters
        ----------
        key : str
            ``GROUP/KEY``.
        reason : Reason | None
            What was said that it explains.
        """
        stop = Stop("page", key, reason) if key in self.catalogue else Stop("contents")
        self.trail.go(stop)
        self._show()

    def show_contents(self) -> None:
        """Show all pages by group."""
        self.trail.go(Stop("contents"))
        self._show()

    def current(self) -> str:
        """Return the key of the page that is shown; empty for contents and what was found."""
        here = self.trail.here
        return here.key if here is not None and here.kind == "page" else ""

    def show_numbers(self) -> None:
        """Put the network's numbers as they are now into the page."""
        if names := self.sheet.names():
            self.sheet.set_numbers(self._known(names))

    def take_focus(self) -> None:
        """Give the keyboard to the page."""
        self.sheet.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def minimumSizeHint(self) -> QSize:
        """Return the least width; its height is whatever there is."""
        least = super().minimumSizeHint()
        return QSize(max(theme.px(LEAST), self._header_row.minimumSizeHint().width()
                         + theme.px(30)), least.height())

    def _make_header(self) -> None:
        self.back = IconButton("chevron-left", "The page before (Alt+Left).", name="Back",
                               plain=True)
        self.forward = IconButton("chevron-right", "The next page again (Alt+Right).",
                                  name="Forward", plain=True)
        self.contents = IconButton("menu", "All explanations.", name="Contents", plain=True)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search explanations")
        self.search.setAccessibleName("Search explanations")
        self.search.setToolTip("Words of a title or a page; Enter opens the first page found.")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(theme.px(90))
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.close_button = IconButton("x", "Back to the instruments (Esc).", name="Close",
                                       plain=True)
        self._title.hide()
        for widget in (self.back, self.forward, self.contents):
            self.add_header_widget(widget)
        self.header.addWidget(self.search, 1)
        self.add_header_widget(self.close_button)
        self.header.setSpacing(theme.px(4))
        self.back.clicked.connect(self._on_back_clicked)
        self.forward.clicked.connect(self._on_forward_clicked)
        self.contents.clicked.connect(self.show_contents)
        self.search.textEdited.connect(self._on_search_text_edited)
        self.search.returnPressed.connect(self._on_search_return_pressed)
        self.close_button.clicked.connect(self.closed)

    def _make_keys(self) -> None:
        # While it is seen, wherever in the window the keyboard is; the training sheet has the same
        # key, and then one press closes one of them.
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        for closing in (escape.activated, escape.activatedAmbiguously):
            closing.connect(self.closed)
        for keys, act in (("Alt+Left", self._on_back_clicked),
                          ("Alt+Right", self._on_forward_clicked)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _show(self) -> None:
        here = self.trail.here
        if here is None:
            return
        if here.kind == "page":
            self._show_page(here)
        elif here.kind == "found":
            self.sheet.show_found(here.key)
        else:
            self.sheet.show_contents()
        if here.kind != "found":
            self.search.clear()
        elif self.search.text() != here.key:
            self.search.setText(here.key)
        self.back.setEnabled(self.trail.can_move(-1))
        self.forward.setEnabled(self.trail.can_move(1))
        self.shown.emit(self.current())

    def _show_page(self, stop: Stop) -> None:
        try:
            page = self.catalogue.page(stop.key)
        except EngineError as error:
            # A page that somebody has spoiled is told of where it would stand.
            self.sheet.setPlainText(error.sentence)
            return
        names = {name for block in page.paragraphs for name in block.names}
        self.sheet.show_page(page, self._known(names), stop.reason)

    @Slot()
    def _on_back_clicked(self) -> None:
        self.trail.move(-1)
        self._show()

    @Slot()
    def _on_forward_clicked(self) -> None:
        self.trail.move(1)
        self._show()

    @Slot(str)
    def _on_search_text_edited(self, text: str) -> None:
        if text.strip():
            self.trail.go(Stop("found", text))
            self._show()
        else:
            self.show_contents()

    @Slot()
    def _on_search_return_pressed(self) -> None:
        found = self.catalogue.search(self.search.text())
        if found:
            self.open(found[0].page.key)
