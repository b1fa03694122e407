"""Which figure decides: a loss only where both sides have the same one."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.experiments.yardstick import Yardstick, deciding_step, yardstick
from engine.spec import ProjectSpec, StoppingSpec, TrainingSpec
from engine.telemetry.snapshot import Evaluation, Snapshot
from tests.engine.diagnosis.making import classes, clouds, dense, network, out, table

Side = tuple[ProjectSpec, Dataset]


def side(source: str = "circle", width: int = 2, share: float = 0.5, data: Any = None,
         **training: Any) -> Side:
    spec = data or table(source, share)
    of = ProjectSpec(data=spec, network=network(dense(4), out(width)),
                     training=TrainingSpec(**training))
    return of, load(spec)


def changed(of: Side, **training: Any) -> Side:
    return replace(of[0], training=replace(of[0].training, **training)), of[1]


VALUES = side("plane", 1, loss="mean_squared_error")


def test_the_validation_loss_decides_where_both_minimise_it() -> None:
    a = side()
    for b in (a, changed(a, learning_rate=1.0), changed(a, l2=0.1)):
        rule = yardstick(a, b, 2000)
        assert (rule.figure, rule.on_validation, rule.shared) == ("loss", True, True)
        assert rule.sentence.text == "Decides: validation loss at step 2,000."
        assert rule.guessing == pytest.approx(math.log(2))


@pytest.mark.parametrize(("training", "figure"), [
    ({"loss": "hinge"}, "accuracy"), ({"label_smoothing": 0.1}, "accuracy"),
    ({"class_weights": "balanced"}, "balanced"), ({"huber_delta": 2.0}, "loss")])
def test_another_loss_is_no_measure_for_the_other_side(training: dict[str, Any], figure: str
                                                       ) -> None:
    a = side()
    rule = yardstick(a, changed(a, **training), 500)
    assert rule.figure == figure
    assert rule.falls is (figure == "loss")


def test_of_values_it_is_r2_where_targets_are_on_another_scale() -> None:
    assert yardstick(VALUES, changed(VALUES, learning_rate=1.0), 9).figure == "loss"
    assert yardstick(VALUES, changed(VALUES, loss="huber"), 9).figure == "r2"
    data = dataclasses.replace(VALUES[1], values=2 * VALUES[1].values)
    rule = yardstick(VALUES, (VALUES[0], data), 9)
    assert (rule.figure, rule.guessing) == ("r2", 0.0)
    assert rule.sentence.text == "Decides: validation R² at step 9."


def test_output_units_of_another_number_are_another_loss() -> None:
    one, two = (side(width=width, loss="binary_cross_entropy") for width in (1, 2))
    assert yardstick(one, two, 9).figure == "accuracy"
    assert yardstick(one, one, 9).figure == "loss"
    assert yardstick(side(), (replace(side()[0], network=network(dense(9), out(2))), side()[1]),
                     9).figure == "loss"


def test_scaled_inputs_leave_loss_and_examples_what_they_are() -> None:
    a = side()
    data = replace(a[0].data, scaling="standard")
    rule = yardstick(a, (replace(a[0], data=data), load(data)), 9)
    assert (rule.figure, rule.shared) == ("loss", True)


def test_another_share_leaves_the_loss_but_not_the_examples() -> None:
    a = side()
    data = replace(a[0].data, training_share=0.8)
    rule = yardstick(a, (replace(a[0], data=data), load(data)), 2000)
    assert (rule.figure, rule.shared) == ("loss", False)
    assert rule.sentence.text == (
        "Decides: validation loss at step 2,000, each on its own examples.")
    weighed = changed(a, class_weights="balanced")
    other = (replace(weighed[0], data=data), load(data))
    assert yardstick(weighed, other, 9).figure == "accuracy"


def test_without_validation_examples_it_is_the_training_loss() -> None:
    of, data = side()
    bare = dataclasses.replace(data, validation=np.empty(0, np.int64))
    rule = yardstick((of, bare), (of, bare), 100)
    assert rule.sentence.text == "Decides: training loss at step 100."
    seen = snapshot(0.5, None)
    assert rule.of(seen) == 0.5


def snapshot(training: float, validation: float | None, score: float = 0.5) -> Snapshot:
    held = None if validation is None else Evaluation(validation, score, 100, score)
    return Snapshot(1, 100, 1, training, Evaluation(training, score, 100, score), held)


def test_a_figure_that_is_no_number_is_the_worst() -> None:
    rule = Yardstick("loss", True, 9)
    assert rule.of(snapshot(0.1, math.nan)) == math.inf
    assert rule.compared(0.5, rule.of(snapshot(0.1, math.nan))) == -1
    assert rule.compared(math.inf, 0.5) == 1
    assert rule.compared(math.inf, math.inf) == 0
    score = Yardstick("accuracy", True, 9)
    assert score.compared(0.9, score.of(snapshot(0.1, 0.1, math.nan))) == -1


@pytest.mark.parametrize(("a", "b", "better"), [
    (0.5, 0.4, 1), (0.4, 0.5, -1), (0.5, 0.497, 0), (0.5, 0.494, 1), (1e-5, 1e-6, 0),
    (0.69, 0.70, 0), (0.69, 0.72, -1), (2.0, 0.69, 1), (0.01, 0.001, 1)])
def test_small_differences_of_a_loss_are_none(a: float, b: float, better: int) -> None:
    rule = Yardstick("loss", True, 9, guessing=math.log(2))
    assert rule.compared(a, b) == better
    assert rule.compared(b, a) == -better


@pytest.mark.parametrize(("a", "b", "better"), [(0.9, 0.95, 1), (0.9, 0.905, 0), (0.9, 0.8, -1)])
def test_small_differences_of_a_score_are_none(a: float, b: float, better: int) -> None:
    assert Yardstick("accuracy", True, 9, guessing=0.5).compared(a, b) == better


def test_guessing_is_that_of_the_examples_that_decide() -> None:
    spec, data = classes(clouds(400, rare=0.1))(1)
    of = ProjectSpec(data=spec, network=network(dense(4), out(2)))
    share = float(np.mean(data.labels[data.validation] == 1))
    rule = yardstick((of, data), (of, data), 9)
    assert rule.guessing == pytest.approx(
        -share * math.log(share) - (1 - share) * math.log(1 - share))
    assert [rule.beside_guessing(rule.guessing * factor) for factor in (0.5, 1.01, 1.5)] == [
        1, 0, -1]
    mean = yardstick(VALUES, VALUES, 9)
    values, trained = (VALUES[1].values[rows] for rows in (VALUES[1].validation,
                                                           VALUES[1].training))
    assert mean.guessing == pytest.approx(float(np.mean((values - trained.mean(0)) ** 2)))


def test_the_step_is_that_at_which_runs_end_or_at_which_the_first_stands() -> None:
    of, data = side(batch_size=10)
    assert deciding_step(of, data) == 2000
    assert deciding_step(of, data, 4500) == 4500
    assert deciding_step(of, data, 4500, since=1000) == 4500
    assert deciding_step(of, data, 4500, since=4400) == 6400
    ends = replace(of, training=replace(of.training, steps=4600))
    assert deciding_step(ends, data, 4500, since=4400) == 4600
    assert deciding_step(ends, data, 4600, since=4600) == 6600
    assert deciding_step(replace(of, training=replace(of.training, steps=800)), data) == 800
    epochs = replace(of.training, stopping=StoppingSpec(epochs=4))
    assert deciding_step(replace(of, training=epochs), data) == 4 * -(-len(data.training) // 10)
