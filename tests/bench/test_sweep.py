"""The phase diagram of the bench is what it says, and is timed to its last network."""

from __future__ import annotations

import pytest

from tests.bench.sweep import STEPS, WIDTH, diagram, ours


def test_the_diagram_has_all_depths_and_as_many_scales() -> None:
    sweep = diagram()
    assert sweep.axes[0].values == tuple(range(2, 31))
    assert len(sweep.axes[1].values) == 32
    project = sweep.project_at(sweep.cells()[-1])
    assert project.training.steps == STEPS
    assert {layer.options["units"] for layer in project.network.layers[1:-1]} == {WIDTH}


@pytest.mark.alone
def test_a_small_one_is_timed() -> None:
    found = ours(1, side=2)
    assert found.cells == 4
    assert 0 < found.training_s < found.seconds
    assert 0 < found.first_s < found.seconds
    assert found.steady_s == found.seconds - found.first_s
