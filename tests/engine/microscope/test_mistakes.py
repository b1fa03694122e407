"""Classic mistakes: each is caught by the numeric check, at the line where it was made."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine.microscope.explanations
from engine.microscope.catalogue import MISTAKES
from engine.microscope.check import Finding, check_one
from engine.microscope.dissection import Dissection
from engine.microscope.hunt import Answer, Hunt
from engine.microscope.mistakes import Place, broken, first_wrong, is_caught, offered
from engine.microscope.trace import Trace, run
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.dissections import dissected, projects
from tests.engine.training.runs import clouds, dense, trainer

KEY = re.compile(r'"([a-z]+(?:-[a-z]+)+)"(?::|\])')
"""How explanations name a mistake: as a key, or between square brackets."""

FOUND = {
    "derivative-forgotten": "05-exclusive-or", "weights-not-transposed": "05-exclusive-or",
    "batch-mean-forgotten": "05-exclusive-or", "updated-too-early": "05-exclusive-or",
    "softmax-derived-twice": "05-exclusive-or", "sign-turned": "05-exclusive-or",
    "bias-correction-left-out": "optimizer adam float32", "mask-forgotten": "12-overfitting-cured",
    "penalty-left-out": "own penalties", "clipped-layer-by-layer": "clipped",
    "branch-overwritten": "joins", "mean-term-forgotten": "norms",
    "variance-term-forgotten": "norms", "gradient-to-all-places": "wide images",
    "summed-over-one-place": "wide images", "kernel-not-flipped": "two convolutions",
    "state-path-forgotten": "balanced letters", "only-last-step": "balanced letters",
    "gate-derivative-forgotten": "carried gru", "cell-path-forgotten": "carried lstm"}
"""The best known ones, and a project that offers each."""

COVERING = {*FOUND.values(), "20-reviews-bag-of-words", "grown images", "images", "sampled",
            "loss huber", "loss mean_absolute_error", "loss softmax_cross_entropy of classes",
            "loss hinge of classes", "balanced binary_cross_entropy", "optimizer adadelta float32",
            "optimizer adamw float32", "optimizer nadam float32", "06-plane"}
"""Projects that offer all mistakes between them."""

ELSEWHERE = {"kernel-not-flipped", "content-ignored", "slope-of-lines-forgotten",
             "padding-learns", "count-forgotten", "text-length-forgotten", "own-step-twice",
             "way-on-forgotten", "one-reading-only", "blank-forgotten"}
"""Offered by no small project; held by tests of the lines that they belong to."""


def small(**training: Any) -> Dissection:
    """Return a step of a small network."""
    network = trainer(clouds(), dense("one", 4), dense("two", 3, "linear"), optimizer="sgd",
                      **training)
    network.run(3)
    return network.dissect()


def keys_of_explanations() -> set[str]:
    folder = Path(engine.microscope.explanations.__file__).parent
    return {key for path in folder.glob("*.py") for key in KEY.findall(path.read_text())}


@cache
def two_convolutions() -> Trace:
    """Return a step in which errors go back through a kernel."""
    filters = {"filters": 2, "kernel": 3, "activation": "tanh"}
    chain = NetworkSpec((LayerSpec("input", "input"), LayerSpec("form", "reshape", {
        "form": "image", "height": 6, "width": 6, "channels": 1}),
        LayerSpec("one", "conv2d", filters), LayerSpec("two", "conv2d", filters),
        LayerSpec("flat", "flatten"),
        LayerSpec("out", "dense", {"units": 2, "activation": "linear"})))
    rng = np.random.default_rng(4)
    return run(compare(project_of(chain), rng.standard_normal((3, 36)), np.eye(2)[[0, 1, 0]]))


def trace_of(name: str) -> Trace:
    if name == "two convolutions":
        return two_convolutions()
    dissection = dissected(name)
    return dissection.trace


def differs_at_kinks_alone(right: Trace, wrong: Trace, i: int) -> bool:
    """Say whether a line is wrong only where the loss has no slope that it could be compared with.

    A ReLU, say, hands on zeros, at which PReLU has two slopes.
    """
    changed = np.argwhere(right.values[i] != wrong.values[i])[:6]
    return {check_one(wrong, i, tuple(map(int, index))).finding for index in changed} == {
        Finding.KINK}


def test_every_mistake_of_an_explanation_has_its_words() -> None:
    assert keys_of_explanations() <= MISTAKES.keys()


@pytest.mark.parametrize("name", [
    name if name in COVERING else pytest.param(name, marks=pytest.mark.whole)
    for name in projects()])
def test_every_kind_of_mistake_is_caught_by_the_check_of_its_line(name: str) -> None:
    trace = trace_of(name)
    assert {key for statement in trace.program.statements
            for key in statement.mistakes} <= MISTAKES.keys()
    for place in {place.key: place for place in offered(trace)}.values():
        if not is_caught(trace, place):
            assert differs_at_kinks_alone(trace, broken(trace, place), place.statement), place


def test_small_projects_offer_every_kind() -> None:
    names = COVERING - {"two convolutions"}
    found = {place.key for name in names for place in offered(trace_of(name))}
    assert MISTAKES.keys() - found == ELSEWHERE


@pytest.mark.parametrize("key", FOUND)
def test_a_mistake_is_the_first_wrong_line(key: str) -> None:
    trace = trace_of(FOUND[key])
    place = next(place for place in offered(trace) if place.key == key)
    assert is_caught(trace, place)
    # Of the lines before, none is taken for wrong.
    assert first_wrong(broken(trace, place)) == place.statement


@pytest.mark.parametrize("name", [
    name if name in {"norms", "carried lstm", "clipped", "joins"} else
    pytest.param(name, marks=pytest.mark.whole) for name in projects()])
def test_lines_that_are_not_executed_again_are_those_that_stay_the_same(name: str) -> None:
    trace = trace_of(name)
    for place in {place.key: place for place in offered(trace)}.values():
        wrong = broken(trace, place)
        for mine, all_anew in zip(wrong.values, run(wrong.program).values, strict=True):
            np.testing.assert_array_equal(mine, all_anew)


@pytest.mark.parametrize("name", [
    name if name in FOUND.values() else pytest.param(name, marks=pytest.mark.whole)
    for name in projects()])
def test_no_line_of_a_right_step_is_found_wrong(name: str) -> None:
    assert first_wrong(trace_of(name)) == -1


def test_a_hunt_is_prepared_a_little_at_a_time() -> None:
    dissection = small(batch_size=4)
    hunt, slices = Hunt(dissection, seed=5), 1
    while not hunt.advance(0.0):
        slices += 1
    assert slices > len(dissection.trace) // 2
    assert hunt.place == Hunt(dissection, seed=5).place
    np.testing.assert_array_equal(hunt.broken.trace.last("L"), dissection.trace.last("L"))
    place = offered(dissection.trace)[0]
    assert Hunt(dissection, chosen=place).place == place


def test_later_lines_go_on_with_the_wrong_numbers() -> None:
    trace = small().trace
    place = next(place for place in offered(trace) if place.key == "batch-mean-forgotten")
    wrong = broken(trace, place)
    np.testing.assert_allclose(wrong.last("db1"), trace.program.n * trace.last("db1"))
    for i in range(place.statement):
        np.testing.assert_array_equal(wrong.values[i], trace.values[i])
    assert wrong.program.statements[place.statement].code.startswith("dz2 = ")


def test_what_changes_nothing_is_not_offered() -> None:
    many = {place.key for place in offered(small(batch_size=4).trace)}
    alone = {place.key for place in offered(small(batch_size=1).trace)}
    assert {"batch-mean-forgotten", "bias-averaged", "summed-over-one-example"} <= many
    assert not {"batch-mean-forgotten", "bias-averaged", "summed-over-one-example"} & alone
    # Without a learning rate, nothing is updated, neither late nor early.
    still = {place.key for place in offered(small(batch_size=4, learning_rate=0.0).trace)}
    assert "updated-too-early" in many - still


def test_a_hunt_answers_guesses_and_gives_hints() -> None:
    dissection = small(batch_size=4)
    hunt = Hunt(dissection, seed=5)
    place = hunt.place
    assert place is not None
    assert hunt.broken.trace.program.statements[place.statement].code != \
        dissection.program.statements[place.statement].code
    assert "One line" in str(hunt.message)
    assert hunt.guess(2).answer is Answer.RIGHT
    last = len(dissection.program.statements) - 1
    follows = next(i for i in range(last, place.statement, -1) if not np.array_equal(
        hunt.broken.trace.values[i], dissection.trace.values[i]))
    assert hunt.guess(follows).answer is Answer.FOLLOWS
    assert not hunt.is_over
    hints = [str(hunt.hint()) for _ in range(4)]
    assert len(set(hints)) == 3
    assert str(place.title) in hints[2] == hints[3]
    assert hunt.guess(place.statement).answer is Answer.HERE
    assert hunt.is_solved
    assert "3 guesses" in str(hunt.message)


def test_the_same_seed_hides_the_same_mistake_and_others_other_ones() -> None:
    dissection = small(batch_size=4)
    found = [Hunt(dissection, seed).place for seed in range(12)]
    assert found == [Hunt(dissection, seed).place for seed in range(12)]
    assert len({place.key for place in found if place is not None}) >= 5


def test_a_hunt_may_be_given_up() -> None:
    hunt = Hunt(small(batch_size=4), seed=1)
    place = hunt.give_up()
    assert isinstance(place, Place)
    assert hunt.is_over
    assert not hunt.is_solved
    assert str(place.title) in str(hunt.message)


def test_all_mistakes_have_words() -> None:
    assert all(mistake.title.text and mistake.explanation.text for mistake in MISTAKES.values())
