"""The picture of where the two runs of a pair part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.experiments.parting import PartingMap
from engine.spec import LayerSpec, NetworkSpec
from gui import theme
from gui.plots import GradientPlot
from gui.plots.where_they_part import WhereTheyPart, first_beyond
from tests.gui.plots.runs import Frame, Run, frame_of, pair_of, run_of

A = run_of(3)
B = Run(NetworkSpec((*A.network.layers, LayerSpec("norm-1", "batch_norm"))),
        (*A.weight_layers, "norm-1"), "B")
STEPS = np.array([1, 2, 4, 8, 16, 32])
NAN = np.nan


def parting_of(gradients: list[list[float]], weights: list[list[float]] | None = None
               ) -> PartingMap:
    rows = np.array(gradients)
    return PartingMap(STEPS[:rows.shape[1]], (*A.weight_layers, "norm-1")[:len(rows)],
                      rows if weights is None else np.array(weights), rows, 7.6e-6)


PARTS = parting_of(
    [[0, 1e-9, 1e-6, 1e-3, 1e-2, 0.1], [0, 0, 1e-7, 1e-4, 1e-3, 0.1], [NAN] * 6,
     [0, 0, 0, 0, np.inf, 1]],
    [[0, 0, 1e-9, 1e-6, 1e-3, 1e-2], [0, 0, 0, 1e-7, 1e-4, 1e-3], [NAN] * 6, [0] * 6])


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.set_run(replace(A, beside=B))
    return plot


def frame(steps: int = 50, other: int = 50) -> Frame:
    return pair_of(frame_of(A, steps), frame_of(B, other))


def picture(plot: GradientPlot) -> WhereTheyPart:
    plot.show_view("parting")
    view = plot._views["parting"]
    assert isinstance(view, WhereTheyPart)
    return view


def test_only_a_pair_has_it(plot: GradientPlot) -> None:
    assert "parting" in plot.views()
    picture(plot)
    plot.set_run(A)
    assert "parting" not in plot.views()
    assert plot.view() == "lines"
    assert plot._stack.currentWidget() is plot._views["lines"]
    plot.show_frame(frame_of(A, 20))
    assert plot._views["lines"]._strands.x[-1] == 20


def test_it_asks_while_it_is_seen_and_there_are_more_steps(plot: GradientPlot, qtbot: QtBot
                                                           ) -> None:
    with qtbot.assertNotEmitted(plot.parting_requested):
        plot.show_frame(frame())
    with qtbot.waitSignal(plot.parting_requested):
        view = picture(plot)
    assert view.canvas.empty_text() == "Comparing A and B…"
    with qtbot.assertNotEmitted(plot.parting_requested):
        plot.show_frame(replace(frame(), cursor=3))
    assert view.canvas.empty_text() == "Comparing A and B…"
    with qtbot.waitSignal(plot.parting_requested):
        plot.show_frame(frame(50, 51))
    plot.hide()
    with qtbot.assertNotEmitted(plot.parting_requested):
        plot.show_frame(frame(52, 52))
    with qtbot.waitSignal(plot.parting_requested):
        plot.show()


def test_colour_is_the_difference_and_nothing_differs_has_none(plot: GradientPlot) -> None:
    view = picture(plot)
    plot.set_parting(PARTS)
    shades = view.image.image
    assert shades.shape == (4, 6)
    assert shades[0].tolist() == sorted(shades[0].tolist())
    assert shades[:, 0].tolist() == [0, 0, 0, 0]
    assert shades[2].tolist() == [0] * 6
    assert shades[3, 4] == 255, "beyond all measure"
    assert view.image.lut[0, 3] == 0
    assert view.signs.rows() == [2], "what cannot be compared"
    assert view.bar.isVisible()
    assert view._rows.numbers == ["1", "2", "3", "B4"]
    assert view._kept.tickStrings([0.5, 3.5], 1.0, 1.0) == ["1", "8"]
    plot.grab()


def test_the_first_parting_has_a_ring_and_a_sentence(plot: GradientPlot) -> None:
    view = picture(plot)
    plot.set_parting(PARTS)
    assert view.signs.field() == (0, 3)
    assert view.sentence.text() == "They part at step 8: the gradients of layer 1."
    view.switch.button("weights").click()
    assert view.which() == "weights"
    assert view.signs.field() == (0, 4)
    assert view.image.image[0, 3] < view.image.image[0, 4]
    assert first_beyond(np.array([[NAN, 0.0, 1.0], [NAN, 2.0, 1.0]]), 0.5) == (1, 1)
    assert first_beyond(np.array([[NAN, 0.0]]), 0.0) is None


def test_equal_runs_are_said_to_be_equal(plot: GradientPlot) -> None:
    view = picture(plot)
    plot.set_parting(parting_of([[0.0] * 6] * 3))
    assert view.sentence.text() == "Equal to the byte at 6 kept steps."
    assert view.signs.field() is None
    assert view.canvas.empty_text() == "No difference to show"
    assert not view.bar.isVisible()
    plot.set_parting(parting_of([[1e-8] * 6] * 3))
    assert "rounding" in view.sentence.text()
    assert view.canvas.empty_text() == ""


def test_progress_is_told_until_all_is_compared(plot: GradientPlot) -> None:
    view = picture(plot)
    plot.set_parting(None, 0.0)
    assert view.sentence.text() == "Comparing: 0%."
    assert view.canvas.empty_text() == "Nothing has been compared yet"
    view.canvas.set_empty_text("")
    plot.show_frame(frame())
    assert view.canvas.empty_text() == "Comparing A and B…"
    plot.set_parting(PARTS, 0.4)
    assert view.sentence.text() == \
        "They part at step 8: the gradients of layer 1. Comparing: 40%."
    plot.set_parting(None)
    assert view.sentence.text() == ""
    assert not view.image.isVisible()


def test_the_readout_tells_layer_step_and_difference(plot: GradientPlot, qtbot: QtBot) -> None:
    view = picture(plot)
    plot.set_parting(PARTS)
    for at, told in (((3.2, 0.4), "Layer 1 · Dense   gradient differs by 0.001 of A's at step 8"),
                     ((0.2, 1.4), "Layer 2 · Dense   the same gradient at step 1"),
                     ((0.2, 2.4), "Layer 3 · Dense   no gradient to compare at step 1"),
                     ((4.9, 3.9), "Layer 4 · Batch norm   gradient: A has only zeros, B has not "
                                  "at step 16"),
                     ((9.9, 3.9), "")):
        view.canvas.hovered.emit(QPointF(*at))
        assert view.canvas.readout() == told
    with qtbot.waitSignal(plot.layer_selected) as caught:
        view.canvas.pressed.emit(QPointF(3.0, 1.5))
    assert caught.args == ["dense-2"]


def test_the_cursor_stands_between_the_steps_that_are_kept(plot: GradientPlot) -> None:
    view = picture(plot)
    plot.show_frame(replace(frame(), cursor=8))
    assert view.mark.step_text() == "", "there is no axis yet"
    plot.set_parting(PARTS)
    assert view.mark._line.value() == pytest.approx(3.5)
    plot.show_frame(replace(frame(), cursor=6))
    assert view.mark._line.value() == pytest.approx(3.0)
    plot.show_frame(frame())
    assert view.mark.step_text() == ""


def test_signs_are_seen(plot: GradientPlot, app: QApplication) -> None:
    view = picture(plot)
    plot.set_parting(PARTS)
    plot.set_selected("dense-2")
    for name, tokens in (("light", theme.LIGHT), ("dark", theme.DARK)):
        theme.apply(app, name)  # type: ignore[arg-type]
        app.processEvents()
        image = view.canvas.grab().toImage()
        at = view.canvas.mapFromScene(view.canvas.box.mapViewToScene(QPointF(3.0, 1.0)))
        assert image.pixelColor(at.x(), at.y()).name() == tokens.text, "frame of the selected row"
        row = view.canvas.box.mapViewToScene(QPointF(0.0, 2.0)), \
            view.canvas.box.mapViewToScene(QPointF(6.0, 3.0))
        (left, top), (right, bottom) = ((p.x(), p.y()) for p in map(view.canvas.mapFromScene, row))
        seen = {image.pixelColor(x, y).name() for x in range(left + 4, right - 4)
                for y in range(top + 4, bottom - 4)}
        assert {tokens.surface, tokens.text_disabled} <= seen, "hatched"
