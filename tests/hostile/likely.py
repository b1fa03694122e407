"""Projects that look right, drawn by number: any kinds, options and settings that fields allow."""

from __future__ import annotations

import random
from typing import Any

from engine.layers import LOSSES, OPTIMIZERS, Field, kinds
from tests.hostile.projects import Content, layer

Rng = random.Random

SOURCES = ("circle", "spiral", "gauss", "xor", "moons", "iris", "wine", "digits", "sine",
           "penguins", "plane", "breast_cancer")
"""Data that are always there; one of them that is not there is refused like any other."""

MOST_LAYERS = 7
LARGEST_SIZE = 12
"""Of whole numbers among options: what is larger takes long, and is no other case."""


def value(rng: Rng, field: Field) -> Any:
    """Return something that a field takes, its ends among it."""
    if field.choices:
        return rng.choice([choice.key for choice in field.choices])
    if isinstance(field.default, bool):
        return rng.random() < 0.5
    low, high = field.minimum or 0, field.maximum or 1
    if isinstance(field.default, int):
        return rng.choice((int(low), field.default, rng.randint(int(low), int(min(
            high, low + LARGEST_SIZE)))))
    return rng.choice((low, high, field.default, rng.uniform(low, min(high, low + 2))))


def _options(rng: Rng, fields: tuple[Field, ...]) -> dict[str, Any]:
    return {field.key: value(rng, field) for field in fields if rng.random() < 0.4}


def _training(rng: Rng) -> dict[str, Any]:
    found: dict[str, Any] = {
        "loss": rng.choice(list(LOSSES)), "learning_rate": rng.choice((0.0, 1e-4, 0.01, 0.03, 0.3)),
        "batch_size": rng.choice((0, 1, 7, 10, 1000)),
        "optimizer": {"kind": rng.choice(list(OPTIMIZERS))},
        "precision": rng.choice(("float32", "float32", "float64"))}
    for key, values in (("l1", (1e-4, 0.1)), ("l2", (1e-3, 0.5)), ("clip_norm", (1.0,)),
                        ("clip_value", (0.1,)), ("max_norm", (2.0,)), ("label_smoothing", (0.1,)),
                        ("class_weights", ("balanced",)), ("shuffle", (False,))):
        if rng.random() < 0.15:
            found[key] = rng.choice(values)
    if rng.random() < 0.2:
        found["schedule"] = {"kind": rng.choice(("step", "exponential", "cosine", "warmup"))}
    if rng.random() < 0.1:
        found["averaging"] = {"kind": rng.choice(("mean", "exponential"))}
    return found


def drawn(seed: int) -> Content:
    """Return a project; the same number makes the same one."""
    rng = Rng(seed)
    every = [found for found in kinds() if found.insertable]
    layers = [layer("input", "input")]
    for place in range(rng.randrange(MOST_LAYERS)):
        found = rng.choice(every) if rng.random() < 0.6 else next(
            one for one in every if one.key == "dense")
        feeding = [rng.choice(layers)["id"] for _ in range(found.fewest_inputs)] \
            if found.fewest_inputs > 1 else []
        layers.append(layer(f"{found.key}-{place}", found.key, *dict.fromkeys(feeding),
                            **_options(rng, found.fields)))
    source, width = rng.choice((("circle", 2), ("spiral", 2), ("iris", 3), ("digits", 10),
                                ("wine", 3), ("sine", 1), (rng.choice(SOURCES), 2)))
    layers.append(layer("output", units=width, activation="linear"))
    training = _training(rng)
    if rng.random() < 0.7:
        # One that suits most of these data.
        training["loss"] = "mean_squared_error" if width == 1 else "softmax_cross_entropy"
    return {"version": 1, "name": f"Drawn {seed}", "data": {"source": source},
            "network": {"layers": layers}, "training": training}
