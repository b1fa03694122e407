"""What every kind, activation function and loss answers, so that nobody asks for its key.

A rule that is not there yet is None; what is there must be of the shape that its readers expect.
"""

from __future__ import annotations

import math

import pytest

from engine.errors import ShapeError
from engine.layers import (
    ACTIVATIONS,
    INITIALISERS,
    LOSSES,
    ActivationFunction,
    LayerKind,
    Loss,
    Moments,
    Node,
    Options,
    Passage,
    Shape,
    kind,
    kinds,
)
from engine.spec import LayerSpec

SHAPES: tuple[Shape, ...] = ((6,), (64,), (4, 4), (4, 4, 2))
"""Rows of numbers, a sequence, an image."""


def inputs_of(layer_kind: LayerKind, options: Options) -> tuple[Shape, ...]:
    """Return shapes that can feed a layer of this kind."""
    for shape in SHAPES:
        found = (shape,) * layer_kind.fewest_inputs
        try:
            layer_kind.infer_shape(options, found)
        except ShapeError:
            continue
        return found
    raise AssertionError(f"nothing feeds {layer_kind.title}")


def faults(layer_kind: LayerKind) -> list[str]:
    """Return what a kind answers wrongly, a sentence each."""
    options = layer_kind.options(LayerSpec("x", layer_kind.key))
    inputs = inputs_of(layer_kind, options)
    found = []
    rule = layer_kind.mean_field(options, inputs)
    if rule is not None:
        passage = rule((1.0,) * len(inputs))
        if not isinstance(passage, Passage) or len(passage.gradient) != len(inputs):
            found.append("a passage has a factor for every input")
        elif not all(value >= 0 for value in (passage.output, *passage.gradient)):
            found.append("mean squares are numbers that are not negative")
    nodes = layer_kind.export(options, inputs)
    names = {parameter.name for parameter in layer_kind.parameters(options, inputs)}
    for node in nodes or ():
        if not isinstance(node, Node) or not node.op:
            found.append("a node says what it does")
        elif not set(node.parameters.values()) <= names:
            found.append("a node reads arrays that the layer has")
    key = layer_kind.initialiser(options)
    if key and key not in INITIALISERS:
        return [*found, "weights are drawn by a known scheme"]
    if not key and layer_kind.starts_equal(options):
        found.append("weights that are not drawn do not start equal")
    if not 1 <= layer_kind.equal_units(options) <= max(1, layer_kind.units(options)):
        found.append("no more units are equal than there are")
    return found


@pytest.mark.parametrize("layer_kind", kinds(), ids=lambda layer_kind: layer_kind.key)
def test_every_kind_answers(layer_kind: LayerKind) -> None:
    assert faults(layer_kind) == []


@pytest.mark.parametrize(("name", "answer", "sentence"), [
    ("mean_field", lambda *_: lambda means: Passage(1.0, ()), "a passage has a factor for every"),
    ("mean_field", lambda *_: lambda means: Passage(math.nan, (1.0,)), "mean squares are numbers"),
    ("export", lambda *_: (Node("linear", {}, {"weight": "v"}),), "a node reads arrays"),
    ("export", lambda *_: (Node(""),), "a node says"),
    ("initialiser", lambda _: "by hand", "weights are drawn by a known"),
    ("equal_units", lambda _: 10**6, "no more units"),
])
def test_a_wrong_answer_is_seen(
    monkeypatch: pytest.MonkeyPatch, name: str, answer: object, sentence: str
) -> None:
    monkeypatch.setattr(kind("dense"), name, answer)
    assert any(fault.startswith(sentence) for fault in faults(kind("dense")))


def test_a_right_answer_is_none_or_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    dense = kind("dense")
    monkeypatch.setattr(dense, "mean_field", lambda *_: lambda means: Passage(0.5, (0.5,), 1.0))
    monkeypatch.setattr(dense, "export", lambda *_: (Node("linear", {}, {"weight": "w"}),))
    assert faults(dense) == []


@pytest.mark.parametrize("function", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_every_activation_function_answers(function: ActivationFunction) -> None:
    if function.moments is not None:
        found = function.moments(1.0)
        assert isinstance(found, Moments)
        assert found.value >= 0
        assert found.slope >= 0
    assert all(node.op == function.key for node in function.nodes())


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
@pytest.mark.parametrize("task", ["classification", "sequence", "regression", "reconstruction"])
def test_every_loss_says_what_guessing_costs(loss: Loss, task: str) -> None:
    for n_classes in (0, 1, 2, 3, 10):
        width = loss.widths(task, n_classes)[0]  # type: ignore[arg-type]
        shares = (1 / n_classes,) * n_classes if n_classes else ()
        found = loss.at_chance(task, shares, width)  # type: ignore[arg-type]
        wanted = task in ("classification", "sequence") and task in loss.tasks and n_classes > 1
        if wanted:
            assert math.isfinite(found)
            assert found > 0
        elif task not in ("classification", "sequence") or n_classes < 2:
            assert math.isnan(found)
    assert (loss.guess is not None) == bool({"classification", "sequence"} & set(loss.tasks))
