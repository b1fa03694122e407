"""A step of dense layers: every line, and what its numbers are made of."""

from __future__ import annotations

import numpy as np
import pytest

from engine.microscope.trace import run
from engine.spec import LayerSpec, NetworkSpec
from engine.training import Trainer
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.indices import indices
from tests.engine.training.runs import trainer

pytestmark = pytest.mark.sampled


def dense(name: str, units: int, activation: str = "tanh", **options: object) -> LayerSpec:
    return LayerSpec(name, "dense", {"units": units, "activation": activation, **options})


def network(*layers: LayerSpec) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), *layers))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear"])
@pytest.mark.parametrize("bias", [True, False])
def test_every_line_agrees_with_the_engine(activation: str, bias: bool) -> None:
    rng = np.random.default_rng(1)
    chain = network(dense("one", 4, activation, bias=bias), dense("two", 3, "linear"))
    program = compare(project_of(chain), rng.standard_normal((5, 2)),
                      np.eye(3)[rng.integers(0, 3, 5)])
    trace = run(program)
    for i, statement in enumerate(program.statements):
        if statement.opening is None:
            continue
        for index in indices(trace.values[i].shape, i):
            number = trace.number(i, index)
            assert number.value == pytest.approx(trace.values[i][index], rel=1e-12, abs=1e-15)


def test_a_run_is_taken_apart_and_not_disturbed() -> None:
    run_of: Trainer = trainer()
    run_of.run(7)
    before = run_of.checkpoint()
    found = run_of.dissect()
    assert found.disagreement() < 1e-12
    assert found.step == 7
    assert found.program.n == len(found.rows) == found.batch
    after = run_of.checkpoint()
    np.testing.assert_array_equal(before.regions, after.regions)
    run_of.run(1)
    single = run_of.dissect(example=0)
    assert single.program.n == 1
    last = run_of.dissect(example=10**6)
    assert last.rows.tolist() == [run_of.dissect().rows[-1]], "a batch may have fewer"
    assert single.disagreement() < 1e-12
