"""What the program is, what it runs on, and whose work is in it."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.program import version
from gui.widgets import Button, PrimaryButton
from gui.window.faults import about_this_machine, system

WIDTH, VALUE_WIDTH = 540, 400
ICON = 48
TEXT_WIDTH, TEXT_HEIGHT = 760, 560
DESCRIPTION = ("Build a neural network out of layers, press Run, and watch every layer’s gradient "
               "while it learns.")
TERMS = ("MIT licence. Shipped data sets have their own, stated beside them. The program "
         "neither asks the network for anything nor sends anything.")
ROOT = Path(__file__).resolve().parents[2]


class About(QDialog):
    """Version, facts about the engine, licences. GUI thread only; deletes itself when closed.

    Attributes
    ----------
    facts : dict[str, str]
        What is shown about the engine, once it is.
    copy, licences : Button
        Copy the facts; show licences.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts: dict[str, str] = {}
        self._last: QLabel | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About Backprop Lab")
        terms = QLabel(TERMS)
        terms.setProperty("role", "muted")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(theme.px(16))
        self._add("System", system())
        whole = QVBoxLayout(self)
        # Grows with the facts that come later.
        whole.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        whole.setContentsMargins(*[theme.px(16)] * 4)
        whole.setSpacing(theme.px(10))
        whole.addLayout(_head())
        for label in (QLabel(DESCRIPTION), terms):
            label.setWordWrap(True)
            label.setFixedWidth(theme.px(WIDTH))
            whole.addWidget(label)
        whole.addLayout(self._form)
        whole.addLayout(self._buttons())
        # Not the first of the texts, which would stand there as if it were to be edited.
        self._close.setFocus()
        # Numba may still have to be loaded for the rest, which takes longer than a dialog should.
        QTimer.singleShot(0, self._add_engine)

    def _buttons(self) -> QHBoxLayout:
        self.copy = Button("Copy")
        self.copy.setToolTip("Copies these lines, for a report.")
        self.copy.clicked.connect(self._on_copy_clicked)
        self.licences = Button("Licences")
        self.licences.setToolTip("Shows whose work is in this program, and its licences.")
        self.licences.clicked.connect(self._on_licences_clicked)
        self._close = PrimaryButton("Close")
        self._close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        for widget in (self.copy, self.licences):
            buttons.addWidget(widget)
        buttons.addStretch()
        buttons.addWidget(self._close)
        return buttons

    @Slot()
    def _add_engine(self) -> None:
        from engine.facts import facts

        self.facts = facts()
        for name, value in self.facts.items():
            self._add(name, value)

    def _add(self, name: str, value: str) -> None:
        text = QLabel(value)
        text.setWordWrap(True)
        text.setFixedWidth(theme.px(VALUE_WIDTH))
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse
                                     | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        # Qt lets a text that can be selected be reached by a click alone.
        text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        text.setAccessibleName(f"{name}: {value}")
        label = QLabel(name)
        label.setProperty("role", "muted")
        self._form.addRow(label, text)
        if self._last is not None:
            # As they stand: those of the engine come later than the buttons.
            QWidget.setTabOrder(self._last, text)
        self._last = text

    @Slot()
    def _on_copy_clicked(self) -> None:
        lines = [about_this_machine(), *(f"{name}: {value}" for name, value in self.facts.items())]
        QApplication.clipboard().setText("\n".join(lines))

    @Slot()
    def _on_licences_clicked(self) -> None:
        LicenceText(licence_text(), self).open()


def _head() -> QHBoxLayout:
    title = QLabel(f"Backprop Lab {version()}")
    title.setProperty("role", "title")
    picture = QLabel()
    picture.setPixmap(QApplication.windowIcon().pixmap(theme.px(ICON)))
    head = QHBoxLayout()
    head.setSpacing(theme.px(12))
    head.addWidget(picture)
    head.addWidget(title, 1)
    return head


class LicenceText(QDialog):
    """A long text to read. GUI thread only; deletes itself when closed."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Licences")
        self.resize(theme.px(TEXT_WIDTH), theme.px(TEXT_HEIGHT))
        self.view = QPlainTextEdit(text)
        self.view.setReadOnly(True)
        self.view.setAccessibleName("Licences")
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        close = PrimaryButton("Close")
        close.clicked.connect(self.accept)
        whole = QVBoxLayout(self)
        whole.addWidget(self.view)
        whole.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)


def licence_text() -> str:
    """Return our licence, and those of others where they are part of the program.

    Run from its sources, the program uses packages that state theirs where they are installed.
    """
    folder = Path(getattr(sys, "_MEIPASS", ROOT))
    texts = [path.read_text("utf-8") for name in ("LICENSE", "THIRD-PARTY.txt")
             if (path := folder / name).is_file()]
    return "\n\n".join(texts) or TERMS
