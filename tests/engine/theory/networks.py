"""Random networks whose gradients are measured: in plain NumPy, and by the engine's first step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.layers import ACTIVATIONS, LOSSES, resolve
from engine.spec import LayerSpec, NetworkSpec, Option, ProjectSpec, TrainingSpec
from engine.theory import Prediction, predict
from engine.training import Trainer

Reals = np.ndarray
CLASSES = 10


def dataset(inputs: int = 64, examples: int = 1024, side: int = 0) -> Dataset:
    """Return classes that a random linear map tells apart; images of a side, blurred, if any."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((examples, inputs))
    if side:
        x = x.reshape(-1, side, side)
        x = (x + np.roll(x, 1, 1) + np.roll(x, 1, 2)).reshape(examples, inputs) / 2 + 0.3
    labels = (x @ rng.standard_normal((inputs, CLASSES))).argmax(axis=1)
    names = tuple(map(str, range(CLASSES)))
    return Dataset("random", "Random", "classification", x, labels.astype(np.int64),
                   np.zeros((examples, 0)), names, tuple(map(str, range(inputs))), ("class",),
                   np.arange(examples), np.arange(0))


def layer(name: str, kind: str, *inputs: str, **options: Option) -> LayerSpec:
    return LayerSpec(name, kind, options, inputs)


def project(layers: list[LayerSpec], **training: object) -> ProjectSpec:
    """Return a project of these layers between input and output, in float64."""
    ends = layer("input", "input"), layer("output", "dense", units=CLASSES, activation="linear",
                                          weights="lecun_normal")
    return ProjectSpec(network=NetworkSpec((ends[0], *layers, ends[1])), training=TrainingSpec(
        precision="float64", learning_rate=1e-9, **training))  # type: ignore[arg-type]


def deep(activation: str, width: int, depth: int, batch_size: int = 256, **options: Option
         ) -> ProjectSpec:
    """Return a project of equal dense layers."""
    return project([layer(f"dense-{n}", "dense", units=width, activation=activation, **options)
                    for n in range(1, depth + 1)], batch_size=batch_size)


@dataclass(frozen=True)
class Measured:
    """Root mean squares, float64[seeds, layers with weights].

    Attributes
    ----------
    gradient, error : float64[...]
        Of dL/dW, and of dL/d(weighted sum).
    """

    gradient: Reals
    error: Reals


def measured(given: ProjectSpec, data: Dataset, seeds: range) -> Measured:
    """Return what NumPy measures in a chain of dense layers."""
    found = [_one(given, data, seed) for seed in seeds]
    gradients, errors = zip(*found, strict=True)
    return Measured(np.array(gradients), np.array(errors))


def _one(given: ProjectSpec, data: Dataset, seed: int) -> tuple[list[float], list[float]]:
    layers = resolve(given.network, (data.n_inputs,))[1:]
    rng = np.random.default_rng(seed)
    batch = given.training.batch_size
    rows = rng.permutation(data.training)[:batch]
    outputs, sums, weights = [np.asarray(data.inputs[rows])], [], []
    for one in layers:
        w, b = (parameter.draw(rng) for parameter in one.parameters())
        weights.append(w)
        sums.append(outputs[-1] @ w + b)
        outputs.append(ACTIVATIONS[str(one.options["activation"])].value(sums[-1]))
    loss = LOSSES[given.training.loss]
    targets = loss.encode(data.labels[rows], data.n_outputs, outputs[-1].shape[1])
    constants = {field.key: getattr(given.training, field.key) for field in loss.constants}
    assert loss.error is not None
    dy = loss.error(outputs[-1], targets, constants) / batch
    gradients, errors = [], []
    for one, w, z, x in reversed(list(zip(layers, weights, sums, outputs, strict=False))):
        f = ACTIVATIONS[str(one.options["activation"])].value
        step = 1e-6 * max(1.0, float(np.sqrt(np.mean(z**2))))
        dz = dy * (f(z + step) - f(z - step)) / (2 * step)
        gradients.insert(0, float(np.sqrt(np.mean((x.T @ dz)**2))))
        errors.insert(0, float(np.sqrt(np.mean(dz**2))))
        dy = dz @ w.T
    return gradients, errors


def first_steps(given: ProjectSpec, data: Dataset, seeds: range) -> dict[str, Reals]:
    """Return what the engine measures of every layer that learns: a number for each seed."""
    found: dict[str, list[float]] = {}
    for seed in seeds:
        trainer = Trainer(replace(given, training=replace(given.training, seed=seed)), data,
                          threads=1)
        trainer.run(1)
        for reading in trainer.snapshot().layers:
            if not np.isnan(reading.gradient_rms):
                found.setdefault(reading.layer_id, []).append(reading.gradient_rms)
    return {name: np.array(values) for name, values in found.items()}


def predicted(given: ProjectSpec, data: Dataset, **options: object) -> Prediction:
    return predict(given, data, **options)  # type: ignore[arg-type]


def figures(prediction: Prediction, name: str) -> Reals:
    """Return a figure of every layer that has a prediction."""
    return np.array([getattr(one, name) for one in prediction.layers
                     if not np.isnan(one.gradient_rms)])
