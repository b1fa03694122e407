"""The bench of cells compares what it says, and both sides come to the same bytes."""

from __future__ import annotations

import pytest

from tests.bench import cells, roofline


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


@pytest.mark.parametrize(("shape", "operations"), [
    # 25 epochs of 250 examples and 250 to validate with; in the end, both once more.
    ("2-8x6-2", 2 * (25 * 250 * (352 + 688) + (25 * 250 + 500) * 352)),
])
def test_products_are_counted(shape: str, operations: int, monkeypatch: pytest.MonkeyPatch
                              ) -> None:
    monkeypatch.setattr(roofline, "tile_gigaflops", lambda threads: 1.0)
    assert cells.products_s(shape) == pytest.approx(1e-9 * operations)
