"""Colours of rows beside what grows and shrinks through the layers, computed here by itself.

    python -m tests.engine.diagnosis.test_gains

prints the table.
"""

from __future__ import annotations

import sys
from functools import cache
from itertools import product

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.diagnosis.layer_verdicts import LayerVerdict
from engine.diagnosis.verdicts import JUDGED, judge_layers
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, default_project
from engine.telemetry.snapshot import Snapshot
from engine.training.trainer import Trainer

UNITS = 16
GAINS = (0.05, 0.3, 1.0, 1.5, 3.0)
DEPTHS = (5, 20, 50)
FUNCTIONS = {
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "linear": (lambda z: z, np.ones_like),
}
CASES = list(product(FUNCTIONS, DEPTHS, GAINS))


@cache
def spiral() -> Dataset:
    return load(default_project().data)


def project(function: str, depth: int, gain: float) -> ProjectSpec:
    """Return layers whose weights have a spread of gain over the root of their width."""
    options = {"units": UNITS, "activation": function, "weights": "normal",
               "spread": gain / UNITS**0.5}
    hidden = [LayerSpec(f"dense-{i + 1}", "dense", options) for i in range(depth)]
    output = LayerSpec("output", "dense", {"units": 2, "activation": "linear"})
    base = default_project()
    training = replace(base.training, precision="float64", learning_rate=1e-60, l2=0.0,
                       optimizer=replace(base.training.optimizer, kind="sgd"))
    return replace(base, training=training,
                   network=NetworkSpec((LayerSpec("input", "input"), *hidden, output)))


@cache
def run(function: str, depth: int, gain: float) -> tuple[Snapshot, tuple[LayerVerdict, ...],
                                                         np.ndarray, np.ndarray]:
    """Return a step's snapshot, its rows, and RMS of activations and dL/da of hidden layers."""
    spec, data = project(function, depth, gain), spiral()
    trainer = Trainer(spec, data, threads=1)
    trainer.run(1)
    snapshot = trainer.snapshot(JUDGED)
    weights = trainer.weights()
    layers = [layer.id for layer in spec.network][1:]
    forward, slope = FUNCTIONS[function]
    probe = data.training[:64]
    outputs = [data.inputs[probe]]
    for layer in layers[:-1]:
        outputs.append(forward(outputs[-1] @ weights[f"{layer}/w"] + weights[f"{layer}/b"]))
    z = outputs[-1] @ weights["output/w"] + weights["output/b"]
    shares = np.exp(z - z.max(1, keepdims=True))
    sent = (shares / shares.sum(1, keepdims=True) - np.eye(2)[data.labels[probe]]) / len(probe)
    received = []
    for layer, output in zip(reversed(layers), reversed(outputs), strict=True):
        sent = sent @ weights[f"{layer}/w"].T
        received.append(sent)
        sent = sent * slope(output)
    rms = np.array([root_mean_square(output) for output in outputs[1:]])
    back = np.array([root_mean_square(one) for one in reversed(received)][1:])
    return snapshot, judge_layers(snapshot, spec.network), rms, back


def root_mean_square(numbers: np.ndarray) -> float:
    largest = float(np.abs(numbers).max())
    return largest * float(np.sqrt(np.mean((numbers / largest)**2))) if largest > 0 else 0.0


def severity(value: float, small: float | None, large: float) -> int:
    """Return how far a ratio is beyond two limits, each with one a hundred times as far."""
    if not np.isfinite(value):
        return 0
    below = 0 if small is None else int(value < small) + int(value < small / 100)
    return max(below, int(value > large) + int(value > large * 100))


def expected(snapshot: Snapshot, activations: np.ndarray, received: np.ndarray) -> list[int]:
    """Return how severe what flows through each hidden layer is."""
    given = max(1.0, snapshot.layers[0].activation_rms)
    weights = np.array([reading.gradient_rms for reading in snapshot.layers[1:]])
    with np.errstate(all="ignore"):
        return [max(severity(weights[i] / weights[-1], 1e-2, 1e2),
                    severity(received[i] / received[-1], 1e-2, 1e2),
                    severity(activations[i] / activations[0], 1e-2, 1e2),
                    severity(activations[i] / given, None, 1e2))
                for i in range(len(activations))]


@pytest.mark.parametrize(("function", "depth", "gain"), CASES)
def test_rows_agree_with_what_flows(function: str, depth: int, gain: float) -> None:
    snapshot, rows, activations, received = run(function, depth, gain)
    hidden = snapshot.layers[1:-1]
    assert [one.activation_rms for one in hidden] == pytest.approx(activations, rel=1e-6,
                                                                   abs=1e-300)
    assert [one.activation_gradient_rms for one in hidden] == pytest.approx(received, rel=1e-6,
                                                                            abs=1e-300)
    for row, wanted in zip(rows[1:-1], expected(snapshot, activations, received), strict=True):
        if row.code in ("vanishing", "exploding"):
            assert row.severity == wanted, row
        elif row.code in ("cut_off", "dead", "saturated", "update_large"):
            # Causes, which are said before what they lead to.
            assert row.severity >= wanted, row
        else:
            assert wanted == 0, row


def test_both_ways_are_among_the_cases() -> None:
    found = {row.code for case in CASES for row in run(*case)[1]}
    assert {"vanishing", "exploding", "dead", "saturated"} <= found


if __name__ == "__main__":
    for case in CASES:
        _, rows, activations, received = run(*case)
        codes = [f"{row.code} {row.severity}" for row in rows[1:-1]]
        with np.errstate(all="ignore"):
            line = [*map(str, case), f"{activations[-1] / activations[0]:.1e}",
                    f"{received[0] / received[-1]:.1e}",
                    ", ".join(f"{codes.count(code)} {code}" for code in dict.fromkeys(codes))]
        sys.stdout.write(" | ".join(line) + "\n")
