"""Every optimizer, penalty and limit: what is remembered, the step, and the weights after it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.layers import OPTIMIZERS
from engine.microscope.program import Program
from engine.microscope.statement import Phase
from engine.microscope.trace import run
from engine.microscope.writer import EXPLANATIONS
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.proofs import assert_mistakes, assert_openings, codes_of

pytestmark = pytest.mark.sampled

RATE = 0.05
OF_THE_STEP = ("step-uphill", "rate-forgotten")
OWN = {
    "sgd": (), "momentum": ("momentum-forgotten",),
    "nesterov": ("momentum-forgotten", "look-ahead-forgotten"),
    "rmsprop": ("memory-forgotten", "epsilon-inside-root", "square-forgotten"),
    "adam": ("momentum-forgotten", "memory-forgotten", "bias-correction-left-out",
             "epsilon-inside-root"),
    "adamw": ("bias-correction-left-out", "decay-in-the-gradient", "decay-of-biases",
              "decay-left-out"),
    "adagrad": ("memory-forgotten", "squares-without-root"),
    "adadelta": ("memory-forgotten", "epsilon-outside-root", "units-forgotten"),
    "nadam": ("momentum-forgotten", "look-ahead-forgotten", "bias-correction-left-out"),
}


def chain(**of_first: Any) -> NetworkSpec:
    return NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("one", "dense", {"units": 4, "activation": "tanh"}, **of_first),
        LayerSpec("two", "dense", {"units": 3, "activation": "linear"})))


def step(network: NetworkSpec | None = None, kind: str = "sgd", steps: int = 3,
         constants: dict[str, float] | None = None, **training: Any) -> Program:
    rng = np.random.default_rng(5)
    project = project_of(network or chain(), learning_rate=training.pop("rate", RATE),
                         optimizer=OptimizerSpec(kind, **(constants or {})))
    project = replace(project, training=replace(project.training, **training))
    return compare(project, rng.standard_normal((6, 2)), np.eye(3)[rng.integers(0, 3, 6)],
                   steps=steps)


def test_all_are_explained() -> None:
    assert {optimizer.op for optimizer in OPTIMIZERS.values()} <= EXPLANATIONS.keys()
    assert set(OWN) == set(OPTIMIZERS)


@pytest.mark.parametrize("steps", [0, 1, 4000])
@pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
def test_optimizer(kind: str, steps: int) -> None:
    program = step(kind=kind, steps=steps)
    assert_openings(program)
    # Of squares that are much larger than it, epsilon hardly differs from nothing.
    easily = ("epsilon-inside-root", "epsilon-outside-root", "squares-without-root")
    assert_mistakes(program, *OF_THE_STEP, *(OWN[kind] if steps == 1 else ()), may_agree=easily)
    if steps == 4000:
        assert not any("bias-correction-left-out" in one.mistakes and one.name.startswith("mW")
                       and kind != "nadam" for one in program.statements)


@pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
def test_other_constants(kind: str) -> None:
    constants = {"momentum": 0.7, "beta1": 0.8, "beta2": 0.95, "rho": 0.9, "epsilon": 1e-3,
                 "weight_decay": 0.3}
    program = step(kind=kind, constants=constants, rate=0.2)
    assert_openings(program)
    assert_mistakes(program, *OF_THE_STEP, *OWN[kind])


@pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
def test_without_any_memory(kind: str) -> None:
    program = step(kind=kind, constants={"momentum": 0.0, "beta1": 0.0, "beta2": 0.0, "rho": 0.0})
    assert_openings(program)
    assert_mistakes(program, may_agree=("epsilon-inside-root", "look-ahead-forgotten"))


@pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
@pytest.mark.parametrize("penalties", [{"l2": 0.1}, {"l1": 0.02}, {"l1": 0.02, "l2": 0.1}],
                         ids=["l2", "l1", "both"])
def test_penalties_are_for_weights(kind: str, penalties: dict[str, float]) -> None:
    program = step(kind=kind, **penalties)
    assert_openings(program)
    assert_mistakes(program, "penalty-left-out", "penalty-turned", "penalty-of-biases",
                    may_agree=("epsilon-inside-root", "epsilon-outside-root"))
    assert len(program.writers("gW1")) == len(program.writers("gW2")) == 1
    assert not program.writers("gb1")
    assert not any(one.of for one in program.statements if one.name == "gW1")


def test_a_layer_has_penalties_of_its_own() -> None:
    program = step(chain(l1=0.5, l2=0.0), l2=0.1)
    assert "0.5 * np.sign(W1)" in codes_of(program, "gW1")[0]
    assert " * W1" not in codes_of(program, "gW1")[0]
    assert "0.1 * W2" in codes_of(program, "gW2")[0]
    assert not step(chain(l2=0.0), l2=0.1).writers("gW1")
    decayed = step(chain(weight_decay=0.7), kind="adamw")
    assert "0.7 * W1" in codes_of(decayed, "W1")[0]
    assert "0.01 * W2" in codes_of(decayed, "W2")[0]
    assert len(codes_of(decayed, "b1")) == 1
    assert len(codes_of(step(chain(weight_decay=0.7), kind="adam"), "W1")) == 1


OTHERS = {
    "images": (LayerSpec("front", "dense", {"units": 16}),
               LayerSpec("form", "reshape", {"form": "image", "height": 4, "width": 4,
                                             "channels": 1}),
               LayerSpec("middle", "conv2d", {"filters": 2, "kernel": 3}),
               LayerSpec("norm", "batch_norm"), LayerSpec("flat", "flatten")),
    "sequences": (LayerSpec("front", "dense", {"units": 6}),
                  LayerSpec("form", "reshape", {"form": "sequence", "steps": 3, "features": 2}),
                  LayerSpec("middle", "lstm", {"units": 2})),
}


@pytest.mark.parametrize("kind", ["sgd", "adamw", "nadam"])
@pytest.mark.parametrize("name", OTHERS)
def test_every_parameter_of_every_kind_follows(name: str, kind: str) -> None:
    network = NetworkSpec((LayerSpec("input", "input"), *OTHERS[name],
                           LayerSpec("last", "dense", {"units": 3, "activation": "linear"})))
    program = step(network, kind=kind, l1=0.01, l2=0.1, clip_value=0.05, clip_norm=0.1,
                   max_norm=0.4)
    penalised = {one.name[1:] for one in program.statements
                 if one.name.startswith("g") and one.phase is Phase.UPDATE}
    learned = {one.name[1:] for one in program.statements if one.phase is Phase.CLIPPING
               and one.number >= 0}
    assert learned > penalised
    assert all(name[0] in "WU" for name in penalised)
    assert {f"length{name}" for name in penalised} >= {
        one.name for one in program.statements if one.name.startswith("length")}
    trace = run(program)
    for i, statement in enumerate(program.statements):
        if statement.phase in (Phase.CLIPPING, Phase.UPDATE) and statement.opening is not None:
            last = tuple(size - 1 for size in trace.values[i].shape)
            assert trace.number(i, last).value == pytest.approx(trace.values[i][last], rel=1e-12)


def test_what_is_no_weight_is_not_penalised() -> None:
    network = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("one", "dense", {"units": 4, "activation": "tanh"}),
        LayerSpec("three", "prelu"),
        LayerSpec("two", "dense", {"units": 3, "activation": "linear"})))
    program = step(network, l2=0.1)
    assert any(one.number == 2 for one in program.statements if one.phase is Phase.UPDATE)
    assert not any(one.name.startswith("g") and one.number == 2 for one in program.statements)


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("limits", [{"clip_value": 0.02}, {"clip_norm": 0.05},
                                    {"clip_value": 0.04, "clip_norm": 0.06},
                                    {"clip_norm": 100.0}],
                         ids=["value", "norm", "both", "loose"])
def test_limits_of_gradients(limits: dict[str, float], frozen: bool) -> None:
    program = step(chain(frozen=frozen), kind="momentum", l2=0.1, **limits)
    trace = assert_openings(program)
    loose = limits.get("clip_norm") == 100.0
    assert_mistakes(program, *(["clipped-layer-by-layer"] if "clip_norm" in limits and not loose
                               else []),
                    *(["clipped-on-one-side"] if "clip_value" in limits else []),
                    may_agree=("clipped-layer-by-layer",) if loose else
                    ("clipped-on-one-side", "short-gradients-lengthened"))
    clipping = [one for one in program.statements if one.phase is Phase.CLIPPING]
    assert not any(one.of for one in clipping)
    assert not any(frozen and one.name in ("dW1", "db1") for one in clipping)
    if "clip_norm" in limits:
        assert (float(trace.last("kept")) < 1.0) != loose
        assert len(program.writers("norm")) == 1
    # The penalty comes after the limit.
    names = [one.name for one in program.statements]
    assert names.index("gW2") > max(i for i, name in enumerate(names) if name == "dW2")


def test_all_gradients_of_a_deep_network_are_one_norm() -> None:
    layers = [LayerSpec(f"l{i}", "dense", {"units": 3, "activation": "tanh"}) for i in range(30)]
    program = step(NetworkSpec((LayerSpec("input", "input"), *layers)), clip_norm=1e-3)
    code = codes_of(program, "norm")[0]
    assert all(f"d{name}{number}" in code for name in "Wb" for number in range(1, 31))
    assert max(map(len, code.splitlines())) <= 96
    assert float(run(program).last("kept")) < 1.0


@pytest.mark.parametrize("kind", ["sgd", "adamw"])
def test_max_norm_shortens_what_goes_into_a_unit(kind: str) -> None:
    program = step(kind=kind, max_norm=0.35)
    trace = assert_openings(program)
    assert_mistakes(program, "length-of-all-units", "short-weights-lengthened",
                    may_agree=("epsilon-inside-root", "short-weights-lengthened"))
    last = trace.last("W1")
    assert np.max(np.linalg.norm(last, axis=0)) <= 0.35 * (1 + 1e-12)
    assert [one.number for one in program.statements if one.name == "W1"][-1] == 1


@pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
def test_frozen_layers_stay(kind: str) -> None:
    program = step(chain(frozen=True, l2=0.3), kind=kind)
    assert not any(one.phase is Phase.UPDATE and one.number == 1 for one in program.statements)
    assert program.writers("dW1")


def test_a_line_of_the_update_belongs_to_its_layer() -> None:
    program = step(kind="adam", clip_norm=0.05)
    found = {one.name: (one.layer, one.number) for one in program.statements
             if one.phase in (Phase.CLIPPING, Phase.UPDATE)}
    assert found["W2"] == found["mW2"] == found["dW2"] == ("two", 2)
    assert found["norm"] == ("", -1)


def test_a_schedule_has_made_the_rate_smaller() -> None:
    project = project_of(chain())
    schedule = replace(project.training.schedule, kind="step", every=2, decay=0.5)
    program = step(schedule=schedule, steps=3)
    assert f"{RATE * 0.5!r} * dW1" in codes_of(program, "W1")[0]
