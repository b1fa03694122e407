"""Where the lens stands when it looks at another step."""

from __future__ import annotations

import pytest

from engine.microscope.walk import Level
from tests.engine.training.runs import clouds, dense, trainer
from tests.gui.microscope.conftest import line_of
from tests.gui.microscope.steps import first, lens_of


def test_it_stays_at_the_next_step_of_a_run() -> None:
    run = trainer(clouds(n=10, classes=2, width=2), dense("one", 4), dense("two", 2),
                  dense("output", 2, "linear"), optimizer="sgd", batch_size=10)
    lens = lens_of(run)
    lens.mark_example(3)
    lens.go_to(line_of(lens, "dW2"), 1)
    place, index = lens.place, lens.opened_index
    run.run(1)
    lens.look_at(run.dissect())
    assert (lens.place, lens.opened_index, lens.example) == (place, index, 3)


@pytest.mark.parametrize("level", Level)
def test_it_stays_at_the_line_where_arrays_have_another_shape(level: Level) -> None:
    lens = lens_of(first())
    lens.set_level(level)
    lens.go_to(line_of(lens, "dW1"), 3, (1, 3))
    lens.mark_example(9)
    smaller = trainer(clouds(23, 7, 2, 2), dense("one", 2), dense("two", 2),
                      dense("output", 2, "linear"), optimizer="sgd").dissect(0)
    lens.look_at(smaller)
    name = "db1" if level is Level.LAYER else "dW1"
    assert lens.statement.name == name
    assert lens.example == 0
    assert lens.trace.values[lens.opened_statement][lens.opened_index] == lens.number().value


def test_another_program_begins_at_its_beginning() -> None:
    lens = lens_of(first())
    lens.go(20)
    lens.look_at(trainer(clouds(23, 7, 2, 2), dense("output", 2, "linear"),
                         optimizer="sgd").dissect())
    assert lens.place == 0
    assert lens.opened_statement == 0
