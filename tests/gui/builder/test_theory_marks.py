"""Theory on the rows: a tick across every bar, and what the tooltips say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui import theme
from gui.builder.network_view import NetworkView
from gui.document.document import Document
from gui.frames.theory import Theory, short
from tests.gui.window.theories import NO_RULE, FakeExpected

NAN = float("nan")
EXPECTED = Theory({
    "dense-1": FakeExpected("dense-1", 1e-6, 5e-7, 4e-6, chi=0.2),
    "dense-2": FakeExpected("dense-2", NAN, chi=NAN, reason=NO_RULE),
    "output": FakeExpected("output", 1e-2)})


@pytest.fixture
def view(qtbot: QtBot, document: Document, frame_of: Callable[..., Any],
         run_of: Callable[..., Any]) -> NetworkView:
    view = NetworkView(document)
    qtbot.addWidget(view)
    view.resize(600, 600)
    view.show()
    qtbot.waitExposed(view)
    view.set_run(run_of(document))
    view.show_frame(frame_of(document))
    return view


def row_of(view: NetworkView, layer_id: str) -> int:
    return view.rows.model_of_rows.position(layer_id)


def ticks(view: NetworkView, layer_id: str) -> list[int]:
    """Return the columns of px in which the colour of text reaches beyond the bar."""
    columns, row = view.rows.columns, row_of(view, layer_id)
    rect = view.rows.visualRect(view.rows.model_of_rows.index(row))
    area = columns.rect("gradient", rect)
    image = view.rows.viewport().grab(area).toImage()
    middle, reach = image.height() // 2, theme.px(view.rows.density.bar) // 2 + theme.px(3)
    return [x for x in range(image.width())
            if image.pixelColor(x, middle - reach).name() == theme.current().text]


def tip(view: NetworkView, layer_id: str) -> str:
    index = view.rows.model_of_rows.index(row_of(view, layer_id))
    return view.rows.tip(index, view.rows.columns.gradient[0] + 3)


def test_a_tick_stands_where_theory_says(view: NetworkView) -> None:
    assert ticks(view, "dense-1") == []
    view.set_theory({"A": EXPECTED})
    box = view.rows.columns.gradient
    x = round(view.rows.axis.share(1e-6) * (box[1] - 1))
    assert ticks(view, "dense-1") == [x - 1, x]
    # Where there is no rule, there is no tick.
    assert ticks(view, "dense-2") == []
    view.set_theory({})
    assert ticks(view, "dense-1") == []


def test_the_axis_is_long_enough_for_it(view: NetworkView) -> None:
    view.set_theory({"A": Theory({"dense-1": FakeExpected("dense-1", 1e-20)})})
    assert view.rows.axis.low <= -20
    assert ticks(view, "dense-1") != []


def test_of_the_gradient_of_activations_it_says_nothing(view: NetworkView) -> None:
    view.set_theory({"A": EXPECTED})
    view._header.switch.chosen.emit("activations")
    assert ticks(view, "dense-1") == []
    assert "Theory" not in tip(view, "dense-1")
    view._header.switch.chosen.emit("weights")
    assert ticks(view, "dense-1") != []


def test_tooltips_tell_predicted_measured_ratio_and_chi(view: NetworkView) -> None:
    view.set_theory({"A": EXPECTED})
    reading = view.rows.model_of_rows.told("dense-1")
    assert reading is not None
    text = tip(view, "dense-1")
    assert "Theory expects 1.0e-06 at the start, from 5.0e-07 to 4.0e-06 for 90 % of seeds" in text
    assert f"measured is {short(reading.gradient_rms / 1e-6)} times that" in text
    assert "χ 0.2" in text
    assert f"Theory has no rule here: {NO_RULE.text}" in tip(view, "dense-2")
    view.set_theory({"A": Theory(EXPECTED.layers, step=1200)})
    assert "for the weights of step 1,200" in tip(view, "dense-1")


def test_its_numbers_are_in_the_table(view: NetworkView) -> None:
    plain = view.table()[0]
    view.set_theory({"A": EXPECTED})
    names, columns = view.table()
    table = dict(zip(names, columns, strict=True))
    added = [name for name in names if name not in plain]
    assert names == [*plain, *added]
    assert [name.partition(":")[0] for name in added] == [
        "theory", "theory, 5 % of seeds below", "theory, 5 % of seeds above"]
    at = [table["title"][row] for row in range(len(table["title"]))]
    first = row_of(view, "dense-1")
    place = list(table["layer"]).index(view.rows.model_of_rows.rows[first].position)
    assert [table[name][place] for name in added] == [1e-6, 5e-7, 4e-6], at
    assert np.isnan(table[added[0]]).sum() == len(at) - 2, "no rule, nothing to learn"
    # What is to be seen of it on the rows does not decide what is known.
    view._header.switch.chosen.emit("activations")
    assert view.table()[0] == names
    view.set_theory({})
    assert view.table()[0] == plain


def test_a_cover_hides_what_would_tell(view: NetworkView) -> None:
    view.set_theory({"A": EXPECTED})
    before = view.grab().toImage()
    view.set_cover("Hidden.")
    assert ticks(view, "dense-1") == []
    assert "1.0e-06" not in tip(view, "dense-1")
    assert "Hidden." in tip(view, "dense-1")
    model = view.rows.model_of_rows
    assert "gradient" not in model.words(model.rows[1])
    view.set_cover("")
    assert view.grab().toImage() == before
