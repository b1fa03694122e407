"""What the monkey does: each act chooses, writes down what it is about to do, and does it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from shiboken6 import isValid

from tests.monkey import finding

if TYPE_CHECKING:
    from tests.monkey.monkey import Monkey

Act = Callable[["Monkey", Random], None]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT, ALT = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
                       Qt.KeyboardModifier.AltModifier)
KEYS: tuple[tuple[Qt.Key, Qt.KeyboardModifier], ...] = (
    *((key, NONE) for key in (
        Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down,
        Qt.Key.Key_R, Qt.Key.Key_L, Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_Return,
        Qt.Key.Key_Escape, Qt.Key.Key_F1, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown,
        Qt.Key.Key_F2, Qt.Key.Key_Menu, Qt.Key.Key_Backspace)),
    *((key, CONTROL) for key in (
        Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_D, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3,
        Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0, Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V,
        Qt.Key.Key_X, Qt.Key.Key_S, Qt.Key.Key_O, Qt.Key.Key_N, Qt.Key.Key_T, Qt.Key.Key_I)),
    *((key, SHIFT) for key in (Qt.Key.Key_R, Qt.Key.Key_Right, Qt.Key.Key_Tab, Qt.Key.Key_F10)),
    *((key, ALT) for key in (Qt.Key.Key_Up, Qt.Key.Key_Down)))
MODIFIERS = {CONTROL: Qt.Key.Key_Control, SHIFT: Qt.Key.Key_Shift, ALT: Qt.Key.Key_Alt}
TEXTS = ("1", "2", "3", "7", "12", "40", "0", "-1", "0.1", "1e-3", "1e9", "nan", "inf", "", " ",
         "a", "spiral", "x" * 80, "Füße", "数", "\N{GRINNING FACE}", "../../x", "{}", "1,5", "%s",
         "<b>b</b>", "2 3 5", "tanh")


def send(widget: QWidget, at: QPoint, do: Callable[[QWindow, QPoint], None]) -> None:
    """Do something at a place of a widget, through its window, as the system would."""
    if not isValid(widget):
        return
    window = finding.window_of(widget)
    if window is not None:
        do(window, widget.mapTo(widget.window(), at))


def give(do: Callable[..., None], window: QWindow, place: QPoint) -> None:
    """Press or let go of the left button."""
    do(window, LEFT, NONE, place)


def press(window: QWindow, pressed: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    """Press a key with what is held, and let both go, unless that has closed the window.

    Escape closes a menu, and Alt alone does so before the key that is pressed with it. Of Qt's own
    test library, what presses a key with another goes on with a window that is gone.
    """
    keys = [(MODIFIERS[held], NONE)] if held in MODIFIERS else []
    keys.append((pressed, held))
    for down in (True, False):
        for code, state in keys if down else reversed(keys):
            if window not in QApplication.topLevelWindows():
                return
            QTest.simulateEvent(window, down, int(code), state, text_of(code), False)


def text_of(code: Qt.Key) -> str:
    """Return what a key writes."""
    return QTest.keyToAscii(code).rstrip("\0")


def click(monkey: Monkey, chance: Random) -> None:
    """Click what can be clicked; sometimes twice, or with the other button."""
    widget = monkey.choose(chance)
    if widget is None:
        return
    at = finding.place_in(widget, chance)
    button = RIGHT if chance.random() < 0.08 else LEFT
    held = chance.choice((NONE,) * 12 + (SHIFT, CONTROL))
    twice = chance.random() < 0.06
    monkey.note(f"{'double ' if twice else ''}click {button.name} {held.name} "
                f"{at.x()},{at.y()} {finding.name_of(widget)}")
    for _ in range(1 + twice):
        send(widget, at, lambda window, place: QTest.mousePress(window, button, held, place))
        send(widget, at, lambda window, place: QTest.mouseRelease(window, button, held, place))


def drag(monkey: Monkey, chance: Random) -> None:
    """Press, move and let go."""
    widget = monkey.choose(chance, (QWidget,) if chance.random() < 0.5 else None)
    if widget is None:
        return
    start = finding.place_in(widget, chance)
    way = QPoint(chance.randint(-250, 250), chance.randint(-200, 200))
    stops = [start + QPoint(way.x() * part // 5, way.y() * part // 5) for part in range(1, 6)]
    window = finding.window_of(widget)
    if window is None:
        return
    monkey.note(f"drag {start.x()},{start.y()} by {way.x()},{way.y()} {finding.name_of(widget)}")
    places = [widget.mapTo(widget.window(), at) for at in (start, *stops)]
    monkey.held = (window, places[-1])
    QTest.mousePress(window, LEFT, NONE, places[0])
    for place in places[1:]:
        # To press on a menu's window, or beside it, closes it.
        if window in QApplication.topLevelWindows():
            QTest.mouseMove(window, place)
    let_go(monkey)


def let_go(monkey: Monkey) -> None:
    """Let go of what is dragged; within a drag of the system, this ends it."""
    if monkey.held is not None:
        (window, place), monkey.held = monkey.held, None
        if window in QApplication.topLevelWindows():
            QTest.mouseRelease(window, LEFT, NONE, place)


def hover(monkey: Monkey, chance: Random) -> None:
    """Move over something."""
    widget = monkey.choose(chance, (QWidget,))
    if widget is None:
        return
    at = finding.place_in(widget, chance)
    monkey.note(f"hover {at.x()},{at.y()} {finding.name_of(widget)}")
    send(widget, at, lambda window, place: QTest.mouseMove(window, place))


def wheel(monkey: Monkey, chance: Random) -> None:
    """Turn the wheel over something."""
    widget = monkey.choose(chance, (QWidget,))
    if widget is None:
        return
    at, turn = finding.place_in(widget, chance), chance.choice((-360, -120, 120, 360))
    held = CONTROL if chance.random() < 0.1 else NONE
    monkey.note(f"wheel {turn} {held.name} {at.x()},{at.y()} {finding.name_of(widget)}")
    send(widget, at, lambda window, place: QTest.wheelEvent(
        window, QPointF(place), QPoint(0, turn), QPoint(), held))


def key(monkey: Monkey, chance: Random) -> None:
    """Press a key."""
    pressed, held = chance.choice(KEYS)
    top = finding.front()
    window = None if top is None else finding.window_of(top)
    if window is not None:
        monkey.note(f"key {held.name} {pressed.name}")
        press(window, pressed, held)


def write(monkey: Monkey, chance: Random) -> None:
    """Write into a field, over what stands there."""
    widget = monkey.choose(chance, finding.FIELDS)
    text = chance.choice(TEXTS)
    if widget is None:
        return
    monkey.note(f"write {text!r} {finding.name_of(widget)}")
    widget.setFocus()
    window = finding.window_of(widget)
    if window is None:
        return
    press(window, Qt.Key.Key_A, CONTROL)
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            field = QApplication.focusWidget()
            if field is not None and field.window() is widget.window():
                QApplication.sendEvent(field, QKeyEvent(kind, 0, NONE, letter))
    if chance.random() < 0.7:
        press(window, Qt.Key.Key_Return if chance.random() < 0.7 else Qt.Key.Key_Tab)


def choose_action(monkey: Monkey, chance: Random) -> None:
    """Do what the menu offers."""
    offered = list(finding.actions(monkey.menu))
    if isinstance(finding.front(), QMenu | QDialog) or not offered:
        click(monkey, chance)
        return
    action = chance.choice(offered)
    monkey.note(f"action {action.text()!r}")
    action.trigger()


def undo(monkey: Monkey, chance: Random) -> None:
    """Undo a while, or redo."""
    letter = chance.choice((Qt.Key.Key_Z, Qt.Key.Key_Y))
    times = chance.choice((1, 2, 5, 12))
    monkey.note(f"key ControlModifier {letter.name}, {times} times")
    for _ in range(times):
        top = finding.front()
        window = None if top is None else finding.window_of(top)
        if window is not None:
            press(window, letter, CONTROL)


def run(monkey: Monkey, chance: Random) -> None:
    """Run or pause."""
    toggle = monkey.lab.transport.toggle
    if finding.front() is not monkey.window or not toggle.isVisible() or not toggle.isEnabled():
        key(monkey, chance)
        return
    monkey.note("run or pause")
    for do in (QTest.mousePress, QTest.mouseRelease):
        send(toggle, toggle.rect().center(), partial(give, do))


def open_file(monkey: Monkey, chance: Random) -> None:
    """Open a file, as from the desktop."""
    if finding.front() is not monkey.window:
        close(monkey, chance)
        return
    path = monkey.answers.any_file("(*.json *.bplab)")
    monkey.note(f"open {path.name}")
    if monkey.lab.files.may_leave():
        monkey.lab.files.open(path)


def drop(monkey: Monkey, chance: Random) -> None:
    """Let files fall onto the window."""
    if finding.front() is not monkey.window:
        close(monkey, chance)
        return
    paths = {monkey.answers.any_file() for _ in range(chance.choice((1, 1, 2)))}
    monkey.note(f"drop {', '.join(sorted(path.name for path in paths))}")
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path)) for path in sorted(paths)])
    at, copy = monkey.window.rect().center(), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(at, copy, carried, LEFT, NONE)
    QApplication.sendEvent(monkey.window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(monkey.window, QDropEvent(QPointF(at), copy, carried, LEFT, NONE))


def resize(monkey: Monkey, chance: Random) -> None:
    """Give the window another size, or put it away and fetch it back."""
    if chance.random() < 0.2:
        monkey.note("minimise and restore")
        monkey.window.showMinimized()
        monkey.window.showNormal()
        return
    width, height = chance.choice(((1366, 768), (1500, 940), (800, 520), (1900, 1000), (1024, 700)))
    monkey.note(f"resize {width} x {height}")
    monkey.window.resize(width, height)


def close(monkey: Monkey, chance: Random) -> None:
    """Close the menu or dialog in front."""
    top = finding.front()
    if top is None or top is monkey.window:
        return
    monkey.note(f"close {finding.name_of(top)}")
    window = finding.window_of(top)
    if window is not None and chance.random() < 0.6:
        press(window, Qt.Key.Key_Escape)
    else:
        top.close()


def wait(monkey: Monkey, chance: Random) -> None:
    """Do nothing for a while."""
    monkey.pause_ms = chance.choice((50, 200, 800))
    monkey.note(f"wait {monkey.pause_ms} ms")


ACTS: dict[Act, int] = {
    click: 46, drag: 7, hover: 5, wheel: 5, key: 10, write: 7, choose_action: 6, undo: 4, run: 4,
    open_file: 1, drop: 1, resize: 1, close: 2, wait: 3}
"""With how often each is done, of all."""


def any_act(chance: Random) -> Any:
    """Return an act."""
    return chance.choices(list(ACTS), list(ACTS.values()))[0]
