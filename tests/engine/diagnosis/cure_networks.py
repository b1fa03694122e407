"""More networks for which cures are offered: what the doctor's own table has few of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.engine.diagnosis.making import (
    Network,
    classes,
    clouds,
    dense,
    ill,
    layer,
    out,
    sequence,
    smooth,
    stack,
    table,
    values,
)

IMAGES = table("digits")


def _rings(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return points of which the few within a small circle are another class."""
    points = rng.uniform(-1, 1, (900, 2))
    return points, (np.hypot(points[:, 0], points[:, 1]) < 0.25).astype(np.int64)


def _outliers(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    inputs, target = smooth(400, 5)(rng)
    target[rng.permutation(400)[:8]] *= 40
    return inputs, target


def _wide(n: int, width: int, noise: float) -> object:
    """Return what draws many inputs of which three decide, and labels that are partly wrong."""
    def draw(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        inputs = rng.standard_normal((n, width))
        sure = inputs[:, 0] + inputs[:, 1] * inputs[:, 2] > 0
        wrong = rng.random(n) < noise
        return inputs, np.where(wrong, ~sure, sure).astype(np.int64)
    return draw


MORE: tuple[Network, ...] = (
    ill("spiral, three of tanh", "Three units cannot wind.", "settled", table("spiral", 0.5),
        dense(3, "tanh"), out(2), optimizer="adam", learning_rate=0.01, steps=5000),
    ill("spiral, four of ReLU, SGD", "Too few units, and a slow rule.", "flat",
        table("spiral", 0.5), dense(4, "relu", "he_normal"), out(2), steps=5000),
    ill("digits, two units", "Ten digits are not in two numbers.", "settled", IMAGES,
        dense(2, "tanh"), out(10), learning_rate=0.1, batch_size=32, steps=3000),
    ill("hills, three units", "Six hills, and three bends.", "settled",
        table("multi_gaussian", 0.5), dense(3, "tanh"), out(1), learning_rate=0.03, steps=4000),
    ill("exclusive or, rate 1e-4", "A rate that gets nowhere in so many steps.", "chance",
        table("xor", 0.5), stack(2, 12, "tanh"), out(2), learning_rate=1e-4, steps=2500),
    ill("digits, rate 1e-4, SGD", "The same where all gradients are small.", "chance",
        IMAGES, stack(3, 24, "tanh"), out(10), learning_rate=3e-4, batch_size=64, steps=2500),
    ill("spiral, rate 0.1, Adam", "The loss leaps for ever.", "risen", table("spiral", 0.5),
        stack(2, 24, "tanh"), out(2), optimizer="adam", learning_rate=0.1, steps=2500),
    ill("digits, rate 0.05, Adam", "It learns, and forgets again.", "risen", IMAGES,
        stack(3, 32, "relu", "he_normal"), out(10), optimizer="adam", learning_rate=0.05,
        batch_size=32, steps=1500),
    ill("circle, rate 1", "Steps of SGD that leap over the valley.", "risen",
        table("circle", 0.5), stack(3, 16, "relu", "he_normal"), out(2), learning_rate=1.0),
    ill("spiral, rate 0.5", "The same in the spiral.", "risen", table("spiral", 0.5),
        stack(3, 16, "relu", "he_normal"), out(2), learning_rate=0.5),
    ill("outliers", "Eight values that are forty times the others throw the weights about.",
        "exploding", values(_outliers), stack(2, 32, "relu", "he_normal"), out(1),
        learning_rate=0.03, batch_size=8),
    ill("outliers, deep", "The same through five layers.", "nonfinite", values(_outliers),
        stack(5, 32, "relu", "he_normal"), out(1), learning_rate=0.05, batch_size=4),
    ill("recurrent, ReLU", "A state that may grow, over thirty steps.", "nonfinite",
        table("sine", window=30), sequence(30), layer("rnn", units=24, activation="relu"), out(1),
        learning_rate=0.1, batch_size=16),
    ill("forty of ReLU", "So deep that even the right weights are not enough.", "vanishing",
        table("circle", 0.5), stack(40, 12, "relu", "he_normal"), out(2)),
    ill("thirty of tanh", "The right weights, and a signal that fades all the same.", "vanishing",
        table("spiral", 0.5), stack(30, 16, "tanh"), out(2), learning_rate=0.03),
    ill("twelve of ReLU, Xavier", "A factor of 0.7 a layer.", "vanishing", table("xor", 0.5),
        stack(12, 16, "relu", "xavier_normal"), out(2), learning_rate=0.01),
    ill("fifteen of sigmoid, digits", "Each layer passes on a quarter at most.", "vanishing",
        IMAGES, stack(15, 24, "sigmoid"), out(10), optimizer="momentum", learning_rate=0.01,
        batch_size=32),
    ill("two of sigmoid, spread 10", "Saturated, and not deep.", "saturated",
        table("xor", 0.5), stack(2, 16, "sigmoid", "normal", spread=10.0), out(2)),
    ill("killed by 0.5", "ReLU dies of steps that are too large.", "dead", IMAGES,
        stack(3, 32, "relu", "he_normal"), out(10), learning_rate=1.5, batch_size=32),
    ill("a rare ring", "One example in twenty is of the class that matters.", "imbalance",
        classes(_rings), dense(12, "tanh"), out(2), batch_size=32, learning_rate=0.01, steps=1500),
    ill("a rare cloud", "The same with clouds that overlap.", "imbalance",
        classes(clouds(1000, rare=0.05, distance=1.5)), dense(8, "tanh"), out(2), batch_size=32,
        learning_rate=0.01, steps=1500),
    ill("wide inputs, few examples", "Three of thirty inputs decide.", "overfitting",
        classes(_wide(300, 30, 0.05), share=0.3),  # type: ignore[arg-type]
        stack(2, 64, "relu", "he_normal"), out(2), optimizer="adam", learning_rate=0.005,
        steps=1500),
    ill("digits from sixty", "Six of each digit, learned by heart.", "overfitting",
        table("digits", 0.05), stack(2, 64, "relu", "he_normal"), out(10), optimizer="adam",
        learning_rate=0.005, steps=2500),
    ill("wrong labels, moons", "A fifth of the labels are wrong.", "overfitting",
        table("moons", 0.2, noise=40.0), stack(3, 48, "relu", "he_normal"), out(2),
        optimizer="adam", learning_rate=0.005, steps=2500),
    ill("smooth values, few", "Fifteen values, and a network for thousands.", "overfitting",
        values(smooth(60, 3, 0.5), share=0.3), stack(2, 64, "tanh"), out(1), optimizer="adam",
        learning_rate=0.005, steps=1500),
)
"""Each trained and judged as those of `tests.engine.diagnosis.ill_networks`; what they are first
said to have is not asked for."""
