from __future__ import annotations

import numpy as np
import pytest

from engine.data import load
from engine.diagnosis.straight_line import r_squared, share_right
from engine.spec import DataSpec

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("source", "least", "most"), [
    ("gaussian", 0.98, 1.0), ("circle", 0.5, 0.7), ("xor", 0.5, 0.7), ("iris", 0.95, 1.0),
    ("wine", 0.98, 1.0), ("digits", 0.93, 0.99)])
def test_classes_that_straight_lines_part_and_others(source: str, least: float, most: float
                                                     ) -> None:
    data = load(DataSpec(source))
    found = share_right(data.inputs, data.labels, data.n_outputs)
    assert least <= found <= most


def test_values_are_explained_as_far_as_they_are_linear() -> None:
    x = RNG.standard_normal((500, 3))
    line = x @ np.array([[1.0], [-2.0], [0.5]])
    noise = RNG.standard_normal((500, 1)) * line.std()
    assert r_squared(x, line + 7) == pytest.approx(1.0, abs=1e-5)
    assert r_squared(x, line + noise) == pytest.approx(0.5, abs=0.08)
    assert r_squared(x, np.sum(x**2, axis=1, keepdims=True)) < 0.1
    assert r_squared(x, np.full((500, 1), 3.0)) == 1.0


def test_columns_of_any_size_and_columns_that_say_nothing_are_no_trouble() -> None:
    x = RNG.standard_normal((200, 2))
    wide = np.column_stack([1e25 * x[:, 0], 1e-20 * x[:, 1], np.ones(200), x[:, 0], x[:, 0]])
    labels = (x.sum(axis=1) > 0).astype(np.int64)
    assert share_right(wide, labels, 2) > 0.95
    assert r_squared(wide, x.sum(axis=1, keepdims=True)) == pytest.approx(1.0, abs=1e-4)
    assert share_right(wide, np.zeros(200, np.int64), 3) == 1.0
