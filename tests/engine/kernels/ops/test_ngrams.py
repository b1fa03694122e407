from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import ngrams as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import ngrams as twins

SIZES = ((1, 1, 1, 1), (3, 7, 2, 5), (4, 31, 3, 1000), (2, 5, 5, 7))
"""Examples, steps, longest n-gram, buckets."""

VOCABULARY = 9


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def drawn(*shape: int, precision: str) -> Reals:
    return np.random.default_rng(shape).standard_normal(shape).astype(precision)


def tokens(examples: int, steps: int, precision: str) -> Reals:
    """Return tokens, many of them padding."""
    rng = np.random.default_rng((examples, steps))
    return (rng.integers(0, VOCABULARY, (examples, steps))
            * (rng.random((examples, steps)) < 0.8)).astype(precision)


@pytest.mark.parametrize("size", SIZES)
def test_every_ngram_has_its_row(size: tuple[int, int, int, int], precision: str) -> None:
    n, t, longest, buckets = size
    x = tokens(n, t, precision)
    rows, block = guarded((n, t * longest), precision)
    kernels.ngram_rows(rows, x, VOCABULARY, buckets, longest)
    truth = np.empty(rows.shape)
    twins.ngram_rows(truth, double(x), VOCABULARY, buckets, longest)
    np.testing.assert_array_equal(rows, truth)
    assert_guards_untouched(block)
    assert rows.max() < VOCABULARY + buckets


def test_no_ngram_reaches_across_padding_and_words_in_another_order_are_others() -> None:
    rows = np.empty((1, 15))
    kernels.ngram_rows(rows, np.array([[3.0, 4, 0, 4, 3]]), VOCABULARY, 1000, 3)
    first, pair = rows[0].reshape(5, 3), rows[0, 1]
    assert first[:, 0].tolist() == [3, 4, 0, 4, 3]
    assert pair >= VOCABULARY
    assert first[3, 1] not in (0, pair)
    assert not first[1:3, 1:].any()
    assert not first[:, 2].any()


@pytest.mark.parametrize("strange", [-1.0, 0.5, 9.0, 1e30, np.inf, -np.inf, np.nan])
def test_what_is_no_token_is_told_and_touches_no_memory(strange: float, precision: str) -> None:
    x = np.array([[2, strange, 4]], precision)
    rows, block = guarded((1, 6), precision)
    kernels.ngram_rows(rows, x, VOCABULARY, 10, 2)
    truth = np.empty((1, 6))
    twins.ngram_rows(truth, double(x), VOCABULARY, 10, 2)
    assert rows.tolist() == truth.tolist() == [[2, -1, -1, -1, 4, 0]]
    assert_guards_untouched(block)
    w, surroundings = guarded((19, 3), precision)
    w[:] = 1
    y = np.empty((1, 3), precision)
    kernels.ngram_bag(y, rows, np.empty(0, precision), w, 0)
    assert np.isnan(y).all()
    kernels.ngram_bag_backward(w, y, rows, np.empty(0, precision), np.zeros(19, precision), 0, 0,
                               19)
    assert (w == 1).all()
    assert_guards_untouched(surroundings)


@pytest.mark.parametrize("uses", [1, 5, 300, 2500])
def test_a_row_that_stands_again_is_left_out(uses: int, precision: str) -> None:
    rows, block = guarded((3, uses), precision)
    rows[:] = np.random.default_rng(uses).integers(-1, max(2, uses // 3), (3, uses))
    truth = double(rows)
    twins.keep_distinct(truth)
    kernels.keep_distinct(rows)
    np.testing.assert_array_equal(rows, truth)
    assert_guards_untouched(block)


@pytest.mark.parametrize("mean", [0, 1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("k", [1, 5])
def test_bags_and_their_gradients(k: int, weighted: bool, mean: int, precision: str) -> None:
    rows = np.array([[0, 0, 0, 0], [3, 1, 3, 0], [2, 6, 1, 5]], precision)
    w, dy = drawn(7, k, precision=precision), drawn(3, k, precision=precision)
    ratio = np.abs(drawn(7, precision=precision)) if weighted else np.empty(0, precision)
    y, block = guarded((3, k), precision)
    kernels.ngram_bag(y, rows, ratio, w, mean)
    truth = np.empty((3, k))
    twins.ngram_bag(truth, double(rows), double(ratio), double(w), mean)
    assert_close(y, truth, precision, units=8, scale=np.abs(w).sum())
    assert not y[0].any()
    assert_guards_untouched(block)
    place = np.array([0, 3, 1, 2, 0, 4, 5], precision)
    dw, block = guarded((7, k), precision)
    dw[:] = 0
    slopes = np.zeros((7, k))
    for first, last in ((0, 2), (2, 5)):
        kernels.ngram_bag_backward(dw, dy, rows, ratio, place, mean, first, last)
        twins.ngram_bag_backward(slopes, double(dy), double(rows), double(ratio), double(place),
                                 mean, first, last)
    assert_close(dw, slopes, precision, units=8, scale=np.abs(dy).sum())
    assert not dw[[0, 4]].any()
    assert_guards_untouched(block)
