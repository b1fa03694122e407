"""What a column means, judged by all of its cells."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.cells import cells_of
from engine.data.columns import Column, interpret, interpret_columns


def column(cells, decimal=".", **options) -> Column:
    return interpret("x", 0, cells_of(cells), decimal, **options)


def numbers(cells, decimal=".", **options):
    found = column(cells, decimal, **options)
    assert found.numbers is not None, found
    return found.numbers.tolist()


class TestThousands:
    def test_bare_numbers_below_a_thousand_make_thousands_of_groups_of_three(self):
        for decimal in ".,":
            found = column(["51,566", "483", "343", "52,242"], decimal)
            assert found.numbers.tolist() == [51566, 483, 343, 52242]
            assert found.decimal == "."

    def test_which_is_told_while_no_group_ends_in_zero(self):
        # Programs that leave zeros out at the end write decimals so that none does.
        told = column(["51,566", "483"]).ambiguous
        assert (told.read, told.other, told.decimal) == (51566, 51.566, ",")
        assert column(["51,560", "483"]).ambiguous is None

    def test_many_of_three_decimals_of_which_none_ends_in_zero_are_decimals(self):
        cells = [f"{n // 9 + 1},{100 + n % 9 + 1}" for n in range(60)] + ["7"]
        assert numbers(cells, ",")[0] == 1.101
        assert column(cells, ",").ambiguous.read == 1.101

    def test_a_zero_in_front_makes_decimals_of_all(self):
        assert numbers(["0,123", "1,234", "7"], ",") == [0.123, 1.234, 7]
        assert numbers(["0.123", "1.234", "7"]) == [0.123, 1.234, 7]

    def test_another_number_of_digits_makes_decimals_of_all(self):
        assert numbers(["1,25", "1,234"], ".") == [1.25, 1.234]

    def test_two_signs_in_one_number_decide_for_all(self):
        assert numbers(["1.234,5", "1.234"]) == [1234.5, 1234]
        assert numbers(["1,234.5", "1,234"], ",") == [1234.5, 1234]

    def test_other_columns_decide_where_nothing_else_does(self):
        cells = ["1,234", "5,678"]
        assert numbers(cells, ",", known=".") == [1234, 5678]
        assert column(cells, ",", known=".").ambiguous is None
        assert numbers(cells, ".", known=",") == [1.234, 5.678]

    def test_what_nothing_decides_is_told_with_both_readings(self):
        for decimal, read, other in ((".", 1234, 1.234), (",", 1.234, 1234)):
            told = column(["1,234", "5,678"], decimal).ambiguous
            assert (told.example, told.read, told.other) == ("1,234", read, other)

    def test_a_text_here_and_there_tells_nothing_about_other_columns(self):
        cells = {0: cells_of(["1,234", "5,678"] * 9), 1: cells_of(["3.5 stars", "good", "bad"] * 6)}
        assert interpret_columns(("x", "y"), cells, ",")[0].ambiguous is not None

    def test_what_the_person_chose_is_done_and_not_told(self):
        found = column(["51,566", "483"], ",", chosen=True)
        assert (found.numbers.tolist(), found.ambiguous) == ([51.566, 483], None)

    def test_points_are_thousands_in_a_file_of_decimal_commas(self):
        assert numbers(["1.234", "12.345"], known=",") == [1234, 12345]

    def test_points_are_decimals_and_not_told_unless_nearly_all_end_in_zero(self):
        assert column(["1.234", "12.345"]).ambiguous is None
        told = column(["21.000", "12.500", "3.000", "8.000", "9.100"]).ambiguous
        assert (told.read, told.other) == (21, 21000)

    @pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009", "'", "’"])
    def test_spaces_and_apostrophes_group(self, space):
        assert numbers([f"1{space}562,94", f"12{space}000,00"], ".") == [1562.94, 12000]
        assert numbers([f"1{space}562", "7"], ".") == [1562, 7]

    def test_indian_groups(self):
        assert numbers(["1,07,76,193", "48,98,304", "51,566"]) == [10776193, 4898304, 51566]

    def test_ragged_groups_are_no_numbers(self):
        assert column(["1,2345", "1,23,4", "12,3456,7"] * 4, ".").numbers is None


class TestUnits:
    @pytest.mark.parametrize(("cells", "unit"), [
        (["12,5 %", "7,25%", "0\u00a0%"], "%"), (["$10,211.09", "$5", "-$3.50"], "$"),
        (["10,00 €", "1.250,50 €"], "€"), (["CHF 1'200.50", "CHF 3"], "CHF"),
        (["12 kg", "13.5 kg"], "kg"), (["5 years", "1 year"], "years"), (["3 mm Hg", "4 mm Hg"],
        "mm Hg"), (["R$ 1.234,50", "R$ 2,00"], "R$"), (["100 kr", "250 kr"], "kr"),
        (["7 °C", "-3.5 °C"], "°C"), (["12 Monate", "1 Monat"], "Monate"),
    ])
    def test_the_same_unit_at_all_is_taken_off_and_named(self, cells, unit):
        found = column(cells)
        assert found.numbers is not None
        assert found.unit == unit

    def test_a_unit_that_differs_makes_texts_and_says_why(self):
        assert column(["12 kg", "500 ml", "3 kg"] * 5).kept == "units"
        assert column(["$5", "€5", "$6"] * 5).kept == "units"

    def test_letters_behind_some_numbers_only_are_no_unit(self):
        found = column(["12", "12a", "13", "13a"] * 5)
        assert found.numbers is None
        assert found.kept == "mixed"

    def test_money_may_stand_beside_bare_numbers(self):
        assert numbers(["$5", "$7", "0"]) == [5, 7, 0]

    def test_the_dash_of_accounting_is_zero(self):
        assert numbers(["$1,234.50", "($200.00)", "$ -", "$5"]) == [1234.5, -200, 0, 5]


class TestCodes:
    def test_equal_lengths_with_zeros_in_front_are_codes(self):
        found = column(["01067", "80331", "04109"] * 5)
        assert found.levels == ("01067", "04109", "80331")
        assert found.kept == "codes"

    def test_numbers_of_telephones_are_codes(self):
        assert column(["0171234567", "017612345678", "03012345"] * 3).kept == "codes"

    def test_two_digits_are_numbers_months_and_hours_for_one(self):
        assert numbers(["01", "02", "12"]) == [1, 2, 12]

    def test_zero_alone_is_no_code(self):
        assert numbers(["0", "5", "7"]) == [0, 5, 7]


class TestMarkers:
    @pytest.mark.parametrize("marker", [
        "..", "#NV", "\\N", "n.d.", ":", "k. A.", "-", "?", "*", "n/a", "keine Angabe", "missing",
        "Unknown", "ND", "<LOD", "<0.5", "--", "weiß nicht", "#N/A", "NULL", "nicht gemessen"])
    def test_a_text_that_comes_again_among_numbers_is_one(self, marker):
        cells = [f"{n}.5" for n in range(40)] + [marker] * 6
        found = column(cells)
        assert found.kind == "numeric"
        assert found.missing == 6
        assert found.markers == ((marker, 6),)

    def test_a_value_that_comes_again_is_none(self):
        assert column([f"{n}" for n in range(10)] * 4 + ["10+"] * 9).numbers is None

    def test_a_class_beside_few_numbers_is_none(self):
        assert column(["1", "2", "3", "studio"] * 10).kind == "category"

    def test_results_of_matches_are_classes(self):
        assert column(["1", "X", "2"] * 20).levels == ("1", "2", "X")

    def test_labels_that_alternate_are_none(self):
        assert column(["1", "x"] * 20).levels == ("1", "x")
        assert column(["1", "-"] * 20).levels == ("-", "1")

    def test_four_texts_that_come_again_are_none(self):
        cells = [str(n) for n in range(40)] + ["red", "blue", "green", "black"] * 3
        assert column(cells).numbers is None

    def test_in_a_small_table_a_known_word_need_not_come_again(self):
        found = column(["1.5", "2.5", "k. A.", "3", "n.d.", "4"])
        assert (found.kind, found.missing, len(found.markers)) == ("numeric", 2, 2)

    def test_a_few_odd_cells_are_named_with_the_row_of_the_first(self):
        found = column([*map(str, range(40)), "oops", *map(str, range(40)), "again"])
        assert (found.not_numbers, found.example, found.example_row) == (2, "oops", 41)

    def test_the_person_may_name_texts_and_numbers_that_hold_none(self):
        found = column(["-200", "5", "6.5", "-200.0", "x7"] * 9, missing=("-200", "x7"))
        assert found.missing == 27
        assert dict(found.markers) == {"-200": 18, "x7": 9}

    def test_the_person_may_keep_a_text_that_looks_missing(self):
        assert column(["none", "5", "6"] * 9, present=("none",)).levels == ("5", "6", "none")


class TestGapsAmongTexts:
    def test_none_is_a_class(self):
        found = column(["none", "mild", "severe"] * 20)
        assert found.levels == ("mild", "none", "severe")
        assert found.doubtful == (("none", 20),)

    @pytest.mark.parametrize("word", ["NA", "N/A", "null", "None", "n/a"])
    def test_words_are_values_in_a_column_without_other_gaps(self, word):
        assert word in column([word, "low", "high"] * 9).levels

    @pytest.mark.parametrize("word", ["NA", "N/A", "null"])
    def test_beside_empty_cells_they_are_gaps(self, word):
        found = column([word, "low", "high", ""] * 9)
        assert found.levels == ("high", "low")
        assert found.markers == ((word, 9),)

    def test_among_codes_of_two_capitals_NA_is_one_of_them(self):
        assert column(["NA", "EU", "AS", ""] * 9).levels == ("AS", "EU", "NA")

    def test_plus_and_minus_are_two_classes(self):
        assert column(["+", "-"] * 20).levels == ("+", "-")

    def test_a_question_mark_among_classes_is_a_gap(self):
        assert column(["a", "b", "?"] * 9).levels == ("a", "b")

    def test_what_programs_write_for_errors_is_a_gap(self):
        assert column(["a", "b", "#N/A", "NaN"] * 9).levels == ("a", "b")

    def test_what_marks_gaps_among_numbers_marks_them_among_texts(self):
        cells = {0: cells_of(["1", "NA", "3.5", "4"] * 9), 1: cells_of(["m", "f", "NA", "m"] * 9)}
        first, second = interpret_columns(("x", "sex"), cells, ".")
        assert first.missing == second.missing == 9
        assert second.levels == ("f", "m")

    def test_but_a_class_none_stays(self):
        cells = {0: cells_of(["1", "none", "3.5", "4"] * 9),
                 1: cells_of(["mild", "none", "mild", "none"] * 9)}
        assert interpret_columns(("x", "y"), cells, ".")[1].levels == ("mild", "none")


class TestSentinels:
    @pytest.mark.parametrize(("value", "rest"), [
        (-200, np.linspace(10, 35, 90)), (-999, np.linspace(10, 35, 90)),
        (9999, np.linspace(10, 35, 90)), (999, np.arange(20, 65)), (-99.9, np.linspace(-3, 3, 80)),
        (-1, np.arange(20, 65)), (99, np.arange(1, 6).repeat(20)), (-9, np.arange(1, 6).repeat(9)),
    ])
    def test_a_number_far_outside_that_comes_again_is_named_and_stays(self, value, rest):
        cells = [*rest.tolist(), *[value] * 6]
        found = column(cells)
        assert found.sentinel == (value, 6)
        assert found.missing == 0

    def test_reasons_for_no_answer_stand_beside_one_another(self):
        cells = [*np.arange(1, 6).repeat(20).tolist(), *[98] * 4, *[99] * 5]
        assert column(cells).sentinels == ((99, 5), (98, 4))

    @pytest.mark.parametrize("cells", [
        [*range(50), -1], [-1, 1] * 30, [0, 1, -1] * 20, [*range(0, 1000, 10), 999, 999, 999],
        [*np.random.default_rng(0).lognormal(0, 2, 300).round(2), 99, 99, 99],
        [*range(21), *range(21), -1, -1, -1], [50.0] * 16 + [*np.linspace(5, 49, 300)],
    ])
    def test_numbers_that_belong_are_none(self, cells):
        assert column(cells).sentinels == ()


class TestDates:
    def test_days_since_1970_with_the_time(self):
        found = column(["1970-01-02", "1970-01-03 12:00", ""])
        assert found.kind == "date"
        assert found.days[:2].tolist() == [1, 2.5]
        assert np.isnan(found.days[2])

    @pytest.mark.parametrize(("cells", "order"), [
        (["31.12.2020", "01.02.2021"], "day-first"), (["12/31/2020", "01/02/2021"], "month-first"),
        (["31/12/2020", "01/02/2021"], "day-first"),
        ([f"{m}/{d}/2020" for m in (1, 2, 3) for d in range(1, 13)], "month-first"),
        ([f"{d}/{m}/2020" for m in (1, 2, 3) for d in range(1, 13)], "day-first"),
    ])
    def test_the_column_tells_day_and_month_apart(self, cells, order):
        found = column(cells)
        assert (found.order, found.order_guessed) == (order, False)

    def test_else_it_is_a_guess_that_is_told(self):
        assert column(["03/04/2020", "01/02/2020", "05/01/2020"]).order_guessed

    @pytest.mark.parametrize("cells", [
        ["2016", "2017", "2018"], ["1.2.3", "10.0.19"], ["43831", "43832"], ["1/2", "3/4"],
        ["12:30", "13:45"], ["iris-1", "iris-2"], ["2020-13-45", "2021-14-50"],
        ["12345678", "23456789", "34567890"], ["setosa 1999", "virginica 2001"]])
    def test_what_is_no_date(self, cells):
        assert column(cells * 4).kind != "date"

    @pytest.mark.parametrize(("cell", "day"), [
        ("2 January 1970", 1), ("3. Januar 1970", 2), ("1er février 1970", 31), ("Jan 5, 1970", 4),
        ("01-Feb-1970", 31), ("1970-02", 31), ("1970Q2", 90), ("1970-01-02T00:00:00Z", 1),
        ("1970-01-02T02:00:00+02:00", 1), ("Fri, 02.01.1970 12:00", 1.5),
        ("1/2/1970 6:00 PM", 1.75), ("März 1970", 59), ("02/1970", 31), ("19700102", 1),
    ])
    def test_many_ways_to_write_one(self, cell, day):
        others = {"1/2/1970 6:00 PM": ["1/13/1970 6:00 PM"], "19700102": ["19700103", "19700104"]}
        found = column([cell, *others.get(cell, ["1970-03-31"])])
        assert found.days[0] == pytest.approx(day)

    def test_a_date_that_is_missing_is_a_gap(self):
        found = column(["01.01.2022", "13.01.2022", "k. A.", "k. A.", "15.01.2022"] * 3)
        assert (found.kind, found.missing, found.markers) == ("date", 6, (("k. A.", 6),))


def test_true_and_false_stay_categories():
    assert column(["true", "false"] * 5).kind == "category"


def test_a_tiny_table_may_have_units_below_its_names():
    found = column(["g", "1.5", "2.5", "3", "4"])
    assert (found.kind, found.missing, found.example_row) == ("numeric", 1, 1)
    assert column(["1.5", "g", "2.5", "3", "4"]).numbers is None


def test_a_column_of_which_all_rows_are_taken_is_not_looked_at_again():
    whole = column(["1.5", "2.5", "", "4.5"])
    assert whole.take(np.arange(4)) is whole
    assert whole.take(np.arange(3)).numbers is not whole.numbers


def test_rows_are_taken_with_all_that_is_known():
    found = column(["$5", "$6", "n.d.", "n.d.", "$7"] * 4).take(np.array([0, 1]))
    assert (found.numbers.tolist(), found.unit) == ([5, 6], "$")
    dates = column(["2020-01-01", "2020-01-02", "2020-01-03"]).take(np.array([2]))
    assert dates.days.tolist() == [18264]
