"""The maps that the program brings: sweeps that show what depth, scale and rate do to learning.

All on the digits of pen strokes that come with the program, with plain stochastic gradient descent,
so that what is seen is the network's doing and not the optimizer's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.experiments.sweep import Axis, Sweep
from engine.messages import Message, say
from engine.spec import DataSpec, LayerSpec, NetworkSpec, Option, ProjectSpec, TrainingSpec

WIDTH, STEPS = 32, 400


@dataclass(frozen=True)
class MapTemplate:
    """A sweep that the program brings.

    Attributes
    ----------
    key : str
        Name in files.
    title, setting : Message
        What it is; on which network, data and training.
    sweep : Sweep
        What is computed.
    """

    key: str
    title: Message
    setting: Message
    sweep: Sweep


def map_templates() -> tuple[MapTemplate, ...]:
    """Return them in the order in which to look at them."""
    return tuple(make() for make in TEMPLATES)


def network(depth: int, width: int = WIDTH, activation: str = "relu", **options: Option
            ) -> NetworkSpec:
    """Return a stack of so many hidden layers for the digits, of weight variance gain² / fan in."""
    hidden: dict[str, Option] = {"units": width, "activation": activation,
                                 "weights": "lecun_normal", "gain": _critical(activation),
                                 **options}
    output: dict[str, Option] = {"units": 10, "activation": "linear", "weights": "lecun_normal"}
    return NetworkSpec((
        LayerSpec("input", "input"),
        *(LayerSpec(f"dense-{number}", "dense", dict(hidden)) for number in range(1, depth + 1)),
        LayerSpec("output", "dense", output)))


def _critical(activation: str) -> float:
    """Return the gain at which signals keep their size."""
    return round(math.sqrt(2), 4) if activation == "relu" else 1.0


def _project(name: str, layers: NetworkSpec, share: float = 0.8, **training: object) -> ProjectSpec:
    settings = {"learning_rate": 0.03, "batch_size": 32, **training}
    return ProjectSpec(name=name, data=DataSpec(source="digits", training_share=share),
                       network=layers, training=TrainingSpec(**settings))  # type: ignore[arg-type]


def _even(low: float, high: float, count: int) -> tuple[float, ...]:
    step = (high - low) / (count - 1)
    return tuple(round(low + place * step, 10) for place in range(count))


def _decades(low: float, high: float, per_decade: int) -> tuple[float, ...]:
    """Return figures of three digits, evenly spaced in logarithms."""
    count = round(math.log10(high / low) * per_decade)
    return tuple(float(f"{low * 10 ** (place / per_decade):.3g}") for place in range(count + 1))


def _depth_and_scale() -> MapTemplate:
    return MapTemplate(
        "depth-scale", say("template.depth-scale"), say("template.depth-scale-setting"),
        Sweep("Depth × initial scale", _project("Depth × initial scale", network(2)),
              (Axis("gain", _even(0.5, 3.0, 41)), Axis("depth", tuple(range(1, 51)))),
              steps=STEPS))


def _rate_and_batch() -> MapTemplate:
    return MapTemplate(
        "rate-batch", say("template.rate-batch"), say("template.rate-batch-setting"),
        Sweep("Learning rate × batch size", _project("Learning rate × batch size", network(2)),
              (Axis("batch_size", tuple(2**power for power in range(9))),
               Axis("learning_rate", _decades(1e-4, 10.0, 4))), steps=STEPS))


def _width_and_depth() -> MapTemplate:
    return MapTemplate(
        "width-depth", say("template.width-depth"), say("template.width-depth-setting"),
        Sweep("Width × depth", _project("Width × depth", network(2)),
              (Axis("width", tuple(2**power for power in range(1, 8))),
               Axis("depth", tuple(range(1, 21)))), steps=STEPS))


def _dropout() -> MapTemplate:
    layers = network(2, 64)
    dropped = LayerSpec("dropout-1", "dropout", {"rate": 0.5})
    return MapTemplate(
        "dropout", say("template.dropout"), say("template.dropout-setting"),
        Sweep("Dropout rate", _project("Dropout rate", layers.inserted(2, dropped), share=0.2),
              (Axis("dropout", _even(0.0, 0.9, 10)),), seeds=5, steps=2000,
              measure="validation_accuracy"))


def _penalty() -> MapTemplate:
    return MapTemplate(
        "l2", say("template.l2"), say("template.l2-setting"),
        Sweep("L2", _project("L2", network(2, 64), share=0.2),
              (Axis("l2", _decades(1e-5, 1.0, 3)),), seeds=5, steps=2000,
              measure="validation_loss"))


TEMPLATES: tuple[Callable[[], MapTemplate], ...] = (
    _depth_and_scale, _rate_and_batch, _width_and_depth, _dropout, _penalty)
