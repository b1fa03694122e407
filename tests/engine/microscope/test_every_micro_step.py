"""Deep, convolutional, recurrent and residual networks: every micro-step can be opened."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.sources import load
from engine.microscope.walk import Level, MicroStep, Walk
from engine.spec import LayerSpec
from engine.training import Trainer
from tests.engine.training.runs import clouds, dense, trainer
from tests.golden.same_bytes_cases import templates


def memory() -> Trainer:
    """Return a run of an LSTM over 20 steps."""
    return trainer(
        clouds(20, 4, 3, 20),
        LayerSpec("series", "reshape", {"form": "sequence", "steps": 20, "features": 1}),
        LayerSpec("memory", "lstm", {"units": 6}), dense("output", 3, "linear"))


def of(template: str) -> Trainer:
    project = templates()[template]
    return Trainer(project, load(project.data))


def index_of(step: MicroStep, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the number that is opened at a micro-step: the unit's first one."""
    return (*(0,) * (len(shape) - 1), step.unit) if shape else ()


@pytest.mark.parametrize("name", ["09-thirty-tanh-layers", "13-lenet", "10-residual", "memory"])
def test_every_micro_step_opens_to_its_own_number(name: str) -> None:
    run = memory() if name == "memory" else of(name)
    run.run(1)
    trace = run.dissect().trace
    walk = Walk(trace.program, Level.NEURON)
    for place in range(len(walk)):
        step = walk.step(place)
        index = index_of(step, trace.program.statements[step.statement].shape)
        value = float(trace.values[step.statement][index])
        number = trace.number(step.statement, index)
        scale = float(np.max(np.abs(trace.values[step.statement]), initial=1e-300))
        assert abs(number.value - value) <= 1e-11 * scale, trace.program.statements[step.statement]
    assert len(walk) > 1000
    assert walk.step(len(walk) - 1).statement == len(trace) - 1
