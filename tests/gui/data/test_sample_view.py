"""Examples of data that a person looks through."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from engine.data.importers.importer import Sample
from gui.data.sample_view import SampleView


def test_fewer_examples_take_the_place_of_those_that_are_looked_at(qtbot: QtBot) -> None:
    view, pointed_at = SampleView(), list[Sample | None]()
    qtbot.addWidget(view)
    view.pointed_at.connect(pointed_at.append)
    many = [Sample(f"row {row}", text=f"words {row}") for row in range(5)]
    view.show()
    qtbot.waitExposed(view)
    view.show_samples(many)
    view.setFocus()
    view.setCurrentRow(4)
    assert view.sample() == many[4]
    view.show_samples(many[:1])
    assert view.count() == 1
    # What Qt passes by on the way is still of the old ones.
    assert set(pointed_at) <= {*many, None}
    view.setCurrentRow(0)
    assert view.sample() == many[0]
