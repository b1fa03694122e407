from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers import INITIALISERS, kind, kinds
from engine.spec import LayerSpec

Reals = NDArray[np.float64]
SIZES = ((200, 300), (300, 200), (400, 50))

LIMITS = {
    "xavier_uniform": lambda i, o: math.sqrt(6 / (i + o)),
    "he_uniform": lambda i, o: math.sqrt(6 / i),
    "lecun_uniform": lambda i, o: math.sqrt(3 / i),
    "uniform": lambda i, o: 0.7,
    "playground": lambda i, o: 0.5,
    "pytorch": lambda i, o: math.sqrt(1 / i),
    "keras": lambda i, o: math.sqrt(6 / (i + o)),
}
DEVIATIONS = {
    "xavier_normal": lambda i, o: math.sqrt(2 / (i + o)),
    "he_normal": lambda i, o: math.sqrt(2 / i),
    "lecun_normal": lambda i, o: math.sqrt(1 / i),
    "normal": lambda i, o: 0.7,
}


def draw(key: str, fan_in: int, fan_out: int, seed: int = 1) -> Reals:
    return INITIALISERS[key].draw(np.random.default_rng(seed), fan_in, fan_out, 0.7)


def test_every_initialiser_is_measured_here() -> None:
    assert INITIALISERS.keys() == LIMITS.keys() | DEVIATIONS.keys() | {
        "orthogonal", "lsuv", "whitened", "zeros", "constant", "identity"}


@pytest.mark.parametrize(("fan_in", "fan_out"), SIZES)
@pytest.mark.parametrize("key", LIMITS)
def test_uniform_weights_fill_their_interval(key: str, fan_in: int, fan_out: int) -> None:
    w = draw(key, fan_in, fan_out)
    limit = LIMITS[key](fan_in, fan_out)
    assert w.shape == (fan_in, fan_out)
    assert np.abs(w).max() <= limit
    assert np.abs(w).max() > 0.999 * limit
    assert w.var() == pytest.approx(limit**2 / 3, rel=0.02)
    assert w.mean() == pytest.approx(0, abs=4 * limit / math.sqrt(3 * w.size))


@pytest.mark.parametrize(("fan_in", "fan_out"), SIZES)
@pytest.mark.parametrize("key", DEVIATIONS)
def test_normal_weights_have_their_deviation(key: str, fan_in: int, fan_out: int) -> None:
    w = draw(key, fan_in, fan_out)
    deviation = DEVIATIONS[key](fan_in, fan_out)
    assert w.shape == (fan_in, fan_out)
    assert w.std() == pytest.approx(deviation, rel=0.02)
    assert w.mean() == pytest.approx(0, abs=4 * deviation / math.sqrt(w.size))
    # A normal distribution, not a truncated or uniform one.
    assert np.mean(w**4) / deviation**4 == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize(("fan_in", "fan_out"), [(5, 5), (9, 4), (4, 9), (1, 3), (3, 1), (1, 1)])
def test_orthogonal_rows_or_columns(fan_in: int, fan_out: int) -> None:
    w = draw("orthogonal", fan_in, fan_out)
    assert w.shape == (fan_in, fan_out)
    gram = w.T @ w if fan_in >= fan_out else w @ w.T
    np.testing.assert_allclose(gram, np.eye(min(fan_in, fan_out)), atol=1e-14)


def test_orthogonal_matrices_prefer_no_direction() -> None:
    """Without the correction of signs, the diagonal of Q would be of one sign."""
    corners = [draw("orthogonal", 3, 3, seed)[0, 0] for seed in range(2000)]
    # A coordinate of a random direction of space is uniform: mean 0, variance 1/3.
    assert np.mean(corners) == pytest.approx(0, abs=0.05)
    assert np.var(corners) == pytest.approx(1 / 3, abs=0.03)


def test_zeros() -> None:
    assert not draw("zeros", 4, 3).any()


def test_constant() -> None:
    np.testing.assert_array_equal(draw("constant", 4, 3), np.full((4, 3), 0.7))


@pytest.mark.parametrize(("fan_in", "fan_out"), [(4, 4), (3, 5), (5, 3), (1, 1)])
def test_identity(fan_in: int, fan_out: int) -> None:
    np.testing.assert_array_equal(draw("identity", fan_in, fan_out), np.eye(fan_in, fan_out))


@pytest.mark.parametrize("shape", [(3, 3, 4, 4), (3, 3, 2, 5), (5, 5, 5, 2), (4, 4, 3, 3),
                                   (3, 2, 2), (1, 1, 3, 3)])
def test_identity_of_a_kernel_is_diracs(shape: tuple[int, ...]) -> None:
    """PyTorch's dirac_: 1 at the middle of the window, from channel d to filter d."""
    w = INITIALISERS["identity"].draw(np.random.default_rng(0), 1, 1, 0.0, shape)
    truth = np.zeros(shape)
    for d in range(min(shape[-2:])):
        truth[(*(axis // 2 for axis in shape[:-2]), d, d)] = 1
    np.testing.assert_array_equal(w, truth)


def test_what_needs_data_begins_orthogonal() -> None:
    for key in ("lsuv", "whitened"):
        np.testing.assert_array_equal(draw(key, 9, 4), draw("orthogonal", 9, 4))
        assert INITIALISERS[key].needs_data
    assert [key for key, scheme in INITIALISERS.items() if scheme.is_scaled_by_data] == ["lsuv"]


@pytest.mark.parametrize("key", INITIALISERS)
@pytest.mark.parametrize("shape", [(3, 3, 4, 6), (5, 2, 3), (7, 2)])
def test_any_shape(shape: tuple[int, ...], key: str) -> None:
    fans = (math.prod(shape[:-1]), shape[-1])
    w = INITIALISERS[key].draw(np.random.default_rng(1), *fans, 0.7, shape)
    assert w.shape == shape
    # What is drawn for a kernel is what is drawn for the matrix that it unfolds to.
    if key != "identity":
        np.testing.assert_array_equal(w.reshape(fans), draw(key, *fans))


@pytest.mark.parametrize("key", INITIALISERS)
def test_one_unit_and_one_input(key: str) -> None:
    assert np.isfinite(draw(key, 1, 1)).all()


@pytest.mark.parametrize("key", INITIALISERS)
def test_the_generator_decides(key: str) -> None:
    np.testing.assert_array_equal(draw(key, 5, 4), draw(key, 5, 4))
    differs = (draw(key, 5, 4) != draw(key, 5, 4, seed=2)).any()
    assert differs == (key not in ("zeros", "constant", "identity"))


@pytest.mark.parametrize("key", INITIALISERS)
@pytest.mark.parametrize("layer_kind", ["dense", "conv2d", "conv2d_transpose"])
def test_the_gain_is_a_factor_where_it_is_shown(layer_kind: str, key: str) -> None:
    owner = kind(layer_kind)
    shape = (6,) if layer_kind == "dense" else (8, 8, 2)

    def weights(gain: float) -> Reals:
        layer = LayerSpec("a", layer_kind, {"weights": key, "gain": gain})
        return owner.parameters(owner.options(layer), (shape,))[0].draw(np.random.default_rng(3))
    weights_field, gain = owner.field("weights"), owner.field("gain")
    assert weights_field is not None
    if key not in {choice.key for choice in weights_field.choices}:
        pytest.skip("not one that this kind offers")
    assert gain is not None
    assert gain.shown_when is not None
    felt = key in gain.shown_when[1]
    np.testing.assert_allclose(weights(2.5), weights(1.0) * (2.5 if felt else 1.0), rtol=1e-15)
    assert felt == (key not in ("zeros", "constant", "lsuv", "whitened"))


def test_xavier_with_pytorchs_gain_keeps_the_variance_through_tanh_and_relu() -> None:
    """What the gains are for: ten wide layers with them keep numbers alive that shrink without."""
    rng = np.random.default_rng(4)
    for function, gain in ((np.tanh, 5 / 3), (lambda z: np.maximum(z, 0), math.sqrt(2))):
        shares = []
        for factor in (1.0, gain):
            x = rng.standard_normal((200, 300))
            for _ in range(10):
                x = function(x @ (factor * draw("xavier_normal", 300, 300, int(rng.integers(99)))))
            shares.append(float(np.sqrt(np.mean(x**2))))
        assert shares[1] > 0.5
        assert shares[0] < 0.7 * shares[1]


def as_pytorch_counts(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return fan in and fan out as ``torch.nn.init`` takes them from weights of our shape.

    Its weights have the units first, then the inputs, then the places of the kernel.
    """
    *places, inputs, units = shape
    return math.prod(places) * inputs, math.prod(places) * units


@pytest.mark.parametrize(("key", "options", "shape", "fans"), [
    ("dense", {"units": 5}, (12,), (12, 5)),
    ("dense", {"units": 5}, (7, 12), (12, 5)),
    ("conv2d", {"filters": 8, "kernel": 3}, (8, 8, 1), (9, 72)),
    ("conv2d", {"filters": 4, "kernel": 5, "stride": 2}, (9, 9, 3), (75, 100)),
    ("conv1d", {"filters": 8, "kernel": 3}, (10, 2), (6, 24)),
    ("rnn", {"units": 6}, (4, 3), (3, 6)),
])
def test_fans_are_pytorchs(key: str, options: dict[str, int], shape: tuple[int, ...],
                           fans: tuple[int, int]) -> None:
    owner = kind(key)
    chosen = owner.options(LayerSpec("a", key, {**options, "weights": "he_uniform"}))
    assert owner.fans(chosen, (shape,)) == fans
    w = owner.parameters(chosen, (shape,))[0]
    assert as_pytorch_counts(w.shape) == fans
    largest = max(np.abs(w.draw(np.random.default_rng(seed))).max() for seed in range(50))
    assert largest == pytest.approx(math.sqrt(6 / fans[0]), rel=0.05)


def test_every_gate_has_the_fans_of_its_own_matrix() -> None:
    owner = kind("lstm")
    assert owner.fans(owner.options(LayerSpec("a", "lstm", {"units": 6})), ((4, 3),)) == (3, 6)


def test_a_transposed_convolution_counts_as_the_convolution_of_its_output() -> None:
    owner = kind("conv2d_transpose")
    layer = LayerSpec("a", "conv2d_transpose", {"filters": 8, "kernel": 3})
    assert owner.fans(owner.options(layer), ((4, 4, 2),)) == (18, 72)


def test_layers_without_weights_have_no_fans() -> None:
    for owner in kinds():
        options = owner.options(LayerSpec("a", owner.key))
        if owner.field("weights") is None:
            assert owner.fans(options, ((4, 4, 2),)) is None


def biases(**options: bool | float | str) -> Reals:
    owner = kind("dense")
    layer = LayerSpec("a", "dense", {"units": 3, **options})
    _, b = owner.parameters(owner.options(layer), ((2,),))
    assert not b.is_weight
    return b.draw(np.random.default_rng(0))


def test_biases_start_where_they_are_told_to() -> None:
    np.testing.assert_array_equal(biases(), np.zeros(3))
    np.testing.assert_array_equal(biases(initial_bias=-2.5), np.full(3, -2.5))


def test_playgrounds_biases_start_at_a_tenth() -> None:
    np.testing.assert_array_equal(biases(weights="playground", initial_bias=7.0), np.full(3, 0.1))
