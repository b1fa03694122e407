"""Averages of the weights: what is in them, where they are measured, how they take over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.kernels.runtime import layout
from engine.spec import AveragingSpec, LayerSpec, StoppingSpec
from engine.telemetry.checkpoint import Checkpoint
from engine.telemetry.parts import Part
from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.engine.training.runs import advance, clouds, contents, dense, trainer
from tests.golden.averaging_cases import (
    BATCH_SIZE,
    DECAY,
    FILE,
    FOLDER,
    HIDDEN,
    KINDS,
    RATE,
    START,
    STEPS,
)

GOLDEN = dict(np.load(FOLDER / FILE))
NETWORK = (dense("dense", HIDDEN, "linear", bias=False), LayerSpec("norm", "batch_norm"),
           LayerSpec("tanh", "activation", {"function": "tanh"}), dense("output", 3, "linear"))
EXPONENTIAL, EQUAL = AveragingSpec("exponential", decay=0.7), AveragingSpec("equal")


def golden_run(kind: str, precision: str) -> Trainer:
    data = dataset(GOLDEN["inputs"], GOLDEN["labels"], classes=3)
    given = {name.removeprefix("initial/"): array for name, array in GOLDEN.items()
             if name.startswith("initial/")}
    given |= {"norm/running_mean": np.zeros(HIDDEN), "norm/running_variance": np.ones(HIDDEN)}
    return trainer(data, *NETWORK, weights=given, optimizer="sgd", learning_rate=RATE,
                   batch_size=BATCH_SIZE, shuffle=False, precision=precision,
                   averaging=AveragingSpec(kind, DECAY, START))  # type: ignore[arg-type]


@pytest.mark.parametrize(("precision", "near"), [("float32", 2e-5), ("float64", 1e-11)])
@pytest.mark.parametrize("kind", KINDS)
def test_every_step_is_pytorchs(kind: str, precision: str, near: float) -> None:
    run = golden_run(kind, precision)
    for step in range(STEPS):
        advance(run, 1)
        found = run.averages()
        assert bool(found) == (step // (STEPS // 3) >= START)
        for name, array in found.items():
            np.testing.assert_allclose(array, GOLDEN[f"{kind}/{step}/{name}"], near, near)
    for name, array in run.weights().items():
        np.testing.assert_allclose(array, GOLDEN[f"{kind}/end/{name}"], near, near)


def averaging(spec: AveragingSpec = EXPONENTIAL, data: Dataset | None = None, **options: Any
              ) -> Trainer:
    return trainer(data, *NETWORK, **{"batch_size": 5, "learning_rate": 0.05, "averaging": spec,
                                      **options})


@pytest.mark.parametrize("spec", [EXPONENTIAL, EQUAL])
def test_training_goes_on_as_without_it(spec: AveragingSpec) -> None:
    run, plain = advance(averaging(spec), 23), advance(averaging(AveragingSpec()), 23)
    assert run.averages().keys() == run.weights().keys()
    assert plain.averages() == {}
    for name, array in plain.weights().items():
        np.testing.assert_array_equal(run.weights()[name], array)
    column = 1 + layout.LOSS
    np.testing.assert_array_equal(run.ring.read(0)[1][:, column - 1],
                                  plain.ring.read(0)[1][:, column - 1])


def test_what_is_measured_is_the_average() -> None:
    run = averaging()
    advance(run, 2 * run.steps_per_epoch)
    other = averaging(AveragingSpec())
    stand_in = trainer(None, *NETWORK, weights=run.averages(), batch_size=5)
    weights = contents(run)
    loss = float(run._plan.shared.results[layout.VALIDATION_LOSS])
    assert loss == pytest.approx(stand_in.evaluate().loss, rel=1e-6)
    assert loss != pytest.approx(
        advance(other, other.steps_per_epoch * 2).evaluate().loss, rel=1e-3)
    assert run.evaluate() == stand_in.evaluate()
    assert run.evaluate("training") == stand_in.evaluate("training")
    inputs = clouds().inputs[:]
    np.testing.assert_array_equal(run.predict(inputs), stand_in.predict(inputs))
    parts = frozenset({Part.EVALUATION, Part.CONFUSION, Part.SAMPLES})
    found, truth = run.snapshot(parts), stand_in.snapshot(parts)
    assert found.validation == truth.validation
    np.testing.assert_array_equal(found.confusion, truth.confusion)
    np.testing.assert_array_equal(found.sample_outputs, truth.sample_outputs)
    assert contents(run) == weights


@pytest.mark.parametrize("spec", [EXPONENTIAL, EQUAL, AveragingSpec("equal", start=1)])
def test_a_checkpoint_goes_on_with_the_same_bytes(spec: AveragingSpec) -> None:
    run = advance(averaging(spec), 7)
    kept = Checkpoint.from_arrays(run.checkpoint().to_arrays())
    assert kept.memory("dense/w")[0].shape == (4, HIDDEN)
    other = advance(averaging(spec), 2)
    other.restore(kept)
    for each in (run, other):
        advance(each, 9)
    for name, array in run.averages().items():
        assert other.averages()[name].tobytes() == array.tobytes()
    assert run.checkpoint().regions.tobytes() == other.checkpoint().regions.tobytes()


def test_another_networks_checkpoint_brings_no_average() -> None:
    kept = advance(averaging(), 7).checkpoint()
    wider = trainer(None, NETWORK[0], *NETWORK[1:3], dense("hidden", 5), NETWORK[3],
                    batch_size=5, averaging=EXPONENTIAL)
    wider.adopt(kept)
    assert wider.averages() == {}
    advance(wider, 1)
    for name, array in wider.averages().items():
        np.testing.assert_array_equal(array, wider.weights()[name])


def test_the_averages_take_over_on_request() -> None:
    run = advance(averaging(), 8)
    averages, evaluation = run.averages(), run.evaluate()
    assert run.use_averages()
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, averages[name])
    assert run.evaluate() == evaluation
    assert run.averages() == {}
    assert not run.use_averages()
    advance(run, 1)
    for name, array in run.averages().items():
        np.testing.assert_array_equal(array, run.weights()[name])


def test_it_can_be_switched_on_and_off_and_changed_while_training() -> None:
    run = advance(averaging(AveragingSpec()), 4)
    run.apply(replace(run.project.training, averaging=EQUAL))
    assert run.averages() == {}
    seen = []
    for _ in range(3):
        seen.append(advance(run, 1).weights()["dense/w"])
    np.testing.assert_allclose(run.averages()["dense/w"], np.mean(seen, axis=0), rtol=1e-5)
    # More room for the batch: another plan, and the same average.
    before = run.averages()
    run.apply(replace(run.project.training, batch_size=0, clip_norm=1.0))
    run.apply(replace(run.project.training, averaging=EXPONENTIAL))
    for name, array in before.items():
        np.testing.assert_array_equal(run.averages()[name], array)
    run.apply(replace(run.project.training, averaging=AveragingSpec()))
    advance(run, 2)
    assert run.averages() == {}


def test_early_stopping_brings_back_the_average_that_was_best() -> None:
    run = averaging(stopping=StoppingSpec(patience=1), learning_rate=2.0, optimizer="sgd")
    best: dict[str, Any] = {}
    while run.ended is None:
        before = run.averages()
        run.run(run.steps_left_in_epoch, 60.0)
        best = run.averages() or before
        assert run.epoch < 200
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, best[name])
    assert run.averages() == {}


def test_threads_change_no_byte() -> None:
    found = []
    for threads in (1, 2):
        run = Trainer(averaging().project, clouds(), threads=threads)
        found.append({name: array.tobytes() for name, array in advance(run, 8).averages().items()})
    assert found[0] == found[1]
