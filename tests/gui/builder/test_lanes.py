"""Wires beside the rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.spec import LayerSpec, NetworkSpec
from gui import theme
from gui.builder.columns import MINI
from gui.builder.lanes import MOST_LANES, Wire, wires_of
from gui.builder.network_view import NetworkView
from gui.builder.rows import describe
from gui.document.document import Document


def residual(blocks: int) -> NetworkSpec:
    layers = [LayerSpec("in", "input"), LayerSpec("first", "dense", {"units": 8})]
    last = "first"
    for number in range(blocks):
        a, b, end = f"a{number}", f"b{number}", f"sum{number}"
        layers += [LayerSpec(a, "dense", {"units": 8}), LayerSpec(b, "dense", {"units": 8}),
                   LayerSpec(end, "add", {}, (b, last))]
        last = end
    return NetworkSpec((*layers, LayerSpec("out", "dense", {"units": 2})))


def chain(*joins: tuple[int, int]) -> NetworkSpec:
    """Return a chain of layers in which each pair (source, reader) is a wire."""
    layers = [LayerSpec("0", "input")]
    for number in range(1, 12):
        sources = tuple(str(source) for source, reader in joins if reader == number)
        layers.append(LayerSpec(str(number), "concatenate", {}, (str(number - 1), *sources))
                      if sources else LayerSpec(str(number), "dense", {"units": 3}))
    return NetworkSpec(tuple(layers))


def wires(document: Document, network: NetworkSpec) -> tuple[Wire, ...]:
    project = replace(document.project, network=network)
    return wires_of(describe(project, document.dataset, ()))


@pytest.fixture
def view(qtbot: QtBot, document: Document) -> NetworkView:
    view = NetworkView(document)
    qtbot.addWidget(view)
    view.resize(600, 600)
    view.show()
    qtbot.waitExposed(view)
    return view


def show(document: Document, network: NetworkSpec) -> None:
    document.load_project(replace(document.project, network=network))
    QApplication.processEvents()


def move(view: NetworkView, point: QPoint) -> None:
    none = Qt.MouseButton.NoButton
    spot = QPointF(view.rows.viewport().mapToGlobal(point))
    view.rows.mouseMoveEvent(QMouseEvent(QMouseEvent.Type.MouseMove, QPointF(point), spot, none,
                                         none, Qt.KeyboardModifier.NoModifier))


def gutter(view: NetworkView) -> QImage:
    viewport = view.rows.viewport()
    return viewport.grab().toImage().copy(0, 0, view.rows.columns.card[0], viewport.height())


def count(image: QImage, colour: str) -> int:
    wanted = QColor(colour).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width())
               for y in range(image.height()))


def test_blocks_that_follow_one_another_share_a_lane(document: Document) -> None:
    found = wires(document, residual(5))
    assert [(w.source, w.reader) for w in found] == [(1 + 3 * n, 4 + 3 * n) for n in range(5)]
    assert {w.lane for w in found} == {0}


def test_long_wires_enclose_short_ones(document: Document) -> None:
    lanes = {(w.source, w.reader): w.lane for w in wires(document, chain((3, 5), (2, 7), (0, 9)))}
    assert lanes == {(3, 5): 0, (2, 7): 1, (0, 9): 2}


def test_wires_side_by_side_never_share_a_lane(document: Document) -> None:
    found = wires(document, chain((1, 4), (2, 5), (3, 6), (5, 9), (1, 9)))
    for one in found:
        for other in found:
            if one is not other and one.lane == other.lane:
                assert one.reader <= other.source or other.reader <= one.source


def test_more_wires_than_lanes_share_the_outermost(document: Document) -> None:
    found = wires(document, chain(*((source, 11) for source in range(10))))
    assert len(found) == 10
    assert max(w.lane for w in found) == MOST_LANES - 1


def test_without_wires_there_is_no_gutter(view: NetworkView, document: Document) -> None:
    assert view.rows.columns.card[0] == 0
    show(document, residual(1))
    assert view.rows.columns.card[0] == view.rows.wiring.width() > 0
    document.undo_stack.clear()
    document.remove_layer("sum0")
    assert view.rows.columns.card[0] == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_wires_are_drawn_and_those_of_the_selected_layer_stand_out(
    qapp: QApplication, view: NetworkView, document: Document, scheme: theme.Scheme,
) -> None:
    theme.apply(qapp, scheme)
    try:
        show(document, residual(2))
        document.select("out")
        QApplication.processEvents()
        tokens = theme.current()
        plain = count(gutter(view), tokens.text_muted)
        assert plain > 20
        assert count(gutter(view), tokens.accent) == 0
        document.select("first")
        QApplication.processEvents()
        assert count(gutter(view), tokens.accent) > 20
        assert 0 < count(gutter(view), tokens.text_muted) < plain
    finally:
        theme.apply(qapp, "light")


def test_a_wire_says_what_it_joins(view: NetworkView, document: Document) -> None:
    show(document, residual(1))
    rows = view.rows
    x = round(rows.wiring._x(rows.wiring.wires[0]))
    middle = rows.visualRect(rows.model_of_rows.index(2)).center().y()
    move(view, QPoint(x + 2, middle))
    assert rows.hovered_wire == Wire(1, 4, 0)
    tip = rows.tip(rows.model_of_rows.index(2), x)
    assert "From layer 1 (Dense 8 · Tanh) to layer 4 (Add)" in tip
    move(view, QPoint(x, rows.visualRect(rows.model_of_rows.index(5)).bottom() - 2))
    assert rows.hovered_wire is None
    assert "From layer 1" not in rows.tip(rows.model_of_rows.index(5), x)


def test_rows_tell_what_feeds_them(view: NetworkView, document: Document) -> None:
    show(document, chain((0, 3), (2, 5), (1, 5)))
    model = view.rows.model_of_rows
    spoken = [model.data(model.index(n), Qt.ItemDataRole.AccessibleTextRole) for n in (1, 3, 5)]
    assert "fed by" not in spoken[0]
    assert "Concatenate, fed by layer 2 and the input" in spoken[1]
    assert "fed by layers 4, 2 and 1" in spoken[2]
    assert model.rows[3].detail == "fed by layer 2 and the input"
    assert "Fed by layer 2 and the input." in view.rows.tip(model.index(3), 60)


def test_frozen_rows_say_so(view: NetworkView, document: Document) -> None:
    rect = view.rows.columns.rect("card", view.rows.visualRect(view.rows.model_of_rows.index(1)))
    rect.setLeft(rect.right() - theme.px(24))
    before = view.rows.viewport().grab(rect).toImage()
    document.set_layer("dense-1", frozen=True)
    QApplication.processEvents()
    after = view.rows.viewport().grab(rect).toImage()
    assert after != before
    document.undo_stack.undo()
    assert view.rows.viewport().grab(rect).toImage() == before
    document.undo_stack.redo()
    model = view.rows.model_of_rows
    assert ", frozen" in model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert "its gradient is still shown" in view.rows.tip(model.index(1), 40)


def test_a_hundred_rows_keep_wires_at_their_rows(view: NetworkView, document: Document) -> None:
    show(document, residual(33))
    rows = view.rows
    assert rows.density is MINI
    rows.verticalScrollBar().setValue(300)
    for position in (0, 40, 100):
        assert rows._row_top(position) == rows.visualRect(rows.model_of_rows.index(position)).top()
    assert count(gutter(view), theme.current().text_muted) > 50


def test_only_a_row_that_is_read_below_has_a_line_to_it(view: NetworkView,
                                                        document: Document) -> None:
    show(document, NetworkSpec((
        LayerSpec("in", "input"), LayerSpec("a", "dense"), LayerSpec("b", "dense", {}, ("in",)),
        LayerSpec("sum", "add", {}, ("b", "a")), LayerSpec("out", "dense", {"units": 2}))))
    assert document.issues == ()
    rows, image = view.rows, view.rows.viewport().grab().toImage()
    x = rows.columns.card[0] + 1 + theme.px(18)
    strong = QColor(theme.current().border_strong).rgb()
    ends = [rows.visualRect(rows.model_of_rows.index(n)).bottom() for n in range(4)]
    assert [image.pixel(x, y) == strong for y in ends] == [True, False, True, True]
