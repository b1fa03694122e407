"""Snapshots made for the rules of the diagnosis."""

from __future__ import annotations

import msgspec

from engine.diagnosis.baseline import Baseline
from engine.diagnosis.network import output_width
from engine.diagnosis.patient import Patient
from engine.diagnosis.rules import DEFAULTS, Thresholds
from engine.diagnosis.verdicts import RunJudge, Verdict
from engine.layers import LOSSES
from engine.spec import LayerSpec, NetworkSpec, Task, default_project
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot

HEALTHY = {"gradient_rms": 0.1, "gradient_max": 0.4, "gradient_zero_share": 0.0,
           "update_ratio": -3.0, "saturated_share": 0.02, "dead_share": 0.0}


def network(depth: int = 3, activation: str = "tanh", weights: str = "xavier_uniform",
            *between: LayerSpec) -> NetworkSpec:
    hidden = [LayerSpec(f"dense-{i}", "dense",
                        {"units": 16, "activation": activation, "weights": weights})
              for i in range(1, depth)]
    return NetworkSpec((LayerSpec("input", "input"), *hidden, *between, LayerSpec(
        "output", "dense", {"units": 2, "activation": "linear", "weights": weights})))


def judge_of(net: NetworkSpec, task: Task = "classification", n_classes: int = 2,
             loss: str = "softmax_cross_entropy", thresholds: Thresholds = DEFAULTS) -> RunJudge:
    """Return a judge of a network on data with as many classes, equally frequent."""
    project = default_project()
    project = msgspec.structs.replace(
        project, network=net, training=msgspec.structs.replace(project.training, loss=loss))
    names = tuple("ABCDEFGHIJ"[:n_classes])
    baseline = Baseline()
    if task in ("classification", "sequence"):
        shares = (1 / n_classes,) * n_classes
        baseline = Baseline("commonest", LOSSES[loss].at_chance(task, shares, output_width(net)),
                            shares[0], shares[0], shares, names[0])
    return RunJudge(Patient(project, task, names, 1000, baseline), thresholds=thresholds)


def snapshot(net: NetworkSpec, step: int, *, loss: float = 0.4, accuracy: float = 0.8,
             validation: tuple[float, float] | None = None, run_id: int = 1,
             **layers: dict[str, float]) -> Snapshot:
    """Return a healthy snapshot in which ``layers`` (by id, _ for -) differ."""
    changes = {key.replace("_", "-"): value for key, value in layers.items()}
    readings = tuple(LayerReading(layer.id) if layer.kind != "dense" else
                     LayerReading(layer.id, **{**HEALTHY, **changes.get(layer.id, {})})  # type: ignore[arg-type]
                     for layer in net)
    held_out = Evaluation(validation[0], validation[1], 100) if validation else None
    return Snapshot(run_id, step, step // 25, loss, Evaluation(loss, accuracy, 100), held_out,
                    readings)


def verdict_after(judge: RunJudge, net: NetworkSpec, steps: tuple[int, ...], *,
                  loss: float = 0.4, **figures: object) -> Verdict:
    """Return the last verdict on snapshots that are alike."""
    for step in steps:
        verdict = judge.judge(snapshot(net, step, loss=loss, **figures))  # type: ignore[arg-type]
    return verdict
