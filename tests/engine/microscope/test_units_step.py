"""A step of layers that normalise, drop, draw, join and apply a function to a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.microscope.program import Program
from engine.microscope.trace import Trace
from engine.plan import Plan
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.microscope import opened
from tests.engine.microscope.agreement import Reals, compare, project_of

pytestmark = pytest.mark.sampled

LAYERS: dict[str, list[dict[str, Any]]] = {
    "batch_norm": [{}, {"epsilon": 0.1, "momentum": 0.3}],
    "layer_norm": [{}, {"epsilon": 0.1}],
    "dropout": [{}, {"rate": 0.5}, {"rate": 0.0}],
    "gaussian_noise": [{}, {"deviation": 2.0}],
    "prelu": [{}, {"slope": 0.0}],
    "softmax": [{}],
    "sampling": [{}, {"weight": 0.0}, {"weight": 2.0}],
}

FORMS: dict[str, dict[str, Any]] = {
    "sequence": {"form": "sequence", "steps": 3, "features": 4},
    "image": {"form": "image", "height": 2, "width": 3, "channels": 2},
}


def batch(n: int = 5, i: int = 3, o: int = 3) -> tuple[Reals, Reals]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((n, i)), np.eye(o)[rng.integers(0, o, n)]


def dense(name: str, units: int, *inputs: str, activation: str = "tanh", **more: Any
          ) -> LayerSpec:
    return LayerSpec(name, "dense", {"units": units, "activation": activation}, inputs, **more)


def chain(*layers: LayerSpec) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), *layers))


def moved(plan: Plan) -> None:
    """Let running statistics be something else than 0 and 1."""
    rng = np.random.default_rng(3)
    for layer in plan.layers:
        for key, value in layer.parameters.items():
            if key.startswith("running"):
                plan.arena[value.data:value.data + value.size] = rng.uniform(0.5, 2, value.size)


def found(network: NetworkSpec, data: tuple[Reals, Reals], **more: Any) -> tuple[Program, Trace]:
    program = compare(project_of(network, **more), *data, prepare=moved)
    return program, opened.check(program)


def mistakes(program: Program) -> set[str]:
    return {key for statement in program.statements for key in statement.mistakes}


# Sampling takes a row of numbers alone.
@pytest.mark.parametrize(("key", "options", "form"), [
    (key, options, form) for key, all_of in LAYERS.items() for options in all_of
    for form in ("row", "sequence", "image", "first")
    if key != "sampling" or form in ("row", "first")])
def test_every_line_agrees_with_the_engine(key: str, options: dict[str, Any], form: str) -> None:
    layer = LayerSpec("layer", key, options)
    reshaped = FORMS["sequence" if form == "sequence" else "image"]
    between = [] if form in ("row", "first") else [LayerSpec("reshape", "reshape", reshaped)]
    before = [] if form == "first" else [dense("one", 12), *between]
    after = [LayerSpec("flatten", "flatten"), dense("two", 3, activation="linear")]
    found(chain(*before, layer, *after), batch(i=4))


@pytest.mark.parametrize("key", ["batch_norm", "layer_norm", "prelu"])
def test_a_frozen_layer_is_explained(key: str) -> None:
    layer = LayerSpec("layer", key, frozen=True)
    program, _ = found(chain(dense("one", 4), layer, dense("two", 3, activation="linear")),
                       batch())
    assert "dscale2" in {one.name for one in program.statements} or key == "prelu"
    assert not program.writers("scale2")


@pytest.mark.parametrize("form", ["row", "sequence"])
def test_a_batch_of_one_is_explained(form: str) -> None:
    between = [LayerSpec("reshape", "reshape", {"form": "sequence", "steps": 3, "features": 2})] \
        if form == "sequence" else []
    program, _ = found(chain(dense("one", 6), *between, LayerSpec("norm", "batch_norm"),
                             LayerSpec("flatten", "flatten"),
                             dense("two", 3, activation="linear")), batch(1))
    number = 2 + len(between)
    assert bool(program.writers(f"mean{number}")) == (form == "sequence")
    assert bool(program.writers(f"running_mean{number}")) == (form == "sequence")


def test_the_ways_through_mean_and_variance_can_be_forgotten() -> None:
    for key in ("batch_norm", "layer_norm"):
        program, trace = found(chain(dense("one", 4), LayerSpec("norm", key),
                                     dense("two", 3, activation="linear")), batch())
        assert {"mean-term-forgotten", "variance-term-forgotten",
                "statistics-taken-for-constants"} <= mistakes(program)
        assert {"xhat2", "mean2", "var2"} <= {one.of for one in program.statements}
        number = trace.number(program.writers("da1")[-1], (0, 0))
        assert len(number.added) == 3


def test_dropout_goes_back_through_the_same_mask() -> None:
    program, trace = found(chain(dense("one", 6), LayerSpec("drop", "dropout", {"rate": 0.5}),
                                 dense("two", 3, activation="linear")), batch())
    mask = program.given["mask2"]
    assert 0 < mask.mean() < 1
    np.testing.assert_allclose(trace.last("da1"), trace.last("da2") * mask * 2)
    assert {"mask-forgotten", "scale-forgotten"} <= mistakes(program)


def test_the_draw_and_the_second_loss_of_an_autoencoder_are_explained() -> None:
    program, trace = found(chain(dense("one", 4, activation="linear"),
                                 LayerSpec("code", "sampling", {"weight": 0.5}),
                                 dense("two", 3, activation="linear")), batch())
    first, second = program.writers("L")
    assert trace.values[second] > trace.values[first]
    assert {"noise-forgotten", "divergence-forgotten"} <= mistakes(program)


@pytest.mark.parametrize("key", ["add", "concatenate"])
def test_branches_are_explained(key: str) -> None:
    network = chain(dense("one", 4), dense("two", 4), dense("three", 4, "one"),
                    LayerSpec("join", key, {}, ("one", "three", "two")),
                    dense("four", 3, activation="linear"))
    program, trace = found(network, batch())
    whole, = program.writers("da1")
    assert program.statements[whole].of == "a1"
    assert len(trace.number(whole, (0, 0)).added) == 3
    assert "branch-overwritten" in mistakes(program)
    # What goes back to one reader alone is no gradient of anything that has a name.
    assert all(program.writers(one.of) or one.of in program.given
               for one in program.statements if one.of)


@pytest.mark.parametrize("form", ["sequence", "image"])
def test_branches_of_sequences_and_images_are_explained(form: str) -> None:
    reshaped = FORMS["sequence" if form == "sequence" else "image"]
    network = chain(dense("one", 12), LayerSpec("shape", "reshape", reshaped),
                    LayerSpec("norm", "layer_norm"), LayerSpec("drop", "dropout", {}, ("shape",)),
                    LayerSpec("side", "concatenate", {}, ("norm", "drop", "shape")),
                    LayerSpec("flat", "flatten"), LayerSpec("flat2", "flatten", {}, ("shape",)),
                    LayerSpec("noise", "gaussian_noise"),
                    LayerSpec("sum", "add", {}, ("noise", "one", "flat2")),
                    LayerSpec("all", "concatenate", {}, ("flat", "sum")),
                    dense("four", 3, activation="linear"))
    found(network, batch())
