"""Layers with all that follows from their places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.layers import resolve
from engine.spec import LayerSpec, NetworkSpec
from engine.spec.values import are_same


def layers_of(*options: dict[str, Any]) -> NetworkSpec:
    """Return dense layers of 4 units that differ in other options alone."""
    return NetworkSpec((LayerSpec("input", "input"), *(
        LayerSpec(f"dense-{number}", "dense", {"units": 4, **more})
        for number, more in enumerate(options))))


def test_layers_that_are_alike_share_the_description_of_their_arrays() -> None:
    _, first, second, other, last = resolve(layers_of({}, {}, {"gain": 2.0}, {"gain": 2.0}), (4,))
    assert first.parameters() is second.parameters()
    assert other.parameters() is last.parameters()
    assert first.parameters() is not other.parameters()
    assert [layer.spec.id for layer in (first, second)] == ["dense-0", "dense-1"]


@pytest.mark.parametrize("inputs", [4, 5])
def test_layers_that_see_something_else_do_not(inputs: int) -> None:
    _, first, second = resolve(layers_of({}, {}), (inputs,))
    assert (first.parameters() is second.parameters()) == (inputs == 4)
    assert [layer.parameters()[0].shape for layer in (first, second)] == [(inputs, 4), (4, 4)]


def test_equal_options_of_other_types_are_not_the_same() -> None:
    # A whole number is no truth value: the default stands for it, which is another bias.
    _, first, second = resolve(layers_of({"bias": False}, {"bias": 0}), (4,))
    assert [len(layer.parameters()) for layer in (first, second)] == [1, 2]


@pytest.mark.parametrize(("one", "other", "same"), [
    ({"a": 1, "b": True}, {"a": 1, "b": True}, True),
    ({"a": 1, "b": True}, {"b": 1, "a": True}, False),
    ({"a": 1}, {"a": True}, False),
    ({"a": 1}, {"a": 1.0}, False),
    ({"a": "x"}, {"a": "x"}, True),
    ({"a": "x"}, {"c": "x"}, False),
    ({"a": [1]}, {"a": [True]}, False),
    ({"a": np.zeros(2)}, {"a": np.zeros(2)}, False),
])
def test_values_are_the_same_with_their_types(one: dict[str, Any], other: dict[str, Any],
                                              same: bool) -> None:
    assert are_same(one, other) == same
