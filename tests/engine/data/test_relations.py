"""Columns that say the same, and columns that only look as if they did."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from engine.data.columns import Column
from engine.data.relations import (
    decides,
    like_target,
    numbered_answers,
    one_hot_group,
    says_the_same,
)

ROWS = 60
_RANDOM = random.Random(5)
VALUES = np.array([_RANDOM.gauss(0, 1) for _ in range(ROWS)])
KINDS = np.arange(ROWS) % 3


def numbers(name: str, values: object, position: int = 0) -> Column:
    return Column(name, position, numbers=np.array(values, dtype=float))


def texts(name: str, codes: object, levels: str = "abcdefghijklmnopqrstuvwxyz") -> Column:
    places = np.array(codes, dtype=np.int64)
    return Column(name, 0, codes=places, levels=tuple(levels[:places.max() + 1]))


def flags(codes: object = KINDS, kinds: int = 3) -> list[Column]:
    return [numbers(f"is_{kind}", np.asarray(codes) == kind) for kind in range(kinds)]


def named(columns: tuple[Column, ...]) -> list[str]:
    return [column.name for column in columns]


class TestOneHot:
    def test_three_neighbours_or_more(self):
        columns = [numbers("x", VALUES), *flags(), numbers("z", VALUES)]
        for target in columns[1:4]:
            assert named(one_hot_group(target, columns)) == ["is_0", "is_1", "is_2"]
        assert one_hot_group(columns[0], columns) == ()

    def test_words_for_yes_and_no(self):
        columns = [Column(name, 0, codes=(kind == KINDS).astype(np.int64), levels=("False", "True"))
                   for kind, name in enumerate("abc")]
        assert named(one_hot_group(columns[1], columns)) == ["a", "b", "c"]
        other = [Column(name, 0, codes=(kind == KINDS).astype(np.int64), levels=("low", "tall"))
                 for kind, name in enumerate("abc")]
        assert one_hot_group(other[1], other) == ()

    def test_two_are_none(self):
        columns = flags(KINDS % 2, 2)
        assert one_hot_group(columns[0], columns) == ()

    def test_they_are_neighbours(self):
        one, two, three = flags()
        columns = [one, numbers("x", VALUES), two, three]
        assert one_hot_group(three, columns) == ()

    def test_other_columns_of_0_and_1_beside_them_do_not_count(self):
        male = numbers("male", np.arange(ROWS) % 2)
        columns = [male, *flags(), numbers("smokes", np.arange(ROWS) % 5 == 0)]
        assert named(one_hot_group(columns[2], columns)) == ["is_0", "is_1", "is_2"]
        assert one_hot_group(male, columns) == ()

    def test_exactly_one_is_1_in_every_row(self):
        codes = KINDS.copy()
        codes[7] = 9
        columns = flags(codes)
        assert one_hot_group(columns[2], columns) == ()
        both = flags()
        assert both[0].numbers is not None
        both[0].numbers[1] = 1
        assert one_hot_group(both[2], both) == ()

    def test_gaps_and_other_numbers_make_none(self):
        gap = flags()
        assert gap[1].numbers is not None
        gap[1].numbers[4] = np.nan
        assert one_hot_group(gap[2], gap) == ()
        shares = [numbers(name, np.where(kind == KINDS, 0.5, 0.25))
                  for kind, name in enumerate("abc")]
        assert one_hot_group(shares[2], shares) == ()


class TestNumberedAnswers:
    @pytest.mark.parametrize("names", [
        ("Y1", "Y2"), ("target_1", "target_2"), ("Output 1", "output 2"), ("y-0", "y-1"),
        ("label.1", "label.2"), ("Ziel1", "Ziel2")])
    def test_of_the_name_of_an_answer(self, names):
        columns = [numbers("X1", VALUES), *(numbers(name, VALUES) for name in names)]
        assert named(numbered_answers(columns[1], columns)) == list(names)
        assert named(numbered_answers(columns[2], columns)) == list(names)

    @pytest.mark.parametrize("stem", ["X", "pixel", "feature", "sensor ", "lag_", "20"])
    def test_other_names_are_measured_again_and_again(self, stem):
        columns = [numbers(f"{stem}{n}", VALUES) for n in range(1, 9)]
        assert numbered_answers(columns[7], columns) == ()

    def test_one_alone_is_none(self):
        columns = [numbers("y1", VALUES), numbers("x2", VALUES), numbers("yes2", VALUES)]
        assert numbered_answers(columns[0], columns) == ()
        assert numbered_answers(numbers("y", VALUES), [numbers("y", VALUES), *columns]) == ()

    def test_those_that_cannot_be_learned_are_none(self):
        columns = [numbers("y1", VALUES), numbers("y2", np.ones(ROWS))]
        assert numbered_answers(columns[0], columns) == ()


class TestLikeTarget:
    def test_none_is_left_out_that_says_the_same(self):
        rng = np.random.default_rng(5)
        with_gaps = np.where(np.arange(ROWS) % 7 == 0, np.nan, KINDS)
        columns = [numbers(f"x{place}", values, place) for place, values in enumerate((
            KINDS * 10, -1.0 * KINDS, KINDS % 2, np.zeros(ROWS), with_gaps, 3 * with_gaps,
            VALUES, 2 * VALUES + 1, rng.normal(size=ROWS), rng.integers(0, 3, ROWS)))]
        columns.append(replace(texts("words", KINDS), position=len(columns)))
        for target in (texts("class", KINDS), numbers("bit", KINDS % 2), numbers("y", VALUES),
                       numbers("gaps", with_gaps), texts("gaps", np.nan_to_num(with_gaps, nan=-1))):
            like = like_target(columns, target)
            same = {column.position for column in columns if says_the_same(column, target)}
            assert same <= like

    def test_a_column_that_is_another_is_left_out(self):
        columns = [numbers("same", KINDS * 10, 0), numbers("other", VALUES, 1)]
        assert like_target(columns, texts("class", KINDS)) == {0}
        gaps = VALUES.copy()
        gaps[5] = np.nan
        assert like_target([numbers("gaps", gaps, 0), columns[1]], numbers("y", VALUES)) == {1}


class TestSaysTheSame:
    def test_other_codes(self):
        target = texts("class", KINDS, "abc")
        assert says_the_same(texts("name", (KINDS + 1) % 3, "xyz"), target)
        assert says_the_same(numbers("code", KINDS * 10), target)
        assert says_the_same(texts("alive", KINDS % 2, "ny"), numbers("survived", KINDS % 2))

    def test_one_row_that_differs(self):
        codes = KINDS.copy()
        codes[3] = 1
        assert not says_the_same(texts("name", codes), texts("class", KINDS))

    def test_finer_and_coarser_classes_differ(self):
        assert not says_the_same(texts("breed", np.arange(ROWS) % 6), texts("class", KINDS))
        assert not says_the_same(texts("two", KINDS % 2), texts("class", KINDS))

    def test_another_unit(self):
        celsius = numbers("celsius", (20 + 5 * VALUES).round(3))
        for fahrenheit in ((68 + 9 * VALUES).round(2), -(20 + 5 * VALUES), 1e6 * VALUES):
            assert says_the_same(numbers("other", fahrenheit), celsius)

    def test_numbers_that_go_together_are_not_the_same(self):
        near = VALUES + 0.02 * np.sin(np.arange(ROWS))
        assert not says_the_same(numbers("near", near), numbers("y", VALUES))
        assert not says_the_same(numbers("square", VALUES ** 2), numbers("y", VALUES))
        assert not says_the_same(numbers("same", np.ones(ROWS)), numbers("y", VALUES))

    def test_gaps_elsewhere_than_in_the_target_differ(self):
        gaps = np.where(np.arange(ROWS) == 4, np.nan, VALUES)
        assert not says_the_same(numbers("other", 2 * gaps), numbers("y", VALUES))
        assert says_the_same(numbers("other", 2 * VALUES), numbers("y", gaps))
        assert says_the_same(numbers("other", 2 * gaps), numbers("y", gaps))

    def test_in_few_rows_it_may_be_chance(self):
        assert not says_the_same(texts("a", KINDS[:19]), texts("b", KINDS[:19]))
        assert says_the_same(texts("a", KINDS[:20]), texts("b", KINDS[:20]))

    def test_values_that_come_once_decide_nothing(self):
        codes = np.arange(ROWS) // 3
        assert not says_the_same(texts("street", codes), texts("class", codes))


class TestDecides:
    def test_a_finer_text(self):
        assert decides(texts("breed", np.arange(ROWS) % 6), texts("class", KINDS))
        assert decides(texts("month", np.arange(ROWS) % 12), numbers("quarter", KINDS))

    def test_a_coarser_one_and_another_do_not(self):
        assert not decides(texts("two", KINDS % 2), texts("class", KINDS))
        assert not decides(texts("other", np.arange(ROWS) % 4), texts("class", KINDS))

    def test_texts_that_come_once_and_few_rows_do_not(self):
        streets = np.arange(ROWS) // 3
        assert not decides(texts("street", streets), texts("class", streets % 2))
        assert not decides(texts("breed", np.arange(12) % 6), texts("class", np.arange(12) % 3))

    def test_gaps_do_not_count(self):
        codes = np.where(np.arange(ROWS) == 5, -1, np.arange(ROWS) % 6)
        assert decides(texts("breed", codes), texts("class", KINDS))
