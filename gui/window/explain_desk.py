"""Joins the pages that explain with what has the keyboard, what the doctor says, and the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from gui import theme
from gui.document.document import Document
from gui.widgets import Explaining, page_of
from gui.window.pages import Pages
from gui.window.right_column import RightColumn
from gui.window.stage import Stage

if TYPE_CHECKING:
    from gui.pages.panel import PagesPanel
    from gui.pages.trail import Reason

CALM_MS = 1000
"""How long a number stands still at least, so that it can be read."""
BESIDE = 400
"""Px, at 13 px text, of a page that explains beside one of the window's without columns."""


@dataclass(frozen=True)
class Told:
    """What a control says of itself, before the page that explains it.

    Attributes
    ----------
    text : str
        As rich text.
    """

    text: str

    def html(self) -> str:
        """Return it."""
        return self.text

    def more(self) -> str:
        """Return nothing: all is said."""
        return ""


class ExplainDesk(QObject):
    """Shows pages beside the work. GUI thread only.

    The panel is made when it is shown for the first time: no start waits for it.

    Parameters
    ----------
    document : Document
        What is explained.
    stage : Stage
        Has the newest frames.
    pages : Pages
        The window's pages, of which one is seen.
    right : RightColumn
        Where a page stands in the lab.
    home : QWidget
        What has the keyboard when the page that had it is closed.

    Attributes
    ----------
    panel : PagesPanel | None
        Where pages are read.

    Signals
    -------
    asked(str)
        A person wants what a link in a reason stands for.
    """

    asked = Signal(str)

    def __init__(self, document: Document, stage: Stage, pages: Pages, right: RightColumn,
                 home: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._stage, self._pages, self._right = document, stage, pages, right
        self._home = home
        self.panel: PagesPanel | None = None
        self._calm = QTimer(self)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(self._on_calm_timeout)
        document.selection_changed.connect(self._on_calm_timeout)
        pages.changed.connect(self._on_pages_changed)

    @property
    def is_open(self) -> bool:
        """Whether a page is beside the work."""
        return self.panel is not None and not self.panel.isHidden()

    def explain_focus(self) -> bool:
        """Show what explains what has the keyboard; once more, and it goes to the page.

        Returns
        -------
        bool
            Whether anything says which page that is.
        """
        widget = QApplication.focusWidget()
        if self.panel is not None and widget is not None and self.panel.isAncestorOf(widget):
            return True
        page = page_of(widget)
        if not page:
            return False
        if self.is_open and self.panel is not None and self.panel.current() == page:
            self.panel.take_focus()
        else:
            control: object = widget
            told = control.explanation() if isinstance(control, Explaining) else ""
            self.open(page, Told(told) if told else None)
        return True

    @Slot(str, object)
    def open(self, page: str, reason: Reason | None = None) -> None:
        """Show a page beside the work, with what was said that it explains."""
        panel = self._panel()
        panel.open(page, reason)
        self._place()

    def open_contents(self) -> None:
        """Show all pages by group, ready to look for one."""
        panel = self._panel()
        panel.show_contents()
        self._place()
        panel.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def close(self) -> None:
        """Give the instruments their place again."""
        if self.panel is None:
            return
        self._calm.stop()
        had_focus = self.panel.isAncestorOf(QApplication.focusWidget() or self._home)
        self._right.drop_page(self.panel)
        self.panel.hide()
        if had_focus:
            self._home.setFocus(Qt.FocusReason.OtherFocusReason)

    def known(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return what is known now of the numbers of these names."""
        from gui.pages.numbers import numbers_of
        from gui.pages.sight import Sight

        document = self._document
        return numbers_of(Sight(document.project, document.dataset, document.selected,
                                self._stage.newest()), names)

    def _panel(self) -> PagesPanel:
        if self.panel is None:
            from engine.pages.catalogue import Catalogue
            from gui.pages.panel import PagesPanel

            self.panel = PagesPanel(Catalogue(), self.known)
            self.panel.hide()
            self.panel.closed.connect(self.close)
            self.panel.asked.connect(self.asked)
        return self.panel

    def _place(self) -> None:
        """Put the panel beside what is seen."""
        panel = self._panel()
        room = self._pages.beside
        if room is not None:
            self._right.drop_page(panel)
            if room.indexOf(panel) < 0:
                room.addWidget(panel)
                _share(room, theme.px(BESIDE))
            panel.show()
        elif self._right.indexOf(panel) < 0 or panel.isHidden():
            self._right.show_page(panel)
        self._calm.start()

    @Slot()
    def _on_calm_timeout(self) -> None:
        if self.panel is not None and self.panel.isVisible():
            self.panel.show_numbers()

    @Slot(str)
    def _on_pages_changed(self, _key: str) -> None:
        if self.is_open:
            self._place()


def _share(splitter: QSplitter, width: int) -> None:
    """Give what stands last in a splitter so many px."""
    splitter.setSizes([max(splitter.width() - width, 1), width])
