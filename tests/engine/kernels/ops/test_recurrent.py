from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.kernels.matmul import tile
from engine.kernels.ops import gated as gated_kernels
from engine.kernels.ops import recurrent as kernels
from engine.kernels.ops import simple_recurrent as rnn_kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import recurrent as twins

SIZES = ((1, 1, 1), (2, 1, 3), (1, 6, 2), (3, 5, 7), (5, 4, 17), (4, 7, 1))
"""Examples, steps and units."""

MASKS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Reals]] = {
    "none": lambda rng, shape: np.zeros((0, 0)),
    "end": lambda rng, shape: np.arange(shape[1]) < rng.integers(0, shape[1] + 1, (shape[0], 1)),
    "start": lambda rng, shape: np.arange(shape[1]) >= rng.integers(0, shape[1] + 1, (shape[0], 1)),
    "anywhere": lambda rng, shape: rng.random(shape) < 0.6,
}

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
UNITS = 8
FEATURES = 3
SPARE = 2
"""Columns of a row that mean nothing."""


@pytest.fixture(autouse=True, params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    tile.install(request.param)
    return str(request.param)


class Case:
    """Random arguments of the kernels of one layer, for any step."""

    def __init__(self, kind: str, sizes: tuple[int, int, int], mask: str, precision: str) -> None:
        n, s, h = sizes
        self.rng = np.random.default_rng([*sizes, len(kind)])
        self.precision, self.sizes = precision, sizes
        columns = GATES[kind] * h
        self.w = self.normal(h + FEATURES + 1, columns) / np.sqrt(h).astype(precision)
        self.before = self.normal(n, h + FEATURES + 1 + SPARE)
        self.before[:, h + FEATURES] = 1
        self.cells, self.cells_before = self.normal(n, h), self.normal(n, h)
        self.mask = MASKS[mask](self.rng, (n, s)).astype(precision)
        self.dh = self.normal(n, s, h)
        # What stands in the columns that mean nothing must not be read.
        self.after = self.blank(*self.before.shape)
        self.z = self.blank(n, columns + (h if kind == "gru" else 0) + SPARE)

    def normal(self, *shape: int) -> Reals:
        return self.rng.standard_normal(shape).astype(self.precision)

    def blank(self, *shape: int) -> Reals:
        return np.full(shape, np.nan, self.precision)

    def compare(self, module: Any, name: str, written: list[Reals], *given: Any) -> list[Reals]:
        """Run a kernel and its twin, compare all that they wrote, return the kernel's."""
        blocks = [guarded(array.shape, self.precision) for array in written]
        truths = [double(array) for array in written]
        for (found, _), array in zip(blocks, written, strict=True):
            found[...] = array
        getattr(module, name)(*(found for found, _ in blocks), *given)
        getattr(twins, name)(*truths, *(double(argument) if isinstance(argument, np.ndarray)
                                        else argument for argument in given))
        for (found, block), truth in zip(blocks, truths, strict=True):
            scale = np.nanmax(np.abs(truth), initial=1.0)
            assert_close(found, truth, self.precision, units=UNITS, scale=scale)
            assert_guards_untouched(block)
        return [found for found, _ in blocks]


sizes = pytest.mark.parametrize("sizes", SIZES)
masks = pytest.mark.parametrize("mask", MASKS)
truncations = pytest.mark.parametrize("truncation", [0, 1, 2, 3])
adds = pytest.mark.parametrize("add", [0, 1])


@sizes
@masks
@pytest.mark.parametrize("is_relu", [0, 1])
@adds
def test_rnn(sizes: tuple[int, int, int], mask: str, is_relu: int, add: int, precision: str
             ) -> None:
    for t in range(sizes[1]):
        case = Case("rnn", sizes, mask, precision)
        after = case.normal(*case.after.shape) if add else case.after
        _, after = case.compare(rnn_kernels, "rnn_forward", [case.blank(*sizes), after],
                                case.before, case.w, case.mask, t, is_relu, add)
        case.compare(rnn_kernels, "rnn_backward", [case.z, case.dh], after, case.mask, t, is_relu)


@sizes
@masks
@truncations
@adds
def test_lstm(sizes: tuple[int, int, int], mask: str, truncation: int, add: int, precision: str
              ) -> None:
    for t in range(sizes[1]):
        case = Case("lstm", sizes, mask, precision)
        z = case.normal(*case.z.shape) if add else case.z
        _, _, cells, gates = case.compare(
            gated_kernels, "lstm_forward", [case.blank(*sizes), case.after, case.cells, z],
            case.before, case.cells_before, case.w, case.mask, t, add)
        case.compare(gated_kernels, "lstm_backward", [gates, case.cells, case.dh], cells,
                     case.cells_before, case.mask, t, truncation)


@sizes
@masks
@truncations
@pytest.mark.parametrize("bias", [True, False])
@adds
def test_gru(sizes: tuple[int, int, int], mask: str, truncation: int, bias: bool, add: int,
             precision: str) -> None:
    for t in range(sizes[1]):
        case = Case("gru", sizes, mask, precision)
        c = case.normal(sizes[2] if bias else 0)
        z = case.normal(*case.z.shape) if add else case.z
        *_, gates = case.compare(
            gated_kernels, "gru_forward", [case.blank(*sizes), case.after, z], case.before,
            case.w, c, case.mask, t, add)
        case.compare(gated_kernels, "gru_backward", [gates, case.dh], case.before, case.mask, t,
                     truncation)


@sizes
@masks
@truncations
def test_the_way_into_a_step_and_back(sizes: tuple[int, int, int], mask: str, truncation: int,
                                      precision: str) -> None:
    n, s, h = sizes
    case = Case("lstm", sizes, mask, precision)
    x, dz = case.normal(n, s, FEATURES), case.normal(n, 4 * h)
    for t in range(s):
        case.compare(kernels, "set_out", [case.before], x, t, h)
        case.compare(kernels, "send_back", [case.dh], dz, case.w[:h].T.copy(), case.mask, t,
                     truncation)


@sizes
@pytest.mark.parametrize("kind", ["lstm", "gru"])
@pytest.mark.parametrize("bias", [True, False])
def test_weights(sizes: tuple[int, int, int], kind: str, bias: bool, precision: str) -> None:
    rows, _, h = sizes
    case = Case(kind, sizes, "none", precision)
    columns, apart = GATES[kind] * h, h if kind == "gru" else 0
    dz = case.normal(rows, columns + apart + SPARE)
    written = [case.blank(h, columns), case.blank(FEATURES, columns),
               case.blank(int(bias), columns), case.blank(int(bias), apart)]
    first = case.compare(kernels, "recurrent_backward_weights", written, dz, case.before, 0, 0,
                         columns)
    twice = case.compare(kernels, "recurrent_backward_weights", first, dz, case.before, 1, 0,
                         columns)
    parts = [array.copy() for array in first]
    for begin, end in ((0, columns // 3), (columns // 3, columns // 3), (columns // 3, columns)):
        kernels.recurrent_backward_weights(*parts, dz, case.before, 1, begin, end)
    for part, whole in zip(parts, twice, strict=True):
        np.testing.assert_array_equal(part, whole)
    b = case.normal(columns if bias else 0)
    for begin, end in ((0, columns), (0, columns // 3), (columns // 3, columns)):
        case.compare(kernels, "stack_weights", [case.blank(h + FEATURES + 1, columns + SPARE)],
                     case.w[:h], case.w[h:-1], b, begin, end)


@sizes
def test_the_last_state(sizes: tuple[int, int, int], precision: str) -> None:
    n, _, h = sizes
    case = Case("rnn", sizes, "none", precision)
    case.compare(kernels, "last_state", [case.blank(n, h)], case.dh)
    case.compare(kernels, "last_state_backward", [case.blank(*sizes)], case.normal(n, h))


@pytest.mark.parametrize("is_relu", [0, 1])
def test_what_is_not_finite_stays_seen(is_relu: int, precision: str) -> None:
    case = Case("rnn", (3, 1, 2), "none", precision)
    case.before[1, 0] = np.nan
    states = case.blank(3, 1, 2)
    rnn_kernels.rnn_forward(states, case.after, case.before, case.w, case.mask, 0, is_relu, 0)
    for found in (states[:, 0], case.after[:, :2]):
        assert np.isfinite(found[[0, 2]]).all()
        assert np.isnan(found[1]).all()
