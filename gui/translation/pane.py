"""The translation pane: the network as a script, in the words of one library or another."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from gui import theme
from gui.translation.code_view import CodeView
from gui.translation.script import Script
from gui.widgets import Button, Card, ElidedLabel, IconButton, Segmented, set_page

TITLE = "Translation"
LIBRARIES = {"numpy": "NumPy", "pytorch": "PyTorch", "keras": "Keras"}
"""Title by key of `engine.export.targets`, in the order in which a person finds them."""
TIPS = {"numpy": "Every layer goes forward and back by itself, in NumPy alone.",
        "pytorch": "Modules of PyTorch, which finds the gradients.",
        "keras": "Layers of Keras 3, on whichever backend there is."}
WRITING = "Writing the script…"
FOLLOWING = "Following the change…"
LEAST = 320
"""Width in px, at 13 px text, that it can do with."""


class TranslationPane(Card):
    """A card with a script beside the network. GUI thread only.

    Attributes
    ----------
    code : CodeView
        The script.

    Signals
    -------
    library_chosen(str)
        A person wants the words of another library; key of `LIBRARIES`.
    layer_hovered(str)
        A line of this layer is pointed at; empty when none is any more.
    layer_chosen(str)
        A person has chosen a layer by one of its lines.
    export_requested(str)
        The script is to be written to a file; key of `LIBRARIES`.
    came()
        It is seen again.
    closed()
        A person has seen enough.
    """

    library_chosen = Signal(str)
    layer_hovered = Signal(str)
    layer_chosen = Signal(str)
    export_requested = Signal(str)
    came = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, parent)
        self.code = CodeView()
        self.code.layer_hovered.connect(self.layer_hovered)
        self.code.layer_chosen.connect(self.layer_chosen)
        self._told = ""
        self._make_header()
        self._make_refusal()
        self._pages = QStackedWidget()
        for page in (self.code, self._refusal):
            self._pages.addWidget(page)
        self.foot = ElidedLabel(WRITING, role="muted")
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(self.foot)
        set_page(self, "controls/translation")
        # Only where the keyboard is in it: others that lie over the window have the same key.
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for closing in (escape.activated, escape.activatedAmbiguously):
            closing.connect(self.closed)
        theme.notifier().changed.connect(self._on_pane_theme_changed)
        self._on_pane_theme_changed()

    def _make_header(self) -> None:
        self.switch = Segmented(tuple(LIBRARIES.items()), "Library")
        self.switch.set_tooltips(TIPS)
        self.switch.selected.connect(self.library_chosen)
        self.copy_button = IconButton("copy", "Copy the whole script.", name="Copy script",
                                      plain=True)
        self.copy_button.clicked.connect(self.copy)
        self.export_button = Button("Export…")
        self.export_button.setProperty("tone", "slim")
        self.export_button.setToolTip("<p>Write the script to a file, with the weights as they are "
                                      "then, and with its examples beside it.</p>")
        self.export_button.clicked.connect(self._on_export_clicked)
        self.close_button = IconButton("x", "Back to the instruments (Ctrl+E).",
                                       name="Close translation", plain=True)
        self.close_button.clicked.connect(self.closed)
        for part in (self.switch, self.copy_button, self.export_button, self.close_button):
            self.add_header_widget(part)

    def _make_refusal(self) -> None:
        self._refusal = QWidget()
        self._sign, self._why, self._sentence = QLabel(), QLabel(), QLabel()
        self._why.setProperty("role", "title")
        for label in (self._why, self._sentence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self._refusal)
        self._column.addStretch(2)
        for label in (self._sign, self._why, self._sentence):
            self._column.addWidget(label)
        self._column.addStretch(5)

    # What it shows

    @property
    def library(self) -> str:
        """Key of the library whose words are shown."""
        return self.switch.current()

    @property
    def refusal(self) -> str:
        """Why there is no script, in a sentence; empty where there is one."""
        return self._sentence.text() if self._pages.currentWidget() is self._refusal else ""

    def show_script(self, script: Script, weights: str) -> None:
        """Show a script, and say whose weights go with it."""
        self.code.show_script(script)
        self._pages.setCurrentWidget(self.code)
        self._tell(f"{script.count:,} lines, with {weights}.")
        self._offer(True)

    def refuse(self, why: str, sentence: str) -> None:
        """Say in the place of the script why there is none.

        Parameters
        ----------
        why : str
            In a few words.
        sentence : str
            What is in the way, and what to do.
        """
        self._why.setText(why)
        self._sentence.setText(sentence)
        self._refusal.setAccessibleName(f"{why} {sentence}")
        self._pages.setCurrentWidget(self._refusal)
        self._tell("")
        self._offer(False)

    def wait(self) -> None:
        """Say that another script is on its way; the one before stays until it is there."""
        self._tell(WRITING if self.code.script is None else FOLLOWING)
        self.copy_button.setEnabled(False)

    def begin(self) -> None:
        """Show the next script from its network on: it is of another library or project."""
        self.code.forget()

    def set_titles(self, titles: Mapping[str, str]) -> None:
        """Give the layers their names, by id, for tooltips of their lines."""
        self.code.titles = dict(titles)

    @Slot()
    def copy(self) -> None:
        """Copy the whole script."""
        script = self.code.script
        if script is not None and self.copy_button.isEnabled():
            QGuiApplication.clipboard().setText(script.text)
            self._tell(f"Copied {script.count:,} lines.")

    def minimumSizeHint(self) -> QSize:
        """Return the least width; its height is whatever there is."""
        least = super().minimumSizeHint()
        return QSize(max(theme.px(LEAST), self._header_row.minimumSizeHint().width()
                         + theme.px(30)), least.height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.came.emit()

    def _offer(self, has_script: bool) -> None:
        self.copy_button.setEnabled(has_script)
        self.export_button.setEnabled(has_script)

    def _tell(self, text: str) -> None:
        self.foot.setText(text)
        self.foot.setVisible(bool(text))

    @Slot()
    def _on_export_clicked(self) -> None:
        self.export_requested.emit(self.library)

    @Slot()
    def _on_pane_theme_changed(self) -> None:
        px = theme.px
        self._column.setContentsMargins(px(16), 0, px(16), 0)
        self._column.setSpacing(px(8))
        self._sign.setPixmap(theme.icon("triangle-alert", theme.current().warning).pixmap(
            px(22), px(22)))
