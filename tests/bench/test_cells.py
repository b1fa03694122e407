"""The bench of cells compares what it says, and both sides come to the same bytes."""

from __future__ import annotations

import pytest

from tests.bench import cells


@pytest.mark.parametrize("shape", cells.SHAPES)
def test_networks_are_of_the_shape(shape: str) -> None:
    sweep = cells.sweep_of(shape)
    _, depth, units, outputs = cells.SHAPES[shape]
    layers = sweep.project_at(sweep.cells()[-1]).network.layers
    assert [layer.options.get("units") for layer in layers[1:]] == [units] * depth + [outputs]


def test_both_sides_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "STEPS", 5)
    turns = [*cells.in_turns("2-8x6-2", 1)]
    assert len(turns) == len(cells.GAINS) / cells.TURN
    for turn in turns:
        for side in turn:
            assert 0 < side.training_s < side.processor_s
