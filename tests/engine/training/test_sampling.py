"""Variational autoencoders: gradients, the term of the loss, what happens out of range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.errors import DivergedError, ShapeError
from engine.layers import infer_shapes, kind
from engine.spec import LayerSpec, NetworkSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, clouds, contents, dense, trainer
from tests.engine.training.test_gradient_check import TOLERANCE, central
from tests.reference.sampling import kullback_leibler

Reals = NDArray[np.float64]
WIDTH, CODE = 5, 3


def data(n: int = 9, validation: int = 0) -> Dataset:
    """Return numbers from 0 to 1 that are to be given back."""
    found = clouds(n, validation, width=WIDTH)
    values = 1 / (1 + np.exp(-found.inputs))
    return replace(found, task="reconstruction", inputs=values, values=values)


def autoencoder(weight: float) -> tuple[LayerSpec, ...]:
    return (dense("encoder", 6), dense("moments", 2 * CODE, "linear"),
            LayerSpec("code", "sampling", {"weight": weight}),
            dense("decoder", 6), dense("output", WIDTH, "linear"))


def made(weight: float = 0.2, found: Dataset | None = None, **changes: object) -> Trainer:
    options = {"loss": "binary_cross_entropy", "batch_size": 0, "learning_rate": 0.0,
               "precision": "float64", "shuffle": False, **changes}
    return trainer(found or data(), *autoencoder(weight), **options)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "mean_squared_error"])
@pytest.mark.parametrize("weight", [0.0, 0.2, 3.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_gradients_while_codes_are_drawn(seed: int, weight: float, loss: str) -> None:
    """The first step of a run always draws the same codes, so its loss can be differentiated."""
    run = made(weight, loss=loss, seed=seed)
    start = run.weights()
    advance(run, 1)
    rng = np.random.default_rng(seed)
    gradients = run.gradients()
    assert np.abs(gradients["moments/b"][CODE:]).min() > 0
    for name, gradient in gradients.items():
        direction = rng.standard_normal(gradient.shape)

        def moved(by: float, name: str = name, direction: Reals = direction) -> float:
            other = trainer(data(), *autoencoder(weight), loss=loss, batch_size=0, seed=seed,
                            learning_rate=0.0, precision="float64", shuffle=False,
                            weights={**start, name: start[name] + by * direction})
            advance(other, 1)
            return float(other.ring.read(0)[1][-1, 0])
        assert central(moved) == pytest.approx(float(np.sum(gradient * direction)), rel=TOLERANCE)


def moments_of(run: Trainer, inputs: Reals) -> Reals:
    w = run.weights()
    hidden = np.tanh(inputs @ w["encoder/w"] + w["encoder/b"])
    return hidden @ w["moments/w"] + w["moments/b"]


@pytest.mark.parametrize("weight", [0.0, 0.2, 3.0])
def test_the_loss_holds_the_divergence(weight: float) -> None:
    """Outside training nothing is drawn: both runs differ by the term alone."""
    run, plain = made(weight), made(0.0)
    apart = kullback_leibler(moments_of(run, data().inputs))
    assert apart > 0.01
    assert run.evaluate("training").loss - plain.evaluate("training").loss == pytest.approx(
        weight * apart, rel=1e-9, abs=1e-15)


def test_a_weight_of_one_per_pixel_is_the_evidence_lower_bound() -> None:
    run = made(1 / WIDTH)
    p, t = run.predict(data().inputs), data().values
    bound = -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p), axis=1).mean() \
        + kullback_leibler(moments_of(run, data().inputs))
    assert WIDTH * run.evaluate("training").loss == pytest.approx(bound, rel=1e-12)


def test_codes_are_drawn_in_training_alone_and_anew_at_every_step() -> None:
    run = made()
    evaluated = run.evaluate("training").loss
    advance(run, 3)
    losses = run.ring.read(0)[1][:, 0]
    assert len({evaluated, *losses}) == 4
    assert run.evaluate("training").loss == evaluated


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = (contents(advance(made(learning_rate=0.01, batch_size=4), 20)) for _ in "ab")
    other = contents(advance(made(learning_rate=0.01, batch_size=4, seed=7), 20))
    assert first == again
    assert first.keys() == other.keys()
    assert all(first[name] != other[name] for name in ("encoder/w", "output/w"))


@pytest.mark.parametrize(("precision", "logarithm"), [("float32", 200.0), ("float64", 1500.0)])
@pytest.mark.parametrize("weight", [0.0, 0.2])
def test_a_variance_out_of_range_is_a_divergence(weight: float, precision: str, logarithm: float
                                                  ) -> None:
    run = made(weight, precision=precision)
    weights = run.weights()
    weights["moments/b"][CODE:] = logarithm
    broken = trainer(data(), *autoencoder(weight), weights=weights, precision=precision,
                     loss="binary_cross_entropy", batch_size=0)
    with pytest.raises(DivergedError) as caught:
        broken.run(1)
    assert caught.value.step == 1


def test_shapes() -> None:
    def shapes(units: int, *between: LayerSpec) -> tuple[tuple[int, ...], ...]:
        layers = (LayerSpec("input", "input"), dense("moments", units), *between,
                  LayerSpec("code", "sampling"))
        return infer_shapes(NetworkSpec(layers), (4,))

    assert shapes(6)[-1] == (3,)
    assert shapes(2)[-1] == (1,)
    with pytest.raises(ShapeError, match=r"Layer 2 \(Sampling\): an input of 5 numbers; expected "
                                         "an even number"):
        shapes(5)
    with pytest.raises(ShapeError, match="Add a Flatten layer"):
        shapes(16, LayerSpec("image", "reshape", {"height": 4, "width": 4}))


def test_the_kind_is_the_latent_one() -> None:
    sampling = kind("sampling")
    assert sampling.is_latent
    assert sampling.group == "Generative"
    assert sampling.label({"weight": 0.015625}) == "Sampling · β 0.0156"
