from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.verdicts import LayerVerdict, Verdict
from engine.messages import say
from gui import theme
from gui.builder.axis import TICK_SPACING
from gui.builder.band import ALPHA, band_brush
from gui.builder.card_text import card_shape, fitting_lines, whole_words
from gui.builder.column_header import TITLES
from gui.builder.columns import COMFORTABLE, COMPACT, MINI, SHORTEST_BAR
from gui.builder.network_view import NetworkView
from gui.builder.row_ink import RowInk
from gui.builder.rows_model import kind_mime
from gui.builder.rows_view import NOWHERE
from gui.document.document import Document
from gui.frames.ghost import Ghost
from tests.gui.documents import FakeFrame, FakeRun, make_deep, make_snapshot

NO_BUTTON, LEFT_BUTTON = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot: QtBot, document: Document) -> NetworkView:
    view = NetworkView(document)
    qtbot.addWidget(view)
    view.resize(600, 600)
    view.show()
    qtbot.waitExposed(view)
    return view


def ids(view: NetworkView) -> list[str]:
    return [row.layer_id for row in view.rows.model_of_rows.rows]


def row_rect(view: NetworkView, row: int) -> QRect:
    return view.rows.visualRect(view.rows.model_of_rows.index(row))


def drag(view: NetworkView, mime: QMimeData, point: QPoint, *, drop: bool = True) -> int:
    """Drag over a point and drop there; return before which row the indicator stood."""
    viewport, action = view.rows.viewport(), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(point, action, mime, LEFT_BUTTON, NO_KEYS)
    view.rows.dragEnterEvent(enter)
    assert enter.isAccepted()
    view.rows.dragMoveEvent(QDragMoveEvent(point, action, mime, LEFT_BUTTON, NO_KEYS))
    viewport.grab()
    indicated = view.rows.drop_position
    if drop:
        view.rows.dropEvent(QDropEvent(QPointF(point), action, mime, LEFT_BUTTON, NO_KEYS))
        assert view.rows.drop_position == NOWHERE
    return indicated


def test_header_counts_layers_and_parameters(view: NetworkView, document: Document) -> None:
    hint = view._hint.text()
    assert hint.startswith("3 layers · 28 parameters")
    document.remove_layer("dense-1")
    assert view._hint.text().startswith("2 layers")


def test_arrow_keys_select(view: NetworkView, document: Document, qtbot: QtBot) -> None:
    qtbot.keyClick(view.rows, Qt.Key.Key_Down)
    assert document.selected == "dense-2"
    qtbot.keyClick(view.rows, Qt.Key.Key_Up)
    qtbot.keyClick(view.rows, Qt.Key.Key_Up)
    assert document.selected == "input"
    document.select("output")
    assert view.rows.currentIndex().row() == 3


def test_keys_reorder_add_and_remove(view: NetworkView, document: Document, qtbot: QtBot) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(view.rows, Qt.Key.Key_Down, alt)
    assert ids(view) == ["input", "dense-2", "dense-1", "output"]
    assert document.selected == "dense-1"
    qtbot.keyClick(view.rows, Qt.Key.Key_Up, alt)
    qtbot.keyClick(view.rows, Qt.Key.Key_Up, alt)
    assert ids(view) == ["input", "dense-1", "dense-2", "output"]
    qtbot.keyClick(view.rows, Qt.Key.Key_Insert)
    assert ids(view) == ["input", "dense-1", "dense-3", "dense-2", "output"]
    assert document.selected == "dense-3"
    qtbot.keyClick(view.rows, Qt.Key.Key_Delete)
    assert ids(view) == ["input", "dense-1", "dense-2", "output"]
    assert document.selected == "dense-2"


def test_removing_the_input_is_refused_in_words(view: NetworkView, document: Document,
                                                qtbot: QtBot) -> None:
    document.select("input")
    qtbot.keyClick(view.rows, Qt.Key.Key_Delete)
    assert ids(view)[0] == "input"
    assert view.message.isVisible()
    assert "input layer cannot be removed" in view.message.text()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_Right])
def test_keys_of_the_window_pass_through(view: NetworkView, qtbot: QtBot, key: Qt.Key) -> None:
    from PySide6.QtGui import QKeyEvent

    event = QKeyEvent(QEvent.Type.KeyPress, key, NO_KEYS)
    view.rows.keyPressEvent(event)
    assert not event.isAccepted()


def test_palette_drop_lands_in_the_gap(view: NetworkView, document: Document) -> None:
    point = QPoint(40, row_rect(view, 2).top() + 3)
    assert drag(view, kind_mime("dropout"), point) == 2
    assert [layer.kind for layer in document.project.network] == [
        "input", "dense", "dropout", "dense", "dense"]
    assert document.selected == "dropout-1"


def test_dropping_above_the_input_goes_below_it(view: NetworkView, document: Document) -> None:
    assert drag(view, kind_mime("activation"), QPoint(40, 1)) == 1
    assert [layer.kind for layer in document.project.network][:2] == ["input", "activation"]


def test_dragging_a_row_reorders(view: NetworkView, document: Document) -> None:
    mime = view.rows.model_of_rows.mimeData([view.rows.model_of_rows.index(2)])
    drag(view, mime, row_rect(view, 1).topLeft() + QPoint(30, 4))
    assert ids(view) == ["input", "dense-2", "dense-1", "output"]
    assert document.undo_stack.count() == 1


def test_foreign_drags_are_left_alone(view: NetworkView, document: Document) -> None:
    mime = QMimeData()
    mime.setText("hello")
    event = QDragEnterEvent(QPoint(40, 60), Qt.DropAction.CopyAction, mime, LEFT_BUTTON, NO_KEYS)
    view.rows.dragEnterEvent(event)
    assert not event.isAccepted()
    assert drag(view, kind_mime("dense"), QPoint(40, 90), drop=False) > 0
    view.rows.dragLeaveEvent(QDragLeaveEvent())
    assert view.rows.drop_position == NOWHERE
    assert document.undo_stack.count() == 0


def hover(view: NetworkView, point: QPoint) -> None:
    viewport = view.rows.viewport()
    spot = QPointF(viewport.mapToGlobal(point))
    view.rows.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, QPointF(point), spot, NO_BUTTON,
                                         NO_BUTTON, NO_KEYS))


def test_plus_between_rows_inserts_there(view: NetworkView, document: Document) -> None:
    point = QPoint(60, row_rect(view, 2).top())
    hover(view, point)
    assert view.rows.plus == 2
    spot = QPointF(view.rows.viewport().mapToGlobal(point))
    view.rows.mousePressEvent(QMouseEvent(QEvent.Type.MouseButtonPress, QPointF(point), spot,
                                          LEFT_BUTTON, LEFT_BUTTON, NO_KEYS))
    menu = view.findChild(QMenu)
    assert menu is not None
    inner = next(action.menu() for action in menu.actions()
                 if action.text() == "Normalize && regularize")
    assert isinstance(inner, QMenu)
    next(action for action in inner.actions() if action.text() == "Dropout").trigger()
    menu.close()
    assert [layer.kind for layer in document.project.network][2] == "dropout"
    hover(view, QPoint(60, row_rect(view, 1).center().y()))
    assert (view.rows.plus, view.rows.hovered) == (NOWHERE, 1)


def test_context_menu_offers_what_can_be_done(view: NetworkView, document: Document) -> None:
    menu = view.layer_actions.menu("dense-1")
    entries = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert {"Add before", "Add after", "Duplicate", "Stack…", "Move up", "Move down",
            "Remove"} <= set(entries)
    assert not entries["Move up"].isEnabled()
    entries["Duplicate"].trigger()
    assert ids(view) == ["input", "dense-1", "dense-3", "dense-2", "output"]
    entries["Remove"].trigger()
    assert "dense-1" not in ids(view)
    assert [a.text() for a in view.layer_actions.menu("input").actions()] == ["Add after"]


def test_kinds_are_offered_by_group(view: NetworkView, document: Document) -> None:
    menu = view.layer_actions.kinds_menu(2)
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts[:2] == ["Dense", "Activation"]
    inner = next(action.menu() for action in menu.actions() if action.text() == "Join")
    assert isinstance(inner, QMenu)
    assert [action.text() for action in inner.actions()] == ["Add", "Concatenate"]
    inner.actions()[1].trigger()
    layer = document.project.network.layers[2]
    assert (layer.kind, layer.inputs) == ("concatenate", ("dense-1", "input"))


def test_a_join_is_duplicated_with_the_path_that_it_ends(view: NetworkView,
                                                         document: Document) -> None:
    layer_id = document.add_layer("concatenate", 3)
    assert document.project.network.layer(layer_id).inputs == ("dense-2", "dense-1")
    menu = view.layer_actions.menu(layer_id)
    entry = next(a for a in menu.actions() if a.text().startswith("Duplicate"))
    assert "this block of 2 layers" in entry.toolTip()
    assert "this block of 2 layers" in view.layer_actions.ask_stack(layer_id).labelText()
    entry.trigger()
    assert [layer.kind for layer in document.project.network] == [
        "input", "dense", "dense", "concatenate", "dense", "concatenate", "dense"]
    assert document.issues == ()


def test_context_menu_opens_over_a_row(view: NetworkView, qtbot: QtBot) -> None:
    point = row_rect(view, 2).center()
    view.rows.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point,
                                                 view.rows.viewport().mapToGlobal(point)))
    menu = view.findChild(QMenu)
    assert menu is not None
    assert menu.isVisible()
    menu.close()


def test_stack_asks_how_many(view: NetworkView, qtbot: QtBot) -> None:
    dialog = view.layer_actions.ask_stack("dense-1")
    assert isinstance(dialog, QInputDialog)
    dialog.setIntValue(5)
    dialog.accept()
    assert len(ids(view)) == 9


@pytest.mark.parametrize(("n", "density"), [(2, COMFORTABLE), (13, COMPACT), (20, MINI),
                                            (99, MINI)])
def test_rows_shrink_so_that_all_are_seen(view: NetworkView, document: Document, n: int,
                                          density: object, qtbot: QtBot) -> None:
    make_deep(document, n, 4, "tanh")
    assert view.rows.density is density
    view.grab()
    shown = row_rect(view, n).height()
    assert shown == view.rows.row_height
    if n < 99:
        assert row_rect(view, n + 1).bottom() <= view.rows.viewport().height()


def test_frames_are_shown(
        view: NetworkView, document: Document, frame_of: Callable[..., Any],
        run_of: Callable[..., Any]) -> None:
    make_deep(document, 4, 8, "sigmoid")
    view.set_run(run_of(document))
    first = document.project.network.layers[1].id
    assert view.rows.model_of_rows.reading(first) is None
    before = view.grab().toImage()
    view.show_frame(frame_of(document))
    verdict = view.rows.model_of_rows.verdict(first)
    assert verdict is not None
    assert verdict.code == "vanishing"
    after = view.grab().toImage()
    assert before != after
    assert pixels_of(after, theme.current().vanishing) > 200
    view.set_run(run_of(document))
    assert view.rows.model_of_rows.reading(first) is None


def pixels_of(image: QImage, colour: str) -> int:
    from PySide6.QtGui import QColor

    wanted = QColor(colour).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(0, image.width(), 1)
               for y in range(0, image.height(), 2))


def test_a_frame_paints_the_instruments_alone(
        view: NetworkView, document: Document, frame_of: Callable[..., Any], qtbot: QtBot,
        monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[str] = []
    delegate = view.rows.delegate
    original = delegate._paint_card
    monkeypatch.setattr(delegate, "_paint_card",
                        lambda *a: (painted.append("card"), original(*a)))
    view.show_frame(frame_of(document))
    qtbot.waitUntil(lambda: view.rows.dirty.left() >= view.rows.columns.instruments)
    assert painted == []
    view.rows.viewport().update()
    qtbot.waitUntil(lambda: len(painted) >= 4)


def test_a_hidden_view_does_not_move_its_axis(qtbot: QtBot, document: Document,
                                              frame_of: Callable[..., Any]) -> None:
    view = NetworkView(document)
    qtbot.addWidget(view)
    view.show_frame(frame_of(document, decay=1e-9))
    assert view.rows.axis.low == -8
    view.resize(500, 400)
    view.show()
    view.show_frame(frame_of(document, decay=1e-9))
    assert view.rows.axis.low < -15


def test_issues_are_told(view: NetworkView, document: Document) -> None:
    document.set_option("output", "units", 5)
    assert "expected 2" in view.rows.tip(view.rows.model_of_rows.index(3), 10)
    assert pixels_of(view.grab().toImage(), theme.current().bad) > 20
    document.set_data(document.project.data.__class__(source="plane"))
    document.set_training(loss="softmax_cross_entropy")
    assert view.message.isVisible()
    assert "cannot serve regression" in view.message.text()
    document.undo_stack.undo()
    assert not view.message.isVisible()


def test_tooltips_hold_the_live_numbers(view: NetworkView, document: Document,
                                        frame_of: Callable[..., Any],
                                        run_of: Callable[..., Any]) -> None:
    view.set_run(run_of(document))
    view.show_frame(frame_of(document))
    columns, index = view.rows.columns, view.rows.model_of_rows.index(3)
    assert "2 numbers in, 2 out, 6 parameters" in view.rows.tip(index, 5)
    assert "Mean 0.5" in view.rows.tip(index, columns.histogram[0] + 3)
    assert "1.0e-01" in view.rows.tip(index, columns.gradient[0] + 3)
    assert "Healthy" in view.rows.tip(index, columns.status[0] + 3)
    assert "−3" in view.rows.tip(index, columns.update[0] + 3)


def test_the_last_run_has_a_grey_mark_on_the_axis_of_this_one(
        view: NetworkView, document: Document, frame_of: Callable[..., Any],
        run_of: Callable[..., Any]) -> None:
    frame = frame_of(document)
    last = {"output/gradient_rms": [0.0, *[-6.5, -5.5] * 4], "dense-2/gradient_rms": [-30.0],
            "dense-1/gradient_rms": [-np.inf, np.nan], "gone/gradient_rms": [0.0],
            "output/update_ratio": [-3.0]}
    ghost = Ghost(np.zeros(0), np.zeros(0), {}, {name: np.array(v) for name, v in last.items()},
                  ("classification", "softmax_cross_entropy"))
    view.set_run(run_of(document))
    view.show_frame(frame)
    low, high = view.rows.axis.low, view.rows.axis.high
    columns, index = view.rows.columns, view.rows.model_of_rows.index(3)
    box = columns.rect("gradient", row_rect(view, 3))
    x = box.left() + round(view.rows.axis.share(1e-6) * (box.width() - 1))

    def grey(row: int) -> int:
        area = columns.rect("gradient", row_rect(view, row))
        image = view.rows.viewport().grab(area).toImage()
        return sum(image.pixelColor(at, y).name() == theme.current().ghost
                   for at in range(image.width()) for y in range(image.height()))

    assert [grey(row) for row in (1, 2, 3)] == [0, 0, 0]
    assert "last run" not in view.rows.tip(index, columns.gradient[0] + 3)
    view.show_frame(dataclasses.replace(frame, ghost=ghost))
    assert (view.rows.axis.low, view.rows.axis.high) == (low, high)
    assert grey(3) > 20
    # What lies beyond the axis, or was nought, has no mark.
    assert [grey(row) for row in (1, 2)] == [0, 0]
    image = view.rows.viewport().grab(row_rect(view, 3)).toImage()
    assert image.pixelColor(x, image.height() // 2).name() == theme.current().ghost
    assert "last run ended: 1.0e-06" in view.rows.tip(index, columns.gradient[0] + 3)
    assert "last run" not in view.rows.tip(index, columns.status[0] + 3)
    view.show_frame(frame)
    assert grey(3) == 0


def test_rows_are_in_the_accessible_tree(view: NetworkView, document: Document) -> None:
    interface = QAccessible.queryAccessibleInterface(view.rows)
    assert interface is not None
    assert interface.text(QAccessible.Text.Name) == "Layers of the network"
    names = [interface.child(i).text(QAccessible.Text.Name) for i in range(interface.childCount())]
    assert any(name.startswith("Layer 1, Dense 4 Tanh") for name in names), names


@pytest.mark.parametrize("n_hidden", [1, 12, 40])
@pytest.mark.parametrize("width", [320, 560, 900])
def test_columns_never_overlap(view: NetworkView, document: Document, n_hidden: int,
                               width: int) -> None:
    make_deep(document, n_hidden, 4, "tanh")
    view.resize(width, 500)
    columns = view.rows.columns
    parts = [columns.card, columns.histogram, columns.gradient, columns.status, columns.update]
    assert all(a[0] + a[1] <= b[0] for a, b in pairwise(parts)) or width < 400
    view.grab()


@pytest.fixture
def scaled(qapp: QApplication) -> Iterator[Callable[[float], None]]:
    yield lambda factor: theme.set_scale(qapp, factor)
    theme.set_scale(qapp, 1.0)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_headings_are_whole_words_above_bars_that_can_be_read(
        qtbot: QtBot, document: Document, scaled: Callable[[float], None], scale: float) -> None:
    scaled(scale)
    view = NetworkView(document)
    qtbot.addWidget(view)
    # What the window leaves for the network at 1366x768.
    view.resize(theme.px(440), theme.px(300))
    view.show()
    header = view._header
    header.grab()
    assert view.rows.columns.gradient[1] >= theme.px(SHORTEST_BAR) - 3
    titles = header.titles()
    assert titles["update"] in ("log₁₀ Δw/w", "log Δw/w")
    assert all(title in TITLES[name] for name, title in titles.items()), titles
    spots = [header._titles[name][0] for name in TITLES]
    assert all(a.right() < b.left() for a, b in pairwise(spots))
    assert spots[-1].right() <= header.width()
    assert header.name_at(spots[-1].left() + 1) == "update"


def test_labels_stand_at_lines(view: NetworkView, document: Document,
                               frame_of: Callable[..., Any]) -> None:
    for decay in (0.05, 1e-9):
        view.show_frame(frame_of(document, decay=decay))
        width = view.rows.columns.gradient[1]
        axis = view.rows.axis
        labelled = [round(share * (width - 1)) for _, share
                    in axis.ticks(width, theme.px(TICK_SPACING))]
        assert view.rows.delegate.ink.ticks(width) == labelled
        assert len(labelled) >= 3


def row_pixels(view: NetworkView, row: int, colour: str) -> int:
    shown = view.rows.viewport().grab(row_rect(view, row)).toImage()
    return pixels_of(shown, colour)


def test_the_layer_that_ended_the_run_is_marked(
        view: NetworkView, document: Document, frame_of: Callable[..., Any],
        run_of: Callable[..., Any]) -> None:
    bad = theme.current().bad
    view.set_run(run_of(document))
    view.show_frame(frame_of(document, decay=0.5))
    model = view.rows.model_of_rows
    assert row_pixels(view, 2, bad) == 0
    view.show_failure("dense-2")
    assert row_pixels(view, 2, bad) > 100
    assert row_pixels(view, 1, bad) == row_pixels(view, 3, bad) == 0
    spoken = model.data(model.index(2), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith("not finite")
    column = view.rows.columns.status[0] + 3
    assert "infinite or undefined" in view.rows.tip(model.index(2), column)
    # A frame that was on its way does not take the mark away.
    view.show_frame(frame_of(document, decay=0.5))
    assert row_pixels(view, 2, bad) > 100
    view.set_run(run_of(document))
    assert row_pixels(view, 2, bad) == 0
    view.show_failure("dense-1")
    assert "No numbers yet" not in view.rows.tip(model.index(1), column)
    assert row_pixels(view, 1, bad) > 20
    view.show_failure(None)
    assert row_pixels(view, 1, bad) == 0


def test_a_band_fades_where_the_axis_cuts_it() -> None:
    def alphas(*fades: bool) -> list[int]:
        image = QImage(100, 1, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        painter.fillRect(image.rect(), band_brush(image.rect(), *fades))
        painter.end()
        return [image.pixelColor(x, 0).alpha() for x in (0, 50, 99)]

    assert alphas(False, False) == [ALPHA] * 3
    left, middle, right = alphas(True, False)
    assert left < ALPHA / 4
    assert (middle, right) == (ALPHA, ALPHA)
    assert alphas(False, True)[2] < ALPHA / 4


def test_lines_fit_and_three_dots_say_that_there_is_more(view: NetworkView) -> None:
    metrics, text = view.fontMetrics(), "Set the units of the last dense layer to 2 or 3."
    width = metrics.horizontalAdvance("Set the units of the")
    lines = fitting_lines(text, metrics, width, 9)
    assert " ".join(lines) == text
    assert lines[0] == "Set the units of the"
    assert all(metrics.horizontalAdvance(line) <= width for line in lines)
    two = fitting_lines(text, metrics, width, 2)
    assert two[0] == "Set the units of the"
    assert two[1].endswith("…")
    assert metrics.horizontalAdvance(two[1]) <= width
    assert fitting_lines("", metrics, width, 2) == [""]


def test_a_card_shows_the_shape_that_its_layer_gives(
    view: NetworkView, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, QRect]] = []
    write = RowInk.figure

    def note(self: RowInk, painter: QPainter, box: QRect, text: str, *rest: Any,
             **more: Any) -> None:
        written.append((text, QRect(box)))
        write(self, painter, box, text, *rest, **more)

    monkeypatch.setattr(RowInk, "figure", note)
    document.add_layer("reshape", 1)
    document.set_option("reshape-1", "height", 1)
    document.set_option("reshape-1", "width", 2)
    document.add_layer("flatten", 2)
    assert document.issues == ()
    view.rows.viewport().grab()
    cards = view.rows.columns.card
    shapes = [text for text, box in written if box.right() <= sum(cards)]
    assert shapes == [card_shape(row.shape) for row in view.rows.model_of_rows.rows if row.shape]
    assert "1×2×1" in shapes


def test_a_layer_can_always_be_added_at_the_end(
    view: NetworkView, document: Document, qtbot: QtBot
) -> None:
    button = view.add_button
    for n in (0, 2, 60):
        make_deep(document, n, 4, "tanh")
        view.grab()
        assert button.isVisible()
        assert view.rect().contains(button.geometry())
        spot = view.rows.mapFrom(view, button.pos())
        assert view.childAt(button.geometry().center()) is button
        if n == 60:
            assert spot.y() < 0, "beside the heading: the rows need all the room"
            continue
        last = row_rect(view, view.rows.model_of_rows.rowCount() - 1)
        assert spot.y() > last.bottom()
    make_deep(document, 1, 4, "tanh")
    below = view.rows.mapFrom(view, button.geometry().center())
    assert drag(view, kind_mime("dense"), below, drop=False) == 3
    assert not button.isVisible(), "a layer can be dropped there"
    view.rows.dragLeaveEvent(QDragLeaveEvent())
    qtbot.mouseClick(button, LEFT_BUTTON)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(entry for entry in menu.actions() if entry.text() == "Dense").trigger()
    menu.close()
    layers = document.project.network.layers
    assert [layer.kind for layer in layers] == ["input", "dense", "dense", "dense"]
    assert document.selected == layers[2].id, "before the output"


def test_what_is_cut_ends_after_a_word_and_says_so(view: NetworkView) -> None:
    metrics = view.fontMetrics()
    text = "12 parameters · Xavier uniform"
    assert whole_words(text, metrics, metrics.horizontalAdvance(text)) == text
    width = metrics.horizontalAdvance("12 parameters · Xavier…")
    assert whole_words(text, metrics, width) == "12 parameters · Xavier…"
    assert whole_words(text, metrics, width - 1) == "12 parameters…"


def test_the_switch_shows_the_gradient_of_units(qtbot: QtBot, view: NetworkView,
                                                document: Document,
                                                frame_of: Callable[..., Any]) -> None:
    view.show_frame(frame_of(document, decay=1e-6))
    model, switch = view.rows.model_of_rows, view._header.switch
    reading = model.reading("dense-1")
    assert reading is not None
    assert model.gradient(reading) == reading.gradient_rms
    assert view.rows.axis.low < -8
    qtbot.mouseClick(switch, LEFT_BUTTON)
    assert (model.quantity, switch.text()) == ("activations", "∂L/∂a")
    assert model.gradient(reading) is reading.activation_gradient_rms
    # What is shown now, none, lies in the axis that there always is.
    assert view.rows.axis.low == -8
    qtbot.mouseClick(switch, LEFT_BUTTON)
    assert (model.quantity, switch.text()) == ("weights", "∂L/∂W")


def test_what_is_known_before_the_first_step_stands_on_its_layer(view: NetworkView,
                                                                 document: Document) -> None:
    model = view.rows.model_of_rows
    layers = [layer.id for layer in document.project.network][1:]
    assert not any(model.notes(layer) for layer in layers)
    plain = pixels_of(view.grab().toImage(), theme.current().bad)
    document.set_option(layers[-1], "units", 2)
    for layer in layers:
        document.set_option(layer, "weights", "zeros")
    noted = [layer for layer in layers if model.notes(layer)]
    assert noted
    (note,) = model.notes(noted[0])
    row = model.rows[model.position(noted[0])]
    assert note.title.text.rstrip(".") in model.words(row)
    assert pixels_of(view.grab().toImage(), theme.current().bad) > plain
    document.mend(note.code, note.layer_id)
    assert not model.notes(noted[0])
    document.undo_stack.undo()
    assert model.notes(noted[0])


def test_f1_on_a_row_says_all_there_is(view: NetworkView, document: Document,
                                       frame_of: Callable[..., Any]) -> None:
    view.show_frame(frame_of(document))
    document.select("dense-1")
    text = view.rows.explanation()
    for part in ("Mean", "RMS of ∂L/∂a", "std(Δw)"):
        assert part in text


def test_a_bar_says_what_its_row_says(view: NetworkView, document: Document,
                                      frame_of: Callable[..., Any]) -> None:
    view.show_frame(frame_of(document))
    model = view.rows.model_of_rows
    reading = model.reading("dense-1")
    assert reading is not None
    for code, state in (("exploding", "exploding"), ("vanishing", "vanishing"),
                        ("update_small", "healthy"), ("waiting", "waiting")):
        model.set_readings((reading,), (LayerVerdict("dense-1", code, 1, say("flat.title")),))
        assert model.gradient_state(reading) == state


def test_rows_of_a_run_at_rest_follow_another_judgement(view: NetworkView, document: Document
                                                        ) -> None:
    network = document.project.network
    seen = make_snapshot(network)

    def frame(code: str, *, news: bool, running: bool = False) -> FakeFrame:
        layers = tuple(LayerVerdict(layer.id, code, 2, say("layer-verdict.failed"))
                       for layer in network)
        words = Words(say("flat.title"), say("flat.title"), None, "")
        verdict = Verdict(code, 2, words, layers, seen.layers)
        return FakeFrame(seen if news else None, running, verdict, seen.layers)

    def said() -> str:
        found = view.rows.model_of_rows.verdict("dense-1")
        return "" if found is None else found.code

    view.set_run(FakeRun(1, network))
    view.show_frame(frame("vanishing", news=True))
    assert said() == "vanishing"
    # By other limits something else is said of the same look.
    view.show_frame(frame("healthy", news=False))
    assert said() == "healthy"
    view.show_frame(frame("dead", news=False, running=True))
    assert said() == "healthy", "while it runs, the next look brings it"
