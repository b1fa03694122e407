"""What theory says of random networks, against random networks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.diagnosis.passing import passings
from engine.layers import ACTIVATIONS, INITIALISERS, ResolvedLayer, resolve
from engine.layers.weighted import initial_size
from engine.spec import LayerSpec, NetworkSpec, Option
from tests.reference import activations as reference

WIDTH = 200
VALUES = np.linspace(-30.0, 30.0, 6001)


def function(key: str, z: np.ndarray) -> np.ndarray:
    """Return f(z) as the twin of the kernel has it."""
    result = np.array(z, dtype=float).ravel()
    if ACTIVATIONS[key].forward:
        getattr(reference, ACTIVATIONS[key].forward)(result, z.astype(float).ravel())
    return result.reshape(z.shape)


def slope(key: str, z: np.ndarray) -> np.ndarray:
    """Return f'(z) as the twin of the kernel has it."""
    if not ACTIVATIONS[key].backward:
        return np.ones_like(z)
    flat, result = z.astype(float).ravel(), np.zeros(z.size)
    getattr(reference, ACTIVATIONS[key].backward)(
        result, np.ones(z.size), flat, function(key, flat))
    return result.reshape(z.shape)


def network(depth: int, activation: str,
            **options: bool | float | str) -> tuple[ResolvedLayer, ...]:
    layers = [LayerSpec(f"dense-{n}", "dense",
                        {"units": WIDTH, "activation": activation, **options})
              for n in range(1, depth + 1)]
    end = LayerSpec("output", "dense", {"units": WIDTH, "activation": "linear", **options})
    return resolve(NetworkSpec((LayerSpec("input", "input"), *layers, end)), (WIDTH,))


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_values_lie_where_the_function_says(key: str) -> None:
    values, known = function(key, VALUES), ACTIVATIONS[key]
    for bound, found in ((known.lowest, values.min()), (known.highest, values.max())):
        if math.isfinite(bound):
            assert found == pytest.approx(bound, abs=0.04)
        else:
            assert abs(found) >= 0.01 * VALUES.max()
    assert values.min() >= known.lowest - 1e-3
    assert values.max() <= known.highest + 1e-3


@pytest.mark.parametrize("key", ACTIVATIONS)
@pytest.mark.parametrize("variance", [0.01, 1.0, 25.0])
def test_moments_are_those_of_many_numbers(key: str, variance: float) -> None:
    z = math.sqrt(variance) * np.random.default_rng(0).standard_normal(10_000)
    moments = ACTIVATIONS[key].moments(variance)
    assert moments.value == pytest.approx(np.mean(function(key, z)**2), rel=0.1)
    assert moments.slope == pytest.approx(np.mean(slope(key, z)**2), rel=0.12)


@pytest.mark.parametrize("scheme", [
    key for key, one in INITIALISERS.items() if not one.needs_data and key != "zeros"])
def test_weights_are_as_large_as_those_that_are_drawn(scheme: str) -> None:
    layer = network(1, "tanh", weights=scheme, spread=0.3, gain=2.0)[1]
    drawn = layer.parameters()[0].draw(np.random.default_rng(1))
    size = initial_size(layer.options, drawn.shape, *drawn.shape)
    assert size == pytest.approx(math.sqrt(np.mean(drawn**2)), rel=0.05)


@pytest.mark.parametrize(("activation", "spread"), [
    ("tanh", 0.02), ("tanh", 0.1), ("tanh", 0.5), ("relu", 0.05), ("relu", 0.2), ("sigmoid", 0.05),
    ("linear", 0.1)])
def test_signal_and_gradient_are_those_of_a_random_network(activation: str, spread: float) -> None:
    depth = 6
    layers = network(depth, activation, weights="normal", spread=spread)
    found = passings(layers, 1.0)
    # One network may be a sixth off: theory speaks of the mean over many.
    squares = np.mean([_squares(layers, activation, seed) for seed in range(2, 8)], axis=0)
    for passing, (z, dz) in zip(found, np.sqrt(squares), strict=True):
        # Sums of a sigmoid's outputs, which have a mean, scatter from network to network.
        assert passing.argument == pytest.approx(z, rel=0.1)
        assert passing.gradient == pytest.approx(dz, rel=0.2)


def _squares(layers: tuple[ResolvedLayer, ...], activation: str, seed: int) -> np.ndarray:
    """Return mean squares of weighted sums, and of the gradient there, of one random network."""
    rng = np.random.default_rng(seed)
    weights = [layer.parameters()[0].draw(rng) for layer in layers[1:]]
    a, sums = rng.standard_normal((50, WIDTH)), []
    for w in weights:
        sums.append(a @ w)
        a = function(activation, sums[-1])
    gradient, gradients = rng.standard_normal((50, WIDTH)), list[np.ndarray]()
    for z, w in reversed(list(zip(sums, weights, strict=True))):
        gradient = gradient if z is sums[-1] else gradient * slope(activation, z)
        gradients.insert(0, gradient)
        gradient = gradient @ w.T
    return np.array([(np.mean(z**2), np.mean(dz**2))
                     for z, dz in zip(sums, gradients, strict=True)])


def test_a_way_round_keeps_what_the_way_through_loses() -> None:
    weak: dict[str, Option] = {"units": 16, "weights": "normal", "spread": 0.01}
    layers = [LayerSpec("input", "input"), LayerSpec("first", "dense", dict(weak))]
    for n in range(1, 11):
        before = f"add-{n - 1}" if n > 1 else "first"
        layers += [LayerSpec(f"dense-{n}", "dense", dict(weak)),
                   LayerSpec(f"add-{n}", "add", {}, (before, f"dense-{n}"))]
    layers.append(LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))
    resolved = resolve(NetworkSpec(tuple(layers)), (16,))
    first, last = (passings(resolved, 1.0)[end] for end in (0, -1))
    assert first.gradient > 0.1 * last.gradient
