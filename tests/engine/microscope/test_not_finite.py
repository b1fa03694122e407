"""Steps whose numbers overflow, as those of a run that diverges: all can be looked at, honestly."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import pytest

from engine.microscope import sheet
from engine.microscope.check import CheckAll, check_one, check_update
from engine.microscope.dissection import Dissection
from engine.microscope.hunt import Hunt
from engine.microscope.ladder import ladder
from engine.microscope.rules import Rule
from engine.microscope.trace import run
from engine.spec import LayerSpec
from tests.engine.training.runs import clouds, dense, trainer

IMAGE = (LayerSpec("image", "reshape", {"height": 4, "width": 4}),
         LayerSpec("conv", "conv2d", {"filters": 2, "kernel": 3, "activation": "relu"}),
         LayerSpec("norm", "batch_norm"), LayerSpec("pool", "average_pooling"),
         LayerSpec("flat", "flatten"), dense("output", 3, "linear"))
SERIES = (LayerSpec("series", "reshape", {"form": "sequence", "steps": 4, "features": 4}),
          LayerSpec("memory", "lstm", {"units": 2}), dense("output", 3, "linear"))
PLAIN = (dense("one", 3, "relu"), dense("two", 3, "relu"), dense("output", 3, "linear"))
LIMITED: dict[str, Any] = {"clip_norm": 1.0, "max_norm": 1.0, "l2": 0.1}
RUNS: dict[str, tuple[tuple[LayerSpec, ...], str, dict[str, Any]]] = {
    **{f"{key} limited": (PLAIN, key, LIMITED) for key in ("sgd", "adam", "adadelta", "nadam")},
    **{f"{key} free": (PLAIN, key, {}) for key in ("adamw", "rmsprop", "adagrad", "momentum")},
    "image": (IMAGE, "sgd", {}), "series": (SERIES, "sgd", LIMITED),
}


@cache
def begun(name: str) -> Dissection:
    layers, rule, more = RUNS[name]
    made = trainer(clouds(6, 0, 3, 16), *layers, optimizer=rule, batch_size=4,
                   precision="float64", **more)
    made.run(1)
    return made.dissect()


def grown(name: str, size: float) -> Dissection:
    """Return a step whose parameters are so large, of either sign."""
    found = begun(name)
    given = {key: np.where(np.arange(array.size) % 3, size, -size).reshape(array.shape)
             if key in found.parameters else array for key, array in found.program.given.items()}
    return dataclasses.replace(found, trace=run(dataclasses.replace(found.program, given=given)))


@pytest.mark.parametrize("size", [1e200, np.inf])
@pytest.mark.parametrize("name", RUNS)
def test_every_number_opens_and_is_checked(name: str, size: float) -> None:
    found = grown(name, size)
    trace, rule = found.trace, Rule(found.trace)
    for i, one in enumerate(found.program.statements):
        for index in np.ndindex(*one.shape):
            number = trace.number(i, index)
            assert np.isfinite(number.value) == np.isfinite(trace.values[i][index]), one
            assert len(number.products) in (0, *(len(part.values) for part in number.factors))
        last = tuple(length - 1 for length in one.shape)
        check_update(trace, i, last, rule)
        if one.of:
            check_one(trace, i, last)
    ladder(trace)
    sheet.table(found, ".")
    sheet.sheet(found, True, ".")


def test_what_overflows_is_not_called_wrong() -> None:
    checks = CheckAll(grown("sgd limited", 1e200).trace)
    while checks.advance(1.0):
        pass
    assert not checks.failures
    assert checks.message.code == "check.some-overflow"
    assert checks.overflows == checks.total > 0


def test_a_hunt_says_why_no_mistake_would_show() -> None:
    assert Hunt(grown("sgd limited", 1e200), 1).message.code == "hunt.overflow"
