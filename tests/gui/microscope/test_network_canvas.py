"""The network of a step: what is drawn where, what a click opens, and that every step is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.microscope.walk import Level
from engine.spec import LayerSpec
from engine.training import Trainer
from gui import theme
from gui.microscope.lens import Lens
from gui.microscope.network_canvas import NetworkCanvas
from gui.microscope.network_hits import Hit, Kind
from gui.microscope.network_ink import TEXT
from gui.microscope.network_pills import PillPainter, _round
from gui.microscope.network_places import unit_window, window
from gui.microscope.network_reading import Reading
from tests.engine.training.runs import clouds, dense, trainer
from tests.gui.microscope.steps import (
    deep,
    first,
    images,
    lens_of,
    residual,
    sequences,
    statement,
    wide,
)

Make = Callable[..., NetworkCanvas]


@pytest.fixture
def make(app: QApplication, qtbot: QtBot) -> Make:
    def canvas(lens: Lens, width: int = 660, height: int = 430) -> NetworkCanvas:
        found = NetworkCanvas(lens)
        qtbot.addWidget(found)
        found.resize(width, height)
        found.grab()
        return found
    return canvas


def hits(canvas: NetworkCanvas, kind: Kind) -> list[Hit]:
    canvas.grab()
    return [hit for hit in canvas.hits if hit.kind is kind]


def click(canvas: NetworkCanvas, point: QPointF) -> None:
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point.toPoint())
    canvas.grab()


def point(canvas: NetworkCanvas, at: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, at, at, none, none,
                                               Qt.KeyboardModifier.NoModifier))
    canvas.grab()


def test_every_neuron_and_every_weight_is_there(make: Make) -> None:
    canvas = make(lens_of(first()))
    neurons = {(hit.column, hit.unit) for hit in hits(canvas, Kind.NEURON)}
    assert neurons == {(0, 0), (0, 1), *((1, i) for i in range(4)), (2, 0), (2, 1), (3, 0), (3, 1),
                       (4, 0)}
    weights = [(hit.column, hit.begin, hit.unit) for hit in hits(canvas, Kind.WEIGHT)]
    assert len(weights) == len(set(weights)) == 2 * 4 + 4 * 2 + 2 * 2
    columns = [place.column.title for place in canvas.places.columns] if canvas.places else []
    assert columns == ["Input", "Dense 4 · Tanh", "Dense 2 · Tanh", "Dense 2 · softmax", "Loss"]


def test_a_weight_that_is_clicked_is_opened_or_gone_to(make: Make) -> None:
    lens = lens_of(first())
    canvas = make(lens)
    weight = next(hit for hit in hits(canvas, Kind.WEIGHT)
                  if (hit.column, hit.begin, hit.unit) == (2, 2, 1))
    assert weight.ends is not None
    # Its weighted sum is still to come.
    click(canvas, weight.ends[0] * 0.7 + weight.ends[1] * 0.3)
    assert lens.micro_step.statement == statement(lens, "z2")
    assert lens.micro_step.unit == 1
    lens.go_to(statement(lens, "W1"))
    place = lens.place
    weight = next(hit for hit in hits(canvas, Kind.WEIGHT)
                  if (hit.column, hit.begin, hit.unit) == (2, 2, 1))
    assert weight.ends is not None
    click(canvas, weight.ends[0] * 0.7 + weight.ends[1] * 0.3)
    assert lens.opened_statement == statement(lens, "dW2")
    assert lens.opened_index == (2, 1)
    assert lens.place == place
    value = lens.trace.values[statement(lens, "dW2")][2, 1]
    assert f"{value:.3g}".replace("-", "−") in weight.tip(weight)
    assert "∂L/∂w(2)3,2" in canvas.accessibleDescription()


def test_the_example_under_the_pointer_is_marked_and_its_cell_opened(make: Make) -> None:
    lens = lens_of(first())
    lens.go_to(statement(lens, "W1"))
    canvas = make(lens)
    strip = next(hit for hit in hits(canvas, Kind.CELL)
                 if (hit.column, hit.unit) == (1, 2)
                 and hit.statement == statement(lens, "dz1"))
    assert strip.cells == 10
    cell = QPointF(strip.box.left() + strip.box.width() * 0.35, strip.box.center().y())
    point(canvas, cell)
    assert lens.example == 3
    found = canvas.hit(cell)
    assert found is not None
    assert found.tip(found).startswith("Example 4: δ = ")
    click(canvas, cell)
    assert (lens.opened_statement, lens.opened_index) == (statement(lens, "dz1"), (3, 2))
    # The circle has the mean, the number in hand is of one example.
    assert "ex. 4: ∂L/∂z(1)3 = " in canvas.accessibleDescription()


def test_losses_of_examples_have_the_loss_as_their_mean(make: Make) -> None:
    lens = lens_of(first())
    lens.go(len(lens.walk) - 1)
    canvas = make(lens)
    losses = Reading(lens, canvas._columns).losses()
    assert losses is not None
    assert losses.mean() == pytest.approx(float(lens.trace.last("L")), rel=1e-12)
    assert np.ptp(losses) > 0


def test_what_is_to_come_has_no_cells(make: Make) -> None:
    lens = lens_of(first())
    canvas = make(lens)
    lens.go_to(statement(lens, "z1"), unit=1)
    known = {(hit.column, hit.unit) for hit in hits(canvas, Kind.CELL)}
    assert known == {(0, 0), (0, 1), (1, 0), (1, 1)}
    tips = {hit.unit: hit.tip(hit) for hit in hits(canvas, Kind.NEURON) if hit.column == 1}
    assert "z = " in tips[1]
    assert tips[2].endswith("still to come")
    lens.go_to(statement(lens, "da2"), unit=0)
    found = [hit for hit in hits(canvas, Kind.CELL) if hit.column == 2]
    assert [(hit.unit, hit.statement) for hit in found] == [
        (0, statement(lens, "a2")), (0, statement(lens, "da2")), (1, statement(lens, "a2"))]


def test_what_is_half_done_shows_what_was_before(make: Make) -> None:
    lens = lens_of(first())
    canvas = make(lens)
    lens.go_to(statement(lens, "a1"), unit=1)
    found = {hit.unit: hit.statement for hit in hits(canvas, Kind.CELL) if hit.column == 1}
    assert found == {0: statement(lens, "a1"), 1: statement(lens, "a1"),
                     2: statement(lens, "z1"), 3: statement(lens, "z1")}


def test_operands_and_the_number_in_hand_are_known(make: Make) -> None:
    lens = lens_of(first())
    canvas = make(lens)
    lens.go_to(statement(lens, "dW2"), 1, (0, 1))
    reading = Reading(lens, canvas._columns)
    assert reading.weight_in_hand == (2, 0, 1)
    assert {(spot.column, spot.is_error, int(spot.indices[0, -1])) for spot in reading.spots} == {
        (2, True, 1), (1, False, 0)}
    assert reading.in_hand == 2
    assert canvas.accessibleDescription().startswith("Backward, layer 2: ∂L/∂w(2)1,2 = ")


def test_the_unit_in_hand_is_seen_among_many(make: Make) -> None:
    lens = lens_of(wide())
    canvas = make(lens)
    lens.go_to(statement(lens, "z1"), unit=41)
    canvas.grab()
    assert canvas.places is not None
    place = canvas.places.column(1)
    assert place is not None
    assert 41 in [unit.unit for unit in place.units]
    assert place.before + len(place.units) + place.after == 64
    more = next(hit for hit in hits(canvas, Kind.MORE) if hit.column == 2)
    click(canvas, more.box.center())
    place = canvas.places.column(2)
    assert place is not None
    assert place.before > 0
    # All that is seen is within the picture.
    assert all(canvas.rect().contains(hit.box.toAlignedRect()) for hit in canvas.hits
               if hit.kind in (Kind.NEURON, Kind.CELL, Kind.MORE))


def test_a_deep_network_shows_the_layers_round_the_one_in_hand(make: Make) -> None:
    lens = lens_of(deep())
    canvas = make(lens)
    lens.go_to(statement(lens, "dW15"))
    canvas.grab()
    assert canvas.places is not None
    seen = [place.column.number for place in canvas.places.columns]
    assert {14, 15, 16} <= set(seen)
    assert len(seen) < 10
    strips = {hit.column: hit for hit in hits(canvas, Kind.COLUMN)
              if canvas.places.overview.contains(hit.box.center())}
    assert sorted(strips) == list(range(33))
    click(canvas, strips[4].box.center())
    assert lens.statement.number == 4 or lens.statement.name in ("da4", "dz4")
    assert canvas.places.column(4) is not None


@pytest.mark.parametrize(("level", "scheme"), [(Level.LAYER, "dark"), (Level.NEURON, "light")])
def test_every_micro_step_is_drawn(make: Make, app: QApplication, level: Level, scheme: str
                                   ) -> None:
    theme.apply(app, "dark" if scheme == "dark" else "light")
    lens = lens_of(first())
    lens.set_level(level)
    canvas = make(lens, 520, 400)
    for place in range(len(lens.walk)):
        lens.go(place)
        canvas.grab()
        assert "=" in canvas.accessibleDescription()


def test_the_hint_names_the_example_of_pictures(make: Make) -> None:
    lens = lens_of(images())
    canvas = make(lens)
    hints: list[str] = []
    canvas.hint_changed.connect(hints.append)
    lens.mark_example(3)
    assert hints == [f"pictures: example 4 of {lens.trace.program.n}"]


def test_one_example_alone_has_no_mark(make: Make) -> None:
    lens = lens_of(first(), example=1)
    canvas = make(lens)
    assert canvas.hint() == "numbers of one example"
    assert {hit.cells for hit in hits(canvas, Kind.CELL)} == {1}


def test_nothing_is_looked_at_yet(make: Make) -> None:
    canvas = make(Lens())
    assert canvas.hits == ()
    assert canvas.hit(QPointF(QPoint(50, 50))) is None
    assert canvas.hint() == ""


def test_keys_go_through_the_units(make: Make) -> None:
    lens = lens_of(first())
    canvas = make(lens)
    lens.go_to(statement(lens, "a1"))
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert lens.opened_index[-1] == 1
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert lens.opened_index[-1] == 0


def test_windows_hold_what_is_wanted() -> None:
    assert window([100] * 5, 520, 2) == (0, 5)
    first_column, end = window([100] * 33, 520, 20)
    assert end - first_column == 5
    assert first_column <= 19 < 20 < end
    assert window([100] * 33, 520, 0)[0] == 0
    assert window([100] * 33, 520, 32) == (28, 33)
    assert unit_window(64, 6, (), 0) == (0, 6)
    assert unit_window(64, 6, (63,), 0) == (58, 64)
    begin, end = unit_window(64, 6, (20,), 0)
    assert begin <= 20 < end
    assert unit_window(4, 8, (2,), 3) == (0, 4)


def test_a_kernel_weight_shows_where_it_was_used(make: Make) -> None:
    lens = lens_of(images())
    canvas = make(lens)
    lens.go_to(statement(lens, "dW2"), 1, (0, 2, 0, 1))
    canvas.grab()
    reading = Reading(lens, canvas._columns)
    assert reading.uses is not None
    products = next(hit for hit in canvas.hits
                    if hit.statement == statement(lens, "dW2") and hit.kind is Kind.NEURON)
    assert products.column == 1
    assert "What every place" in products.tip(products)
    spots = {(spot.column, spot.is_error) for spot in reading.spots}
    assert (1, False) in spots
    assert (2, True) in spots


def test_a_window_is_framed_on_the_image_that_it_looks_at(make: Make) -> None:
    lens = lens_of(images())
    canvas = make(lens)
    lens.go_to(statement(lens, "z2"), 2, (0, 3, 3, 2))
    canvas.grab()
    reading = Reading(lens, canvas._columns)
    image = next(spot for spot in reading.spots if spot.column == 1)
    assert image.indices[:, 1].min() == image.indices[:, 2].min() == 2
    assert image.indices[:, 1].max() == image.indices[:, 2].max() == 4
    assert set(image.indices[:, 3]) == {0}
    # A click opens the number of a map that is farthest from 0.
    chart = next(hit for hit in hits(canvas, Kind.NEURON) if (hit.column, hit.unit) == (2, 1))
    click(canvas, chart.box.center())
    values = lens.trace.values[lens.opened_statement][..., 1]
    assert lens.opened_index[-1] == 1
    assert abs(lens.trace.values[lens.opened_statement][lens.opened_index]) == np.abs(
        values[lens.opened_index[0]]).max()


def test_a_layer_that_only_reshapes_shows_what_it_reads(make: Make) -> None:
    lens = lens_of(images())
    canvas = make(lens)
    columns = {column.number: column for column in canvas._columns}
    assert columns[1].outputs == columns[0].outputs
    assert columns[4].outputs == columns[3].outputs
    assert columns[4].errors


def test_a_recurrent_layer_is_unrolled(make: Make) -> None:
    lens = lens_of(sequences())
    canvas = make(lens)
    held = statement(lens, "h2_4")
    lens.go_to(held, 3)
    canvas.grab()
    reading = Reading(lens, canvas._columns)
    assert reading.time == 4
    grid = reading.grid(canvas._columns[2], is_error=False)
    assert grid is not None
    assert grid.known.all(axis=0).tolist() == [True] * 4 + [False] * 16
    assert grid.known[:, 4].tolist() == [True] * 4 + [False]
    assert grid.values[2, 1] == lens.trace.values[statement(lens, "h2_1")][0, 2]
    cells = next(hit for hit in hits(canvas, Kind.CELL)
                 if hit.column == 2 and hit.grid == (20, 5))
    at = QPointF(cells.box.left() + cells.box.width() * 1.5 / 20,
                 cells.box.top() + cells.box.height() * 2.5 / 5)
    found = canvas.hit(at)
    assert found is not None
    assert found.tip(found).startswith("Step 2, unit 3, example 1: h = ")
    click(canvas, at)
    assert (lens.opened_statement, lens.opened_index) == (statement(lens, "h2_1"), (0, 2))


def test_what_is_joined_keeps_its_units_beside_one_another(make: Make) -> None:
    lens = lens_of(residual())
    canvas = make(lens, 800)
    lens.go_to(statement(lens, "a5"), 5)
    canvas.grab()
    assert canvas.places is not None
    for number in (3, 4, 5):
        place = canvas.places.column(number)
        assert place is not None
        assert place.unit(5) is not None
    assert canvas._columns[5].sources == (3, 4)


@pytest.mark.parametrize("make_run", [images, sequences, residual, wide])
def test_every_part_of_every_network_is_drawn(make: Make, make_run: Callable[[], Trainer]) -> None:
    lens = lens_of(make_run())
    lens.set_level(Level.LAYER)
    canvas = make(lens, 520, 400)
    for place in range(len(lens.walk)):
        lens.go(place)
        canvas.grab()
        assert canvas.places is not None
        assert "=" in canvas.accessibleDescription()
    lens.set_level(Level.NEURON)
    canvas.resize(800, 430)
    # A line of each name; those of other steps of time, and of the optimizer's memory, are alike.
    lines = {re.sub(r"\d+", "", one.name): i for i, one in enumerate(lens.trace.program.statements)}
    for i in lines.values():
        lens.go_to(i)
        canvas.grab()


def test_a_loss_that_gets_a_second_part_is_shown_from_its_first_on(make: Make) -> None:
    lens = lens_of(trainer(clouds(23, 7, 2, 2), dense("one", 4, "linear"),
                           LayerSpec("code", "sampling"), dense("output", 2, "linear")))
    canvas = make(lens)
    lines = [i for i, one in enumerate(lens.trace.program.statements) if one.name == "L"]
    assert len(lines) == 2
    lens.go_to(lines[0] - 1)
    assert not Reading(lens, canvas._columns).loss_known
    for line in lines:
        lens.go_to(line)
        assert Reading(lens, canvas._columns).loss_statement == line


def test_the_number_in_hand_covers_neither_circles_nor_titles(make: Make) -> None:
    lens = lens_of(wide())
    canvas = make(lens, 760, 480)
    for name in ("z1", "a1", "dz2", "dW2"):
        shape = lens.trace.program.statements[statement(lens, name)].shape
        lens.go_to(statement(lens, name), 5, (*(3 for _ in shape[:-1]), 5))
        canvas.grab()
        places = canvas.places
        assert places is not None
        pills = PillPainter(canvas._ink, Reading(lens, canvas._columns), places)
        number, unit = Reading(lens, canvas._columns).unit_in_hand
        column = places.column(number)
        assert column is not None
        spot = column.unit(unit)
        assert spot is not None
        size = canvas._ink.pill_size(pills.text(), TEXT, bold=True)
        box = pills._best(list(_round(spot.body, size, pills._room())))
        assert not any(box.intersects(other) for other in pills._dear), name
