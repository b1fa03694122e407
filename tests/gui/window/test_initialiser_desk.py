"""The initialiser lab, driven by hand: sliders, a drawing, and what is written into the project."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.messages import say
from engine.spec import ProjectSpec
from gui import theme
from gui.document.document import Document
from gui.frames.theory import Theory
from gui.labs.initialiser_lab import InitialiserLab
from gui.window.actions import Actions
from gui.window.initialiser_desk import PROBE, Expected, InitialiserDesk, expected
from gui.window.lab_page import LabPage
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.window.theories import FakeTheory
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine
from tests.gui.workbench.test_first_passes import FakePasses

LEFT = Qt.MouseButton.LeftButton


class Place:
    """A page with a network at the left and instruments at the right, and the desk beside them."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.passes, self.theory = qtbot, FakePasses(), FakeTheory()
        self.document = Document(load_data=two_clouds)
        self.engine = FakeEngine()
        self.bench = Workbench(self.document, self.engine, first_pass=self.passes)
        self.page = QWidget()
        qtbot.addWidget(self.page)
        row = QHBoxLayout(self.page)
        self.network, self.right = QWidget(), QWidget()
        for part in (self.network, self.right):
            row.addWidget(part)
        self.page.resize(1080, 620)
        self.page.show()
        self.covers: list[str] = []
        self.desk = InitialiserDesk(self.document, self.bench, self.right, self.page,
                                    cover=self.covers.append, expect=self.expect)
        qtbot.waitUntil(lambda: self.bench.state is State.READY)

    def expect(self, project: ProjectSpec, dataset: Dataset) -> Expected:
        assert project.training.batch_size == min(PROBE, len(dataset.training))
        found = {one.layer_id: one for one in self.theory(project, dataset).layers}
        return Expected(Theory(found), say("Three layers leave a tenth."),
                        expected(project, dataset).curves)

    def open(self) -> InitialiserLab:
        self.desk.open()
        assert self.desk.lab is not None
        self.settle()
        return self.desk.lab

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.bench.first_passes.is_waiting
                             and not self.desk._asking.is_busy)

    def gains(self) -> list[float]:
        return [float(layer.options.get("gain", 1.0)) for layer in self.document.project.network
                if layer.kind == "dense"]

    def close(self) -> None:
        self.desk.shut_down()
        self.bench.shut_down()
        self.document.undo_stack.clear()


@pytest.fixture
def place(qtbot: QtBot, qapp: QApplication) -> Iterator[Place]:
    theme.apply(qapp, "light")
    place = Place(qtbot)
    yield place
    place.close()


def measured(lab: InitialiserLab) -> dict[str, float]:
    return dict(lab.profile._profile.measured)


def move(lab: InitialiserLab, gain: float) -> None:
    """Move the slider by hand, as far as it goes with keys."""
    slider = lab.gain.slider
    slider.setFocus()
    target = min(range(slider.maximum() + 1), key=lambda stop: abs(slider._stops[stop] - gain))
    slider.setValue(target)


def test_it_lies_beside_the_network_and_measures_the_project(place: Place) -> None:
    lab = place.open()
    assert lab.geometry() == place.right.geometry()
    assert not lab.isModal()
    hidden = [layer.id for layer in place.document.project.network if layer.kind == "dense"]
    assert measured(lab) == dict.fromkeys(hidden, 1.0)
    assert lab.profile._profile.theory.gradient(hidden[0]) > 0
    assert lab.dial.chi() == 0.5
    assert "vanishes" in lab.words.text()
    assert not lab.use.isEnabled()


def test_figures_follow_the_sliders_and_the_project_does_not(place: Place) -> None:
    lab, before = place.open(), place.document.project
    move(lab, 2.0)
    place.settle()
    assert set(measured(lab).values()) == {lab.gain.value()}
    assert lab.gain.value() == pytest.approx(2.0, rel=0.05)
    # The project's own stay in view, and in the project.
    assert set(lab.profile._profile.before.values()) == {1.0}
    assert place.document.project is before
    assert place.engine.newest.step == 0
    lab.bias.slider.setValue(lab.bias.slider.maximum())
    place.settle()
    assert place.passes.measured[-1].layers[1].options["initial_bias"] == 2.0
    lab.scheme.combo.setCurrentIndex(lab.scheme._keys.index("pytorch"))
    lab.scheme.combo.activated.emit(lab.scheme.combo.currentIndex())
    place.settle()
    tried = place.passes.measured[-1].layers[1].options
    assert (tried["weights"], tried["gain"], tried["initial_bias"]) == ("pytorch", 1.0, 0.0)
    assert lab.gain.value() == 1.0
    place.qtbot.mouseClick(lab.back, LEFT)
    place.settle()
    assert lab.network() == before.network
    assert not lab.back.isEnabled()


def test_the_gain_at_which_errors_last_is_marked(place: Place) -> None:
    network = place.document.project.network
    hidden = [layer.id for layer in network if layer.kind == "dense"]
    for layer_id in hidden:
        place.document.set_option(layer_id, "weights", "lecun_normal")
    for layer_id in hidden[:-1]:
        place.document.set_option(layer_id, "activation", "tanh")
    lab = place.open()
    titles = {one.activation: one for one in lab.curve.curves()}
    tanh = titles["tanh"]
    assert tanh.critical == (pytest.approx(1.0, rel=0.01),)
    assert "Tanh is critical at gain 1" in lab.words.text()
    assert "Tanh is critical at gain 1" in lab.curve.accessibleDescription()
    at_one = lab.curve.point(tanh)
    move(lab, 3.0)
    place.settle()
    moved = next(one for one in lab.curve.curves() if one.activation == "tanh")
    point = lab.curve.point(moved)
    assert at_one is not None
    assert point is not None
    assert moved.gain == lab.gain.value()
    assert point.x() > at_one.x(), "further to the right"
    assert point.y() < at_one.y(), "above the line at 1"
    # A bias bends tanh: it takes a larger gain until errors last.
    lab.bias.slider.setValue(lab.bias.slider.maximum())
    place.settle()
    bent = next(one for one in lab.curve.curves() if one.activation == "tanh")
    assert all(gain > 1.2 for gain in bent.critical)
    # One layer alone has its own curve; gains that differ have no point.
    place.document.select(hidden[0])
    place.qtbot.mouseClick(lab.scope.button("one"), LEFT)
    assert [one.layers for one in lab.curve.curves()] == [(hidden[0],)]
    move(lab, 0.5)
    place.settle()
    place.qtbot.mouseClick(lab.scope.button("all"), LEFT)
    mixed = next(one for one in lab.curve.curves() if one.activation == "tanh")
    assert lab.curve.point(mixed) is None


def test_one_layer_alone(place: Place) -> None:
    lab = place.open()
    first = place.document.project.network.layers[1].id
    place.document.select(first)
    place.qtbot.mouseClick(lab.scope.button("one"), LEFT)
    assert lab.scope.button("one").text() == "Layer 1"
    move(lab, 3.0)
    place.settle()
    values = measured(lab)
    assert values.pop(first) == lab.gain.value() != 1.0
    assert set(values.values()) == {1.0}
    # Another layer has another gain, which the slider shows.
    place.document.select(place.document.project.network.layers[2].id)
    assert lab.gain.value() == 1.0
    place.document.select(place.document.project.network.layers[0].id)
    assert not lab.scope.button("one").isEnabled()


def test_it_opens_for_one_layer(place: Place) -> None:
    second = place.document.project.network.layers[2].id
    place.desk.open_for(second)
    lab = place.desk.lab
    assert lab is not None
    assert lab.isVisible()
    assert place.document.selected == second
    assert lab.scope.current() == "one"
    assert lab.scope.button("one").text() == "Layer 2"
    place.settle()
    move(lab, 3.0)
    place.settle()
    assert measured(lab)[second] == lab.gain.value() != 1.0
    # Asked for another layer, it stays open, and keeps what is tried out.
    first = place.document.project.network.layers[1].id
    place.desk.open_for(first)
    assert lab.isVisible()
    assert lab.gain.value() == 1.0
    assert measured(lab)[second] != 1.0


def test_they_are_used_in_one_step_that_can_be_undone(place: Place) -> None:
    lab, before = place.open(), place.gains()
    move(lab, 2.0)
    lab.bias.slider.setValue(lab.bias.slider.maximum())
    place.qtbot.mouseClick(lab.use, LEFT)
    assert place.gains() == [lab.gain.value()] * len(before)
    assert place.document.project.network.layers[1].options["initial_bias"] == 2.0
    assert place.document.undo_stack.count() == 1
    place.settle()
    assert not lab.use.isEnabled()
    place.document.undo_stack.undo()
    assert place.gains() == before
    # The sliders go along.
    assert lab.gain.value() == 1.0
    place.document.undo_stack.redo()
    assert lab.gain.value() == pytest.approx(2.0, rel=0.05)


def test_edits_of_the_network_go_along(place: Place) -> None:
    lab = place.open()
    move(lab, 2.0)
    layer = place.document.project.network.layers[1].id
    place.document.set_option(layer, "units", 7)
    place.settle()
    assert lab.network().layer(layer).options["units"] == 7
    assert lab.network().layer(layer).options["gain"] == lab.gain.value() != 1.0
    count = len(place.passes.measured)
    place.document.set_training(learning_rate=0.5)
    assert not place.bench.first_passes.is_waiting
    assert len(place.passes.measured) == count


def drag(lab: InitialiserLab, *points: tuple[int, float]) -> None:
    """Draw with the mouse from place to place; each is a layer and the gradient to draw there."""
    view = lab.profile
    spots = [view.point_of(number, value).toPoint() for number, value in points]
    QTest.mousePress(view, LEFT, pos=spots[0])
    for spot in spots[1:]:
        # QTest.mouseMove tells of no button that is held down.
        _move(view, spot)
    QTest.mouseRelease(view, LEFT, pos=spots[-1])


def _move(view: QWidget, spot: QPoint) -> None:
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(spot), view.mapToGlobal(QPointF(spot)),
                        Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)


def test_a_prediction_is_drawn_first_and_then_revealed(place: Place) -> None:
    lab = place.open()
    layers = [layer.id for layer in place.document.project.network if layer.kind == "dense"]
    place.qtbot.mouseClick(lab.drawing.begin, LEFT)
    assert lab.profile.is_drawing()
    # Nothing gives the answer away.
    assert lab.histograms.isHidden()
    assert "measured" not in lab.profile.accessibleDescription()
    assert "leave" not in lab.words.text()
    assert place.covers == ["Hidden while you draw what you expect."]
    assert not lab.drawing.reveal.isEnabled()
    last = len(layers) - 1
    drag(lab, (0, 1e-4), (last, 1e-1))
    assert list(lab.profile.drawn) == layers
    assert lab.profile.drawn[layers[0]] == pytest.approx(1e-4, rel=0.2)
    assert lab.profile.drawn[layers[last]] == pytest.approx(1e-1, rel=0.2)
    place.qtbot.mouseClick(lab.drawing.reveal, LEFT)
    assert not lab.profile.is_drawing()
    assert lab.histograms.isVisible()
    assert place.covers[-1] == ""
    # What is measured is 1 in every layer: 4 decades off in the first, 1 in the last.
    told = lab.drawing.told.text()
    assert "2.5 decades off on average" in told
    assert "layer 1, 4.0 too small" in told
    assert lab.profile.words(0).startswith("Layer 1, drawn ")
    assert ", measured 1, theory 0.045, measured is 22 times theory" in lab.profile.words(0)
    place.qtbot.mouseClick(lab.drawing.clear, LEFT)
    assert lab.profile.drawn == {}
    assert lab.drawing.clear.isHidden()


def test_it_can_be_drawn_with_the_keyboard(place: Place) -> None:
    lab = place.open()
    place.qtbot.mouseClick(lab.drawing.begin, LEFT)
    view = lab.profile
    assert QApplication.focusWidget() is view
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view, key)
    drawn = list(view.drawn.values())
    assert drawn == pytest.approx([10**-4.5, 10**-5.25])
    assert "drawn" in view.accessibleDescription()


def test_closing_it_ends_all_that_it_asks_for(place: Place) -> None:
    lab = place.open()
    QTest.keyClick(lab, Qt.Key.Key_Escape)
    assert lab.isHidden()
    count = len(place.passes.measured)
    place.document.set_option(place.document.project.network.layers[1].id, "gain", 2.0)
    place.qtbot.waitUntil(lambda: place.bench.state is State.READY)
    assert len(place.passes.measured) == count
    # Opened again, it begins with the project as it is.
    place.open()
    assert measured(lab)[place.document.project.network.layers[1].id] == 2.0
    place.desk.open()
    assert lab.isHidden()


def test_of_what_cannot_be_trained_it_says_why(place: Place) -> None:
    lab = place.open()
    place.document.set_option(place.document.project.network.layers[-1].id, "units", 7)
    assert place.document.issues[0].text in lab.note.text()
    assert measured(lab) == {}


def test_everything_can_be_reached_by_tab_and_has_a_name(place: Place) -> None:
    lab = place.open()
    move(lab, 2.0)
    reached: list[QWidget] = []
    widget: QWidget | None = lab.scope.button("all")
    while widget is not None and widget not in reached:
        reached.append(widget)
        widget = widget.nextInFocusChain()
    stops = [one for one in reached if lab.isAncestorOf(one) and one.isVisible()
             and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    for wanted in (lab.close_button, lab.scheme.combo, lab.gain.slider, lab.bias.slider,
                   lab.drawing.begin, lab.profile, lab.use, lab.back):
        assert wanted in stops
    for stop in stops:
        assert stop.accessibleName() or getattr(stop, "text", str)()


def test_the_menu_opens_it_over_the_instruments(lab: LabPage, qtbot: QtBot) -> None:
    """In the real page, with the real engine room's fake and what the window wires."""
    actions = Actions(lab, lab)
    [action] = [one for one in actions.menu.actions() if one.text() == "Initialiser lab…"]
    assert action.shortcut().toString() == "Ctrl+I"
    lab.workbench.first_passes._bench._factory = FakePasses()
    action.trigger()
    opened = lab.initialisers.lab
    assert opened is not None
    assert opened.isVisible()
    assert opened.size() == lab.right.size()
    assert lab.network.isVisible()
    qtbot.waitUntil(lambda: not lab.workbench.first_passes.is_waiting)
    # While a prediction is drawn, the rows do not tell either.
    qtbot.mouseClick(opened.drawing.begin, LEFT)
    assert lab.network.rows.model_of_rows.cover
    action.trigger()
    assert opened.isHidden()
    assert not lab.network.rows.model_of_rows.cover


def test_theory_can_be_chosen_in_the_menu(lab: LabPage, qtbot: QtBot) -> None:
    actions = Actions(lab, lab)
    [menu] = [one.menu() for one in actions.menu.actions() if one.text() == "Theory"]
    titles = [action.text() for action in menu.actions()]
    assert titles == ["Off", "At the start", "For these weights"]
    rows = lab.network.rows.model_of_rows
    qtbot.waitUntil(lambda: bool(rows.theories))
    assert rows.theory().gradient(lab.document.project.network.layers[1].id) > 0
    menu.actions()[0].trigger()
    assert rows.theories == {}
