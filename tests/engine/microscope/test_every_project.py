"""Every template and every op: a step taken apart is the engine's, and costs the run nothing."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.sources import load
from engine.kernels.ops.catalogue import OPS
from engine.layers import LOSSES
from engine.microscope.program import EXPLANATIONS
from engine.training import Trainer
from tests.golden.same_bytes_cases import made, templates

PROJECTS = {**templates(), **made()}
LONG = ("16-character-rnn", "17-character-lstm", "18-character-gru")

def test_every_op_of_a_training_step_is_explained() -> None:
    """Who adds an op is told that its explanation is missing, not a student."""
    looked_at = {loss.output_op for loss in LOSSES.values()} | {
        loss.score_op for loss in LOSSES.values()}
    missing = OPS.keys() - EXPLANATIONS.keys() - looked_at
    assert not missing


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.whole) if name in LONG else name for name in PROJECTS])
def test_a_step_taken_apart_is_the_engines(name: str) -> None:
    project = PROJECTS[name]
    data = load(project.data)
    run, other = Trainer(project, data), Trainer(project, data)
    for _ in range(3):
        run.run(1)
        other.run(1)
    found = run.dissect()
    assert found.step == 3
    assert found.disagreement() < 1e-12
    alone = run.dissect(example=0)
    assert alone.program.n == 1
    assert alone.disagreement() < 1e-12
    # Looking has changed no byte of what follows.
    for _ in range(2):
        run.run(1)
        other.run(1)
    np.testing.assert_array_equal(run.checkpoint().regions, other.checkpoint().regions)
