"""What can be had without looking at the inputs, against all answers that are always the same."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.data.class_counts import balanced_weights
from engine.data.dataset import Dataset
from engine.diagnosis.baseline import Baseline, baseline_of, class_shares
from engine.layers import LOSSES
from engine.spec import ProjectSpec, Task, default_project
from engine.telemetry.snapshot import Evaluation
from tests.engine.diagnosis.snapshots import network
from tests.reference import losses as twins
from tests.reference import weighted_losses as weighted_twins

COUNTS = ((5, 5), (9, 1), (3, 3, 3), (6, 3, 1), (8, 7, 5), (1, 2, 3, 4), (12, 3, 3, 2), (0, 4, 6))
Cost = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], float]


def project(loss: str, units: int, **training: float | str) -> ProjectSpec:
    made = default_project()
    net = network()
    return replace(made, network=net.replaced(net.layer("output").with_options(units=units)),
                   training=replace(made.training, loss=loss, **training))


def dataset(labels: list[int] | NDArray[np.int64] = (), task: Task = "classification", *,  # type: ignore[assignment]
            inputs: NDArray[np.float64] | None = None, values: NDArray[np.float64] | None = None,
            validation: int = 0, is_series: bool = False) -> Dataset:
    """Return examples, the last of them for validation."""
    known = np.asarray(labels, np.int64)
    rows = len(known) if values is None else len(values)
    split = rows - validation
    names = tuple("ABCD"[:int(known.max()) + 1]) if known.size else ()
    return Dataset(
        "made", "Made", task, np.zeros((rows, 1)) if inputs is None else inputs, known,
        np.empty((rows, 0)) if values is None else values, names, ("x",), ("t",),
        np.arange(split), np.arange(split, rows), is_series=is_series)


def labelled(counts: tuple[int, ...]) -> list[int]:
    return [label for label, count in enumerate(counts) for _ in range(count)]


def least(cost: Cost, targets: NDArray[np.float64]) -> float:
    """Return the least cost of one answer for all rows: a smooth cost falls along its gradient."""
    answer, dz = np.zeros(targets.shape[1]), np.empty_like(targets)
    for _ in range(400):
        cost(dz, np.tile(answer, (len(targets), 1)), targets)
        answer -= 0.4 * len(answer) * dz.sum(axis=0)
    return cost(dz, np.tile(answer, (len(targets), 1)), targets)


def least_of_whole(cost: Cost, targets: NDArray[np.float64]) -> float:
    """Return the least cost of all whole numbers: a hinge bends there alone."""
    n, dz = targets.shape[1], np.empty_like(targets)
    span = range(-1, 2) if n == 1 else range(n)
    return min(cost(dz, np.tile(np.array(answer, float), (len(targets), 1)), targets)
               for answer in itertools.product(span, repeat=n))


@pytest.mark.parametrize(("key", "counts", "width"), [
    (loss.key, counts, width) for loss in LOSSES.values() if "classification" in loss.tasks
    for counts in COUNTS for width in loss.widths("classification", len(counts))])
def test_no_answer_without_the_inputs_costs_less(key: str, counts: tuple[int, ...],
                                                 width: int) -> None:
    data = dataset(labelled(counts))
    targets = LOSSES[key].encode(data.labels, len(counts), width)
    search = least_of_whole if key == "hinge" else least
    found = search(getattr(twins, key), targets)
    baseline = baseline_of(project(key, width), data)
    assert baseline.loss == pytest.approx(found, rel=2e-2 if 0 in counts else 1e-4)
    # An answer that can only be approached is what nobody stays below.
    assert baseline.loss <= found + 1e-9


@pytest.mark.parametrize(("key", "counts", "width"), [
    (loss.key, counts, width) for loss in LOSSES.values() if "classification" in loss.tasks
    for counts in COUNTS for width in loss.widths("classification", len(counts))])
def test_of_classes_that_count_alike_no_answer_costs_less(
        key: str, counts: tuple[int, ...], width: int) -> None:
    data = dataset(labelled(counts))
    targets = LOSSES[key].encode(data.labels, len(counts), width)
    weights = balanced_weights(np.array(counts))
    search = least_of_whole if key == "hinge" else least
    cost = getattr(weighted_twins, f"weighted_{key}")
    found = search(lambda dz, z, t: cost(dz, z, t, weights), targets)
    baseline = baseline_of(project(key, width, class_weights="balanced"), data)
    assert baseline.loss == pytest.approx(found, rel=2e-2 if 0 in counts else 1e-4)
    assert baseline.loss <= found + 1e-9
    if key == "softmax_cross_entropy":
        assert baseline.loss == pytest.approx(math.log(np.count_nonzero(counts)))
    # What is always answered is still right as often.
    assert baseline.training == max(counts) / sum(counts)


def test_smoothed_labels_of_classes_that_count_alike_cost_what_they_cost() -> None:
    data = dataset(labelled((6, 3)))
    targets, weights = np.eye(2)[data.labels], balanced_weights(np.array((6, 3)))
    found = least(lambda dz, z, t: weighted_twins.weighted_softmax_cross_entropy(
        dz, z, t, weights, 0.25), targets)
    baseline = baseline_of(project("softmax_cross_entropy", 2, label_smoothing=0.25,
                                   class_weights="balanced"), data)
    assert baseline.loss == pytest.approx(found, rel=1e-4)


def test_of_classes_that_count_alike_the_mean_over_them_is_the_skill() -> None:
    data = dataset(labelled((97, 2, 1)))
    weighted, plain = (baseline_of(project("softmax_cross_entropy", 3, class_weights=chosen), data)
                       for chosen in ("balanced", "none"))
    assert weighted.is_weighted
    assert not plain.is_weighted
    always, half = (Evaluation(1.0, accuracy, 100, balanced) for accuracy, balanced in
                    ((0.97, 1 / 3), (0.9, 2 / 3)))
    assert weighted.skill_of(always) == pytest.approx(0.0)
    assert weighted.skill_of(half) == pytest.approx(0.5)
    assert plain.skill_of(half) < -2
    # Steps of a sequence have no mean over the classes.
    assert weighted.skill_of(Evaluation(1.0, 0.97, 100)) == pytest.approx(0.0)
    assert not baseline_of(project("softmax_cross_entropy", 2, class_weights="balanced"),
                           dataset(labelled((5, 0)))).is_weighted


@pytest.mark.parametrize("spread", [0.1, 0.5])
def test_smoothed_labels_cost_what_they_cost(spread: float) -> None:
    data = dataset(labelled((6, 3, 1)))
    targets = np.eye(3)[data.labels]
    found = least(lambda dz, z, t: twins.softmax_cross_entropy(dz, z, t, spread), targets)
    baseline = baseline_of(project("softmax_cross_entropy", 3, label_smoothing=spread), data)
    assert baseline.loss == pytest.approx(found, rel=1e-4)


def test_equally_frequent_letters_cost_the_logarithm_of_the_alphabet() -> None:
    labels = np.tile(np.arange(4), (3, 2))
    labels[0, :4] = -1
    labels[1, :4] = -1
    found = baseline_of(project("sequence_cross_entropy", 4), dataset(labels, "sequence"))
    assert found.loss == pytest.approx(math.log(4))
    assert found.shares == (0.25,) * 4


def test_steps_that_do_not_count_are_not_counted() -> None:
    labels = np.array([[0, 0, -1], [0, 1, -1], [1, 1, 1]])
    data = dataset(labels, "sequence", validation=1)
    found = baseline_of(project("sequence_cross_entropy", 2), data)
    assert found.shares == (0.75, 0.25)
    assert (found.name, found.training, found.validation) == ("A", 0.75, 0.0)


def test_the_commonest_class_of_the_training_examples_is_the_answer() -> None:
    data = dataset([0] * 2 + [1] * 6 + [2] * 2 + [0, 0, 1, 2], validation=4)
    found = baseline_of(project("softmax_cross_entropy", 3), data)
    assert (found.kind, found.name, found.training, found.validation) == (
        "commonest", "B", 0.6, 0.25)
    assert class_shares(data) == pytest.approx((0.2, 0.6, 0.2))
    assert not found.is_even
    assert baseline_of(project("softmax_cross_entropy", 3), dataset([0, 1, 2] * 4)).is_even


@pytest.mark.parametrize(("score", "skill"), [(0.6, 0.0), (1.0, 1.0), (0.8, 0.5), (0.4, -0.5)])
def test_skill_is_the_part_of_what_the_answer_gets_wrong(score: float, skill: float) -> None:
    baseline = Baseline("commonest", training=0.6, validation=0.2)
    assert baseline.skill(score) == pytest.approx(skill)
    assert baseline.skill(0.6, on_validation=True) == pytest.approx(0.5)
    assert Baseline("commonest", training=1.0).skill(1.0) == 0.0


def series(steps: NDArray[np.float64], window: int = 4) -> Dataset:
    inputs = np.lib.stride_tricks.sliding_window_view(steps, window)[:-1]
    return dataset(task="regression", inputs=inputs, values=steps[window:, None],
                   validation=len(inputs) // 4, is_series=True)


def test_of_a_random_walk_the_last_value_is_worth_what_the_formula_says() -> None:
    walk = np.cumsum(np.random.default_rng(1).standard_normal(4000))
    data = series(walk)
    found = baseline_of(project("mean_squared_error", 1), data)
    for rows, score in ((data.training, found.training), (data.validation, found.validation)):
        errors = sum((walk[row + 4] - walk[row + 3]) ** 2 for row in rows)
        mean = sum(walk[row + 4] for row in rows) / len(rows)
        spread = sum((walk[row + 4] - mean) ** 2 for row in rows)
        assert score == pytest.approx(1 - errors / spread)
        assert score > 0.97
    assert (found.kind, found.shares, found.name) == ("last", (), "")
    assert math.isnan(found.loss)


def test_a_last_value_that_is_worse_than_the_mean_is_worth_nothing() -> None:
    found = baseline_of(project("mean_squared_error", 1),
                        series(np.random.default_rng(1).standard_normal(400)))
    assert (found.kind, found.training, found.validation) == ("last", 0.0, 0.0)
    still = baseline_of(project("mean_squared_error", 1), series(np.ones(40)))
    assert still.training == 0.0


def test_other_values_have_their_mean() -> None:
    data = dataset(task="regression", values=np.arange(8.0)[:, None])
    assert baseline_of(project("mean_squared_error", 1), data).kind == "mean"
    assert baseline_of(project("mean_squared_error", 1), data).skill(0.3) == 0.3


def odd_values(odd: float, *, scale: float = 1.0) -> Dataset:
    values = np.random.default_rng(3).normal(1, 0.2, 400).round(3)
    values[7::20] = odd
    made = dataset(task="regression", values=values[:, None] / scale, validation=100)
    return dataclasses.replace(made, units_of=lambda values: values * scale)


@pytest.mark.parametrize("scale", [1.0, 43.7])
def test_values_that_look_like_no_reading_need_not_be_learned_to_be_told_apart(scale: float
                                                                               ) -> None:
    data = odd_values(-200.0, scale=scale)
    found = baseline_of(project("mean_squared_error", 1), data)
    assert (found.kind, found.name) == ("apart", "-200")
    for rows, score in ((data.training, found.training), (data.validation, found.validation)):
        values = data.values[rows, 0]
        is_odd = values < -1
        answers = np.where(is_odd, values, values[~is_odd].mean())
        assert score == pytest.approx(1 - ((values - answers) ** 2).mean() / values.var())
        assert score > 0.9999


def test_values_that_belong_are_told_apart_by_nothing() -> None:
    for odd in (0.2, 1.5):
        assert baseline_of(project("mean_squared_error", 1), odd_values(odd)).kind == "mean"
    constant = dataset(task="regression", values=np.full((40, 1), -200.0))
    assert baseline_of(project("mean_squared_error", 1), constant).kind == "mean"


def test_of_a_text_nothing_can_be_read_without_learning() -> None:
    data = dataset(np.array([[0, 1, -1], [1, 1, 0]]), "transcription")
    found = baseline_of(project("ctc", 3), data)
    assert (found.kind, found.training, found.validation, found.shares) == ("unread", 0.0, 0.0, ())
    assert math.isnan(found.loss)


def test_a_loss_that_nobody_knows_has_no_cost() -> None:
    found = baseline_of(project("guesswork", 2), dataset([0, 1]))
    assert (found.kind, math.isnan(found.loss)) == ("commonest", True)
