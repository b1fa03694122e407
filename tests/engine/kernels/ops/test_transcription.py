from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from engine.kernels.ops import transcription as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import transcription as twins

SIZES = ((1, 1, 2, 1), (3, 7, 4, 3), (2, 13, 11, 5), (4, 2, 3, 2))
"""Examples, steps, outputs, characters at most."""


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def texts(size: tuple[int, int, int, int], precision: str, padded: bool = False
          ) -> tuple[Reals, Reals, Reals]:
    """Return logits, texts of any length and which steps count; an empty mask where all do."""
    examples, steps, outputs, characters = size
    rng = np.random.default_rng(size)
    z = 2 * rng.standard_normal((examples, steps, outputs))
    t = rng.integers(0, outputs - 1, (examples, characters))
    # The first text has its full length, and the last, of several, no character.
    for n in range(1, examples):
        t[n, rng.integers(0, characters + 1) if n < examples - 1 else 0:] = -1
    mask = (rng.random((examples, steps)) < 0.8) if padded else np.zeros((0, 0))
    return z.astype(precision), t.astype(precision), mask.astype(precision)


def room(z: Reals, t: Reals) -> Reals:
    return np.full(kernels.room_of(z.shape[1], t.shape[1], z.shape[2]), np.nan)


def compare(z: Reals, t: Reals, mask: Reals, precision: str) -> tuple[Reals, Reals]:
    """Assert that kernel and twin agree; return losses and gradient."""
    dz, block = guarded(z.shape, precision)
    losses, losses_block = guarded((len(z),), "float64")
    kept = z.copy(), t.copy(), mask.copy()
    count = kernels.writable_texts(t, mask, z.shape[1])
    assert count == twins.writable_texts(t, mask, z.shape[1])
    workspace, room_block = guarded(room(z, t).shape, "float64")
    kernels.ctc(dz, z, t, mask, losses, count, workspace)
    slopes, truth = np.empty(z.shape), np.empty(len(z))
    twins.ctc(slopes, double(z), double(t), double(mask), truth, count)
    # Logarithms of as many factors as there are steps.
    sums = z.shape[1] * max(1.0, float(np.abs(z).max()))
    assert_close(losses, truth, "float64", units=4, scale=sums)
    assert_close(dz, slopes, precision, units=4 if precision == "float32" else 4 * sums, scale=1)
    for one in (block, losses_block, room_block):
        assert_guards_untouched(one)
    for array, copy in zip((z, t, mask), kept, strict=True):
        np.testing.assert_array_equal(array, copy)
    return losses, dz


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_loss_and_gradient(size: tuple[int, int, int, int], padded: bool, precision: str) -> None:
    z, t, mask = texts(size, precision, padded)
    _, dz = compare(z, t, mask, precision)
    if padded:
        assert not dz[mask == 0].any()


@pytest.mark.parametrize("text", [(), (0,), (0, 1), (1, 1), (0, 0, 0)])
def test_the_loss_is_the_sum_over_all_paths(text: tuple[int, ...]) -> None:
    """By counting: every path that is read as the text."""
    steps, outputs = 5, 3
    z = np.random.default_rng(1).standard_normal((1, steps, outputs))
    shares = np.exp(z[0]) / np.exp(z[0]).sum(axis=1, keepdims=True)
    total = sum(
        math.prod(shares[t, k] for t, k in enumerate(path))
        for path in product(range(outputs), repeat=steps)
        if tuple(k - 1 for i, k in enumerate(path)
                 if k and (i == 0 or path[i - 1] != k)) == text)
    t = np.full((1, 4), -1.0)
    t[0, :len(text)] = text
    losses, _ = compare(z, t, np.zeros((0, 0)), "float64")
    assert losses[0] * max(len(text), 1) == pytest.approx(-math.log(total), rel=1e-13)


def test_a_text_that_cannot_be_written_is_left_out(precision: str) -> None:
    z, t, mask = texts((4, 3, 4, 3), precision)
    t[:] = [[0, 1, 2], [1, 1, 2], [0, 0, -1], [-1, -1, -1]]
    # Two equal characters have a blank between them: four steps for the second text.
    assert kernels.writable_texts(t, mask, 3) == 3
    losses, dz = compare(z, t, mask, precision)
    assert losses[1] == 0
    assert not dz[1].any()
    assert (losses[[0, 2, 3]] > 0).all()
    none = np.zeros((4, 3), precision)
    assert kernels.writable_texts(t, none, 3) == 1
    losses, dz = compare(z, t, none, precision)
    assert not losses.any()
    assert not dz.any()


def test_long_sequences_keep_their_digits(precision: str) -> None:
    """The probability of such a text is about e to the -2,000: no product of shares holds it."""
    z, t, mask = texts((1, 600, 30, 80), precision)
    losses, dz = compare(z, t, mask, precision)
    assert losses[0] * 80 > 1000
    # At every step what the readings want sums to 1, as the probabilities do.
    np.testing.assert_allclose(dz.sum(axis=-1, dtype=np.float64), 0, atol=1e-7)


@pytest.mark.parametrize("logit", [0.0, 88.0, -88.0, 1e4, -1e4])
@pytest.mark.parametrize("output", [0, 1])
def test_large_logits(logit: float, output: int, precision: str) -> None:
    z, t, mask = texts((2, 6, 4, 2), precision)
    z[0, 3, output] = logit
    compare(z, t, mask, precision)


@pytest.mark.parametrize("logit", [np.nan, np.inf])
@pytest.mark.parametrize("step", [0, 3, 5])
def test_a_logit_that_is_not_finite_is_seen(logit: float, step: int, precision: str) -> None:
    z, t, mask = texts((2, 6, 4, 2), precision)
    z[1, step, 3] = logit
    losses = np.empty(2)
    kernels.ctc(np.empty_like(z), z, t, mask, losses, 2, room(z, t))
    assert math.isfinite(losses[0])
    assert not math.isfinite(losses[1])


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_wrong_characters(size: tuple[int, int, int, int], padded: bool, precision: str) -> None:
    z, t, mask = texts(size, precision, padded)
    found = kernels.character_errors(z, t, mask, room(z, t))
    assert found == twins.character_errors(double(z), double(t), double(mask))


@pytest.mark.parametrize(("path", "text", "errors"), [
    ((0, 1, 1, 0, 2), (0, 1), 0),     # repeats collapse, blanks vanish
    ((1, 0, 1, 0, 0), (0, 0), 0),     # a blank keeps two equal characters apart
    ((1, 1, 1, 1, 1), (0, 0), 1),     # without one they are one
    ((0, 0, 0, 0, 0), (0, 1, 1), 3),  # nothing is read
    ((1, 2, 1, 2, 1), (), 5),         # all of it is too much
    ((2, 0, 1, 0, 2), (0, 1), 1),     # one too many in front
])
def test_what_is_read(path: tuple[int, ...], text: tuple[int, ...], errors: int) -> None:
    z, t = np.eye(3)[list(path)][None], np.full((1, 3), -1.0)
    t[0, :len(text)] = text
    assert kernels.character_errors(z, t, np.zeros((0, 0)), room(z, t)) == errors
