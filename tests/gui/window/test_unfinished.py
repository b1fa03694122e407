from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets import Button, CalmSpinBox
from gui.widgets.number_box import NumberBox, NumberCombo
from gui.widgets.number_line import NumberLine
from gui.window.unfinished import Unfinished

LEFT = Qt.MouseButton.LeftButton


class Window(QDialog):
    """What is typed into, and what acts on it."""

    def __init__(self) -> None:
        super().__init__()
        self.box = NumberBox("Number", lambda _value: None)
        self.combo = NumberCombo("Rate", [0.1, 0.2], "")
        self.spin = CalmSpinBox()
        self.spin.setKeyboardTracking(False)
        self.button = Button("Run")
        self.action = QAction("Save", self)
        self.action.setShortcut("Ctrl+S")
        self.addAction(self.action)
        self.taken: list[float] = []
        self.acted: list[list[float]] = []
        self.box.edited.connect(self.taken.append)
        self.combo.number_changed.connect(self.taken.append)
        self.spin.valueChanged.connect(self.taken.append)
        self.button.clicked.connect(self._act)
        self.action.triggered.connect(self._act)
        layout = QVBoxLayout(self)
        for widget in (self.box, self.combo, self.spin, self.button):
            layout.addWidget(widget)

    def _act(self) -> None:
        self.acted.append(list(self.taken))

    def press(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click as the system does, through the window."""
        QTest.mouseClick(self.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier,
                         widget.mapTo(self, widget.rect().center() if at is None else at))

    def fields(self) -> dict[str, tuple[QWidget, QWidget]]:
        """Return what takes the keyboard, and what is written into."""
        return {"box": (self.box, self.box), "combo": (self.combo.combo, self.combo.line),
                "spin": (self.spin, self.spin.lineEdit())}


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window()
    qtbot.addWidget(window)
    Unfinished(window).watch(window.actions())
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def begin(qtbot: QtBot, window: Window, field: str) -> QWidget:
    holder, line = window.fields()[field]
    window.setFocus()
    holder.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is holder)
    line.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, "7")
    assert window.taken == []
    return holder


@pytest.mark.parametrize("field", ["box", "combo", "spin"])
def test_a_button_acts_on_what_was_typed(qtbot: QtBot, window: Window, field: str) -> None:
    holder = begin(qtbot, window, field)
    window.press(window.button)
    assert window.acted == [[7.0]]
    # As where the keyboard is given away: single keys drive the lab again.
    assert QApplication.focusWidget() is not holder


@pytest.mark.parametrize("field", ["box", "combo", "spin"])
def test_a_shortcut_acts_on_what_was_typed_which_goes_on(qtbot: QtBot, window: Window,
                                                         field: str) -> None:
    holder = begin(qtbot, window, field)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert window.acted == [[7.0]]
    assert QApplication.focusWidget() is holder
    line = window.fields()[field][1]
    assert isinstance(line, NumberLine)
    assert line.selectedText() == line.text()
    assert line._came_by_click


def test_to_press_where_one_types_ends_nothing(qtbot: QtBot, window: Window) -> None:
    holder = begin(qtbot, window, "spin")
    window.press(window.spin.lineEdit())
    assert QApplication.focusWidget() is holder
    assert window.taken == []
