"""The numbers behind map, lines and strands: every network that was computed, on linear scales."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.experiments.board import board_of
from engine.experiments.sweep import Axis, Sweep
from engine.telemetry.tables import csv_text
from gui.experiments.sweep_picture import SweepPicture
from gui.experiments.sweep_table import FIGURES, sweep_table
from tests.engine.experiments.boards import deep_project, filled, grid_sweep, made
from tests.gui.experiments.conftest import DEPTHS, GAINS, picture_of


def columns_of(picture: SweepPicture) -> dict[str, list[Any]]:
    names, columns = sweep_table(picture)
    assert len(set(names)) == len(names)
    return {name: column.tolist() for name, column in zip(names, columns, strict=True)}


def test_every_network_has_a_row_in_the_order_of_the_axes(map_picture: SweepPicture) -> None:
    found = columns_of(map_picture)
    gains, depths = found["Initial scale"], found["Depth [hidden layers]"]
    assert list(zip(gains, depths, strict=True)) == [(gain, depth) for gain in GAINS
                                                     for depth in DEPTHS]
    losses = found["training loss [unit of the loss]"]
    for gain, depth, loss, end in zip(gains, depths, losses, found["end"], strict=True):
        if gain > 2 and depth > 5:
            assert math.isnan(loss)
            assert end == "diverged"
        else:
            # Linear, though the map draws it on a ramp of ranks.
            assert loss == gain * depth
            assert end == "done"


def test_seeds_and_gradients_of_every_layer_are_there() -> None:
    sweep = grid_sweep((0.5,), (1, 2), seeds=2)
    results = [made((0.5, depth), 1.0, seed=seed) for depth in (2, 1) for seed in (1, 0)]
    deep = [type(one)(**{**{name: getattr(one, name) for name in one.__struct_fields__},
                         "first_gradients": (0.25,) * int(one.values[1]), "seconds": 1.5})
            for one in results]
    found = columns_of(picture_of(board_of(sweep, deep)))
    assert found["seed [from 0]"] == [0, 1, 0, 1]
    assert found["time at work [s]"] == [1.5] * 4
    first, second = (column for name, column in found.items() if "at step 1, layer" in name)
    assert first == [0.25] * 4
    assert np.isnan(second[:2]).all()
    assert second[2:] == [0.25] * 2


def test_what_is_computed_finer_stands_between_the_rest() -> None:
    whole, part = grid_sweep((1.0, 2.0), (1, 2)), grid_sweep((1.0, 1.5, 2.0), (1, 2))
    found = columns_of(picture_of(filled(whole, lambda gain, depth: gain),
                                  filled(part, lambda gain, depth: gain)))
    assert found["Initial scale"] == [1.0, 1.0, 1.5, 1.5, 2.0, 2.0]


def test_names_stand_as_they_are() -> None:
    sweep = Sweep("names", deep_project(), (Axis("activation", ("tanh", "relu")),))
    found = columns_of(picture_of(filled(sweep, lambda _name: 0.5)))
    assert found["Activation"] == ["relu", "tanh"]


def test_without_a_network_there_are_names_and_no_rows() -> None:
    names, columns = sweep_table(picture_of(board_of(grid_sweep(), ())))
    assert len(names) == 2 + len(FIGURES)
    assert not any(len(column) for column in columns)


def test_as_csv_what_was_not_measured_is_empty(map_picture: SweepPicture) -> None:
    lines = csv_text(sweep_table(map_picture)).splitlines()
    assert len(lines) == 1 + len(GAINS) * len(DEPTHS)
    assert lines[0].startswith("Initial scale,Depth [hidden layers],seed [from 0],end,step,")
    diverged = next(line for line in lines if line.startswith("3.0,10,"))
    assert ",diverged," in diverged
    assert "nan" not in diverged
