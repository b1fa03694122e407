"""Networks that make sense, and projects that need not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from engine.errors import ShapeError
from engine.layers import LOSSES, OPTIMIZERS, Field, infer_shapes, kind, kinds
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    TrainingSpec,
)
from tests.engine.spec.strategies import NAMES

ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.binary(max_size=3), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
    st.sampled_from(["dense", "input", "adam", "tanh", "softmax_cross_entropy", object(), 10**400]))

WIDEST = 9
"""Most units of a layer, so that thousands of plans are quick to build."""

LARGEST = 2000
"""Most numbers that a layer gives for an example."""

INPUT_WIDTHS = (1, 2, 3, 4)
"""Numbers per example for which networks are made."""


def allowed(field: Field) -> st.SearchStrategy[Any]:
    """Return the values that a field takes; integers only small ones."""
    if field.choices:
        return st.sampled_from([choice.key for choice in field.choices])
    if isinstance(field.default, bool):
        return st.booleans()
    assert field.minimum is not None
    assert field.maximum is not None
    if isinstance(field.default, int):
        return st.integers(int(field.minimum), min(WIDEST, int(field.maximum)))
    return st.floats(field.minimum, field.maximum)


def options(key: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return options of a layer kind, any of them left out."""
    return st.fixed_dictionaries({}, optional={
        field.key: allowed(field) for field in kind(key).fields})


def fits(layers: Sequence[LayerSpec]) -> bool:
    """Say whether layers can follow one another whatever the width of the data, and stay small."""
    try:
        return all(math.prod(shape) <= LARGEST for width in INPUT_WIDTHS
                   for shape in infer_shapes(NetworkSpec(tuple(layers)), (width,)))
    except ShapeError:
        return False


@st.composite
def folded(draw: st.DrawFn) -> list[LayerSpec]:
    """Return layers that make an image or a sequence of any input."""
    sizes = st.integers(1, 5)
    height, width, channels = draw(sizes), draw(sizes), draw(st.integers(1, 3))
    shape = {"form": "image", "height": height, "width": width, "channels": channels}
    if draw(st.booleans()):
        shape = {"form": "sequence", "steps": height * width, "features": channels}
    return [LayerSpec("before", "dense", {"units": height * width * channels}),
            LayerSpec("fold", "reshape", shape)]


@st.composite
def networks(draw: st.DrawFn, outputs: int) -> NetworkSpec:
    """Return a network that gives so many outputs, for data of any of `INPUT_WIDTHS`."""
    layers = [LayerSpec("input", "input"), *(draw(folded()) if draw(st.booleans()) else [])]
    for place, key in enumerate(draw(st.lists(st.sampled_from(
            [k.key for k in kinds() if k.insertable and not k.reads_tokens]), max_size=6))):
        feeding: tuple[str, ...] = ()
        if kind(key).fewest_inputs > 1:
            others = draw(st.lists(st.sampled_from([layer.id for layer in layers]), max_size=3,
                                   unique=True))
            feeding = tuple(dict.fromkeys([layers[-1].id, *others]))
        layer = LayerSpec(f"layer-{place}", key, draw(options(key)), feeding)
        if fits([*layers, layer]):
            layers.append(layer)
    last = LayerSpec("output", "dense", {**draw(options("dense")), "units": outputs})
    # A dense layer takes sequences too, and would give a row of numbers for every step.
    if len(infer_shapes(NetworkSpec(tuple(layers)), (1,))[-1]) > 1:
        layers.append(LayerSpec("flat", "flatten"))
    after = [LayerSpec("after", "activation", draw(options("activation")))] \
        if draw(st.booleans()) else []
    return NetworkSpec((*layers, last, *after))


@st.composite
def trainable(draw: st.DrawFn) -> tuple[ProjectSpec, str, int]:
    """Return a project for rows of numbers, its task and its number of classes or values."""
    loss = draw(st.sampled_from([loss for loss in LOSSES.values()
                                 if not {"sequence", "transcription"} & set(loss.tasks)]))
    task = draw(st.sampled_from(loss.tasks))
    n_outputs = draw(st.integers(2 if task == "classification" else 1, 4))
    width = draw(st.sampled_from(loss.widths(task, n_outputs)))
    training = TrainingSpec(
        loss=loss.key, optimizer=OptimizerSpec(draw(st.sampled_from(list(OPTIMIZERS)))),
        batch_size=draw(st.integers(0, 70)),
        precision=draw(st.sampled_from(["float32", "float64"])),
        seed=draw(st.integers(0, 2**32 - 1)))
    return ProjectSpec(network=draw(networks(width)), training=training), task, n_outputs


STEP_BY_STEP = ("dense", "activation", "dropout", "layer_norm", "gaussian_noise", "prelu")
"""Kinds that give a sequence of as many steps as they read."""


@st.composite
def sequential(draw: st.DrawFn) -> tuple[ProjectSpec, int, int]:
    """Return a project for a class at every step, its number of classes and of tokens."""
    classes, vocabulary = draw(st.integers(2, WIDEST)), draw(st.integers(1, WIDEST))
    embedding = {**draw(options("embedding")), "vocabulary": vocabulary}
    middle = [LayerSpec(f"layer-{place}", key, draw(options(key)))
              for place, key in enumerate(draw(st.lists(st.sampled_from(STEP_BY_STEP),
                                                        max_size=4)))]
    if draw(st.booleans()):
        states = draw(options(key := draw(st.sampled_from(["rnn", "lstm", "gru"]))))
        middle.append(LayerSpec("states", key, {**states, "output": "sequence"}))
    last = LayerSpec("output", "dense", {**draw(options("dense")), "units": classes})
    training = TrainingSpec(loss="sequence_cross_entropy", batch_size=draw(st.integers(0, 70)),
                            precision=draw(st.sampled_from(["float32", "float64"])))
    network = NetworkSpec((LayerSpec("input", "input"),
                           LayerSpec("embedding", "embedding", embedding), *middle, last))
    return ProjectSpec(network=network, training=training), classes, vocabulary


def broken_layers() -> st.SearchStrategy[Any]:
    """Return layers with anything in any place that is not its name."""
    return st.builds(LayerSpec, NAMES,
                     st.one_of(st.sampled_from([k.key for k in kinds()]), NAMES),
                     st.dictionaries(st.one_of(st.sampled_from(
                         [field.key for k in kinds() for field in k.fields]), NAMES),
                         ANYTHING, max_size=3))


def broken() -> st.SearchStrategy[ProjectSpec]:
    """Return projects as a careless program may make them: nothing checks types in Python."""
    optimizers = st.builds(OptimizerSpec, ANYTHING, *[ANYTHING] * 6)
    training = st.builds(TrainingSpec, ANYTHING, st.one_of(optimizers, st.just(OptimizerSpec())),
                         *[ANYTHING] * 8)
    return st.builds(
        ProjectSpec, name=NAMES, data=st.just(DataSpec()),
        network=st.builds(NetworkSpec, st.lists(broken_layers(), max_size=4).map(tuple)),
        training=st.one_of(st.just(TrainingSpec()), training))
