from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.kernels import gated as gated_kernels
from engine.kernels import recurrent as kernels
from engine.kernels import tile
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


@pytest.fixture(autouse=True, params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    tile.install(request.param)
    return str(request.param)


class Case:
    """Random arguments of the kernels of one layer."""

    def __init__(self, kind: str, sizes: tuple[int, int, int], mask: str, precision: str) -> None:
        n, s, h = sizes
        self.rng = np.random.default_rng([*sizes, len(kind)])
        self.precision, self.sizes, self.gates = precision, sizes, GATES[kind]
        self.z = self.normal(n, s, self.gates * h)
        self.u = self.normal(h, self.gates * h) / np.sqrt(h).astype(precision)
        self.ut = np.ascontiguousarray(self.u.T)
        self.start, self.start_cells = self.normal(n, 1, h), self.normal(n, 1, h)
        self.mask = MASKS[mask](self.rng, (n, s)).astype(precision)
        self.dh = self.normal(n, s, h)

    def normal(self, *shape: int) -> Reals:
        return self.rng.standard_normal(shape).astype(self.precision)

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

    def blank(self, *shape: int) -> Reals:
        return np.full(shape, np.nan, self.precision)

    @property
    def state(self) -> tuple[int, int, int]:
        return self.sizes


sizes = pytest.mark.parametrize("sizes", SIZES)
masks = pytest.mark.parametrize("mask", MASKS)
truncations = pytest.mark.parametrize("truncation", [0, 1, 2, 3])


@sizes
@masks
@truncations
@pytest.mark.parametrize("is_relu", [0, 1])
def test_rnn(sizes: tuple[int, int, int], mask: str, truncation: int, is_relu: int,
             precision: str) -> None:
    case = Case("rnn", sizes, mask, precision)
    # The product is added to what stands there, so that only z is given to begin with.
    states, _ = case.compare(kernels, "rnn_forward", [case.blank(*sizes), case.z], case.start,
                             case.u, case.mask, is_relu)
    case.compare(kernels, "rnn_backward", [case.blank(*sizes), case.dh], states, case.ut,
                 case.mask, truncation, is_relu)


@sizes
@masks
@truncations
def test_lstm(sizes: tuple[int, int, int], mask: str, truncation: int, precision: str) -> None:
    case = Case("lstm", sizes, mask, precision)
    _, cells, gates = case.compare(
        gated_kernels, "lstm_forward", [case.blank(*sizes), case.blank(*sizes), case.z],
        case.start, case.start_cells, case.u, case.mask)
    case.compare(gated_kernels, "lstm_backward",
                 [case.blank(*gates.shape), case.dh, case.blank(*sizes)], gates, cells,
                 case.start_cells, case.ut, case.mask, truncation)


@sizes
@masks
@truncations
@pytest.mark.parametrize("bias", [True, False])
def test_gru(sizes: tuple[int, int, int], mask: str, truncation: int, bias: bool,
             precision: str) -> None:
    case = Case("gru", sizes, mask, precision)
    c = case.normal(sizes[2] if bias else 0)
    states, products, gates = case.compare(
        gated_kernels, "gru_forward", [case.blank(*sizes), case.blank(*sizes), case.z],
        case.start, case.u, c, case.mask)
    case.compare(gated_kernels, "gru_backward",
                 [case.blank(*gates.shape), case.blank(*sizes), case.dh], gates, products, states,
                 case.start, case.ut, case.mask, truncation)


@sizes
@pytest.mark.parametrize("bias", [True, False])
def test_weights(sizes: tuple[int, int, int], bias: bool, precision: str) -> None:
    n, s, h = sizes
    case = Case("lstm", sizes, "none", precision)
    db = case.blank(4 * h if bias else 0)
    states = case.normal(n, s, h)
    [whole, _] = case.compare(kernels, "recurrent_backward_weights", [case.blank(h, 4 * h), db],
                              case.z, states, case.start, 0)
    for begin, end in ((0, h // 3), (h // 3, h)):
        part = case.blank(end - begin, 4 * h)
        kernels.recurrent_backward_weights(part, db[:0], case.z, states, case.start, begin)
        np.testing.assert_array_equal(part, whole[begin:end])


@sizes
def test_the_last_state(sizes: tuple[int, int, int], precision: str) -> None:
    n, _, h = sizes
    case = Case("rnn", sizes, "none", precision)
    case.compare(kernels, "last_state", [case.blank(n, h)], case.dh)
    case.compare(kernels, "last_state_backward", [case.blank(*sizes)], case.normal(n, h))


@sizes
def test_a_skipped_step_hands_its_gradient_on(sizes: tuple[int, int, int], precision: str) -> None:
    case = Case("rnn", sizes, "anywhere", precision)
    for t in range(1, sizes[1]):
        case.compare(kernels, "pass_through", [case.dh], case.mask, t)
    for t in range(sizes[1]):
        found = kernels.state_before(case.dh, case.start, t)
        np.testing.assert_array_equal(found, twins.state_before(case.dh, case.start, t))


def test_what_is_not_finite_stays_seen(precision: str) -> None:
    case = Case("rnn", (3, 4, 2), "none", precision)
    case.z[1, 1, 0] = np.nan
    states = case.blank(3, 4, 2)
    for is_relu in (0, 1):
        kernels.rnn_forward(states, case.z.copy(), case.start, case.u, case.mask, is_relu)
        assert np.isfinite(states[[0, 2]]).all()
        assert np.isnan(states[1, 1, 0])
        assert np.isnan(states[1, 2]).all()
