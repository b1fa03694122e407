"""How much memory a plan takes beyond what its batches need."""

from __future__ import annotations

import pytest

from engine.spec import LayerSpec, NetworkSpec
from engine.training.examples import FEWEST, KEPT, capacity_for


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_states_that_only_a_recurrent_layer_sees_count(kind: str) -> None:
    steps, units = 784, 128
    network = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("fold", "reshape", {"form": "sequence", "features": 1, "steps": steps}),
        LayerSpec("layer", kind, {"units": units, "output": "last"}),
        LayerSpec("output", "dense", {"units": 10, "activation": "linear"})))
    assert capacity_for(network, steps) <= max(FEWEST, KEPT // (steps * units))
