"""In a pair every row holds A above B, on the same axes, and edits go to one of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace as changed
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.spec import LayerSpec, NetworkSpec, ProjectSpec
from engine.telemetry.snapshot import LayerReading
from gui import theme
from gui.builder.columns import PAIR, PAIR_COMPACT, PAIR_DENSITIES, PAIR_MINI, columns_for
from gui.builder.inspector import Inspector
from gui.builder.network_view import NetworkView
from gui.builder.pair_painter import PairPainter
from gui.builder.pairing import pairing_of
from gui.builder.row_ink import RowInk
from gui.builder.rows_model import RowsModel
from gui.builder.run_figures import is_far, ratio_of, ratio_text
from gui.builder.scales import shared_spans
from gui.document.document import Document
from gui.widgets import Button
from tests.gui.documents import FakeFrame, FakeRun, make_snapshot

CONTEXT = QContextMenuEvent.Reason.Mouse
COLUMNS = ("card", "histogram", "gradient", "status", "update")


def with_layers(project: ProjectSpec, *layers: LayerSpec) -> ProjectSpec:
    return replace(project, network=NetworkSpec(layers))


def deep(project: ProjectSpec, n: int, activation: str, weights: str) -> ProjectSpec:
    first, *_, last = project.network
    options = {"units": 16, "activation": activation, "weights": weights}
    hidden = (LayerSpec(f"deep-{i + 1}", "dense", options) for i in range(n))
    return with_layers(project, first, *hidden, last)


def other_style(project: ProjectSpec) -> ProjectSpec:
    """Return the small project with ReLU and He in its first hidden layer."""
    first, layer, *rest = project.network
    options = {**layer.options, "activation": "relu", "weights": "he_normal"}
    return with_layers(project, first, replace(layer, options=options), *rest)


def other_layers(project: ProjectSpec) -> ProjectSpec:
    """Return the small project with a dropout layer in the place of its second hidden one."""
    first, layer, _, last = project.network
    return with_layers(project, first, layer, LayerSpec("drop", "dropout"), last)


def frames(document: Document, decay_a: float = 0.05, decay_b: float = 0.9) -> FakeFrame:
    """Return the newest frame of a pair of which B is edited."""
    sides = document.sides
    assert sides.second is not None
    a = make_snapshot(sides.first.project.network, decay=decay_a)
    b = make_snapshot(sides.second.project.network, decay=decay_b)
    if sides.edits_second:
        return FakeFrame(b, run="B", beside=FakeFrame(a, run="A"))
    return FakeFrame(a, run="A", beside=FakeFrame(b, run="B"))


def show(view: NetworkView, document: Document, **decay: float) -> None:
    sides = document.sides
    assert sides.second is not None
    infos = {"A": FakeRun(1, sides.first.project.network, "A"),
             "B": FakeRun(2, sides.second.project.network, "B")}
    main, beside = ("B", "A") if sides.edits_second else ("A", "B")
    view.set_run(changed(infos[main], beside=infos[beside]))
    view.show_frame(frames(document, **decay))


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication, document: Document) -> NetworkView:
    theme.apply(qapp, "light")
    view = NetworkView(document)
    qtbot.addWidget(view)
    view.resize(522, 479)
    view.show()
    qtbot.waitExposed(view)
    return view


def model_of(view: NetworkView) -> RowsModel:
    return view.rows.model_of_rows


def written(view: NetworkView, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, QRect]]:
    """Return every text of the rows with its box."""
    found: list[tuple[str, QRect]] = []

    def noting(write: Callable[..., None]) -> Callable[..., None]:
        def note(self: RowInk, painter: QPainter, box: QRect, text: str, *rest: Any,
                 **more: Any) -> None:
            if text:
                found.append((text, QRect(box)))
            write(self, painter, box, text, *rest, **more)
        return note

    monkeypatch.setattr(RowInk, "figure", noting(RowInk.figure))
    monkeypatch.setattr(RowInk, "text", noting(RowInk.text))
    view.rows.viewport().grab()
    monkeypatch.undo()
    return found


# Words


def test_a_card_says_what_differs_and_nothing_else() -> None:
    options = {"units": 16, "activation": "sigmoid", "weights": "xavier_uniform"}
    a = LayerSpec("x", "dense", options)
    b = LayerSpec("x", "dense", {**options, "activation": "relu", "weights": "he_normal"})
    pairing = pairing_of(a, b)
    assert (pairing.title, pairing.a, pairing.b) == ("Dense 16", "Sigmoid · Xavier", "ReLU · He")
    assert pairing_of(a, a).words == "A and B alike"
    kinds = pairing_of(a, LayerSpec("x", "dense", {**options, "weights": "xavier_normal"}))
    assert (kinds.a, kinds.b) == ("Xavier uniform", "Xavier normal"), "or they were the same"
    wider = pairing_of(a, replace(b, options={**options, "units": 24}))
    assert (wider.title, wider.a, wider.b) == ("Dense", "16 units", "24 units")
    without = pairing_of(a, LayerSpec("x", "dense", {**options, "bias": False}))
    assert (without.a, without.b) == ("bias", "no bias")
    frozen = pairing_of(a, replace(a, frozen=True, l2=0.01))
    assert (frozen.a, frozen.b) == ("learns · L2 as training", "frozen · L2 0.01")
    fed = pairing_of(a, a, "", "fed by layers 1 and 2")
    assert (fed.a, fed.b) == ("fed by the layer above", "fed by layers 1 and 2")
    assert pairing_of(a, LayerSpec("x", "dropout")).a == "Dense"


def test_a_ratio_has_two_figures_and_is_bold_from_ten() -> None:
    texts = {25_200.0: "25,000×", 8.31: "8.3×", 0.27: "0.27×", 0.0113: "0.011×", 140.4: "140×",
             4e9: "4·10⁹×", 0.0086: "0.009×", 4.6e-4: "0.0005×", 5e-6: "5·10⁻⁶×", 1.0: "1.0×",
             math.inf: "A = 0", math.nan: "", 0.0: "B = 0"}
    for ratio, text in texts.items():
        assert ratio_text(ratio) == text
    assert all(map(is_far, (10.0, 0.1, math.inf)))
    assert not any(map(is_far, (9.9, 0.11, math.nan)))
    assert ratio_of(0.0, 1.0) == math.inf
    assert all(map(math.isnan, (ratio_of(0.0, 0.0), ratio_of(math.nan, 1.0))))


def test_histograms_of_both_stand_on_one_axis() -> None:
    sigmoid, relu = {"x": (0.0, 1.0)}, {"x": (0.0, math.inf)}
    reading = LayerReading("x", activation_mean=0.5, activation_std=1.5,
                           histogram=np.full(4, 1), histogram_range=(0.0, 4.0))
    spans = shared_spans(((sigmoid, [reading]), (relu, [reading])))
    assert spans["x"] == (0.0, 5.0), "0 to 1, and 0 to 0.5 + 3 · 1.5 rounded up"
    alone = shared_spans(((sigmoid, [reading]),))
    assert alone["x"] == (0.0, 1.0)


# Rows


def test_layers_of_one_run_stand_where_they_are_in_it(view: NetworkView, document: Document
                                                      ) -> None:
    document.begin_pair(other_layers(document.project), "try")
    rows = model_of(view).rows
    assert [row.layer_id for row in rows] == ["input", "dense-1", "dense-2", "drop", "output"]
    assert [row.place for row in rows] == list(range(5))
    assert [row.only for row in rows] == ["", "", "A", "B", ""]
    assert [row.is_foreign for row in rows] == [False, False, True, False, False]
    document.edit_second(False)
    rows = model_of(view).rows
    assert [row.layer_id for row in rows] == ["input", "dense-1", "drop", "dense-2", "output"]
    assert [row.is_foreign for row in rows] == [False, False, True, False, False]
    assert [row.flows for row in rows] == [True, True, False, True, False]
    document.drop_second()
    assert [row.pairing for row in model_of(view).rows] == [None] * 4


def test_the_other_runs_edits_are_followed(view: NetworkView, document: Document) -> None:
    document.begin_pair(other_style(document.project), "try")
    row = model_of(view).rows[1]
    assert row.pairing is not None
    assert (row.pairing.a, row.pairing.b) == ("Tanh · Xavier", "ReLU · He")
    document.set_option("dense-1", "activation", "elu")
    assert model_of(view).rows[1].pairing.b == "ELU · He"
    document.edit_second(False)
    document.set_option("dense-1", "activation", "sigmoid")
    assert model_of(view).rows[1].pairing.words == (
        "A Sigmoid · Xavier, B ELU · He")
    document.swap_sides()
    assert model_of(view).rows[1].pairing.a == "ELU · He"


def test_each_row_shows_both_values_and_their_ratio(
    view: NetworkView, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    document.begin_pair(other_style(document.project), "try")
    show(view, document)
    texts = [text for text, _ in written(view, monkeypatch)]
    # 0.1 times 0.05 squared, and 0.1 times 0.9 squared.
    for text in ("2.5e-04", "8.1e-02", "320×", "1.0×", "Tanh · Xavier", "ReLU · He", "A = B"):
        assert text in texts
    spoken = model_of(view).words(model_of(view).rows[1])
    assert "A Tanh · Xavier, B ReLU · He" in spoken
    assert "A gradient RMS 2.5e-04 vanishing, B gradient RMS 8.1e-02 healthy, B/A 320×" in spoken


@pytest.mark.parametrize(("n", "density"), [(3, PAIR), (10, PAIR_COMPACT), (99, PAIR_MINI)])
def test_both_bars_are_seen_however_many_layers(
    view: NetworkView, document: Document, monkeypatch: pytest.MonkeyPatch, n: int, density: Any
) -> None:
    """At the size that the card has in a window of 1366 x 768 px under the pair's strips."""
    document.load_project(deep(document.project, n, "sigmoid", "xavier_uniform"))
    document.begin_pair(deep(document.project, n, "relu", "he_normal"), "try")
    show(view, document, decay_a=0.5, decay_b=0.9)
    assert view.rows.density is density
    bars: list[tuple[QRect, float]] = []
    monkeypatch.setattr(RowInk, "bar", lambda _self, _painter, line, value, _state: bars.append(
        (QRect(line), value)))
    view.rows.viewport().grab()
    seen = min(n + 1, len(bars) // 2)
    assert seen >= min(n + 1, 15), "as many rows as there is room for"
    for number in range(seen):
        (a, of_a), (b, of_b) = bars[2 * number:2 * number + 2]
        row = view.rows.visualRect(model_of(view).index(number + 1))
        assert row.top() <= a.top() < a.bottom() < b.top() <= b.bottom() <= row.bottom()
        assert a.height() > b.height() >= 2
        assert (a.left(), a.width()) == (b.left(), b.width()), "one axis"
        assert of_b >= of_a


@pytest.mark.parametrize("n", [3, 10])
def test_what_a_row_says_fits_its_column(
    view: NetworkView, document: Document, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    document.load_project(deep(document.project, n, "sigmoid", "xavier_uniform"))
    document.begin_pair(deep(document.project, n, "relu", "he_normal"), "try")
    show(view, document, decay_a=0.01, decay_b=0.9)
    ink, columns = view.rows.delegate.ink, view.rows.columns
    size = view.rows.density.text
    figures = [(text, box) for text, box in written(view, monkeypatch)
               if box.left() >= columns.status[0]]
    assert len(figures) >= 3 * n
    for text, box in figures:
        bold = text.endswith("×")
        assert ink.metrics(size, bold=bold).horizontalAdvance(text) <= box.width(), text


def test_the_first_row_says_which_examples_are_the_same(
    view: NetworkView, document: Document
) -> None:
    document.begin_pair(other_style(document.project), "try")
    assert model_of(view).rows[0].note == "A = B: 12 training · 8 validation examples"
    document.set_data(replace(document.project.data, noise=20.0))
    row = model_of(view).rows[0]
    assert row.pairing is not None
    assert row.pairing.a == "12 training · 8 validation · noise 0"
    assert row.pairing.b == "12 training · 8 validation · noise 20"


def test_a_single_run_looks_as_before_when_the_pair_has_gone(
    view: NetworkView, document: Document, qapp: QApplication
) -> None:
    info, frame = FakeRun(1, document.project.network), FakeFrame(
        make_snapshot(document.project.network))

    def picture() -> QImage:
        view.set_run(info)
        view.show_frame(frame)
        view.rows.axis.fit(model_of(view).readings(), False)
        qapp.processEvents()  # What is laid out late is in its place from here on.
        return view.grab().toImage()

    document.select("dense-1")
    before = picture()
    document.begin_pair(other_layers(document.project), "try")
    show(view, document)
    assert view.grab().toImage() != before
    document.drop_second()
    assert picture() == before


# Edits


def test_a_layer_of_the_other_run_cannot_be_edited_and_says_why(
    view: NetworkView, document: Document, qtbot: QtBot
) -> None:
    document.begin_pair(other_layers(document.project), "try")
    before = document.sides
    index = model_of(view).index(2)
    view.rows.setCurrentIndex(index)
    for key, keys in ((Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
                      (Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)):
        view.message.hide()
        qtbot.keyClick(view.rows, key, keys)
        assert document.sides == before
        assert "is only in A, and edits go to B: choose A to edit it." in view.message.text()
    view.message.hide()
    spot = view.rows.visualRect(index).center()
    view.rows.contextMenuEvent(QContextMenuEvent(CONTEXT, spot, spot))
    assert view.message.isVisible()
    assert not model_of(view).flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    assert "only in A" in view.rows.tip(index, 5)
    assert index in view.rows.selectedIndexes(), "what the keyboard is at can be seen"
    qtbot.keyClick(view.rows, Qt.Key.Key_Down)
    assert document.selected == "drop"


def test_what_is_dropped_or_added_goes_where_it_was_shown(
    view: NetworkView, document: Document
) -> None:
    """Rows of the other run count for nothing in the network that is edited."""
    document.begin_pair(other_layers(document.project), "try")
    model = model_of(view)
    assert [model.network_position(gap) for gap in range(1, 6)] == [1, 2, 2, 3, 4]
    mime = model.mimeData([model.index(1)])
    model.dropMimeData(mime, Qt.DropAction.MoveAction, 4, 0, model.index(-1))
    assert [layer.id for layer in document.project.network] == [
        "input", "drop", "dense-1", "output"]
    assert [layer.id for layer in document.sides.first.project.network] == [
        "input", "dense-1", "dense-2", "output"]


def test_tooltips_name_both_runs(view: NetworkView, document: Document) -> None:
    document.begin_pair(other_style(document.project), "try")
    index = model_of(view).index(1)
    for column in COLUMNS[1:]:
        x = getattr(view.rows.columns, column)[0] + 1
        assert "No numbers yet" in view.rows.tip(index, x)
    show(view, document)
    for column in COLUMNS:
        tip = view.rows.tip(index, getattr(view.rows.columns, column)[0] + 1)
        assert all(name in tip for name in ("A: ", "B: ")), column
    assert "Now 320." in view.rows.tip(index, view.rows.columns.update[0] + 1)
    assert view.rows.explanation().count("<hr>") == 4


def test_the_card_says_what_is_what(view: NetworkView, document: Document) -> None:
    assert not view.legend.isVisible()
    document.begin_pair(other_layers(document.project), "try")
    show(view, document)
    view.grab()
    assert view.legend.isVisible()
    assert view._hint.text() == "3 layers · 28 | 22 parameters"
    assert view._header.titles()["update"] == "B / A"
    assert view.shapes.isVisible()
    assert view.shapes.words() == ("vanishing, mild", "healthy")
    assert view.shapes.geometry().left() > view.add_button.geometry().right()
    document.drop_second()
    view.grab()
    assert not view.legend.isVisible()
    assert not view.shapes.isVisible()
    assert "Δw/w" in view._header.titles()["update"]


def test_the_quantity_is_switched_for_both(view: NetworkView, document: Document) -> None:
    document.begin_pair(other_style(document.project), "try")
    show(view, document)
    model = model_of(view)
    assert model.ratio("dense-1") == pytest.approx(324.0)
    view._header.switch.click()
    assert math.isnan(model.ratio("dense-1")), "these snapshots have no gradient of activations"


def test_columns_of_a_pair_leave_a_bar_that_can_be_read() -> None:
    for width in (420, 506, 560, 900):
        columns = columns_for(width, pair=True)
        assert columns.gradient[1] >= 90
        assert columns.update[0] + columns.update[1] == width
        ends = [getattr(columns, name) for name in COLUMNS]
        assert all(left + wide <= after[0] for (left, wide), after in pairwise(ends))
    assert [density.height for density in PAIR_DENSITIES] == sorted(
        (density.height for density in PAIR_DENSITIES), reverse=True)


def test_a_layer_of_one_run_has_no_ratio(view: NetworkView, document: Document,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    document.begin_pair(other_layers(document.project), "try")
    show(view, document)
    shown: list[str] = []
    monkeypatch.setattr(PairPainter, "_paint_absence",
                        lambda _self, _painter, _line, _bar, key: shown.append(key))
    view.rows.viewport().grab()
    assert shown == ["B", "A"], "the second hidden layer is not in B, the dropout not in A"


# Inspector


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.resize(252, 700)
    inspector.show()
    qtbot.waitExposed(inspector)
    return inspector


def test_the_inspector_says_where_edits_go(inspector: Inspector, document: Document) -> None:
    document.select("dense-1")
    assert not inspector.chip.isVisible()
    document.begin_pair(other_style(document.project), "try")
    assert inspector.chip.isVisible()
    assert (inspector.chip.text, inspector.chip.place) == ("Edits go to B", "layer 1")
    document.edit_second(False)
    assert inspector.chip.text == "Edits go to A"
    document.drop_second()
    assert not inspector.chip.isVisible()
    assert inspector.place.isVisible()


def test_what_the_other_run_has_is_shown_and_can_be_taken_over(
    inspector: Inspector, document: Document, qtbot: QtBot
) -> None:
    document.select("dense-1")
    document.begin_pair(other_style(document.project), "try")
    editors = inspector.editors
    others = {key: editor.other.text() for key, editor in editors.items()
              if editor.other is not None and editor.other.isVisible()}
    assert others == {"activation": "A: Tanh", "weights": "A: Xavier uniform"}
    link = editors["activation"].other
    assert link is not None
    assert editors["activation"].rect().contains(link.geometry())
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert document.project.network.layer("dense-1").options["activation"] == "tanh"
    assert not link.isVisible()
    assert document.sides.edits_second
    document.undo_stack.undo()
    assert link.isVisible()
    document.edit_second(False)
    assert link.text() == "B: ReLU"


def test_what_is_seldom_changed_is_compared_too(inspector: Inspector, document: Document) -> None:
    document.select("dense-1")
    first, layer, *rest = document.project.network
    document.begin_pair(with_layers(document.project, first, replace(layer, frozen=True, l2=0.01),
                                    *rest), "try")
    assert inspector.extras.other.isVisible()
    assert inspector.extras.other.text() == "A: learns, L2 as training"
    document.select("dense-2")
    assert not inspector.extras.other.isVisible()


def test_a_layer_that_the_other_run_lacks_has_nothing_beside_it(
    inspector: Inspector, document: Document
) -> None:
    document.begin_pair(other_layers(document.project), "try")
    document.select("drop")
    assert inspector.chip.place == "layer 2, only in B"
    assert not any(button.isVisible() and button.text() == "A:"
                   for button in inspector.findChildren(Button))
    assert all(editor.other is None for editor in inspector.editors.values())


def test_every_link_of_the_inspector_is_reached_by_the_keyboard(
    inspector: Inspector, document: Document
) -> None:
    document.select("dense-1")
    document.begin_pair(other_style(document.project), "try")
    link = inspector.editors["activation"].other
    assert link is not None
    following = link.nextInFocusChain()
    while not following.focusPolicy() & Qt.FocusPolicy.TabFocus:
        following = following.nextInFocusChain()
    assert following is inspector.editors["activation"].controls()[0]
    assert inspector.mapFromGlobal(link.mapToGlobal(QPoint(0, 0))).x() > 0
