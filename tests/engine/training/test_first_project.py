"""What a person sees first: a network that learns, bends its boundary and gives no alarm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.diagnosis.verdicts import RunJudge, Verdict
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec, default_project
from engine.telemetry.snapshot import Snapshot
from engine.training.trainer import Trainer
from gui.templates import Template, templates

SEEDS = range(10)
MOST_STEPS = 2000
WANTED = 0.95
PLAYGROUND = "01-playground-default.json"
TOO_SMALL = "23-spiral-too-small.json"


def trained(project: ProjectSpec, seed: int, steps: int = MOST_STEPS) -> Trainer:
    training = replace(project.training, seed=seed)
    trainer = Trainer(replace(project, training=training), load(project.data), threads=1)
    trainer.run(steps, 60.0)
    assert trainer.step == steps
    return trainer


def accuracies(project: ProjectSpec) -> list[float]:
    """Return the share of validation examples that is right in the end, for each seed."""
    return [trained(project, seed).evaluate().accuracy for seed in SEEDS]


def course(project: ProjectSpec, seed: int, every: int) -> Iterator[tuple[Snapshot, Verdict]]:
    """Train as the window does: yield what it sees, and what the doctor says of it."""
    dataset = load(project.data)
    training = replace(project.training, seed=seed)
    trainer = Trainer(replace(project, training=training), dataset, threads=1)
    judge = RunJudge.of(project, dataset)
    judge.judge(trainer.snapshot())
    while trainer.step < MOST_STEPS:
        trainer.run(every, 60.0)
        snapshot = trainer.snapshot()
        yield snapshot, judge.judge(snapshot)


def template(file: str) -> Template:
    return next(found for found in templates() if found.file == file)


def test_it_learns_from_at_least_nine_seeds_in_ten() -> None:
    reached = accuracies(default_project())
    assert sum(accuracy >= WANTED for accuracy in reached) >= 9, reached


@pytest.mark.parametrize("noise", [0, 10])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_learns_other_points_too(seed: int, noise: int) -> None:
    project = default_project()
    reached = accuracies(replace(project, data=replace(project.data, seed=seed, noise=noise)))
    assert sum(accuracy >= WANTED for accuracy in reached) >= 9, reached


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gradients_stay_alive_when_all_is_learned(seed: int) -> None:
    trainer = trained(default_project(), seed, 30_000)
    snapshot = trainer.snapshot()
    rms = [layer.gradient_rms for layer in snapshot.layers
           if layer.layer_id in trainer.weight_layers]
    assert min(rms) > 1e-5, rms
    assert 1e-4 < snapshot.training.loss < 0.1


def test_the_doctor_is_content_all_the_way() -> None:
    titles = dict.fromkeys((200, 500, 1000, MOST_STEPS), frozenset[str]())
    for seed in SEEDS:
        for snapshot, verdict in course(default_project(), seed, 100):
            where = f"seed {seed}, step {snapshot.step}"
            assert verdict.severity == 0, (where, verdict.code, verdict.sentence)
            ill = [layer.text for layer in verdict.layers if layer.severity]
            assert not ill, (where, ill)
            if snapshot.step in titles:
                titles[snapshot.step] |= {verdict.title}
    assert titles[200] == {"Learning."}
    assert titles[MOST_STEPS] == {"Learned."}


def test_the_boundary_bends_for_some_hundred_steps() -> None:
    seen = [snapshot for snapshot, _ in course(default_project(), 42, 100)]
    sides = [snapshot.surface.argmax(axis=2) for snapshot in seen if snapshot.surface is not None]
    assert len(sides) == len(seen)
    changed = [np.mean(a != b) for a, b in zip(sides, sides[3:], strict=False)]
    assert min(changed[:5]) > 0.02
    # A straight line crosses a row of the plane once.
    crossings = np.count_nonzero(np.diff(sides[-1], axis=1), axis=1)
    assert crossings.max() >= 4


def test_playgrounds_first_screen_has_playgrounds_figures() -> None:
    project = template(PLAYGROUND).project()
    data, training = project.data, project.training
    assert project.name == "TensorFlow Playground’s first screen"
    assert (data.source, data.noise, data.training_share) == ("circle", 0, 0.5)
    assert data.features == ("x1", "x2")
    assert len(load(data).training) == len(load(data).validation) == 250
    # Playground's src/state.ts: [4, 2] tanh units; src/playground.ts: one tanh unit as output, and
    # the squared error, of which it takes half.
    options = {"activation": "tanh", "weights": "playground"}
    assert project.network == NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("dense-1", "dense", {"units": 4, **options}),
        LayerSpec("dense-2", "dense", {"units": 2, **options}),
        LayerSpec("output", "dense", {"units": 1, **options})))
    assert training == TrainingSpec(loss="mean_squared_error")
    assert (training.learning_rate, training.batch_size) == (0.03, 10)
    assert (training.optimizer.kind, training.l1, training.l2) == ("sgd", 0, 0)


def test_playgrounds_first_screen_learns_the_circle() -> None:
    reached = accuracies(template(PLAYGROUND).project())
    assert sum(accuracy >= WANTED for accuracy in reached) >= 9, reached


def test_what_is_too_small_for_the_spiral_never_learns_it() -> None:
    for seed in (1, 2, 42):
        trainer = trained(template(TOO_SMALL).project(), seed, 50_000)
        assert trainer.evaluate("training").accuracy < 0.85
        assert trainer.evaluate("validation").accuracy < 0.85
