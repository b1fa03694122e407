"""Why training ends by itself, and what is left then."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.spec import ScheduleSpec, StoppingSpec
from engine.training import Trainer
from engine.training.stopping import EpochReport, Stopping
from tests.engine.training.runs import change, clouds, contents, trainer

NONE = math.nan


def epoch(number: int, loss: float, validation: float = NONE, accuracy: float = NONE,
          seconds: float = 0.0) -> EpochReport:
    return EpochReport(number, seconds, loss, validation, accuracy)


def reasons(losses: list[float], validation: list[float] | None = None, **rules: Any
            ) -> list[bool]:
    """Return after which epochs a rule fires."""
    stopping = Stopping(StoppingSpec(**rules))
    seen = validation or [NONE] * len(losses)
    return [bool(stopping.reason(epoch(n, *both)))
            for n, both in enumerate(zip(losses, seen, strict=True), 1)]


def test_without_rules_nothing_is_asked() -> None:
    assert not Stopping(StoppingSpec()).is_active
    assert not any(reasons([1.0, 1.0, 0.0, 0.0, math.nan]))
    for rule in StoppingSpec.__struct_fields__:
        assert Stopping(StoppingSpec(**{rule: 1})).is_active


def test_epochs_end_at_every_multiple() -> None:
    assert reasons([1.0] * 7, epochs=3) == [False, False, True] * 2 + [False]


def test_seconds_count_from_the_last_end() -> None:
    stopping = Stopping(StoppingSpec(seconds=2.0))
    found = [bool(stopping.reason(epoch(n, 1.0, seconds=n * 0.9))) for n in range(1, 8)]
    assert found == [False, False, True, False, False, True, False]


def test_a_training_loss_that_is_small_enough() -> None:
    assert reasons([0.3, 0.21, 0.2, 0.1], loss=0.2) == [False, False, True, True]


def test_a_validation_accuracy_that_is_high_enough() -> None:
    stopping = Stopping(StoppingSpec(accuracy=0.9))
    assert [bool(stopping.reason(epoch(n, 1.0, 1.0, accuracy)))
            for n, accuracy in enumerate((0.5, NONE, 0.9, 0.95))] == [False, False, True, True]


def test_convergence_is_a_small_change_of_the_training_loss() -> None:
    assert reasons([1.0, 0.5, 0.4999, 0.6, 0.6001], convergence=1e-3) == [
        False, False, True, False, True]


def test_patience_counts_epochs_since_the_smallest_validation_loss() -> None:
    training = [1.0 / n for n in range(1, 10)]
    validation = [3, 2, 2.5, 1, 1, 1.1, 0.9, 1, 1]
    assert reasons(training, validation, patience=3) == [False] * 9
    assert reasons(training, validation, patience=2) == [False] * 5 + [True, False, False, True]
    assert reasons([2.0, 1.0, 1.0, 1.5], patience=2) == [False, False, False, True]


def test_the_best_epoch_is_named() -> None:
    stopping = Stopping(StoppingSpec(patience=1))
    assert not stopping.reason(epoch(1, 1.0, 5.0))
    assert stopping.improved
    reason = stopping.reason(epoch(2, 0.5, 6.0))
    assert reason is not None
    assert reason.text == (
        "Stopped early: the validation loss has not become smaller for 1 epochs. "
        "The weights of epoch 1 are back.")
    assert stopping.out_of_patience
    assert (stopping.improved, stopping.best_epoch) == (False, 1)


def run_to_end(run: Trainer, most: int = 2000) -> Trainer:
    run.run(most - run.step, 1.0)
    while run.step < most and run.ended is None:
        run.run(most - run.step, 1.0)
    return run


def stopping(run: Trainer | None = None, **rules: Any) -> Trainer:
    return run_to_end(trainer(batch_size=10, learning_rate=0.05, stopping=StoppingSpec(**rules)))


def test_a_run_ends_with_its_epoch() -> None:
    run = stopping(epochs=4)
    assert (run.epoch, run.step) == (4, 12)
    assert str(run.ended and run.ended.text) == "Stopped after 4 epochs."
    run.run(1)
    assert run.ended is None
    run_to_end(run)
    assert run.epoch == 8


def test_a_run_without_an_end_goes_on() -> None:
    run = run_to_end(trainer(batch_size=10), 500)
    assert (run.step, run.ended) == (500, None)


def test_a_run_ends_at_its_loss_and_accuracy() -> None:
    run = stopping(loss=0.2)
    rows = run.ring.read(0)[1]
    weights = [10, 10, 3]
    means = [np.average(rows[n:n + 3, 0], weights=weights) for n in range(0, len(rows), 3)]
    assert means[-1] <= 0.2 < min(means[:-1])
    run = stopping(accuracy=0.6)
    found = run.ring.read(0)[1][2::3, 2]
    assert found[-1] >= 0.6 > found[:-1].max(initial=0)


def test_early_stopping_brings_back_the_weights_of_the_smallest_validation_loss() -> None:
    run = stopping(patience=5)
    losses = run.ring.read(0)[1][2::3, 1]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 5
    assert run.evaluate("validation").loss == pytest.approx(losses[best], rel=1e-6)
    twin = trainer(batch_size=10, learning_rate=0.05)
    twin.run(3 * (best + 1), 10.0)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, twin.weights()[name])


def test_rules_do_not_change_what_is_learned() -> None:
    free = trainer(batch_size=10, schedule=ScheduleSpec("plateau", patience=1))
    watched = trainer(batch_size=10, schedule=ScheduleSpec("plateau", patience=1),
                      stopping=StoppingSpec(epochs=7))
    free.run(21, 10.0)
    run_to_end(watched)
    assert free.step == watched.step == 21
    assert contents(free) == contents(watched)


def test_rules_can_be_changed_while_training() -> None:
    run = trainer(batch_size=10)
    run.run(4, 10.0)
    change(run, stopping=StoppingSpec(epochs=3))
    run_to_end(run)
    assert run.epoch == 3
    change(run, stopping=StoppingSpec())
    run_to_end(run, 100)
    assert (run.step, run.ended) == (100, None)


def test_without_validation_examples_the_training_loss_decides() -> None:
    run = trainer(clouds(23, 0), batch_size=10, learning_rate=1.0, optimizer="sgd",
                  stopping=StoppingSpec(patience=2))
    run_to_end(run)
    assert "training loss" in str(run.ended and run.ended.text)
