"""A layer for tests: it hands a sequence on with a mask that the test fills in."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from engine.layers import LayerKind, Lowering, Options, Shape, registry
from engine.training import Trainer


class Masked(LayerKind):
    key, title, help, icon = "masked", "Masked", "Hands its input on, with a mask.", "layers"

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]

    def lower(self, options: Options, plan: Lowering) -> None:
        (x,) = plan.inputs
        plan.result(dataclasses.replace(x, mask=plan.value((x.shape[0],)).data))


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let networks have this layer until the test ends."""
    monkeypatch.setitem(registry._BY_KEY, "masked", Masked())


def fill(run: Trainer, mask: Sequence[Sequence[float]] | Any) -> Trainer:
    """Write the mask of a batch, whose examples keep their places, into a network."""
    [value] = [layer.output for layer in run._plan.layers if layer.spec.kind == "masked"]
    rows = np.asarray(mask, np.float64)
    run._plan.arena[value.mask:value.mask + rows.size] = rows.ravel()
    return run
