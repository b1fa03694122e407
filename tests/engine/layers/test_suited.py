from __future__ import annotations

import math

import pytest

from engine.layers import diagnose, fitted
from engine.layers.suited import suited
from engine.spec import ProjectSpec, Task, default_project


def brought(task: Task, n_outputs: int, shape: tuple[int, ...], vocabulary: int = 0) -> ProjectSpec:
    return fitted(default_project(), task, n_outputs, vocabulary, math.prod(shape), shape)


@pytest.mark.parametrize(("example", "shape", "task", "vocabulary", "kind"), [
    ("image", (28, 28, 1), "classification", 0, "conv2d"),
    ("image", (8, 33, 3), "regression", 0, "conv2d"),
    ("sound", (65, 40), "classification", 0, "conv2d"),
    ("steps", (24, 3), "regression", 0, "gru"),
    ("tokens", (200,), "classification", 5000, "sequence_mean"),
])
def test_it_sees_the_order_and_gives_what_is_asked_for(
        example: str, shape: tuple[int, ...], task: Task, vocabulary: int, kind: str) -> None:
    project = brought(task, 5, shape, vocabulary)
    network = suited(project.network, example, shape, vocabulary)
    assert network is not None
    assert kind in [layer.kind for layer in network]
    new = ProjectSpec(network=network, training=project.training)
    assert diagnose(new, task, math.prod(shape), 5, is_image=example == "image",
                    vocabulary=vocabulary) == ()
    # What is there already is enough.
    assert suited(network, example, shape, vocabulary) is None


def test_there_is_none_for_numbers_in_no_order_and_for_tiny_images() -> None:
    network = brought("classification", 2, (30,)).network
    assert suited(network, "numbers", (30,)) is None
    assert suited(network, "image", (2, 5, 3)) is None
