"""Two runs in turn come to the bytes of each alone, and what came of them is said."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.errors import SpecError
from engine.experiments.course import Course
from engine.experiments.pair import TURN, Pair, check_comparable
from engine.experiments.repeats import Repeats
from engine.experiments.spread import A, B
from engine.experiments.yardstick import Yardstick
from engine.spec import ProjectSpec, StoppingSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, clouds, contents, curve, dense, project

LAYERS = (dense("dense-1", 6), dense("output", 3, "linear"))
DATA = clouds()
STEPS = 600
LOSS = Yardstick("loss", on_validation=True, step=STEPS)


def make(spec: ProjectSpec, data: Dataset) -> Trainer:
    return Trainer(spec, data, threads=1)


def pair(b: ProjectSpec, yardstick: Yardstick = LOSS) -> Pair:
    return Pair((project(*LAYERS), DATA), (b, DATA), yardstick, make)


def finished(made: Pair) -> Pair:
    while not made.advance(0.01):
        pass
    return made


def test_each_run_has_the_bytes_of_a_run_alone_and_every_step_is_told() -> None:
    b = project(*LAYERS, learning_rate=0.3)
    told: dict[int, list[int]] = {A: [], B: []}
    made = pair(b)
    made.listen = lambda side, steps, _rows: told[side].extend(steps.tolist())
    ahead = 0
    while not made.advance(0.0):
        steps = [course.trainer.step for course in made.courses]
        ahead = max(ahead, abs(steps[A] - steps[B]))
    assert told[A] == told[B] == list(range(1, STEPS + 1))
    assert 0 < ahead <= TURN
    for course, spec in zip(made.courses, (project(*LAYERS), b), strict=True):
        assert isinstance(course.trainer, Trainer)
        assert contents(course.trainer) == contents(advance(make(spec, DATA), STEPS))


def test_equal_projects_come_to_equal_bytes() -> None:
    made = finished(pair(project(*LAYERS)))
    a, b = (course.trainer for course in made.courses)
    assert isinstance(a, Trainer)
    assert isinstance(b, Trainer)
    assert contents(a) == contents(b)
    assert made.outcome().code == "no-difference"


def test_what_it_has_come_to_is_the_first_seed_of_more() -> None:
    b = project(*LAYERS, learning_rate=0.3)
    made = finished(pair(b))
    sides = (project(*LAYERS), DATA), (b, DATA)
    given, anew = (Repeats(*sides, 2, LOSS, make, first) for first in (made.ended, None))
    assert (given.pairs, given.progress) == (1, 0.5)
    for run in (given, anew):
        while not run.advance(1.0):
            pass
    np.testing.assert_array_equal(given.spread.figures, anew.spread.figures)
    for name, curves in anew.spread.curves.items():
        np.testing.assert_allclose(given.spread.curves[name], curves, rtol=1e-12)


def test_the_outcome_is_that_of_the_same_step() -> None:
    made = pair(project(*LAYERS, optimizer="sgd", learning_rate=0.0))
    made.advance(0.0)
    assert made.outcome().code == "too-early"
    assert finished(made).outcome().code == "worse"
    assert f"At step {STEPS}" in made.outcome().words.sentence.text
    assert made.progress == 1.0


def test_one_that_breaks_lets_the_other_go_on() -> None:
    made = finished(pair(project(*LAYERS, optimizer="sgd", learning_rate=1e38)))
    assert made.courses[B].error is not None
    assert made.courses[A].trainer.step == STEPS
    assert made.outcome().code == "broke"
    assert np.isnan(made.ended[B].figure)


def test_one_that_stops_early_is_judged_by_where_it_stopped() -> None:
    spec = project(*LAYERS)
    stopping = replace(spec.training, stopping=StoppingSpec(loss=1e6))
    made = finished(pair(replace(spec, training=stopping)))
    assert made.ended[B].reached == 3
    sentence = made.outcome().words.sentence
    assert (sentence.code, sentence.values["stop"]) == ("outcome.figures-stopped", 3)


def test_no_more_steps_are_asked_for_than_the_ring_keeps_for_its_reader() -> None:
    asked: list[int] = []

    class Counting(Trainer):
        def run(self, max_steps: int, budget_s: float = 0.012) -> int:
            asked.append(max_steps)
            return super().run(min(max_steps, 1), budget_s)

    run = Counting(project(*LAYERS), DATA, threads=1)
    course = Course(run, 10**9, lambda _steps, _rows: None)
    course.advance(0.0)
    course.advance(0.0, until=5)
    assert asked == [len(run.ring.data) // 2, 4]


@pytest.mark.parametrize(("changes", "words"), [
    ({"key": "iris", "title": "Iris"}, "its data are Iris, those of A are Made"),
    ({"class_names": ("a", "b", "z")}, "its classes are a, b, z, those of A are a, b, c"),
    ({"target_names": ("z",)}, "it predicts z, A predicts y"),
])
def test_what_cannot_be_compared_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_comparable(DATA, dataclasses.replace(DATA, **changes))
    assert words in caught.value.sentence
    with pytest.raises(SpecError, match="its task is regression, that of A is classification"):
        check_comparable(DATA, curve())


def test_other_noise_can_be_compared() -> None:
    check_comparable(DATA, dataclasses.replace(DATA, inputs=DATA.inputs + 1.0))
