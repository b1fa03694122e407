from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import embedding as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import embedding as twins

SIZES = ((1, 1, 1), (3, 4, 7), (40, 5, 3), (17, 31, 16))
"""Steps of all examples, tokens, numbers of a vector."""

NO_TOKENS = (-1.0, 0.5, 2.5, 5.0, 1e30, -1e30, np.inf, -np.inf, np.nan)

MASKS = {
    "none": [],
    "padding": [[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]],
    "gaps": [[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]],
}


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def drawn(*shape: int, precision: str) -> Reals:
    return np.random.default_rng(shape).standard_normal(shape).astype(precision)


def tokens(count: int, vocabulary: int, precision: str) -> Reals:
    return np.random.default_rng(count).integers(0, vocabulary, count).astype(precision)


@pytest.mark.parametrize("size", SIZES)
def test_every_token_gives_its_vector(size: tuple[int, int, int], precision: str) -> None:
    n, v, k = size
    x, w = tokens(n, v, precision), drawn(v, k, precision=precision)
    y, block = guarded((n, k), precision)
    kernels.embed(y, x, w)
    truth = np.empty((n, k))
    twins.embed(truth, double(x), double(w))
    np.testing.assert_array_equal(y, truth)
    assert_guards_untouched(block)


@pytest.mark.parametrize("strange", NO_TOKENS)
def test_what_is_no_token_reads_and_writes_no_other_memory(strange: float, precision: str) -> None:
    x = np.array([3, strange, 4], precision)
    w, surroundings = guarded((5, 2), precision)
    w[:] = drawn(5, 2, precision=precision)
    y, block = guarded((3, 2), precision)
    kernels.embed(y, x, w)
    assert np.isnan(y[1]).all()
    np.testing.assert_array_equal(y[[0, 2]], w[3:])
    assert_guards_untouched(block)
    kernels.embed_backward(w, np.ones((3, 2), precision), x, 0, 0, 2)
    assert w.tolist() == [[0, 0], [0, 0], [0, 0], [1, 1], [1, 1]]
    assert_guards_untouched(surroundings)


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("size", SIZES)
def test_a_token_gathers_the_gradients_of_its_places(size: tuple[int, int, int], padding: int,
                                                     precision: str) -> None:
    n, v, k = size
    x, dy = tokens(n, v, precision), drawn(n, k, precision=precision)
    dw, block = guarded((v, k), precision)
    for first, last in ((0, k // 3), (k // 3, k)):
        kernels.embed_backward(dw, dy, x, padding, first, last)
    truth = np.empty((v, k))
    twins.embed_backward(truth, double(dy), double(x), padding, 0, k)
    assert_close(dw, truth, precision, units=4, scale=np.abs(dy).sum())
    assert_guards_untouched(block)
    if padding:
        assert not dw[0].any()


def test_token_0_is_padding(precision: str) -> None:
    x = np.array([0, 3, 0, 1], precision)
    mask, block = guarded((4,), precision)
    kernels.mark_tokens(mask, x)
    truth = np.empty(4)
    twins.mark_tokens(truth, double(x))
    assert mask.tolist() == truth.tolist() == [0, 1, 0, 1]
    assert_guards_untouched(block)


@pytest.mark.parametrize("k", [1, 5, 17])
@pytest.mark.parametrize("name", MASKS)
def test_means_over_the_steps_that_count(name: str, k: int, precision: str) -> None:
    mask = np.array(MASKS[name], precision).ravel()
    kept = mask.copy()
    x, dy = drawn(12, k, precision=precision), drawn(3, k, precision=precision)
    y, block = guarded((3, k), precision)
    kernels.sequence_mean(y, x, mask, 4)
    truth = np.empty((3, k))
    twins.sequence_mean(truth, double(x), double(mask), 4)
    assert_close(y, truth, precision, units=2, scale=np.abs(x).max())
    assert_guards_untouched(block)
    dx, block = guarded((12, k), precision)
    kernels.sequence_mean_backward(dx, dy, mask, 4)
    slopes = np.empty((12, k))
    twins.sequence_mean_backward(slopes, double(dy), double(mask), 4)
    assert_close(dx, slopes, precision)
    assert_guards_untouched(block)
    np.testing.assert_array_equal(mask, kept)


def test_padding_is_never_read(precision: str) -> None:
    """What stands at steps that do not count may be anything."""
    x = np.array([[1.0], [np.nan], [3.0], [np.inf]], precision)
    y = np.empty((1, 1), precision)
    kernels.sequence_mean(y, x, np.array([1, 0, 1, 0], precision), 4)
    assert y[0, 0] == 2


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("size", SIZES)
def test_rows_are_listed_and_only_their_gradients_added_up(size: tuple[int, int, int], padding: int,
                                                           precision: str) -> None:
    n, v, k = size
    dw, block = guarded((v, k), precision)
    used, surroundings = guarded((1 + v,), precision)
    place = np.zeros(v, precision)
    # Nothing is known of what stands there at first.
    dw[:], used[:], place[:] = np.nan, 0, 7
    used[0] = -1
    for round_ in range(3):
        x = tokens(n + round_, v, precision)[:n]
        dy = drawn(n, k, precision=precision) + round_
        kernels.list_rows(dw, used, place, x, padding)
        listed = used[1:1 + int(used[0])]
        assert listed.tolist() == list(dict.fromkeys(x[x >= padding].tolist()))
        assert not dw.any()
        half = int(used[0]) // 2
        for first, last in ((0, half), (half, int(used[0]))):
            kernels.embed_rows_backward(dw, dy, x, place, first, last)
        truth = np.empty((v, k))
        twins.embed_backward(truth, double(dy), double(x), padding, 0, k)
        assert_close(dw, truth, precision, units=4, scale=np.abs(dy).sum())
    assert_guards_untouched(block)
    assert_guards_untouched(surroundings)


def test_lists_are_the_twins(precision: str) -> None:
    x = np.array([3, 0, 5, 3, np.nan, 1, 9, 5, -2, 0.5], precision)
    arrays = [np.full((6, 2), 9, precision), np.zeros(7, precision), np.zeros(6, precision)]
    arrays[1][:3], arrays[2][[4, 2]] = (2, 4, 2), (1, 2)
    truths = [double(array) for array in arrays]
    kernels.list_rows(*arrays, x, 1)
    twins.list_rows(*truths, double(x), 1)
    for array, truth in zip(arrays, truths, strict=True):
        np.testing.assert_array_equal(array, truth)
    assert arrays[0].tolist() == [[9, 9], [9, 9], [0, 0], [9, 9], [0, 0], [9, 9]]
    assert arrays[1][:4].tolist() == [3, 3, 5, 1]
    kernels.embed_rows_backward(arrays[0], np.ones((10, 2), precision), x, arrays[2], 0, 2)
    twins.embed_rows_backward(truths[0], np.ones((10, 2)), double(x), truths[2], 0, 2)
    np.testing.assert_array_equal(arrays[0], truths[0])
    assert arrays[0][[1, 3, 5], 0].tolist() == [9, 11, 11]
