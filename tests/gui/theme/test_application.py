"""The theme reaches the application, is switched live and grows with the interface size."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui import theme
from gui.theme.application import FONTS
from gui.theme.sheet import style_sheet
from gui.widgets import CalmComboBox, Segmented


def test_switching_repaints_everything(app: QApplication, qtbot: QtBot) -> None:
    assert app.palette().color(QPalette.ColorRole.Base) == QColor(theme.LIGHT.surface)
    with qtbot.waitSignal(theme.notifier().changed):
        theme.apply(app, "dark")
    assert theme.current() is theme.DARK
    assert app.palette().color(QPalette.ColorRole.Base) == QColor(theme.DARK.surface)
    assert theme.DARK.accent in app.styleSheet()


class Counting(QLabel):
    """Counts how often it is told of another style."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("x", parent)
        self.told = 0

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.told += event.type() == QEvent.Type.StyleChange


def test_a_widget_is_styled_once_however_deep_it_lies(app: QApplication, qtbot: QtBot) -> None:
    """Set as it is, a new sheet styles a widget once for each that it lies in."""
    outermost = inner = QWidget()
    qtbot.addWidget(outermost)
    for _ in range(8):
        inner = QWidget(inner)
    label = Counting(inner)
    outermost.show()
    label.told = 0
    theme.apply(app, "dark")
    assert label.told == 0, "nothing has another size"
    theme.set_scale(app, 1.5)
    assert label.told == 1


def test_what_is_hidden_or_has_no_parent_follows_too(app: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    alone = QLabel("alone")
    labels = [QLabel("never shown", window), QLabel("in a dialog", QDialog(window)), alone]
    window.show()
    for widget in (window, alone):
        qtbot.addWidget(widget)
    for label in labels:
        label.setProperty("role", "muted")
        label.ensurePolished()
    theme.apply(app, "dark")
    theme.set_scale(app, 1.5)
    for label in labels:
        assert label.palette().color(QPalette.ColorRole.WindowText).name() == theme.DARK.text_muted
        assert label.fontInfo().pixelSize() == QFontInfo(theme.base_font()).pixelSize()


def test_nothing_is_done_for_the_theme_in_force(app: QApplication, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.notifier().changed):
        theme.apply(app, "light")
        theme.set_scale(app, theme.scale())


def test_a_window_is_painted_once_all_has_its_place(app: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    theme.apply(app, "dark")
    assert not window.updatesEnabled()
    theme.set_scale(app, 1.25)
    qtbot.waitUntil(window.updatesEnabled)
    gone = QWidget()
    gone.show()
    theme.apply(app, "light")
    gone.close()
    gone.deleteLater()
    del gone
    qtbot.waitUntil(window.updatesEnabled)


def test_system_without_a_preference_is_light(
    app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.styleHints().colorScheme() == Qt.ColorScheme.Unknown, "the offscreen platform"
    theme.apply(app, "dark")
    theme.apply(app, "system")
    assert theme.current() is theme.LIGHT


def test_system_is_followed_only_when_asked_to(
    app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.apply(app, "system")
    monkeypatch.setattr("gui.theme.application._is_dark", lambda: True)
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current() is theme.DARK
    theme.apply(app, "light")
    app.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current() is theme.LIGHT


def test_size_scales_font_lengths_and_style(app: QApplication) -> None:
    small = app.font().pointSizeF()
    theme.set_scale(app, 1.5)
    assert app.font().pointSizeF() == pytest.approx(1.5 * small)
    assert theme.px(10) == 15
    assert theme.px(0) == 0
    assert "font-size: 22px" in app.styleSheet()


@pytest.mark.parametrize(("factor", "kept"), [(0.1, 0.8), (9.0, 2.0)], ids=["small", "large"])
def test_size_has_ends(app: QApplication, factor: float, kept: float) -> None:
    theme.set_scale(app, factor)
    assert theme.scale() == kept


def test_next_size_goes_one_notch_and_stops_at_the_end(app: QApplication) -> None:
    assert theme.next_scale(1) == 1.1
    assert theme.next_scale(-1) == 0.9
    theme.set_scale(app, 2.0)
    assert theme.next_scale(1) == 2.0


def test_figures_are_of_equal_width(app: QApplication) -> None:
    metrics = QPushButton().fontMetrics()
    assert metrics.horizontalAdvance("111") == metrics.horizontalAdvance("000")
    assert QFontInfo(app.font()).family()


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_no_placeholder_is_left_in_the_sheet(tokens: theme.Tokens) -> None:
    sheet = style_sheet(tokens, 1.25)
    assert "$" not in sheet
    assert not re.search(r"\d+u\b", sheet)
    assert set(re.findall(r"url\(icons:([\w-]+\.svg)\)", sheet)) <= {
        path.name for path in __import__("gui.theme.icons", fromlist=["FOLDER"]).FOLDER.iterdir()}


def colours_of(widget: QWidget) -> Counter[str]:
    image = widget.grab().toImage()
    return Counter(image.pixelColor(x, y).name()
                   for x in range(image.width()) for y in range(image.height()))


@pytest.mark.parametrize("scale", theme.SCALES)
def test_round_things_stay_round_at_every_size(app: QApplication, scale: float) -> None:
    """Qt draws corners square where the radius is more than half of the side."""
    sheet = style_sheet(theme.LIGHT, scale)

    def length(rule: str, name: str) -> int:
        found = re.search(rf"{rule} {{[^}}]*?\b{name}: (\d+)px", sheet)
        assert found is not None
        return int(found[1])

    slider = "QSlider::handle:horizontal"
    assert 2 * length(slider, "border-radius") <= length(slider, "width")
    radio = length("QRadioButton::indicator", "border-radius")
    assert 2 * radio <= length("QCheckBox::indicator, QRadioButton::indicator", "width") + 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_boxes_in_a_list_look_like_any_other_box(
    app: QApplication, qtbot: QtBot, scheme: theme.Scheme
) -> None:
    theme.apply(app, scheme)
    rows = QListWidget()
    qtbot.addWidget(rows)
    for state in (Qt.CheckState.Checked, Qt.CheckState.Unchecked):
        row = QListWidgetItem("")
        row.setCheckState(state)
        rows.addItem(row)
    rows.show()
    assert colours_of(rows)[theme.current().accent] > 60
    rows.setEnabled(False)
    assert colours_of(rows)[theme.current().border_strong] > 60, "ticked, but greyed"


def test_list_of_a_combo_box_has_one_frame(app: QApplication, qtbot: QtBot) -> None:
    box = CalmComboBox()
    qtbot.addWidget(box)
    box.addItems(["Tanh", "ReLU", "Sigmoid"])
    box.show()
    box.showPopup()
    popup = box.view().window()
    image = popup.grab().toImage()
    box.hidePopup()
    row = [image.pixelColor(x, image.height() // 2).name() for x in range(4)]
    assert row == [theme.LIGHT.border_strong] + [theme.LIGHT.surface] * 3
    assert image.pixelColor(0, 0).name() == theme.LIGHT.border_strong, "its corners are square"


def test_focus_is_shown_once(app: QApplication, qtbot: QtBot) -> None:
    panel = Segmented(["Lines", "Waterfall"])
    qtbot.addWidget(panel)
    panel.show()
    button = panel.button("Lines")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    image = button.grab().toImage()
    inside = {image.pixelColor(x, 4).name() for x in range(10, image.width() - 10)}
    assert inside == {theme.LIGHT.surface_sunken}
    assert colours_of(button)[theme.LIGHT.focus] > 2 * button.width()


def test_buttons_of_a_dialog_have_no_icons(app: QApplication, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save
                           | QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    box.show()
    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    assert box.style().styleHint(hint, None, box) == 0


def test_theme_and_widgets_import_qt_only() -> None:
    code = ("import sys, gui.theme, gui.widgets\n"
            "heavy = {'numpy', 'pyqtgraph', 'numba', 'pandas'} & set(sys.modules)\n"
            "sys.exit(', '.join(heavy) or 0)")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_text_is_drawn_in_the_shipped_font(app: QApplication) -> None:
    theme.apply(app, "light")
    assert QFontInfo(app.font()).family() == "Inter"
    bold = theme.base_font()
    bold.setWeight(QFont.Weight.DemiBold)
    assert QFontInfo(bold).weight() == QFont.Weight.DemiBold
    assert (FONTS / "OFL.txt").exists()


FORGOTTEN = """
import ctypes
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from gui import theme
class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "abcdefghij"]
library = ctypes.CDLL(None)
library.mallinfo2.restype = Told
def used():
    return library.mallinfo2().h
app = QApplication([])
theme.apply(app, "light")
window = QWidget()
labels = [QLabel("a word", window) for _ in range(500)]
for label in labels:
    label.ensurePolished()
seen = window.grab().toImage()
before = used()
theme.forget_styles(app)
print(before - used())
print(window.grab().toImage() == seen)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks glibc for what is in use")
def test_what_qt_keeps_for_each_widget_can_be_forgotten_and_is_found_again() -> None:
    done = subprocess.run([sys.executable, "-c", FORGOTTEN], capture_output=True, text=True,
                          check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    gone, is_same = done.stdout.split()
    assert int(gone) > 500 * 5_000
    assert is_same == "True"
