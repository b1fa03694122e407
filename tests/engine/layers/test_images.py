from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.layers import diagnose, infer_shapes, kind, resolve
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec

IMAGE = (9, 7, 3)
SEQUENCE = (10, 4)


def shape(key: str, given: tuple[int, ...], **options: Any) -> tuple[int, ...]:
    owner = kind(key)
    return owner.infer_shape(owner.options(LayerSpec("x", key, options)), (given,))


def label(key: str, **options: Any) -> str:
    owner = kind(key)
    return owner.label(owner.options(LayerSpec("x", key, options)))


@pytest.mark.parametrize(("options", "wanted"), [
    ({}, (9, 7, 8)),
    ({"filters": 5, "stride": 2}, (5, 4, 5)),
    ({"padding": "valid"}, (7, 5, 8)),
    ({"padding": "valid", "stride": 2, "kernel": 4}, (3, 2, 8)),
    ({"kernel": 64}, (9, 7, 8)),
])
def test_conv2d(options: dict[str, Any], wanted: tuple[int, ...]) -> None:
    assert shape("conv2d", IMAGE, **options) == wanted


def test_conv1d() -> None:
    assert shape("conv1d", SEQUENCE, stride=3) == (4, 8)
    assert shape("conv1d", SEQUENCE, stride=3, padding="valid") == (3, 8)


def test_transposed_conv2d() -> None:
    assert shape("conv2d_transpose", IMAGE) == (18, 14, 8)
    assert shape("conv2d_transpose", IMAGE, padding="valid", kernel=4) == (20, 16, 8)


@pytest.mark.parametrize("key", ["max_pooling", "average_pooling"])
def test_pooling(key: str) -> None:
    assert shape(key, IMAGE) == (4, 3, 3)
    assert shape(key, SEQUENCE, size=3, stride=1) == (8, 4)


def test_shapes_of_the_others() -> None:
    assert shape("global_average_pooling", IMAGE) == (3,)
    assert shape("global_average_pooling", SEQUENCE) == (4,)
    assert shape("upsampling", IMAGE, factor=3) == (27, 21, 3)
    assert shape("upsampling", SEQUENCE) == (20, 4)
    assert shape("flatten", IMAGE) == (189,)
    assert shape("reshape", (64,)) == (8, 8, 1)
    assert shape("reshape", (8, 8, 3), form="sequence", steps=96, features=2) == (96, 2)


@pytest.mark.parametrize(("key", "given", "options", "message"), [
    ("conv2d", (64,), {}, "an input of 64 numbers in a row; expected an image, "
                           "height x width x channels. "
                          "Add a Reshape layer before it."),
    ("conv2d", SEQUENCE, {}, "an input of shape 10x4; expected an image"),
    ("conv1d", IMAGE, {}, "an input of shape 9x7x3; expected a sequence, steps x features. "
                          "Add a Reshape layer before it."),
    ("conv2d", IMAGE, {"padding": "valid", "kernel": 8},
     "an input of 7 along an axis; expected at least 8. Choose a smaller window"),
    ("max_pooling", (1, 4, 3), {}, "an input of 1 along an axis; expected at least 2"),
    ("average_pooling", (4,), {}, "expected a sequence, steps x features or an image"),
    ("global_average_pooling", (4,), {}, "an input of 4 numbers in a row; expected a sequence"),
    ("upsampling", (4,), {}, "Add a Reshape layer before it"),
    ("reshape", (65,), {}, "an input of 65 numbers; expected 8x8x1 = 64. Choose lengths whose"),
])
def test_shapes_that_do_not_fit(key: str, given: tuple[int, ...], options: dict[str, Any],
                                message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        shape(key, given, **options)
    assert message in str(caught.value)


def test_labels() -> None:
    assert label("conv2d", filters=16) == "Conv2D 16 · 3x3 · ReLU"
    assert label("conv1d", kernel=5, activation="tanh") == "Conv1D 8 · 5 · Tanh"
    assert label("conv2d_transpose", kernel=4) == "Transposed Conv2D 8 · 4x4 · ReLU"
    assert label("max_pooling", size=3) == "Max pooling 3"
    assert label("upsampling") == "Upsampling 2"
    assert label("reshape") == "Reshape 8x8x1"
    assert label("reshape", form="sequence") == "Reshape 64x1"


@pytest.mark.parametrize(("key", "given", "weights"), [
    ("conv2d", IMAGE, (3, 3, 3, 8)), ("conv1d", SEQUENCE, (3, 4, 8)),
    ("conv2d_transpose", IMAGE, (3, 3, 8, 3))])
def test_parameters(key: str, given: tuple[int, ...], weights: tuple[int, ...]) -> None:
    owner = kind(key)
    w, b = owner.parameters(owner.options(LayerSpec("x", key)), (given,))
    assert (w.name, w.shape, w.is_weight) == ("w", weights, True)
    assert (b.name, b.shape, b.is_weight) == ("b", (8,), False)
    assert w.draw(np.random.default_rng(0)).shape == weights
    options = owner.options(LayerSpec("x", key, {"bias": False}))
    assert [p.name for p in owner.parameters(options, (given,))] == ["w"]


@pytest.mark.parametrize(("scheme", "deviation"), [
    ("xavier_uniform", (2 / (9 * 16 + 9 * 64)) ** 0.5), ("xavier_normal", (2 / (9 * 80)) ** 0.5),
    ("he_normal", (2 / (9 * 16)) ** 0.5), ("lecun_uniform", (1 / (9 * 16)) ** 0.5),
    ("normal", 0.5)])
@pytest.mark.parametrize("key", ["conv2d", "conv2d_transpose"])
def test_fans_are_counted_over_the_window(key: str, scheme: str, deviation: float) -> None:
    owner = kind(key)
    options = owner.options(LayerSpec("x", key, {"filters": 64, "weights": scheme}))
    drawn = owner.parameters(options, ((8, 8, 16),))[0].draw(np.random.default_rng(1))
    assert drawn.std() == pytest.approx(deviation, rel=0.03)


def test_orthogonal_filters() -> None:
    owner = kind("conv2d")
    options = owner.options(LayerSpec("x", "conv2d", {"weights": "orthogonal"}))
    drawn = owner.parameters(options, ((8, 8, 2),))[0].draw(np.random.default_rng(1))
    columns = drawn.reshape(-1, 8)
    np.testing.assert_allclose(columns.T @ columns, np.eye(8), atol=1e-12)


LENET = NetworkSpec((
    LayerSpec("input", "input"), LayerSpec("image", "reshape"),
    LayerSpec("conv-1", "conv2d"), LayerSpec("pool-1", "max_pooling"),
    LayerSpec("conv-2", "conv2d", {"filters": 16}), LayerSpec("pool-2", "max_pooling"),
    LayerSpec("flat", "flatten"), LayerSpec("output", "dense", {"units": 10})))


def test_a_convolutional_network() -> None:
    assert infer_shapes(LENET, (64,)) == (
        (64,), (8, 8, 1), (8, 8, 8), (4, 4, 8), (4, 4, 16), (2, 2, 16), (64,), (10,))
    counts = [sum(p.size for p in layer.parameters()) for layer in resolve(LENET, (64,))]
    assert counts == [0, 0, 80, 0, 9 * 8 * 16 + 16, 0, 0, 650]


def test_an_output_that_is_an_image() -> None:
    network = NetworkSpec(LENET.layers[:-2])
    issue, = diagnose(ProjectSpec(network=network), "classification", 64, 10)
    assert issue.layer_id == "pool-2"
    assert ("the network gives an array of shape 2x2x16 for 10 classes; expected 10. "
            "Add a Flatten layer and a dense layer of 10 units.") in issue.text
