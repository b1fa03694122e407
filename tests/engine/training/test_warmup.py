"""What a project needs is looked up once for all that differ in first weights alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.layers import costs, resolve
from engine.plan import ops_of
from engine.spec import OptimizerSpec, ProjectSpec
from engine.training import warmup
from engine.training.examples import Examples
from tests.engine.training.runs import LAYERS, clouds, dense, project

DATA = clouds()
EXAMPLES = Examples(np.zeros((30, 4), np.float32), np.zeros((30, 3), np.float32), 0.0)
BASE = project(*LAYERS)


def trained(**changes: Any) -> ProjectSpec:
    return replace(BASE, training=replace(BASE.training, **changes))


def ops(spec: ProjectSpec) -> tuple[str, ...]:
    return ops_of(spec, 4, 3)


@pytest.mark.parametrize("spec", [
    trained(loss="hinge"), trained(optimizer=OptimizerSpec("sgd")), trained(l1=0.1),
    trained(l2=0.1), trained(clip_norm=1.0), trained(clip_value=1.0), trained(max_norm=1.0),
    trained(precision="float64"), project(dense("dense-1", 8, "sigmoid"), *LAYERS[1:]),
    project(*LAYERS[1:]), project(dense("dense-1", 8, bias=False), *LAYERS[1:]),
    project(replace(LAYERS[0], frozen=True), *LAYERS[1:])])
def test_what_may_need_other_ops_is_looked_up_again(spec: ProjectSpec) -> None:
    assert warmup._form(spec, EXAMPLES) != warmup._form(BASE, EXAMPLES)


@pytest.mark.parametrize("spec", [
    trained(seed=7), trained(learning_rate=0.5), trained(steps=9),
    project(dense("dense-1", 8, gain=3.0, weights="he_normal"), *LAYERS[1:])])
def test_first_weights_need_no_other_ops(spec: ProjectSpec) -> None:
    assert warmup._form(spec, EXAMPLES) == warmup._form(BASE, EXAMPLES)
    assert ops(spec) == ops(BASE)


def test_a_form_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(warmup, "_KNOWN", set())
    monkeypatch.setattr(warmup, "compile_ops",
                        lambda names, precision, progress: asked.append(precision))
    for spec in (BASE, trained(seed=7), BASE, trained(l1=0.1)):
        warmup.compile_for(spec, EXAMPLES, None)
    assert len(asked) == 2


def test_a_network_is_resolved_once_in_a_row() -> None:
    network, other = BASE.network, project(*LAYERS).network
    first = resolve(network, (4,))
    assert resolve(network, (4,)) is first
    assert costs(network, (4,)) is costs(network, (4,))
    assert first[1].parameters() is first[1].parameters()
    assert resolve(network, (5,))[1].inputs == ((5,),)
    assert resolve(network, (4,)) == first
    assert resolve(other, (4,)) == first
    assert resolve(other, (4,)) is not first
