"""Made-up data sets and snapshots for what draws, writes and forecasts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.data.reviews import PADDING
from engine.telemetry.snapshot import Forecast, Latent, LayerReading, Snapshot
from tests.gui.output.examples import snapshot_of

SIDE = 16
TEXT = "The quick brown fox jumps over the lazy dog.\nAnd then it sleeps all day. "


def blob(cx: float, cy: float, side: int = SIDE) -> np.ndarray[Any, Any]:
    """Return a ring in a square, float64[side * side], 0 to 1."""
    y, x = np.mgrid[0:side, 0:side] / (side - 1)
    distance = np.hypot(x - 0.5 - 0.2 * cx, y - 0.5 - 0.2 * cy)
    return np.exp(-(((distance - 0.25) / 0.09) ** 2)).ravel()


def images(*, noise: float = 0.3, n: int = 60, classes: int = 10) -> Dataset:
    """Return rings to be reconstructed."""
    rng = np.random.default_rng(0)
    codes = rng.uniform(-1.0, 1.0, (n, 2))
    clean = np.stack([blob(*code) for code in codes])
    noisy = np.clip(clean + noise * rng.normal(size=clean.shape), 0.0, 1.0) if noise else clean
    labels = (np.arctan2(codes[:, 1], codes[:, 0]) / np.pi * classes / 2).astype(np.int64) % classes
    return Dataset(
        "rings", "Rings", "reconstruction", noisy, labels, clean,
        tuple(str(i) for i in range(classes)), tuple(f"p{i}" for i in range(SIDE**2)),
        tuple(f"p{i}" for i in range(SIDE**2)), np.arange(0, n, 2), np.arange(1, n, 2),
        modality=image(SIDE, SIDE))


def drawn(dataset: Dataset, *, error: float = 0.1) -> Snapshot:
    """Return outputs that miss their targets by ``error``, and a latent plane."""
    rows = dataset.validation[:12]
    rng = np.random.default_rng(1)
    g, most = 11, np.arange(len(dataset.inputs))
    nodes = np.linspace(-3.0, 3.0, g)
    grid = np.stack([[blob(a / 3, b / 3) for a in nodes] for b in nodes])
    angles = 2 * np.pi * dataset.labels / max(len(dataset.class_names), 1)
    codes = 1.8 * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return snapshot_of(
        samples=rows, sample_outputs=dataset.values[rows] + error,
        latent=Latent(grid, (-3.0, 3.0), codes + 0.3 * rng.normal(size=codes.shape), most))


def text(*, window: int = 24) -> Dataset:
    """Return windows of a text that is to be continued."""
    names = tuple(sorted(set(TEXT)))
    numbers = np.array([names.index(letter) for letter in TEXT * 3])
    starts = np.arange(len(numbers) - window - 1)
    inputs = numbers[starts[:, None] + np.arange(window)]
    labels = numbers[starts[:, None] + np.arange(1, window + 1)]
    n = len(starts)
    return Dataset(
        "fox", "Fox", "sequence", inputs.astype(np.float64), labels, np.zeros((n, 0)), names,
        tuple(f"t{i}" for i in range(window)), (), np.arange(0, n, 2), np.arange(1, n, 2),
        tokens=names)


def written(dataset: Dataset, *, step: int = 10, words: str = "ick brown fox") -> Snapshot:
    """Return a text and probabilities that grow along every window."""
    rows, classes = dataset.validation[:8:2], len(dataset.class_names)
    window = dataset.n_inputs
    shares = np.full((len(rows), window, classes), 0.0)
    for k, row in enumerate(rows.tolist()):
        for t in range(window):
            right = t / (window - 1)
            shares[k, t] = (1 - right) / (classes - 1)
            shares[k, t, dataset.labels[row, t]] = right
    return replace(snapshot_of(
        samples=rows, sample_outputs=shares.reshape(len(rows), -1), prompt="The qu",
        text=f"The qu{words}"), step=step)


def sentences() -> Dataset:
    """Return short texts of words with two classes; the first token fills up."""
    names = (PADDING, "a", "bad", "film", "good", "what")
    rows = [[0, 5, 1, 4, 3], [0, 0, 1, 2, 3], [5, 1, 2, 2, 3], [0, 0, 0, 4, 3]] * 6
    n = len(rows)
    return Dataset(
        "films", "Films", "classification", np.array(rows, np.float64), np.arange(n) % 2,
        np.zeros((n, 0)), ("good", "bad"), tuple(f"t{i}" for i in range(5)), ("verdict",),
        np.arange(0, n, 2), np.arange(1, n, 2), tokens=names, padding=PADDING,
        joint=" ")


def series(*, window: int = 20, n: int = 160) -> Dataset:
    """Return windows of a sine."""
    wave = np.sin(np.arange(n + window + 1) / 6.0)
    inputs = wave[np.arange(n)[:, None] + np.arange(window)]
    return Dataset(
        "sine", "Sine", "regression", inputs, np.zeros(0, np.int64), wave[window:window + n, None],
        (), tuple(f"x{i}" for i in range(window)), ("next",), np.arange(n - 40),
        np.arange(n - 40, n), is_series=True)


def foreseen(dataset: Dataset, *, m: int = 120) -> Snapshot:
    """Return a forecast whose free-running curve leaves the series."""
    actual = np.sin(np.arange(m) / 6.0)
    one = actual + 0.05 * np.cos(np.arange(m))
    late = np.arange(m)
    rollout = np.sin(late / 6.0 + late * 0.01) * (1 - late * 0.003)
    rows = dataset.validation[:10]
    return snapshot_of(samples=rows, sample_outputs=dataset.values[rows],
                       forecast=Forecast(actual, one, rollout))


def convolution(*, inputs: int = 1, filters: int = 6, size: int = 12) -> tuple[LayerReading, ...]:
    """Return an input without features, a convolution and a pooling without filters."""
    rng = np.random.default_rng(2)
    maps = rng.normal(size=(size, size, filters))
    weights = rng.normal(size=(5, 5, inputs, filters)) * 0.2
    return (LayerReading("input"), LayerReading("conv", feature_maps=maps, filters=weights),
            LayerReading("pool", feature_maps=maps[::2, ::2]))
