"""The learning rate of every step, as the loop took it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers import SCHEDULES
from engine.spec import ScheduleSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, change, clouds, contents, trainer
from tests.golden.training_cases import BASE_RATE, FOLDER
from tests.golden.training_cases import SCHEDULES as CASES


def rates(run: Trainer) -> NDArray[np.float64]:
    """Return the learning rates in the history."""
    return np.asarray(run.ring.read(0)[1][:, run.ring.columns.index("learning_rate")])


def scheduled(kind: str, rate: float = 0.1, **constants: Any) -> Trainer:
    return trainer(learning_rate=rate, batch_size=10, optimizer="sgd",
                   schedule=ScheduleSpec(kind, **constants))


@pytest.mark.parametrize("kind", [kind for kind in CASES if kind != "plateau"])
def test_a_run_takes_pytorchs_rates(kind: str) -> None:
    with np.load(FOLDER / "scheduled.npz") as golden:
        truth = golden[kind]
    run = advance(scheduled(kind, BASE_RATE, **CASES[kind]), len(truth))
    np.testing.assert_allclose(rates(run), truth, 1e-9)


@pytest.mark.parametrize("kind", ["cosine", "warm_up", "one_cycle"])
def test_after_its_length_the_rate_stays(kind: str) -> None:
    found = rates(advance(scheduled(kind, 0.1, length=10, final=0.25), 30))
    np.testing.assert_allclose(found[10:], 0.1 if kind == "warm_up" else 0.025, 1e-12)


def test_the_rate_is_what_the_weights_move_by() -> None:
    run = scheduled("step", 0.5, every=1, decay=0.25)
    for step in range(4):
        before = run.weights()
        advance(run, 1)
        for name, gradient in run.gradients().items():
            np.testing.assert_allclose(before[name] - run.weights()[name],
                                       0.5 * 0.25**step * gradient, 1e-3, 1e-7)


def test_a_live_change_of_the_rate_keeps_the_schedule() -> None:
    run = advance(scheduled("step", 0.1, every=4, decay=0.5), 6)
    change(run, learning_rate=0.4)
    advance(run, 3)
    np.testing.assert_allclose(rates(run), [0.1] * 4 + [0.05] * 2 + [0.2] * 2 + [0.1])
    change(run, schedule=ScheduleSpec("constant"))
    assert rates(advance(run, 1))[-1] == 0.4


def test_the_history_does_not_depend_on_how_a_run_is_cut() -> None:
    for kind in SCHEDULES:
        whole = advance(scheduled(kind, 0.3, length=20, every=3, patience=1, threshold=0.3), 30)
        parts = scheduled(kind, 0.3, length=20, every=3, patience=1, threshold=0.3)
        for _ in range(30):
            advance(parts, 1)
            parts.evaluate("training")
        assert contents(whole) == contents(parts)


@pytest.mark.parametrize("validation", [0, 7])
def test_a_plateau_is_one_of_the_epochs_loss(validation: int) -> None:
    """Without a learning rate to speak of, no epoch is better than the first."""
    run = trainer(clouds(20, validation), learning_rate=1e-12, batch_size=10, optimizer="sgd",
                  precision="float64",
                  schedule=ScheduleSpec("plateau", patience=2, decay=0.5, final=0.2))
    advance(run, 2 * 12)
    # The first epoch is the best; three without progress reduce the rate, and again after three.
    factors = [1.0] * 4 + [0.5] * 3 + [0.25] * 3 + [0.2] * 2
    np.testing.assert_allclose(rates(run), 1e-12 * np.repeat(factors, 2))
    change(run, schedule=ScheduleSpec("constant"))
    assert rates(advance(run, 1))[-1] == 1e-12
