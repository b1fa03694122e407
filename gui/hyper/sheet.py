"""The sheet of further training settings: it stays open while the network trains."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.spec import Option
from gui import theme
from gui.document.document import Document
from gui.document.editing import EditingPanel
from gui.document.gesture import Gesture
from gui.hyper.catalogue import PAGES, Setting
from gui.hyper.marks import page_marks
from gui.hyper.preview import RatePreview
from gui.hyper.rows import SettingRow, row_for
from gui.widgets import Cover, IconButton, Segmented, set_page

WIDTH, HEIGHT, GAP = 500, 490, 8


class TrainingSheet(EditingPanel):
    """Pages of settings on a card above the window's content. GUI thread only.

    Parameters
    ----------
    document : Document
        What is edited.
    parent : QWidget
        The window that it lies above.

    Signals
    -------
    refused(str)
        An edit was not possible; why.
    closed()
        It is no longer seen.
    """

    closed = Signal()

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(document, parent)
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Training settings")
        self._gesture = Gesture(document, self)
        self._page = PAGES[0]
        self._built: tuple[Setting, ...] | None = None
        self._cover = Cover(self, placed)
        self._cover.closed.connect(self.closed)
        self.rows: dict[str, SettingRow] = {}
        self._build()
        document.changed.connect(self._on_document_changed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_page(self._page.key)
        self.hide()

    def show_over(self, area: QWidget) -> None:
        """Open in the top right corner of a part of the window, inside the window."""
        self.show_document()
        self._cover.show_over(area)

    def take_focus(self) -> None:
        """Give the keyboard to the tabs."""
        self.tabs.button(self.tabs.current()).setFocus(Qt.FocusReason.PopupFocusReason)

    def show_page(self, key: str) -> None:
        """Bring a page to the front."""
        self._page = next(page for page in PAGES if page.key == key)
        self.tabs.set_current(key)
        self.preview.setVisible(key == "schedule")
        self.show_document()

    def show_document(self) -> None:
        """Show the document's training."""
        training = self._document.project.training
        settings = self._page.settings(training)
        if settings != self._built:
            self._rebuild(settings)
        self._note.setText(self._page.note(training))
        for row in self.rows.values():
            row.set_value(row.setting.value(training))
            set_page(row, row.setting.page or self._page.explained(training))
            why = row.setting.suits(self._document.dataset)
            # What a file has switched on can be switched off.
            row.set_obstacle("" if row.setting.is_on(training) else why)
        self.preview.set_training(training)
        for page, count in page_marks(training).items():
            button, title = self.tabs.button(page), titles()[page]
            button.setText(f"{title} •" if count else title)
            button.setAccessibleDescription(f"{count} on" if count else "")

    def set_step(self, step: int) -> None:
        """Show how far the run has come."""
        self.preview.set_step(step)

    # Widgets

    def _build(self) -> None:
        self.tabs = Segmented(list(titles().items()), "Training settings")
        self.tabs.set_tooltips({page.key: f"<p>{page.help}</p>" for page in PAGES})
        self.tabs.selected.connect(self.show_page)
        title = QLabel("Training")
        title.setProperty("role", "title")
        self.close_button = IconButton("x", "Close (Esc).", name="Close", plain=True)
        self.close_button.clicked.connect(self.hide)
        header = QHBoxLayout()
        header.addWidget(title, 1)
        header.addWidget(self.close_button)
        self._note = QLabel()
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self.preview = RatePreview()
        self._lines = QWidget()
        self._lines.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self._lines)
        self._column.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._lines)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(header)
        self._whole.addWidget(self.tabs)
        self._whole.addWidget(self._note)
        self._whole.addWidget(self.preview)
        self._whole.addWidget(scroll, 1)

    def _rebuild(self, settings: tuple[Setting, ...]) -> None:
        """Have a line for every setting of the page; those that stay keep the keyboard."""
        old = {row.setting: row for row in self.rows.values()}
        while self._column.takeAt(0) is not None:
            pass
        self._built, self.rows = settings, {}
        for setting in settings:
            row = old.pop(setting, None) or self._made(setting)
            self._column.addWidget(row)
            self.rows[setting.field.key] = row
        self._column.addStretch(1)
        for row in old.values():
            row.hide()
            row.deleteLater()

    def _made(self, setting: Setting) -> SettingRow:
        row = row_for(setting)
        row.edited.connect(self._on_row_edited)
        row.refused.connect(self.refused)
        slider = row.slider()
        if slider is not None:
            self._gesture.watch(slider)
        return row

    # What a person does

    @Slot(object)
    def _on_row_edited(self, value: Option) -> None:
        sender = self.sender()
        if isinstance(sender, SettingRow):
            part, change = sender.setting.part, {sender.setting.field.key: value}
            self._gesture.touch()
            self.attempt(lambda: self._document.set_part(part, **change) if part
                         else self._document.set_training(**change))

    @Slot()
    def _on_document_changed(self) -> None:
        if self.isVisible():
            self.show_document()

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens, px = theme.current(), theme.px
        self.setStyleSheet(f"#sheet {{ background: {tokens.surface}; border: 1px solid "
                           f"{tokens.border_strong}; border-radius: {px(12)}px; }}")
        self._whole.setContentsMargins(px(16), px(10), px(16), px(14))
        self._whole.setSpacing(px(8))
        self._column.setSpacing(px(7))


def placed(area: QRect, room: QRect) -> QRect:
    """Return the top right corner of a part of the window, as far as it lies inside."""
    px = theme.px
    width = min(px(WIDTH), room.width() - 2 * px(GAP))
    left = min(max(area.right() - width, px(GAP)), room.right() - width - px(GAP))
    top = max(area.top(), px(GAP))
    return QRect(left, top, width, min(px(HEIGHT), room.bottom() - top - px(GAP)))


def titles() -> dict[str, str]:
    """Return the titles of the pages by key."""
    return {page.key: page.title for page in PAGES}
