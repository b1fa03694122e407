"""Which column is predicted unasked, and as what."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.columns import Column
from engine.data.target_choice import choose_target, guess_task

ROWS = 40


def numbers(name: str, position: int = 1, **more: object) -> Column:
    return Column(name, position, numbers=np.arange(ROWS) % 7 + 0.25, **more)


def texts(name: str, count: int = 3, position: int = 1) -> Column:
    return Column(name, position, codes=np.arange(ROWS) % count,
                  levels=tuple(f"{n:03}" for n in range(count)))


def whole(name: str, values: object) -> Column:
    return Column(name, 1, numbers=np.asarray(values, dtype=float))


def chosen(*columns: Column, declared: str = "") -> tuple[str, bool]:
    choice = choose_target(columns, declared)
    return ("" if choice.column is None else choice.column.name), choice.sure


@pytest.mark.parametrize("name", ["target", "Label", "Species", "CLASS", "Klasse", "espèce", "mpg",
                                  " Outcome ", "y"])
def test_a_telling_name_stands_anywhere(name):
    assert chosen(numbers(name), numbers("a"), numbers("b")) == (name, True)
    assert chosen(numbers("a"), numbers(name), numbers("b")) == (name, True)


def test_of_several_telling_names_the_surest_is_taken():
    assert chosen(numbers("quality"), numbers("class"), numbers("target")) == ("target", True)


def test_what_the_file_declares_comes_first():
    assert chosen(numbers("a"), numbers("target"), declared="a") == ("a", True)
    assert chosen(numbers("a"), numbers("target"), declared="gone") == ("target", True)


@pytest.mark.parametrize("name", ["price", "Preis", "score", "type"])
def test_some_names_tell_of_the_last_column_only(name):
    assert chosen(numbers("a"), numbers(name)) == (name, True)
    assert chosen(numbers(name), numbers("a")) == ("a", False)
    assert chosen(numbers("a"), numbers(name), numbers("b")) == ("b", False)


def test_else_the_last_that_can_be_is_a_guess():
    assert chosen(numbers("a"), texts("kind of place"), texts("remarks", 40)) == (
        "kind of place", False)
    assert chosen(texts("remarks", 40)) == ("", False)


def test_y_between_x_and_others_is_a_place():
    assert chosen(numbers("x"), numbers("y"), numbers("z")) == ("z", False)
    assert chosen(numbers("X"), numbers("Y"), numbers("wind"), numbers("area")) == ("area", False)
    assert chosen(numbers("x"), numbers("y"), texts("species")) == ("species", True)
    assert chosen(numbers("x"), numbers("y")) == ("y", True)
    assert chosen(numbers("y"), numbers("x"), numbers("z")) == ("y", True)


def test_who_it_was_and_what_is_mostly_empty_are_not_predicted_unasked():
    rare = Column("comment", 3, codes=np.where(np.arange(ROWS) % 10, -1, 0) + np.where(
        np.arange(ROWS) % 20, 0, 1), levels=("a", "b"))
    assert chosen(numbers("a"), texts("patient_id")) == ("a", False)
    assert chosen(numbers("a"), rare) == ("a", False)
    # Nothing else is there.
    assert chosen(texts("patient_id")) == ("patient_id", False)


def test_what_the_file_calls_no_answer_is_none():
    assert chosen(numbers("a"), numbers("class", role="ignored")) == ("a", False)


def test_an_empty_column_is_none_whatever_its_name():
    assert chosen(numbers("a"), whole("target", np.full(ROWS, np.nan))) == ("a", False)


def task(name: str, values: object) -> tuple[str, bool]:
    guess = guess_task(whole(name, values))
    return guess.task, guess.sure


def test_texts_are_classes():
    assert guess_task(texts("x", 40)) == ("classification", True)


def test_two_values_are_classes():
    assert task("x", np.arange(ROWS) % 2) == ("classification", True)
    assert task("x", np.where(np.arange(ROWS) % 2, -1, 1)) == ("classification", True)
    assert task("price", np.arange(ROWS) % 2) == ("classification", True)


def test_decimals_are_numbers():
    assert task("class", np.arange(ROWS) % 3 + 0.5) == ("regression", True)


def test_many_whole_numbers_are_numbers():
    assert task("x", np.arange(200) % 21) == ("regression", True)
    assert task("x", np.arange(40) % 20) == ("regression", False)
    # Most come about once.
    assert task("x", np.arange(12) % 7) == ("regression", True)


def test_a_name_of_classes_makes_classes():
    assert task("digit", np.arange(ROWS) % 10) == ("classification", True)
    assert task("Class", np.arange(600) % 26 * 3) == ("classification", True)
    assert task("class", np.arange(600) % 40) == ("regression", True)


@pytest.mark.parametrize("name", ["final_mark", "Number of children", "rings", "Punkte", "points"])
def test_a_name_of_amounts_makes_numbers_with_a_doubt(name):
    assert task(name, np.arange(ROWS) % 5) == ("regression", False)


def test_few_whole_numbers_are_classes_with_a_doubt():
    assert task("x", np.arange(ROWS) % 5 * 10) == ("classification", False)
    assert task("x", np.arange(200) % 20) == ("classification", False)
    # More than ten, and they do not count through.
    assert task("x", np.arange(200) % 12 * 10) == ("regression", False)
    # A class of one example.
    assert task("x", np.minimum(np.arange(ROWS) % 5, 3) + 9 * (np.arange(ROWS) == 7)) == (
        "regression", False)


def test_gaps_do_not_count():
    assert task("x", np.where(np.arange(ROWS) % 4, np.arange(ROWS) % 2, np.nan)) == (
        "classification", True)
