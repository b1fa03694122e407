"""Dividing examples: what holds for any classes, share and seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.split import split_rows
from engine.errors import DataError

shares = st.floats(0.05, 0.95)
seeds = st.integers(0, 2**32 - 1)
labels = st.lists(st.integers(0, 5), min_size=2, max_size=80).map(np.array)


@given(labels, shares, seeds)
def test_stratified(labels, share, seed):
    training, validation = split_rows(len(labels), labels, share, seed)
    assert sorted([*training, *validation]) == list(range(len(labels)))
    assert len(training)
    assert len(validation)
    for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
        inside = (labels[training] == label).sum()
        if count >= 2:
            assert 1 <= inside <= count - 1
            assert abs(inside - share * count) <= 1


@given(st.integers(2, 300), shares, seeds)
def test_plain(n, share, seed):
    training, validation = split_rows(n, None, share, seed)
    assert sorted([*training, *validation]) == list(range(n))
    assert len(training) == min(max(round(share * n), 1), n - 1)
    assert len(validation)


@given(labels, shares, seeds)
def test_same_seed_same_rows(labels, share, seed):
    first, second = (split_rows(len(labels), labels, share, seed) for _ in range(2))
    assert first[0].tobytes() == second[0].tobytes()
    assert first[1].tobytes() == second[1].tobytes()


def test_a_larger_share_only_adds_rows():
    labels = np.arange(200) % 3
    small, _ = split_rows(200, labels, 0.3, 1)
    large, _ = split_rows(200, labels, 0.6, 1)
    assert set(small) < set(large)


def test_order_is_shuffled():
    training, _ = split_rows(1000, None, 0.5, 0)
    assert np.abs(np.corrcoef(np.arange(500), training)[0, 1]) < 0.15
    assert not np.array_equal(training, split_rows(1000, None, 0.5, 1)[0])


@pytest.mark.parametrize("n", [0, 1])
def test_too_few(n):
    with pytest.raises(DataError, match="at least 2"):
        split_rows(n, None, 0.5, 0)
