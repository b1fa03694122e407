"""Record what PyTorch and Keras draw where nothing is asked of them. Run by a person.

In an environment that has torch 2.13.0, Keras 3.15.1 and NumPy, from the project's folder::

    KERAS_BACKEND=torch python -m tests.golden.make_starts_golden

What is drawn tells the scheme, not the numbers: of every array the file holds the standard
deviation, the mean, the largest magnitude, and for weights how orthogonal their shorter side is.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

FILE = Path(__file__).with_name("starts.json")
FEATURES, UNITS, CHANNELS, FILTERS, KERNEL, TOKENS = 300, 200, 40, 60, 3, 500

Figures = dict[str, float]


def figures(values: NDArray[np.float64]) -> Figures:
    """Return what is recorded of an array."""
    found = {"deviation": float(values.std()), "mean": float(values.mean()),
             "largest": float(np.abs(values).max())}
    if values.ndim == 2 and values.any():
        tall = values if values.shape[0] >= values.shape[1] else values.T
        gram = tall.T @ tall
        beside = gram - np.diag(np.diag(gram))
        found["beside_orthogonal"] = float(np.abs(beside).max() / np.diag(gram).mean())
    return found


def pytorch() -> dict[str, dict[str, Figures]]:
    """Return the figures of PyTorch's modules, by our names of kinds."""
    torch.manual_seed(1)
    modules: dict[str, nn.Module] = {
        "dense": nn.Linear(FEATURES, UNITS), "conv2d": nn.Conv2d(CHANNELS, FILTERS, KERNEL),
        "conv1d": nn.Conv1d(CHANNELS, FILTERS, KERNEL),
        "conv2d_transpose": nn.ConvTranspose2d(CHANNELS, FILTERS, KERNEL),
        "embedding": nn.Embedding(TOKENS, UNITS), "ngram_bag": nn.EmbeddingBag(TOKENS, UNITS),
        "rnn": nn.RNN(FEATURES, UNITS), "lstm": nn.LSTM(FEATURES, UNITS),
        "gru": nn.GRU(FEATURES, UNITS)}
    return {key: {name: figures(values.detach().double().numpy())
                  for name, values in module.named_parameters()}
            for key, module in modules.items()}


def with_keras() -> dict[str, dict[str, Figures]]:
    """Return the figures of Keras's layers, by our names of kinds."""
    keras.utils.set_random_seed(1)
    layers = {
        "dense": (keras.layers.Dense(UNITS), (1, FEATURES)),
        "conv2d": (keras.layers.Conv2D(FILTERS, KERNEL), (1, 9, 9, CHANNELS)),
        "conv1d": (keras.layers.Conv1D(FILTERS, KERNEL), (1, 9, CHANNELS)),
        "conv2d_transpose": (keras.layers.Conv2DTranspose(FILTERS, KERNEL), (1, 9, 9, CHANNELS)),
        "embedding": (keras.layers.Embedding(TOKENS, UNITS), (1, 4)),
        "rnn": (keras.layers.SimpleRNN(UNITS), (1, 4, FEATURES)),
        "lstm": (keras.layers.LSTM(UNITS), (1, 4, FEATURES)),
        "gru": (keras.layers.GRU(UNITS), (1, 4, FEATURES))}
    found: dict[str, dict[str, Figures]] = {}
    for key, (layer, shape) in layers.items():
        layer.build(shape)
        found[key] = {variable.name: figures(np.array(variable.numpy(), float))
                      for variable in layer.weights if variable.dtype.startswith("float")}
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps({
        "versions": {"torch": torch.__version__, "keras": keras.__version__},
        "pytorch": pytorch(), "keras": with_keras()}, indent=1) + "\n", encoding="utf-8")
