"""Runs whose bytes are recorded: every template, and made ones that bring in every other op."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES
from engine.spec import (
    AugmentationSpec,
    AveragingSpec,
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    TrainingSpec,
    read_project,
)

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"

STEPS = 200
"""Of every run: enough for an epoch's end, a validation and what optimizers remember."""

Options = dict[str, Any]
Layer = tuple[str, Options]


def templates() -> dict[str, ProjectSpec]:
    """Return the projects that ship, by the name of their file."""
    return {path.stem: read_project(path) for path in sorted(EXAMPLES.glob("[0-9]*.json"))}


def made() -> dict[str, ProjectSpec]:
    """Return small projects that together use every op, in either precision."""
    found: dict[str, ProjectSpec] = {}
    for group in (_activations, _losses, _weighted, _optimizers, _schedules, _limits, _kinds,
                  _images, _sequences, _tokens):
        found |= group()
    return found


def _project(data: DataSpec, *layers: Layer | LayerSpec, **training: Any) -> ProjectSpec:
    specs = [LayerSpec("input", "input")]
    for place, layer in enumerate(layers, 1):
        specs.append(layer if isinstance(layer, LayerSpec) else
                     LayerSpec(f"{layer[0]}-{place}", layer[0], layer[1]))
    training = {"learning_rate": 0.01, "batch_size": 10, "seed": 7, **training}
    return ProjectSpec(data=data, network=NetworkSpec(tuple(specs)),
                       training=TrainingSpec(**training))


def _dense(units: int, activation: str = "tanh", **options: Any) -> Layer:
    return "dense", {"units": units, "activation": activation, **options}


IRIS = DataSpec(source="iris", training_share=0.8)
DIGITS = DataSpec(source="digits", training_share=0.3)
PLANE = DataSpec(source="plane")
SPIRAL = DataSpec(source="spiral", noise=5.0)
SINES = DataSpec(source="sine", window=12)
TEXT = DataSpec(source="alice", window=8)
REVIEWS = DataSpec(source="reviews", window=10)


def _activations() -> dict[str, ProjectSpec]:
    layers = [_dense(5, key) for key in ACTIVATIONS]
    return {f"activations {precision}": _project(IRIS, *layers, _dense(3, "linear"),
                                                 precision=precision)
            for precision in ("float32", "float64")}


def _losses() -> dict[str, ProjectSpec]:
    found = {}
    for key, loss in LOSSES.items():
        if "regression" in loss.tasks:
            found[f"loss {key}"] = _project(PLANE, _dense(6), _dense(1, "linear"), loss=key)
        if "classification" in loss.tasks:
            width = loss.widths("classification", 3)[-1]
            found[f"loss {key} of classes"] = _project(
                IRIS, _dense(6), _dense(width, "linear"), loss=key,
                label_smoothing=0.1 if key == "softmax_cross_entropy" else 0.0)
    return found


def _weighted() -> dict[str, ProjectSpec]:
    found = {f"balanced {key}": _project(IRIS, _dense(6), _dense(3, "linear"), loss=key,
                                         class_weights="balanced")
             for key, loss in LOSSES.items() if "classification" in loss.tasks}
    return found | {
        "balanced binary_cross_entropy of one unit": _project(
            SPIRAL, _dense(6), _dense(1, "linear"), loss="binary_cross_entropy",
            class_weights="balanced", batch_size=7),
        "balanced letters": _project(
            TEXT, ("embedding", {"vocabulary": 80, "units": 6}),
            ("rnn", {"units": 9, "output": "sequence"}), _dense(69, "linear"),
            loss="sequence_cross_entropy", class_weights="balanced"),
    }


def _optimizers() -> dict[str, ProjectSpec]:
    return {f"optimizer {key} {precision}": _project(
        SPIRAL, _dense(40), _dense(60, "relu"), _dense(2, "linear"), precision=precision,
        optimizer=OptimizerSpec(key), l1=1e-4, l2=1e-3)
        for key in OPTIMIZERS for precision in ("float32", "float64")}


def _schedules() -> dict[str, ProjectSpec]:
    return {f"schedule {key}": _project(
        IRIS, _dense(5), _dense(3, "linear"), learning_rate=0.1,
        schedule=ScheduleSpec(key, every=20, length=150, patience=0, threshold=0.2, final=0.01))
        for key in SCHEDULES}


def _limits() -> dict[str, ProjectSpec]:
    own = LayerSpec("own", "dense", {"units": 9}, l1=0.0, l2=0.02, weight_decay=0.1)
    frozen = LayerSpec("still", "dense", {"units": 7}, frozen=True)
    return {
        "clipped": _project(IRIS, _dense(8), _dense(3, "linear"), clip_value=0.05, clip_norm=0.1,
                            max_norm=1.0, learning_rate=0.1),
        "own penalties": _project(IRIS, own, frozen, _dense(3, "linear"), l1=1e-3,
                                  optimizer=OptimizerSpec("adamw")),
        "averaged": _project(IRIS, _dense(8), ("batch_norm", {}), _dense(3, "linear"),
                             averaging=AveragingSpec("exponential", start=1)),
    }


def _kinds() -> dict[str, ProjectSpec]:
    branch = (LayerSpec("a", "dense", {"units": 6}), LayerSpec("b", "prelu"),
              LayerSpec("c", "gaussian_noise"), LayerSpec("d", "add", {}, ("a", "b", "c")),
              LayerSpec("e", "concatenate", {}, ("d", "a")))
    return {
        "joins": _project(IRIS, *branch, ("dropout", {}), ("softmax", {}), _dense(3, "linear")),
        "norms": _project(IRIS, _dense(9), ("batch_norm", {}), _dense(7), ("layer_norm", {}),
                          LayerSpec("still", "batch_norm", frozen=True), _dense(3, "linear")),
        "norms float64": _project(IRIS, _dense(9), ("batch_norm", {}), ("layer_norm", {}),
                                  _dense(3, "linear"), precision="float64"),
        "noisy inputs": _project(IRIS, _dense(9), _dense(3, "linear"),
                                 augmentation=AugmentationSpec(noise=0.1)),
        "first weights": _project(SPIRAL, *(
            _dense(8, "tanh", weights=key) for key in ("lsuv", "orthogonal", "identity", "uniform",
                                                       "he_normal", "playground")),
            _dense(2, "linear")),
        "sampled": _project(
            DataSpec(source="digits", goal="reconstruct", training_share=0.3), _dense(12),
            ("sampling", {}), _dense(64, "linear"), loss="binary_cross_entropy"),
    }


def _images() -> dict[str, ProjectSpec]:
    square: Layer = ("reshape", {"form": "image", "height": 8, "width": 8, "channels": 1})
    changed = AugmentationSpec(shift=0.2, rotation=20.0, flip=True, brightness=0.1, cutout=0.3,
                               noise=0.05)
    found = {
        "images": (("conv2d", {"filters": 3}), ("batch_norm", {}), ("max_pooling", {}),
                   ("conv2d", {"filters": 9, "stride": 2, "padding": "valid"}), ("prelu", {}),
                   ("flatten", {})),
        "wide images": (("conv2d", {"filters": 17, "kernel": 2}),
                        ("max_pooling", {"size": 3, "stride": 2}), ("layer_norm", {}),
                        ("average_pooling", {"stride": 1}), ("global_average_pooling", {})),
        "grown images": (("conv2d", {"filters": 4, "stride": 2}), ("conv2d_transpose", {}),
                         ("upsampling", {}), ("softmax", {}), ("average_pooling", {}),
                         ("flatten", {})),
    }
    return {name: _project(DIGITS, square, *layers, _dense(10, "linear"),
                           augmentation=changed if name == "images" else AugmentationSpec())
            for name, layers in found.items()}


def _sequences() -> dict[str, ProjectSpec]:
    steps: Layer = ("reshape", {"form": "sequence", "steps": 12, "features": 1})
    found: Mapping[str, tuple[Layer, ...]] = {
        "recurrent": (("rnn", {"units": 5, "output": "sequence", "activation": "relu"}),
                      ("gru", {"units": 6, "output": "sequence", "truncation": 4}),
                      ("lstm", {"units": 7})),
        "filters in time": (("conv1d", {"filters": 5}), ("rnn", {"units": 9, "bias": False})),
    }
    return {f"{name} {precision}": _project(
        SINES, steps, *layers, _dense(1, "linear"), loss="mean_squared_error", precision=precision)
        for name, layers in found.items() for precision in ("float32", "float64")}


def _tokens() -> dict[str, ProjectSpec]:
    embedding: Layer = ("embedding", {"vocabulary": 80, "units": 6})
    padded: Layer = ("embedding", {"vocabulary": 80, "units": 6, "padding": True})
    found = {}
    for kind in ("rnn", "gru", "lstm"):
        found[f"carried {kind}"] = _project(
            TEXT, embedding, (kind, {"units": 9, "output": "sequence", "carried": True}),
            _dense(69, "linear"), loss="sequence_cross_entropy")
        found[f"padded {kind}"] = _project(
            REVIEWS, padded, (kind, {"units": 9, "truncation": 3}), _dense(2, "linear"))
    found["padded mean"] = _project(REVIEWS, padded, ("sequence_mean", {}), _dense(2, "linear"))
    found["mean of used rows"] = _project(
        REVIEWS, ("embedding", {**padded[1], "sparse": True}), ("sequence_mean", {}),
        _dense(2, "linear"), optimizer=OptimizerSpec("adam"))
    return found
