"""Small projects that hold every layer kind, loss and optimizer between them, with their data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.modality import Modality
from engine.layers import ACTIVATIONS
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Option, ProjectSpec, TrainingSpec

Layer = tuple[str, dict[str, Option]]

EXAMPLES, VALIDATION = 23, 7

SGD = OptimizerSpec("sgd")


@dataclass(frozen=True)
class Case:
    """A project by what is special about it.

    Attributes
    ----------
    layers : tuple[Layer, ...]
        Kinds and options of its layers, but for those that read and answer.
    data : str
        Key of `DATA`.
    loss : str
        Key of its loss; empty for what suits the data.
    optimizer : OptimizerSpec
        Its optimizer.
    training : dict
        What else is special of its training.
    whole : tuple[LayerSpec, ...]
        All layers behind the input, where they stand in no line.
    """

    layers: tuple[Layer, ...] = (("dense", {"units": 6}),)
    data: str = "numbers"
    loss: str = ""
    optimizer: OptimizerSpec = SGD
    training: dict[str, Any] = field(default_factory=dict)
    whole: tuple[LayerSpec, ...] = ()


def project_of(case: Case) -> ProjectSpec:
    """Return the project of a case."""
    layers = case.whole or (
        *(LayerSpec(f"{kind.replace('_', '-')}-{place}", kind, dict(options))
          for place, (kind, options) in enumerate(case.layers, 1)),
        LayerSpec("output", "dense", {"units": WIDTHS[case.data], "activation": "linear"}))
    settings = {"loss": case.loss or LOSSES[case.data], "optimizer": case.optimizer,
                "batch_size": 8, "learning_rate": 0.05, "seed": 5, **case.training}
    return ProjectSpec(name="Case", network=NetworkSpec((LayerSpec("input", "input"), *layers)),
                       training=TrainingSpec(**settings))


def data_of(case: Case) -> Dataset:
    """Return the data of a case."""
    return DATA[case.data]()


def _classes(inputs: np.ndarray, classes: int = 3, **more: Any) -> Dataset:
    rng = np.random.default_rng(1)
    n = len(inputs)
    return Dataset(
        key="made", title="Made", task="classification", inputs=inputs.astype(np.float64),
        labels=rng.integers(0, classes, n), values=np.zeros((n, 0)),
        class_names=tuple("abc"[:classes]),
        feature_names=tuple(f"x{place}" for place in range(inputs.shape[1])),
        target_names=("y",), training=np.arange(n - VALIDATION),
        validation=np.arange(n - VALIDATION, n), **more)


def _numbers() -> Dataset:
    return _classes(np.random.default_rng(0).standard_normal((EXAMPLES + VALIDATION, 5)))


def _two() -> Dataset:
    return _classes(np.random.default_rng(0).standard_normal((EXAMPLES + VALIDATION, 5)), 2)


def _values() -> Dataset:
    inputs = np.random.default_rng(0).standard_normal((EXAMPLES + VALIDATION, 5))
    values = np.sin(inputs @ np.random.default_rng(2).standard_normal((5, 2))) + 0.3
    return dataclasses.replace(
        _classes(inputs), task="regression", labels=np.zeros(0, np.int64), values=values,
        class_names=(), target_names=("u", "v"))


def _tokens() -> Dataset:
    tokens = np.random.default_rng(4).integers(0, 9, (EXAMPLES + VALIDATION, 7))
    tokens[:, 5:][np.arange(len(tokens)) % 3 == 0] = 0
    # Padding in the middle, at the beginning, and nothing else.
    tokens[1], tokens[2], tokens[3] = [0, 0, 3, 0, 5, 0, 2], [4, 0, 0, 0, 0, 0, 0], 0
    return dataclasses.replace(_classes(tokens), tokens=tuple("_abcdefgh"))


def _steps() -> Dataset:
    found = _tokens()
    labels = np.random.default_rng(5).integers(0, 3, found.inputs.shape)
    labels[np.asarray(found.inputs) == 0] = -1
    return dataclasses.replace(found, task="sequence", labels=labels)


def _images() -> Dataset:
    inputs = np.random.default_rng(6).standard_normal((EXAMPLES + VALIDATION, 7 * 6 * 2))
    return _classes(inputs, modality=Modality("image", (7, 6, 2)))


DATA = {"numbers": _numbers, "two": _two, "values": _values, "tokens": _tokens, "steps": _steps,
        "images": _images}
WIDTHS = {"numbers": 3, "two": 1, "values": 2, "tokens": 3, "steps": 3, "images": 3}
LOSSES = {"numbers": "softmax_cross_entropy", "two": "binary_cross_entropy",
          "values": "mean_squared_error", "tokens": "softmax_cross_entropy",
          "steps": "sequence_cross_entropy", "images": "softmax_cross_entropy"}

IMAGE: Layer = ("reshape", {"form": "image", "height": 7, "width": 6, "channels": 2})
SERIES: Layer = ("reshape", {"form": "sequence", "steps": 14, "features": 6})
FLAT: Layer = ("flatten", {})
MEAN: Layer = ("global_average_pooling", {})
PADDED: Layer = ("embedding", {"vocabulary": 9, "units": 4, "padding": True})
PLAIN: Layer = ("embedding", {"vocabulary": 9, "units": 4})
LINEAR = {"activation": "linear", "filters": 3}


def _functions() -> dict[str, Case]:
    return {f"function {key}": Case((
        ("dense", {"units": 6, "activation": key}), ("activation", {"function": key})))
        for key in ACTIVATIONS}


def _windows() -> dict[str, Case]:
    found = {}
    for kernel, stride, padding in ((3, 1, "same"), (3, 2, "same"), (2, 1, "same"),
                                    (2, 3, "valid"), (4, 3, "same"), (3, 2, "valid")):
        options: dict[str, Option] = {"kernel": kernel, "stride": stride, "padding": padding,
                                      "filters": 3, "activation": "tanh"}
        name = f"{kernel} {stride} {padding}"
        found[f"conv2d {name}"] = Case((IMAGE, ("conv2d", options), FLAT), "images")
        found[f"conv1d {name}"] = Case((SERIES, ("conv1d", options), FLAT), "images")
        found[f"transposed {name}"] = Case((IMAGE, ("conv2d_transpose", options), FLAT), "images")
    for kind in ("max_pooling", "average_pooling"):
        for size, stride in ((2, 2), (3, 2), (2, 3)):
            pool: Layer = (kind, {"size": size, "stride": stride})
            found[f"{kind} {size} {stride}"] = Case((IMAGE, pool, FLAT), "images")
            found[f"{kind} {size} {stride} of steps"] = Case((SERIES, pool, FLAT), "images")
    return found


def _walks() -> dict[str, Case]:
    found = {}
    for kind in ("rnn", "lstm", "gru"):
        for output in ("last", "sequence"):
            options: dict[str, Option] = {"units": 4, "output": output, "weights": "normal",
                                          "spread": 0.4}
            end = (FLAT,) if output == "sequence" else ()
            found[f"{kind} {output}"] = Case((SERIES, (kind, options), *end), "images")
            found[f"{kind} {output} padded"] = Case((PADDED, (kind, options), *end), "tokens")
            found[f"{kind} {output} in pieces"] = Case(
                (PADDED, (kind, {**options, "truncation": 2}), *end), "tokens")
        found[f"{kind} without bias"] = Case((SERIES, (kind, {"units": 4, "bias": False})),
                                             "images")
        found[f"{kind} of steps"] = Case((PADDED, (kind, {"units": 4, "output": "sequence"})),
                                         "steps")
        found[f"{kind} carried"] = Case((SERIES, (kind, {"units": 4, "carried": True})), "images")
    found["rnn relu"] = Case((SERIES, ("rnn", {"units": 4, "activation": "relu"})), "images")
    found["gru of random biases"] = Case(
        (SERIES, ("gru", {"units": 4, "weights": "pytorch"})), "images")
    return found


def _others() -> dict[str, Case]:
    # Not Adam: it makes a whole step of a gradient that is nothing but rounding.
    many = {"optimizer": OptimizerSpec("nesterov")}
    return {
        "prelu": Case((("dense", {"units": 6, "activation": "linear"}), ("prelu", {}))),
        "prelu of images": Case((IMAGE, ("prelu", {}), FLAT), "images"),
        "softmax": Case((("dense", {"units": 6}), ("softmax", {}))),
        "softmax of images": Case((IMAGE, ("conv2d", dict(LINEAR)), ("softmax", {}), FLAT),
                                  "images"),
        "dropout": Case((("dropout", {"rate": 0.5}), ("dense", {"units": 6}))),
        "noise": Case((("gaussian_noise", {"deviation": 0.5}), ("dense", {"units": 6}))),
        "much noise": Case((("gaussian_noise", {"deviation": 2.0}), ("dense", {"units": 6}))),
        "batch norm": Case((("dense", {"units": 6}), ("batch_norm", {"momentum": 0.3})), **many),
        "batch norm of images": Case((IMAGE, ("conv2d", dict(LINEAR)), ("batch_norm", {}), FLAT),
                                     "images", **many),
        "batch norm of steps": Case((SERIES, ("batch_norm", {}), FLAT), "images", **many),
        "layer norm": Case((("dense", {"units": 6}), ("layer_norm", {})), **many),
        # Of three channels that hardly differ, the division would enlarge all that is rounded.
        "layer norm of images": Case((IMAGE, ("conv2d", dict(LINEAR)),
                                      ("layer_norm", {"epsilon": 0.1}), FLAT), "images", **many),
        "global average": Case((IMAGE, ("conv2d", dict(LINEAR)), MEAN), "images"),
        "upsampling": Case((IMAGE, ("upsampling", {"factor": 2}), ("conv2d", dict(LINEAR)), MEAN),
                           "images"),
        "upsampling of steps": Case((SERIES, ("upsampling", {"factor": 3}), FLAT), "images"),
        "embedding": Case((PLAIN, FLAT), "tokens"),
        "embedding padded": Case((PADDED, FLAT), "tokens", **many),
        "sequence mean": Case((PADDED, ("sequence_mean", {})), "tokens"),
        "sequence mean of all": Case((PLAIN, ("sequence_mean", {})), "tokens"),
        "dense of steps": Case((PADDED, ("dense", {"units": 5}), MEAN), "tokens"),
        "bag of words": Case((("ngram_bag", {"vocabulary": 9, "longest": 1, "units": 4,
                                             "sparse": False, "spread": 0.5}),), "tokens"),
        "bag of words added": Case((("ngram_bag", {
            "vocabulary": 9, "longest": 1, "units": 4, "combine": "sum", "spread": 0.5}),),
            "tokens"),
        "bag of n-grams": Case((("ngram_bag", {
            "vocabulary": 9, "longest": 3, "buckets": 20, "units": 4, "sparse": False,
            "distinct": True, "spread": 0.5}),), "tokens", **many),
        "without bias": Case((("dense", {"units": 6, "bias": False}),)),
        "sampling": Case((("dense", {"units": 6}), ("sampling", {"weight": 0.1})), **many),
        "frozen": Case(whole=(
            LayerSpec("first", "dense", {"units": 6}), LayerSpec("norm", "batch_norm", frozen=True),
            LayerSpec("second", "dense", {"units": 6}, frozen=True),
            LayerSpec("output", "dense", {"units": 3, "activation": "linear"}))),
        "paths": Case(whole=(
            LayerSpec("a", "dense", {"units": 4}), LayerSpec("b", "dense", {"units": 4}, ("a",)),
            LayerSpec("sum", "add", {}, ("a", "b")),
            LayerSpec("row", "concatenate", {}, ("sum", "a", "input")),
            LayerSpec("output", "dense", {"units": 3, "activation": "linear"}))),
        "paths of images": Case(whole=(
            LayerSpec("image", *IMAGE), LayerSpec("one", "conv2d", {"filters": 2}),
            LayerSpec("two", "conv2d", {"filters": 2}, ("image",)),
            LayerSpec("sum", "add", {}, ("one", "two", "image")),
            LayerSpec("both", "concatenate", {}, ("sum", "one")), LayerSpec("row", "flatten"),
            LayerSpec("output", "dense", {"units": 3, "activation": "linear"})), data="images"),
        "paths of steps": Case(whole=(
            LayerSpec("words", *PADDED), LayerSpec("gate", "dense", {"units": 4}),
            LayerSpec("sum", "add", {}, ("words", "gate")),
            LayerSpec("walk", "gru", {"units": 4}),
            LayerSpec("output", "dense", {"units": 3, "activation": "linear"})), data="tokens"),
        "double": Case(training={"precision": "float64"}),
        "double of images": Case((IMAGE, ("conv2d", dict(LINEAR)), FLAT), "images",
                                 training={"precision": "float64"}),
    }


def layer_cases() -> dict[str, Case]:
    """Return cases for layers."""
    return {**_functions(), **_windows(), **_walks(), **_others()}


def loss_cases() -> dict[str, Case]:
    """Return cases for losses."""
    found = {f"loss {key} of {data}": Case(data=data, loss=key) for data, keys in {
        "numbers": ("softmax_cross_entropy", "mean_squared_error", "hinge"),
        "two": ("binary_cross_entropy", "mean_squared_error", "hinge"),
        "values": ("mean_squared_error", "mean_absolute_error", "huber")}.items() for key in keys}
    found |= {f"{name} with class weights": dataclasses.replace(
        case, training={"class_weights": "balanced"}) for name, case in found.items()
        if case.data != "values"}
    found["loss sequence_cross_entropy"] = Case((PADDED,), "steps")
    found["loss with smoothing"] = Case(training={"label_smoothing": 0.2})
    found["loss huber of another delta"] = Case(data="values", loss="huber",
                                                training={"huber_delta": 0.3})
    return found


def rule_cases() -> dict[str, Case]:
    """Return cases for optimizers, schedules, penalties and limits."""
    rates = {"sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "adadelta": 1.0}
    found = {}
    for key in ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "adagrad", "adadelta",
                "nadam"):
        rule = OptimizerSpec(key, epsilon=1e-4, weight_decay=0.3)
        rate = {"learning_rate": rates.get(key, 0.02)}
        found[f"rule {key}"] = Case(optimizer=rule, training=rate)
        found[f"rule {key} with all"] = Case(optimizer=rule, training={
            **rate, "l1": 0.01, "l2": 0.1, "clip_value": 0.05, "clip_norm": 0.08,
            "max_norm": 0.9, "precision": "float64"})
    return found
