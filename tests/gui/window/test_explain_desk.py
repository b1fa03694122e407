"""Explanations beside the work: by F1, by Why?, from the menu, and the instruments again."""

from __future__ import annotations

import subprocess
import sys

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.verdicts import Verdict
from engine.layers import LOSSES, OPTIMIZERS, kinds
from engine.messages import say
from engine.pages.catalogue import Catalogue
from gui import theme
from gui.doctor.why import Why
from gui.hyper.catalogue import PAGES
from gui.labs.initialiser_lab import InitialiserLab
from gui.pages.panel import PagesPanel
from gui.plots.instruments import MORE, TABS
from gui.widgets import page_of
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.pages import MICROSCOPE
from gui.workbench.state import State
from tests.gui.windows import Open, lab_of

LEFT, F1, ESCAPE = Qt.MouseButton.LeftButton, Qt.Key.Key_F1, Qt.Key.Key_Escape
CATALOGUE = Catalogue()
SAID = Verdict("vanishing", 2, Words(say("vanishing.title"), say("flat.title"),
                                     say("Rule: 2 < 3.")), ())


def panel_of(lab: LabPage) -> PagesPanel:
    assert lab.explain.panel is not None
    return lab.explain.panel


def text_of(lab: LabPage) -> str:
    return panel_of(lab).sheet.toPlainText()


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, focus: QWidget | None = None) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    if focus is not None:
        focus.setFocus(Qt.FocusReason.TabFocusReason)
        assert QApplication.focusWidget() is focus
    target = QApplication.focusWidget() or window
    assert isinstance(target, QWidget)
    qtbot.keyClick(target, key)


@pytest.fixture
def window(open_window: Open) -> MainWindow:
    return open_window()


def test_f1_explains_what_has_the_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    lab = lab_of(window)
    training = lab.document.project.training
    for focus, page in ((lab.hyper.rate.combo, "theory/learning_rate"),
                        (lab.hyper.loss.combo, f"losses/{training.loss}"),
                        (lab.hyper.optimizer.combo, f"optimizers/{training.optimizer.kind}"),
                        (lab.network.rows, "layers/dense"),
                        (lab.transport.toggle, "controls/transport")):
        press(qtbot, window, F1, focus)
        assert panel_of(lab).current() == page
        assert panel_of(lab).isVisible()
        assert focus.hasFocus(), "the keyboard stays with the work"
    press(qtbot, window, F1)
    assert panel_of(lab).sheet.hasFocus()


def test_the_chosen_value_decides_which_page(qtbot: QtBot, window: MainWindow) -> None:
    lab = lab_of(window)
    for key in OPTIMIZERS:
        lab.document.set_training(optimizer=replace(
            lab.document.project.training.optimizer, kind=key))
        assert page_of(lab.hyper.optimizer.combo) == f"optimizers/{key}"
    lab.document.set_option("dense-1", "activation", "sine")
    lab.document.select("dense-1")
    assert page_of(lab.inspector.editors["activation"].controls()[0]) == "activations/sine"
    lab.document.set_option("dense-1", "weights", "orthogonal")
    assert page_of(lab.inspector.editors["weights"].controls()[0]) == "initialisers/orthogonal"
    assert page_of(lab.inspector.editors["units"].controls()[0]) == "layers/dense"
    assert [page_of(chip) for chip in lab.palette_panel.chips] == [
        f"layers/{chip.kind.key}" for chip in lab.palette_panel.chips]
    assert {chip.kind.key for chip in lab.palette_panel.chips} <= {kind.key for kind in kinds()}


def test_a_row_says_of_itself_what_there_is_to_say(qtbot: QtBot, window: MainWindow) -> None:
    lab = lab_of(window)
    press(qtbot, window, F1, lab.network.rows)
    assert lab.document.selected
    label = lab.network.rows.model_of_rows.rows[1].label
    assert label.split(" · ")[0] in text_of(lab)
    assert text_of(lab).startswith("Dense")


def test_why_opens_the_verdicts_page_with_its_rule(qtbot: QtBot, window: MainWindow) -> None:
    lab = lab_of(window)
    lab.strip.show_verdict(SAID)
    qtbot.mouseClick(lab.strip.why, LEFT)
    assert panel_of(lab).current() == "verdicts/vanishing"
    text = text_of(lab)
    assert text.index("Rule: 2 < 3.") < text.index("hardly moves") \
        < text.index("A cause comes before") < text.index("See also")
    # Why it was said belongs to that page alone, and is there again on the way back.
    panel_of(lab).open("theory/exploding")
    assert "Rule: 2 < 3." not in text_of(lab)
    qtbot.mouseClick(panel_of(lab).back, LEFT)
    assert "Rule: 2 < 3." in text_of(lab)


@pytest.mark.parametrize("height", [620, 920, 970])
def test_a_page_is_written_once_though_its_scroll_bar_comes(
    qtbot: QtBot, window: MainWindow, height: int
) -> None:
    lab = lab_of(window)
    window.resize(1366, height)
    others = (SAID.words,) * 3
    for page, more in (("verdicts/vanishing", others), ("theory/update", ()),
                       ("layers/lstm", others)):
        lab.explain.open(page, Why(SAID.words, more))
        qtbot.wait(1)
        assert text_of(lab).count("Rule: 2 < 3.") == 1 + len(more)


def test_the_last_steps_are_asked_for_by_a_link(qtbot: QtBot, lab: LabPage) -> None:
    lab.explain.open("verdicts/nonfinite", Why(SAID.words, has_steps=True))
    with qtbot.waitSignal(lab.explain.asked) as asked:
        panel_of(lab).sheet.asked.emit("steps")
    assert asked.args == ["steps"]


def test_escape_gives_the_instruments_their_place_again(qtbot: QtBot, window: MainWindow) -> None:
    lab = lab_of(window)
    window.resize(1366, 768)
    press(qtbot, window, F1, lab.hyper.rate.combo)
    qtbot.waitUntil(lambda: not lab.loss.isVisible())
    assert lab.right.gives_way()
    press(qtbot, window, F1)
    press(qtbot, window, ESCAPE)
    assert not panel_of(lab).isVisible()
    assert not lab.explain.is_open
    qtbot.waitUntil(lab.output.isVisible)
    assert lab.network.isAncestorOf(QApplication.focusWidget() or window)


def test_where_there_is_room_a_page_stands_above_the_instruments(
        qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    window.resize(1500, 1100)
    lab = lab_of(window)
    lab.explain.open("theory/update")
    qtbot.waitUntil(lambda: panel_of(lab).isVisible() and not lab.right.gives_way())
    assert lab.output.isVisible() or lab.loss.isVisible() or lab.gradients.isVisible()
    assert panel_of(lab).height() >= theme.px(470)
    window.resize(1366, 740)
    qtbot.waitUntil(lab.right.gives_way)
    window.resize(1500, 1100)
    qtbot.waitUntil(lambda: not lab.right.gives_way())
    lab.explain.close()
    qtbot.waitUntil(lambda: all(view.isVisible() for view in (lab.output, lab.gradients)))


def test_numbers_are_those_of_the_run(qtbot: QtBot, lab: LabPage) -> None:
    lab.explain.open("controls/seed")
    seed = lab.document.project.training.seed
    assert f"The seed of the run is {seed:,}." in text_of(lab)
    lab.document.set_seed(seed + 1)
    qtbot.waitUntil(lambda: f"The seed of the run is {seed + 1:,}." in text_of(lab))


def test_it_goes_along_to_the_microscope(qtbot: QtBot, lab: LabPage) -> None:
    lab.explain.open("theory/update")
    lab.pages.show(MICROSCOPE)
    assert lab.pages.desk is not None
    page = lab.pages.desk.page
    qtbot.waitUntil(lambda: panel_of(lab).isVisible() and page.isVisible())
    assert lab.pages.microscope is not None
    assert lab.pages.microscope.indexOf(panel_of(lab)) >= 0
    lab.pages.show("lab")
    qtbot.waitUntil(lambda: panel_of(lab).isVisible())
    assert lab.right.indexOf(panel_of(lab)) == 0
    lab.explain.close()
    lab.pages.show(MICROSCOPE)
    assert not panel_of(lab).isVisible()


def test_the_menu_opens_the_contents(qtbot: QtBot, window: MainWindow) -> None:
    assert window.actions_of_lab is not None
    action = next(one for one in window.actions_of_lab.menu.actions()
                  if one.text() == "Explanations")
    action.trigger()
    lab = lab_of(window)
    assert "What the doctor says" in text_of(lab)
    assert panel_of(lab).search.hasFocus()


def test_no_start_waits_for_the_pages() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, gui.window.lab_page, gui.window.actions; "
         "print([m for m in sys.modules if m.startswith(('gui.pages', 'engine.pages'))])"],
        capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def reachable(root: QWidget) -> list[QWidget]:
    """Return what the keyboard can come to, but for lists that open from boxes."""
    return [widget for widget in root.findChildren(QWidget)
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and not (isinstance(widget, QAbstractItemView)
                     and widget.window().windowType() == Qt.WindowType.Popup)]


def test_every_control_has_a_page(qtbot: QtBot, window: MainWindow) -> None:
    lab = lab_of(window)
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
    lab.pages.show(MICROSCOPE)
    lab.explain.open_contents()
    lost = {f"{type(widget).__name__} {widget.accessibleName()!r}: {page_of(widget)!r}"
            for widget in reachable(window) if page_of(widget) not in CATALOGUE}
    assert not lost, "set_page, or a line in gui/window/page_signs.py, says which page it has"
    assert len(reachable(window)) > 150


def test_every_control_that_opens_over_the_network_has_a_page(
        qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    window = QWidget()
    qtbot.addWidget(window)
    lab = InitialiserLab(window)
    assert {page_of(widget) for widget in reachable(lab)} <= set(CATALOGUE.keys)
    assert page_of(lab.gain) == "controls/initialiser_lab"
    assert {one.page for one in (*TABS.values(), *MORE.values())} <= set(CATALOGUE.keys)


@pytest.mark.parametrize("page", [page.key for page in PAGES])
def test_every_training_setting_has_a_page(window: MainWindow, page: str) -> None:
    lab = lab_of(window)
    lab.sheet.show_over(lab.network)
    lab.sheet.show_page(page)
    assert {page_of(row) for row in lab.sheet.rows.values()} <= set(CATALOGUE.keys)
    assert all(page_of(row) for row in lab.sheet.rows.values())
    boxes = lab.sheet.findChildren(QComboBox)
    assert all(page_of(box) in CATALOGUE for box in boxes)
    assert set(LOSSES) <= {key.partition("/")[2] for key in CATALOGUE.keys}
