"""Classic mistakes: each is caught by the numeric check, at the line where it was made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine.microscope.explanations
from engine.microscope.catalogue import MISTAKES
from engine.microscope.check import Finding, check_one
from engine.microscope.dissection import Dissection
from engine.microscope.mistakes import Answer, Hunt, Place, broken, first_wrong, is_wrong, offered
from engine.microscope.trace import Trace
from tests.engine.microscope.dissections import dissected, sweep
from tests.engine.training.runs import clouds, dense, trainer

KEY = re.compile(r'"([a-z]+(?:-[a-z]+)+)"(?::|\])')
"""How explanations name a mistake: as a key, or between square brackets."""

FEWEST = 12


def small(**training: Any) -> Dissection:
    """Return a step of a small network."""
    run = trainer(clouds(), dense("one", 4), dense("two", 3, "linear"), optimizer="sgd",
                  **training)
    run.run(3)
    return run.dissect()


def keys_of_explanations() -> set[str]:
    folder = Path(engine.microscope.explanations.__file__).parent
    return {key for path in folder.glob("*.py") for key in KEY.findall(path.read_text())}


def differs_at_kinks_alone(right: Trace, wrong: Trace, i: int) -> bool:
    """Say whether a line is wrong only where the loss has no slope that it could be compared with.

    A ReLU, say, hands on zeros, at which PReLU has two slopes.
    """
    changed = np.argwhere(right.values[i] != wrong.values[i])
    return {check_one(wrong, i, tuple(map(int, index))).finding for index in changed} == {
        Finding.KINK}


def test_every_mistake_of_an_explanation_has_its_words() -> None:
    assert keys_of_explanations() <= MISTAKES.keys()


@pytest.mark.parametrize("name", sweep())
def test_a_mistake_is_caught_where_it_was_made(name: str) -> None:
    dissection = dissected(name)
    if dissection is None:
        pytest.skip("an op of it has no explanation")
    trace = dissection.trace
    assert {key for statement in trace.program.statements
            for key in statement.mistakes} <= MISTAKES.keys()
    assert first_wrong(trace) == -1
    places = {place.key: place for place in offered(trace)}
    caught = []
    for place in places.values():
        # All lines before are those of the step without a mistake, of which none is wrong.
        wrong = broken(trace, place)
        if is_wrong(wrong, place.statement):
            caught.append(place)
        else:
            assert differs_at_kinks_alone(trace, wrong, place.statement), place
    assert len(caught) > 0.8 * len(places)
    assert first_wrong(broken(trace, caught[0])) == caught[0].statement


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


def test_there_are_mistakes_enough() -> None:
    assert len(MISTAKES) >= FEWEST
    assert all(mistake.title.text and mistake.explanation.text for mistake in MISTAKES.values())
