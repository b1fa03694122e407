"""A project is judged by its own limits, before its first step, while it runs and at rest."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.diagnosis.advice import advise
from engine.diagnosis.rules import DEFAULTS, Limit, Thresholds, thresholds_of
from engine.diagnosis.verdicts import RunJudge
from engine.spec import LIMITS, LayerSpec, NetworkSpec, ProjectSpec, ScheduleSpec
from engine.spec.limits import LimitValue
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot

LAYERS = ("input", "dense-1", "dense-2", "output")


def points(size: float = 1.0) -> Dataset:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(80, 2)) * size
    return Dataset("points", "Points", "classification", inputs,
                   (inputs[:, 0] * inputs[:, 1] > 0).astype(np.int64), np.zeros((80, 0)),
                   ("A", "B"), ("x1", "x2"), (), np.arange(60), np.arange(60, 80))


def project(**changes: Any) -> ProjectSpec:
    options = {"units": 8, "activation": "tanh", "weights": "xavier_normal"}
    made = ProjectSpec(network=NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("dense-1", "dense", dict(options)),
        LayerSpec("dense-2", "dense", dict(options)),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))))
    training = {key: value for key, value in changes.items() if key != "network"}
    made = replace(made, training=replace(made.training, **training))
    return replace(made, network=changes["network"]) if "network" in changes else made


def seen(step: int, first: float, *, dead: float = 0.0, loss: float = 0.693) -> Snapshot:
    """Return a look at a run whose first layer receives this share of the last one's gradient."""
    readings = tuple(LayerReading(
        layer_id, gradient_rms=rms, update_ratio=-3.0, activation_mean=0.0, activation_std=1.0,
        activation_gradient_rms=rms, values=8, dead_share=dead, saturated_share=0.0)
        for layer_id, rms in zip(LAYERS[1:], (first, max(first, 0.5), 1.0), strict=True))
    return Snapshot(1, step, 1, loss, Evaluation(loss, 0.5, 60), Evaluation(loss, 0.5, 20),
                    (LayerReading("input", activation_mean=0.0, activation_std=1.0, values=2),
                     *readings))


def judged(judge: RunJudge, steps: range, share: float, **figures: float) -> str:
    for step in steps:
        verdict = judge.judge(seen(step, share, **figures), seconds=60.0)
    return verdict.code


def test_every_threshold_is_a_limit_of_the_same_default() -> None:
    known = {field.name: getattr(DEFAULTS, field.name) for field in fields(Thresholds)}
    told = {field.key: Limit(*field.default) if isinstance(field.default, tuple) else field.default
            for field in LIMITS}
    assert told == known
    assert {name: type(value) for name, value in told.items()} == {
        name: type(value) for name, value in known.items()}
    assert thresholds_of({}) is DEFAULTS


def test_limits_that_fall_are_those_of_figures_that_are_bad_below() -> None:
    for field in LIMITS:
        if isinstance(field.default, tuple):
            assert (field.default[0] > field.default[1]) == field.falls, field.key


@pytest.mark.parametrize(("limits", "code"), [
    ({}, "chance"), ({"vanishing": (0.2, 1e-4)}, "vanishing"),
    ({"vanishing": (0.06, 1e-4)}, "vanishing"), ({"vanishing": (0.04, 1e-4)}, "chance")])
def test_a_run_is_judged_by_them(limits: dict[str, LimitValue], code: str) -> None:
    judge = RunJudge.of(replace(project(), limits=limits), points())
    assert judged(judge, range(100, 6000, 100), 0.05) == code


def test_a_run_at_rest_is_judged_anew_at_once() -> None:
    judge = RunJudge.of(project(), points())
    assert judged(judge, range(100, 6000, 100), 0.05) == "chance"
    strict = replace(project(), limits={"vanishing": (0.2, 0.1)})
    judge.follow(strict, points())
    verdict = judge.verdict_at(5900)
    assert verdict is not None
    assert (verdict.code, verdict.severity, verdict.layers[1].code) == ("vanishing", 2, "vanishing")
    judge.follow(project(), points())
    verdict = judge.verdict_at(5900)
    assert verdict is not None
    assert (verdict.code, verdict.layers[1].severity) == ("chance", 0)
    # It goes on as a run of these limits does.
    assert judged(judge, range(6000, 7000, 100), 0.05) == "chance"
    judge.follow(strict, points())
    assert judged(judge, range(7000, 8000, 100), 0.05) == "vanishing"


def test_the_same_limits_change_nothing_that_was_said() -> None:
    judge = RunJudge.of(project(), points())
    judged(judge, range(100, 2600, 100), 0.001)
    before = judge.verdict_at(2500)
    judge.follow(project(), points())
    assert judge.verdict_at(2500) is before


def test_other_limits_before_the_first_look_do_no_harm() -> None:
    judge = RunJudge.of(project(), points())
    judge.follow(replace(project(), limits={"patience": 5, "snapshots": 1}), points())
    assert judge.verdict_at(0) is None
    assert judged(judge, range(100, 2600, 100), 0.001) == "vanishing"


def dropped(rate: float) -> NetworkSpec:
    network = project().network
    return NetworkSpec((*network.layers[:2], LayerSpec("dropout-1", "dropout", {"rate": rate}),
                        *network.layers[2:]))


def drawn(spread: float) -> NetworkSpec:
    """Return a deep network with weights of this spread."""
    options = {"units": 8, "activation": "tanh", "weights": "normal", "spread": spread}
    return NetworkSpec((LayerSpec("input", "input"), *(
        LayerSpec(f"dense-{i}", "dense", dict(options)) for i in range(1, 11)),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"})))


@pytest.mark.parametrize(("ill", "data", "code", "key", "loose", "strict"), [
    (project(network=dropped(0.6)), points(), "dropout", "dropout", None, (0.5, 0.89)),
    (project(max_norm=0.9), points(), "max-norm", "max_norm", None, (1.0, 0.2)),
    (project(l1=0.005), points(), "l1", "l1", None, (0.004, 0.029)),
    (project(l2=0.1), points(), "l2", "l2", (0.2, 0.29), None),
    (replace(project(), data=replace(project().data, scaling="none")), points(10.0),
     "unscaled-inputs", "unscaled", None, (5.0, 200.0)),
    (project(steps=1000, schedule=ScheduleSpec("step", every=100, decay=0.1)), points(),
     "schedule-decays", "schedule", (0.01, 0.001), None),
    (project(network=drawn(0.05)), points(), "weights-too-small", "faded", (1e-20, 1e-30), None),
    (project(network=drawn(60.0)), points(), "weights-too-large", "flat", (1e6, 1e7), None),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_said_before_the_first_step_follows_them(
        ill: ProjectSpec, data: Dataset, code: str, key: str, loose: LimitValue | None,
        strict: LimitValue | None) -> None:
    def said(limits: dict[str, LimitValue]) -> bool:
        return code in {note.code for note in advise(replace(ill, limits=limits), data)}

    # Without limits of its own it is said where looser ones are tried, else it is not.
    assert said({}) == (loose is not None)
    changed = loose if loose is not None else strict
    assert changed is not None
    more = {"grown": (1e50, 1e55)} if key == "flat" else {}
    assert said({key: changed, **more}) == (strict is not None)
