"""Whitened patches: first weights that are the principal axes of what a layer sees."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.modality import Modality
from engine.layers import kind
from engine.layers.initialisers import LOOKED_AT
from engine.spec import LayerSpec
from engine.training import Trainer, whitening
from tests.engine.training.runs import advance, clouds, contents, dense, trainer

Reals = NDArray[Any]
SIDE, CHANNELS = 6, 3
FOLD = LayerSpec("fold", "reshape", {"form": "image", "height": SIDE, "width": SIDE,
                                     "channels": CHANNELS})
FLAT, LAST = LayerSpec("flat", "flatten"), dense("output", 3, "linear")


def pictures(count: int = 200) -> Dataset:
    """Return smooth images, whose neighbouring pixels are alike, far from mean 0."""
    data = clouds(count, 20, width=SIDE * SIDE * CHANNELS)
    x = data.inputs.reshape(-1, SIDE, SIDE, CHANNELS)
    smooth = np.cumsum(np.cumsum(x, axis=1), axis=2) + 3.0
    return dataclasses.replace(data, inputs=smooth.reshape(len(x), -1),
                               modality=Modality("image", (SIDE, SIDE, CHANNELS)))


def conv(filters: int, **options: Any) -> LayerSpec:
    return LayerSpec("white", "conv2d", {"filters": filters, "kernel": 2, "padding": "valid",
                                         "activation": "linear", "weights": "whitened", **options})


def sums(run: Trainer, data: Dataset, kernel: int = 2) -> tuple[Reals, Reals]:
    """Return windows, float64[n, size], and what the layer's weights make of them, by loops."""
    x = data.inputs[data.training[:LOOKED_AT]].reshape(-1, SIDE, SIDE, CHANNELS)
    places = range(SIDE - kernel + 1)
    seen = np.stack([x[n, i:i + kernel, j:j + kernel].ravel()
                     for n in range(len(x)) for i in places for j in places])
    w = run.weights()["white/w"].astype(np.float64)
    return seen, seen @ w.reshape(-1, w.shape[-1]) + run.weights().get("white/b", 0.0)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_sums_are_uncorrelated_with_mean_0_and_variance_1(precision: str) -> None:
    data, size = pictures(), 4 * CHANNELS
    run = trainer(data, FOLD, conv(2 * size), FLAT, LAST, precision=precision)
    seen, found = sums(run, data)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    variances = np.linalg.eigvalsh(np.cov(seen.T, bias=True))[::-1]
    softened = variances / (variances + whitening.SOFTENING * variances.mean())
    # The strongest comes first; the weakest stays weaker, since it may be noise.
    np.testing.assert_allclose(found[:, :size].var(axis=0), softened, rtol=2e-3)
    assert softened[0] > 0.999
    correlated = np.corrcoef(found[:, :size].T) - np.eye(size)
    assert np.abs(correlated).max() < 2e-3
    np.testing.assert_allclose(found[:, size:], -found[:, :size], atol=1e-3)


def test_fewer_units_take_the_strongest_axes_and_more_keep_what_was_drawn() -> None:
    data, size = pictures(), 4 * CHANNELS
    whole, few, many = (
        trainer(data, FOLD, conv(units), FLAT, LAST).weights()["white/w"].reshape(size, -1)
        for units in (2 * size, 5, 2 * size + 3))
    np.testing.assert_array_equal(few, whole[:, :5])
    np.testing.assert_array_equal(many[:, :2 * size], whole)
    drawn = trainer(data, FOLD, conv(2 * size + 3, weights="orthogonal"), FLAT, LAST)
    np.testing.assert_array_equal(many[:, 2 * size:],
                                  drawn.weights()["white/w"].reshape(size, -1)[:, 2 * size:])


def test_without_biases_the_axes_are_the_same() -> None:
    data = pictures()
    plain = trainer(data, FOLD, conv(8, bias=False), FLAT, LAST).weights()
    assert "white/b" not in plain
    np.testing.assert_array_equal(
        plain["white/w"], trainer(data, FOLD, conv(8), FLAT, LAST).weights()["white/w"])


def test_a_frozen_layer_keeps_them() -> None:
    data = pictures()
    layers = (FOLD, conv(24), FLAT, LAST)
    first = dict(trainer(data, *layers).weights())
    frozen = LayerSpec("white", "conv2d", layers[1].options, frozen=True)
    run = advance(trainer(data, FOLD, frozen, FLAT, LAST), 10)
    for name in ("white/w", "white/b"):
        np.testing.assert_array_equal(run.weights()[name], first[name])


def test_a_later_layer_whitens_what_the_layers_before_it_make() -> None:
    data = clouds(300, 20, width=10)
    layers = (dense("first", 6, "tanh", weights="lsuv"),
              dense("white", 12, "linear", weights="whitened"), LAST)
    run = trainer(data, *layers)
    w = {name: array.astype(np.float64) for name, array in run.weights().items()}
    seen = np.tanh(data.inputs[data.training] @ w["first/w"] + w["first/b"])
    found = seen @ w["white/w"] + w["white/b"]
    np.testing.assert_allclose(found.var(axis=0), 1, atol=0.05)
    assert np.abs(np.corrcoef(found[:, :6].T) - np.eye(6)).max() < 2e-3


def test_a_sequence_is_whitened_window_by_window() -> None:
    data = clouds(100, 20, width=12)
    fold = LayerSpec("fold", "reshape", {"form": "sequence", "steps": 6, "features": 2})
    white = LayerSpec("white", "conv1d", {"filters": 6, "kernel": 3, "activation": "linear",
                                          "weights": "whitened"})
    w = trainer(data, fold, white, FLAT, LAST).weights()
    x = data.inputs[data.training].reshape(-1, 6, 2)
    seen = np.concatenate([x[:, k:k + 3].reshape(len(x), -1) for k in range(4)])
    found = seen @ w["white/w"].reshape(6, 6) + w["white/b"]
    assert np.abs(np.cov(found.T, bias=True) - np.eye(6)).max() < 0.01


def test_what_is_all_the_same_leaves_the_drawn_weights() -> None:
    data = dataclasses.replace(pictures(), inputs=np.zeros_like(pictures().inputs))
    plain = trainer(data, FOLD, conv(24, weights="orthogonal"), FLAT, LAST).weights()
    for name, array in trainer(data, FOLD, conv(24), FLAT, LAST).weights().items():
        np.testing.assert_array_equal(array, plain[name])


def test_the_same_seed_gives_the_same_bytes() -> None:
    data = pictures()
    first, second = (trainer(data, FOLD, conv(24), FLAT, LAST) for _ in range(2))
    assert contents(first) == contents(second)
    assert first.step == first.epoch == 0


def test_given_weights_are_left_alone() -> None:
    data = pictures()
    given = {name: 3 * array for name, array in
             trainer(data, FOLD, conv(24), FLAT, LAST).weights().items()}
    run = trainer(data, FOLD, conv(24), FLAT, LAST, weights=given)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, given[name])


def test_a_transposed_convolution_which_sees_no_windows_does_not_offer_it() -> None:
    offered = {}
    for key in ("conv2d", "conv2d_transpose"):
        field = kind(key).field("weights")
        assert field is not None
        offered[key] = {choice.key for choice in field.choices}
    assert offered["conv2d"] - offered["conv2d_transpose"] == {"whitened"}
