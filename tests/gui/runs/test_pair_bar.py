"""The bar of a pair: what it says, what it offers, and that it fits."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QMenu, QProgressBar
from pytestqt.qtbot import QtBot

from engine.experiments.judgement import judged
from engine.experiments.spread import Spread
from engine.experiments.yardstick import Figure, Yardstick
from gui import theme
from gui.runs.pair_bar import PairBar, decides, told
from gui.runs.seed_dots import SeedDots
from gui.widgets import Button

CHANGES = ("ReLU instead of Sigmoid in 9 layers", "He instead of Xavier in 9 layers")
A_FIGURES, B_FIGURES = (0.69, 0.691, 0.692, 0.693, 0.694), (0.0003, 0.33, 0.002, 0.042, 0.06)


def spread(a: tuple[float, ...] = A_FIGURES, b: tuple[float, ...] = B_FIGURES, *,
           larger: bool = False) -> Spread:
    shape = (2, len(a))
    return Spread(tuple(range(len(a))), np.array([a, b]), np.full(shape, 4500),
                  np.arange(1, 3), {}, larger)


def shown(bar: PairBar, differences: tuple[str, ...] = CHANGES, *, second: bool = True) -> None:
    bar.show_pair("B: 2 changes", "Sigmoid + Xavier", "ReLU + He", "= same seed, same batches",
                  differences, second, "Order of batches: 3f2a on both sides.")


@pytest.fixture
def bar(qtbot: QtBot, app: QApplication) -> PairBar:
    bar = PairBar()
    qtbot.addWidget(bar)
    bar.resize(1330, bar.height())
    shown(bar)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


def words(bar: PairBar) -> set[str]:
    return {label.text() for label in bar.findChildren(QLabel) if label.isVisible()}


def test_it_says_what_differs_and_what_is_equal(bar: PairBar) -> None:
    assert {"B: 2 changes", "=", "same seed, same batches"} <= words(bar)
    assert bar.accessibleName() == "B: 2 changes"
    equal = next(one for one in bar.findChildren(QLabel) if one.text() == "same seed, same batches")
    assert "3f2a" in equal.toolTip()
    bar.show_pair("B: He instead of Xavier", "Xavier", "He", "= same seed", CHANGES[:1], True)
    assert "hecksum" in equal.toolTip()


def test_what_is_equal_keeps_its_tooltip_where_it_is_cut(bar: PairBar) -> None:
    bar.show_spread(spread())
    bar.resize(760, bar.height())
    QApplication.sendPostedEvents()
    equal = next(one for one in bar.findChildren(QLabel) if one.text() == "same seed, same batches")
    assert "3f2a" in equal.toolTip()


def test_what_decides_is_said_until_seeds_say_more(bar: PairBar) -> None:
    bar.show_yardstick(Yardstick("loss", True, 2048))
    assert {"Validation loss", "decides at step 2,048"} <= words(bar)
    tips = {label.toolTip() for label in bar.findChildren(QLabel)
            if label.text() == "decides at step 2,048"}
    assert all(tip.startswith("Decides: validation loss at step 2,048.") for tip in tips)
    bar.show_progress(0.2, "Seed 2 of 5")
    assert "decides at step 2,048" not in words(bar)
    bar.show_progress(None)
    bar.show_spread(spread())
    assert "decides at step 2,048" not in words(bar)
    bar.show_spread(None)
    assert {"Validation loss", "decides at step 2,048"} <= words(bar)
    bar.show_yardstick(None)
    assert "decides at step 2,048" not in words(bar)


@pytest.mark.parametrize(("figure", "name"), [
    ("balanced", "Validation accuracy"), ("r2", "Validation R²")])
def test_what_decides_is_named_in_few_words(figure: Figure, name: str) -> None:
    assert decides(Yardstick(figure, True, 800)) == (name, "decides at step 800")


def test_what_decides_gives_way_to_names_and_buttons(bar: PairBar) -> None:
    bar.show_yardstick(Yardstick("loss", True, 2048))
    bar.resize(1000, bar.height())
    QApplication.sendPostedEvents()
    assert "decides at step 2,048" in words(bar)
    bar.resize(560, bar.height())
    QApplication.sendPostedEvents()
    assert "decides at step 2,048" not in words(bar)
    assert {"B: 2 changes"} <= words(bar)


def test_more_than_one_change_is_listed(qtbot: QtBot, bar: PairBar) -> None:
    menu = bar.findChild(QMenu)
    assert isinstance(menu, QMenu)
    qtbot.mouseClick(bar.title_label, Qt.MouseButton.LeftButton)
    assert menu.isVisible()
    lines = [label.text() for label in menu.findChildren(QLabel)]
    assert lines == [f"• {CHANGES[0]}\n• {CHANGES[1]}"]
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    bar.changes.click()
    assert menu.isVisible()
    menu.close()
    shown(bar, CHANGES[:1])
    assert not bar.changes.isVisible()
    qtbot.mouseClick(bar.title_label, Qt.MouseButton.LeftButton)
    assert not menu.isVisible()


def test_it_is_as_high_with_one_change_as_with_two(bar: PairBar) -> None:
    before = bar.sizeHint().height()
    shown(bar, CHANGES[:1])
    assert bar.sizeHint().height() == before
    bar.show_spread(spread())
    assert bar.sizeHint().height() == before
    bar.show_progress(0.3, "seed 2 of 5")
    assert bar.sizeHint().height() == before


def test_a_chip_chooses_which_run_is_edited(qtbot: QtBot, bar: PairBar) -> None:
    first, second = bar.sides.first, bar.sides.second
    assert (first.isChecked(), second.isChecked()) == (False, True)
    with qtbot.waitSignal(bar.side_requested) as wish:
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert wish.args == [False]
    assert (first.isChecked(), second.isChecked()) == (True, False)
    with qtbot.waitSignal(bar.side_requested) as wish:
        QTest.keyClick(first, Qt.Key.Key_Right)
    assert wish.args == [True]
    assert second.isChecked()
    asked: list[bool] = []
    bar.side_requested.connect(asked.append)
    shown(bar, second=False)
    assert first.isChecked()
    assert asked == []
    assert "A: Sigmoid + Xavier" in first.toolTip()


def test_chips_take_their_keys_before_the_window_does(qtbot: QtBot, app: QApplication) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = PairBar()
    window.setCentralWidget(bar)
    shown(bar, second=False)
    stepped: list[bool] = []
    action = QAction("Step", window)
    action.setShortcut("Right")
    action.triggered.connect(stepped.append)
    window.addAction(action)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bar.sides.first.setFocus()
    QTest.keyClick(bar.sides.first, Qt.Key.Key_Right)
    assert bar.sides.second.isChecked()
    assert bar.sides.second.hasFocus()
    assert stepped == []


def test_the_strokes_are_those_of_the_curves(bar: PairBar) -> None:
    def gaps(chip_letter: str) -> int:
        chip = bar.sides.first if chip_letter == "A" else bar.sides.second
        image = chip.grab().toImage()
        middle, ink = image.height() // 2, theme.current().text
        dark = [image.pixelColor(x, middle).name() == ink for x in range(theme.px(28),
                                                                         theme.px(54))]
        return sum(one and not other for one, other in pairwise(dark))
    assert gaps("A") <= 1
    assert gaps("B") >= 2


@pytest.mark.parametrize("name", ["repeat", "swap", "drop", "keep"])
def test_what_can_be_done_is_asked_for(qtbot: QtBot, bar: PairBar, name: str) -> None:
    with qtbot.waitSignal(getattr(bar, f"{name}_requested")):
        qtbot.mouseClick(getattr(bar, name), Qt.MouseButton.LeftButton)


def test_what_seeds_say_stands_beside_their_dots(bar: PairBar) -> None:
    assert not bar.dots.isVisible()
    bar.show_spread(spread())
    assert bar.dots.isVisible()
    assert {"5 of 5 better", "median 0.042 against 0.69"} <= words(bar)
    assert "0.33" in bar.dots.toolTip()
    bar.show_spread(spread(b=(0.68, 0.7, 0.7, 0.69, 0.71)))
    assert {"No difference", "that 5 seeds can show"} <= words(bar)
    bar.show_spread(None)
    assert not bar.dots.isVisible()
    assert "No difference" not in words(bar)
    bar.show_spread(spread((), ()))
    assert not bar.dots.isVisible()


def test_seeds_are_judged_in_words() -> None:
    assert told(judged((1.0,) * 6, (2.0,) * 6)) == ("6 of 6 worse", "median 2 against 1")
    assert told(judged((1.0,) * 3, (1.0,) * 3))[0] == "The same in all 3"
    assert told(judged((1.0,), (0.5,))) == ("No difference", "that 1 seed can show")
    assert told(judged((0.9,) * 5, (0.95, 0.96, 0.97, 0.98, 0.99), larger_is_better=True)) == (
        "5 of 5 better", "median 0.97 against 0.9")


def test_repeating_shows_how_far_it_is_and_can_be_cancelled(qtbot: QtBot, bar: PairBar) -> None:
    bar.show_spread(spread())
    bar.show_progress(0.5, "Seed 3 of 5")
    progress = bar.findChild(QProgressBar)
    assert isinstance(progress, QProgressBar)
    assert progress.isVisible()
    assert progress.value() == 500
    assert "Seed 3 of 5" in words(bar)
    assert not bar.repeat.isVisible()
    assert not bar.dots.isVisible()
    with qtbot.waitSignal(bar.cancel_requested):
        qtbot.mouseClick(bar.cancel, Qt.MouseButton.LeftButton)
    bar.show_progress(None)
    assert bar.repeat.isVisible()
    assert bar.dots.isVisible()
    assert not progress.isVisible()


def test_buttons_without_room_are_in_the_menu(qtbot: QtBot, bar: PairBar) -> None:
    bar.show_spread(spread())
    assert not bar.more.isVisible()
    bar.resize(700, bar.height())
    qtbot.waitUntil(bar.more.isVisible)
    assert not bar.swap.isVisible()
    assert bar.keep.isVisible()
    offered = {action.text(): action for action in bar.more.menu().actions() if action.isVisible()}
    assert set(offered) == {"Repeat with 5 seeds", "Swap", "Drop"}
    for text, signal in (("Swap", bar.swap_requested), ("Drop", bar.drop_requested),
                         ("Repeat with 5 seeds", bar.repeat_requested)):
        with qtbot.waitSignal(signal):
            offered[text].trigger()
    bar.show_progress(0.2, "Seed 1 of 5")
    assert not offered["Repeat with 5 seeds"].isVisible()
    assert bar.cancel.isVisible()
    bar.show_progress(None)
    bar.resize(1330, bar.height())
    qtbot.waitUntil(bar.swap.isVisible)
    assert not bar.more.isVisible()


@pytest.mark.parametrize("scale", [1.0, 1.25])
@pytest.mark.parametrize("width", [700, 1090, 1340])
def test_nothing_overlaps_and_every_button_is_whole(
        qtbot: QtBot, app: QApplication, bar: PairBar, scale: float, width: int) -> None:
    theme.set_scale(app, scale)
    for busy, seeds in ((None, None), (None, spread()), (0.4, None)):
        bar.show_spread(seeds)
        bar.show_progress(busy, "Seed 3 of 5")
        bar.resize(max(width, bar.minimumWidth()), bar.height())
        QApplication.sendPostedEvents()
        bar.layout().activate()
        buttons = [one for one in bar.findChildren(Button) if one.isVisible()]
        assert bar.keep in buttons
        for button in buttons:
            assert button.width() >= button.minimumSizeHint().width()
            assert bar.rect().contains(button.mapTo(bar, button.rect().center()))
        row = sorted((one for one in (*buttons, bar.dots, bar.sides) if one.isVisible()),
                     key=lambda one: one.mapTo(bar, one.rect().topLeft()).x())
        ends = [(one.mapTo(bar, one.rect().topLeft()).x(), one.width()) for one in row]
        for (left, wide), (after, _) in pairwise(ends):
            assert left + wide <= after
        assert ends[-1][0] + ends[-1][1] <= bar.width()


def test_dots_stand_where_their_figures_are(qtbot: QtBot, app: QApplication) -> None:
    dots = SeedDots()
    qtbot.addWidget(dots)
    dots.resize(dots.sizeHint())
    dots.show_figures(A_FIGURES, B_FIGURES, (0.692, 0.042))
    assert dots.is_logarithmic()
    assert dots.ends() == (-4, 0)
    tenth = dots.x_of(0.1) - dots.x_of(0.01)
    assert dots.x_of(0.01) - dots.x_of(0.001) == pytest.approx(tenth)
    image = dots.grab().toImage()
    y = round(1.5 * theme.px(13))
    at, radius = round(dots.x_of(0.0003)), theme.px(6.5) // 2
    ground = image.pixelColor(at - 3 * radius, y)
    assert any(image.pixelColor(at - radius + i, y) != ground for i in (-1, 0, 1))
    assert image.pixelColor(at + 3 * radius, y) == ground


def test_accuracies_lie_on_an_even_axis_and_what_diverged_at_its_worse_end(
        qtbot: QtBot, app: QApplication) -> None:
    dots = SeedDots()
    qtbot.addWidget(dots)
    dots.resize(dots.sizeHint())
    dots.show_figures((0.9, math.nan), (0.8, 0.7), (0.9, 0.75), larger_is_better=True)
    assert not dots.is_logarithmic()
    assert dots.x_of(math.nan) < dots.x_of(0.7) < dots.x_of(0.9)
    dots.show_figures((0.9, math.inf), (0.001, 0.7), (0.9, 0.3))
    assert dots.x_of(math.inf) > dots.x_of(0.9)
    assert "no finite number" in dots.toolTip()
    dots.show_figures((0.5, 0.5), (0.5, 0.5), (0.5, 0.5))
    assert not dots.grab().isNull()
    dots.show_figures((math.nan,), (math.nan,), (math.inf, math.inf))
    assert not dots.grab().isNull()
