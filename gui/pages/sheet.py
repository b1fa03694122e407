"""The text of a page: its formulas drawn in the theme's colour, its links to be followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QUrl, Signal, Slot
from PySide6.QtGui import QResizeEvent, QTextCursor, QTextDocument, QTextFormat, QTextFragment
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from engine.pages.catalogue import Catalogue, spoken
from engine.pages.form import Page
from gui import theme
from gui.pages.ink import Ink
from gui.pages.trail import Reason
from gui.pages.writing import PAGE, Writer

SMALL, LARGE = 11.5, 19.0
"""Px of sources and of the title at 13 px text."""
WIDEST = 560
"""Px of a picture at 13 px text."""
OBJECT = "\ufffc"
"""What stands in a text for a picture."""
Write = Callable[[Writer], str]


class PageSheet(QTextBrowser):
    """Shows one page, the contents, or what was found. GUI thread only.

    Parameters
    ----------
    catalogue : Catalogue
        All pages.

    Signals
    -------
    page_requested(str)
        A person follows a link to a page.
    asked(str)
        A person follows a link to something that others do.
    """

    page_requested = Signal(str)
    asked = Signal(str)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._page: Page | None = None
        self._reason: Reason | None = None
        self._numbers: Mapping[str, str] = {}
        self._written: tuple[Write, Ink] | None = None
        self._is_writing = False
        self._write: Write = Writer.contents
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.anchorClicked.connect(self._on_anchor_clicked)
        theme.notifier().changed.connect(self._on_theme_changed)

    def show_page(self, page: Page, numbers: Mapping[str, str],
                  reason: Reason | None = None) -> None:
        """Show a page from its beginning."""
        self._page, self._numbers, self._reason = page, numbers, reason
        self.setAccessibleName(page.title)
        self.setAccessibleDescription(spoken(page))
        self._show(lambda writer: writer.page(page, self._numbers, reason))

    def set_numbers(self, numbers: Mapping[str, str]) -> None:
        """Put other numbers into the page, which stays where it is.

        While something is selected, they stay: who copies a number is not to lose it.
        """
        if numbers == self._numbers or self.textCursor().hasSelection():
            return
        self._numbers = numbers
        self._rewrite()

    def names(self) -> frozenset[str]:
        """Return the names of the numbers that the page has places for."""
        if self._page is None:
            return frozenset()
        return frozenset(name for block in self._page.paragraphs for name in block.names)

    def show_contents(self) -> None:
        """Show all pages by group."""
        self._show_list("Contents of the explanations", Writer.contents)

    def show_found(self, text: str) -> None:
        """Show which pages hold these words."""
        found = self._catalogue.search(text)
        self._show_list(f"{len(found)} found", lambda writer: writer.found(text, found))

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Draw a formula where the text asks for it."""
        address = name.toString() if isinstance(name, QUrl) else str(name)
        image = self._ink().drawn(address)
        return super().loadResource(kind, name) if image is None else image

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy text with formulas as signs, in the place of their pictures."""
        data = super().createMimeDataFromSelection()
        if OBJECT in data.text():
            plain = QMimeData()
            plain.setText(self._selected())
            return plain
        return data

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let formulas have the width that there is."""
        # Without any height yet, Qt has already looked for the line that is read.
        is_at_top = self.verticalScrollBar().value() == 0 or event.oldSize().height() <= 0
        super().resizeEvent(event)
        self._refresh()
        if is_at_top:
            # Qt keeps in view what it takes for the line that is read.
            self.verticalScrollBar().setValue(0)

    def event(self, event: QEvent) -> bool:
        """Draw formulas anew for a screen with other dots."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._refresh()
        return super().event(event)

    def _show_list(self, name: str, write: Write) -> None:
        self._page, self._reason = None, None
        self.setAccessibleName(name)
        self.setAccessibleDescription("")
        self._show(write)

    def _show(self, write: Write) -> None:
        self._write = write
        self._rewrite()
        self.verticalScrollBar().setValue(0)

    def _refresh(self) -> None:
        """Write anew what is drawn in another size or colour now."""
        if self._written is not None and self._written != (self._write, self._ink()):
            self._rewrite()

    def _rewrite(self) -> None:
        # A text that is being put in makes a scroll bar come or go: put in once more meanwhile, it
        # would stand there twice.
        if self._is_writing:
            return
        self._is_writing = True
        try:
            self._put_in()
        finally:
            self._is_writing = False

    def _put_in(self) -> None:
        place, ink = self.verticalScrollBar().value(), self._ink()
        self._written = self._write, ink
        self.document().setDefaultStyleSheet(style())
        self.setHtml(self._write(Writer(self._catalogue, ink)))
        self._seat_formulas(ink)
        self.verticalScrollBar().setValue(place)

    def _ink(self) -> Ink:
        room = self.viewport().width() - 2 * self.document().documentMargin()
        return Ink(self.font().toString(), theme.current().text, max(room, 100.0),
                   self.devicePixelRatioF(), theme.px(WIDEST))

    def _seat_formulas(self, ink: Ink) -> None:
        """Put the formulas that stand within lines on these."""
        seats = [(fragment.position(), seat) for fragment in _fragments(self.document())
                 if fragment.charFormat().isImageFormat()
                 and (seat := ink.seat(fragment.charFormat().toImageFormat().name())) is not None]
        cursor = QTextCursor(self.document())
        for place, seat in seats:
            cursor.setPosition(place)
            cursor.setPosition(place + 1, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(seat)

    def _selected(self) -> str:
        cursor = self.textCursor()
        begin, end = cursor.selectionStart(), cursor.selectionEnd()
        parts, last = [], self.document().findBlock(begin).blockNumber()
        for fragment in _fragments(self.document()):
            at = fragment.position()
            if at >= end or at + fragment.length() <= begin:
                continue
            block = self.document().findBlock(at).blockNumber()
            words = fragment.charFormat().property(QTextFormat.Property.ImageAltText)
            parts += ["\n"] * (block > last)
            parts.append(fragment.text()[max(begin - at, 0):end - at].replace(
                OBJECT, str(words or "")))
            last = block
        return "".join(parts)

    @Slot(QUrl)
    def _on_anchor_clicked(self, link: QUrl) -> None:
        kind, _, target = link.toString().partition(":")
        if kind == PAGE:
            self.page_requested.emit(target)
        else:
            self.asked.emit(target)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._refresh()


def _fragments(document: QTextDocument) -> Iterator[QTextFragment]:
    """Yield all stretches of a text that look alike."""
    block = document.begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            yield fragments.fragment()
            fragments += 1
        block = block.next()


def style() -> str:
    """Return the look of a page in the theme in force."""
    tokens, px = theme.current(), theme.px
    return f"""
        h2 {{ font-size: {px(LARGE)}px; font-weight: 600; margin: 0 0 {px(8)}px 0; }}
        h3 {{ font-size: {px(13)}px; font-weight: 600; margin: {px(12)}px 0 {px(3)}px 0; }}
        p {{ margin: 0 0 {px(9)}px 0; line-height: {px(4)}px;
             -qt-line-height-type: line-distance; }}
        a {{ color: {tokens.accent}; text-decoration: none; }}
        table {{ margin: {px(3)}px 0 {px(10)}px 0; }}
        td {{ padding: {px(9)}px {px(11)}px {px(2)}px {px(11)}px; }}
        .numbers td {{ background-color: {tokens.accent_soft}; }}
        .said td {{ background-color: {tokens.surface_sunken}; }}
        .muted {{ color: {tokens.text_muted}; }}
        .source {{ color: {tokens.text_muted}; font-size: {px(SMALL)}px;
                   margin: 0 0 {px(4)}px 0; }}
    """
