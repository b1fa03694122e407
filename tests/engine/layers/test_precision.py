"""Numbers of a training that its precision cannot hold."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.layers import diagnose
from engine.layers.precision import is_rash
from engine.spec import OptimizerSpec, default_project

ADAM = OptimizerSpec("adam")


def codes(**training: Any) -> list[str]:
    project = default_project()
    project = replace(project, training=replace(project.training, **training))
    return [issue.message.code for issue in diagnose(project, "classification", 2, 2)]


@pytest.mark.parametrize("training", [
    {"l1": 1e300}, {"l2": 3.5e38},
    {"optimizer": OptimizerSpec("adamw", weight_decay=1e39)}])
def test_what_is_infinite_in_float32(training: dict[str, Any]) -> None:
    assert codes(**training) == ["training.beyond"]
    assert codes(**training, precision="float64") == []


def test_what_is_0_in_float32() -> None:
    tiny = OptimizerSpec("rmsprop", epsilon=1e-60)
    assert codes(optimizer=tiny) == ["training.no-more-than-0"]
    assert codes(optimizer=tiny, precision="float64") == []
    # Nobody reads it then.
    assert codes(optimizer=OptimizerSpec("sgd", epsilon=1e-60)) == []
    assert codes(optimizer=OptimizerSpec("sgd", weight_decay=1e39)) == []


def test_a_rate_of_any_size_is_no_reason_not_to_see_what_comes_of_it() -> None:
    assert codes(learning_rate=1e39) == []
    training = default_project().training
    assert is_rash(replace(training, learning_rate=1e20))
    assert not is_rash(replace(training, learning_rate=1e20, precision="float64"))
    assert not is_rash(replace(training, learning_rate=1e19))


def test_the_largest_and_smallest_that_float32_holds() -> None:
    assert codes(l2=3.4e38) == []
    assert codes(optimizer=OptimizerSpec("adam", epsilon=1.2e-38)) == []


def test_a_layers_own_penalty() -> None:
    project = default_project()
    layers = [replace(layer, l2=1e39) if layer.id == "dense-2" else layer
              for layer in project.network]
    issues = diagnose(replace(project, network=replace(project.network, layers=tuple(layers))),
                      "classification", 2, 2)
    assert [(issue.layer_id, issue.message.code) for issue in issues] == [
        ("dense-2", "layer.beyond")]
    assert "Layer 2 (Dense): l2: 1e+39 is more than float32 holds" in issues[0].text
