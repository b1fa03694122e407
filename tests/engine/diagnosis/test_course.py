"""What is said of the loss: falling, settling, settled, risen again."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from engine.diagnosis.past import LARGEST_CURVE, Past, Smoothing
from engine.diagnosis.verdicts import Verdict
from tests.engine.diagnosis.snapshots import judge_of, network, snapshot, verdict_after

NET = network()


def run(loss: Callable[[int], float], steps: int, every: int) -> Verdict:
    judge = judge_of(NET)
    for step in range(0, steps + 1, every):
        verdict = judge.judge(snapshot(NET, step, loss=loss(step)))
    return verdict


def test_a_loss_that_rises_again_is_not_falling() -> None:
    # 0.9 at the start, lowest at step 30,000, and in the end below what it was at half the run.
    def loss(step: int) -> float:
        return 0.9 - 0.53 * step / 30_000 if step <= 30_000 else min(
            0.55, 0.37 + 0.18 * (step - 30_000) / 8_000)
    verdict = run(loss, 40_000, 100)
    assert (verdict.code, verdict.severity) == ("risen", 1)
    assert verdict.title == "The loss has risen again."
    assert "The lowest was 0.37 at step 30,000; lately it is about 0.55." in verdict.sentence
    assert verdict.evidence == "Rule: loss 0.55 > 1.2 × 0.37."


def test_one_odd_figure_is_no_rise() -> None:
    def loss(step: int) -> float:
        return 5.0 if step == 10_000 else 0.7 * math.exp(-step / 5_000)
    verdict = run(loss, 10_000, 100)
    assert verdict.title == "Learning."
    assert "0.258 when the run was half as long, about 0.107 lately." in verdict.sentence


def test_a_loss_that_is_flat_for_very_long_is_not_falling() -> None:
    noise = random.Random(3)

    def loss(step: int) -> float:
        return 0.4 + 0.3 * math.exp(-step / 2_000) + noise.uniform(-0.02, 0.02)
    verdict = run(loss, 900_000, 300)
    assert (verdict.code, verdict.severity, verdict.title) == (
        "settled", 0, "The loss has settled.")
    assert "It began at 0.69" in verdict.sentence
    assert "has settled between 0.38 and 0.42" in verdict.sentence


def test_a_loss_that_has_just_stopped_falling_is_settling() -> None:
    def loss(step: int) -> float:
        return max(0.3, 0.7 - step / 5_000)
    titles = {step: run(loss, step, 10).title for step in (1_990, 2_400, 3_000, 3_900, 4_500)}
    assert titles == {1_990: "Learning.", 2_400: "Learning.", 3_000: "The loss is settling.",
                      3_900: "The loss is settling.", 4_500: "The loss has settled."}
    verdict = run(loss, 3_000, 10)
    assert (verdict.code, verdict.severity) == ("learning", 0)
    assert "0.4 when the run was half as long, 0.3 now" in verdict.sentence


def test_a_slow_but_steady_fall_is_learning() -> None:
    assert run(lambda step: (step + 1) ** -0.05, 100_000, 500).title == "Learning."


def test_a_loss_that_never_fell_is_flat_rather_than_settled() -> None:
    assert run(lambda step: 0.4, 5_000, 100).title == "The loss is flat."


def test_what_is_learned_does_not_claim_a_fall_that_was_none() -> None:
    judge = judge_of(NET)
    judge.judge(snapshot(NET, 0, loss=0.1))
    verdict = judge.judge(snapshot(NET, 10, loss=0.2, accuracy=0.97))
    assert "The loss is 0.2." in verdict.sentence


@pytest.mark.parametrize(("later", "title"), [(1e-7, "The loss has settled."),
                                              (0.1, "Learning rate too low.")])
def test_small_steps_of_a_gradient_that_has_died_down_are_no_small_learning_rate(
        later: float, title: str) -> None:
    judge = judge_of(NET)
    verdict_after(judge, NET, (0, 500, 1000), loss=0.7)
    rest = {name: {"gradient_rms": later, "update_ratio": -6.0}
            for name in ("dense_1", "dense_2", "output")}
    verdict = verdict_after(judge, NET, tuple(range(1100, 9000, 100)), loss=0.3, **rest)
    assert verdict.title == title


def test_r_squared_is_not_rounded_up_to_a_perfect_1() -> None:
    judge = judge_of(NET, "regression", 0, "mean_squared_error")
    judge.judge(snapshot(NET, 0))
    verdict = judge.judge(snapshot(NET, 10, accuracy=0.9971, validation=(0.1, 0.96)))
    assert "Training R² 0.997, validation 0.96." in verdict.sentence


def test_the_curve_is_as_dense_early_as_late_however_long_the_run() -> None:
    past = Past(20)
    for step in range(0, 300_000, 7):
        past.note(snapshot(NET, step, loss=1 / (1 + step)), ())
    steps = [step for step, _ in past._curve]
    assert len(steps) <= LARGEST_CURVE
    gaps = [b - a for a, b in pairwise(steps)]
    assert max(gaps) < 3 * min(gaps)
    course = past.course()
    assert course.half == pytest.approx(1 / 150_000, rel=0.02)
    assert course.now == pytest.approx(1 / 285_000, rel=0.02)
    assert (course.first, course.best_step) == (1.0, 299_999 // 7 * 7)


def test_smoothing_is_the_median_in_decades() -> None:
    smoothing = Smoothing(5)
    seen = []
    for gradient in (1e-1, 1e-3, 1e-3, 1e-7, 1e-9, 0.0, math.inf, 1e-3):
        reading = smoothing.smoothed(snapshot(
            NET, 1, dense_1={"gradient_rms": gradient})).layers[1].gradient_rms
        seen.append(reading)
    assert seen == [pytest.approx(value) for value in (
        1e-1, 1e-2, 1e-3, 1e-3, 1e-3, 0.0, math.inf, 1e-7)]


def test_smoothing_takes_another_number_of_snapshots_from_what_it_has() -> None:
    smoothing = Smoothing(5)

    def seen(gradient: float, share: float = 0.5) -> tuple[float, float]:
        one = smoothing.smoothed(snapshot(NET, 1, dense_1={
            "gradient_rms": gradient, "dead_share": share})).layers[1]
        return one.gradient_rms, one.dead_share

    for gradient in (1e-1, 1e-1, 1e-5, 1e-5):
        seen(gradient, 0.2)
    smoothing.set_snapshots(3)
    # Of the last three: 1e-5, 1e-5 and what comes now.
    assert seen(1.0, math.nan) == (pytest.approx(1e-5), pytest.approx(math.nan, nan_ok=True))
    smoothing.set_snapshots(5)
    # There are three, of 1e-5, 1e-5 and 1; with the new one, the middle two are 1e-5 and 1.
    assert seen(1.0, 0.4) == (pytest.approx(10**-2.5), pytest.approx(0.2))
