"""Numbers, gaps and dates of whole files: as they are looked at and as they are loaded."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from engine.data import preview
from engine.data.reading import read
from engine.spec import TableSpec


@pytest.fixture
def table(tmp_path):
    def write(text: str, **choices):
        path: Path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        reading = read(path, TableSpec(**choices))
        seen = preview(path, TableSpec(**choices))
        # What is looked at is what is loaded.
        assert [column.kind for column in seen.columns] == [
            column.kind for column in reading.columns]
        return {column.name: column for column in reading.columns}, seen
    return write


def rows(header: str, row, count: int = 40) -> str:
    return header + "\n" + "".join(row(number) + "\n" for number in range(count))


def test_english_thousands_beside_bare_numbers_between_tabs_are_whole_numbers(table):
    columns, seen = table(rows("population\tshops", lambda n: (
        f"{300 + 7 * n}\t{n}" if n % 2 else f"{30000 + 997 * n:,}\t{5 * n}")))
    assert columns["population"].numbers[:2].tolist() == [30000, 307]
    assert seen.decimal == "."


def test_no_break_spaces_between_thousands_and_decimal_commas_above_a_thousand(table):
    columns, seen = table(rows("years;salary", lambda n: f"{n % 9};{1 + n % 3}\u00a0{n + 500},94"))
    assert columns["salary"].numbers[0] == 1500.94
    assert seen.decimal == ","


def test_percent_behind_a_space_is_a_number(table):
    columns, seen = table(rows("share;gain", lambda n: f"{n},5 %;{'yes' if n % 2 else 'no'}"))
    assert columns["share"].numbers[3] == 3.5
    assert "Units were taken off the numbers: 'share' (%)." in seen.notes


def test_dollars_in_quotes_are_numbers_and_can_be_predicted(table):
    columns, seen = table(rows("age,price", lambda n: f'{n % 7},"${n + 1},211.09"'))
    assert columns["price"].numbers[9] == 10211.09
    assert seen.target == "price"
    assert seen.task == "regression"


def test_losses_in_brackets_are_negative(table):
    columns, _ = table(rows("cost,profit", lambda n: f'{n}.5,"({n + 1},181.70)"'))
    assert columns["profit"].numbers[0] == -1181.70


def test_indian_groups_are_thousands_lakhs_and_crores(table):
    columns, _ = table(rows("rooms,price", lambda n: f'{n % 5},"1,{n + 10},76,193"'))
    assert columns["price"].numbers[0] == 11076193


@pytest.mark.parametrize("marker", ["..", "#NV", "\\N", "n.d.", ":", "k. A.", "-", "?"])
def test_what_marks_gaps_among_numbers_is_named_and_can_be_kept(table, marker):
    text = rows("income,group", lambda n: (
        f"{marker if n % 8 == 3 else n * 7.5},{'low' if n % 2 else 'high'}"))
    columns, seen = table(text)
    assert columns["income"].missing == 5
    [said] = [remark for remark in seen.remarks if remark.message.code == "note.markers"]
    assert said.text == f"{marker!r} was taken for no value: 'income' (5)."
    changed = said.change(TableSpec())
    assert changed.present == (marker,)
    assert table(text, present=changed.present)[0]["income"].numbers is None


def test_a_class_none_is_kept_and_can_be_taken_for_a_gap(table):
    text = rows("dose,reaction", lambda n: f"{n}.5,{('none', 'mild', 'severe')[n % 3]}", 60)
    columns, seen = table(text)
    assert columns["reaction"].levels == ("mild", "none", "severe")
    assert columns["reaction"].missing == 0
    [said] = [remark for remark in seen.remarks if remark.message.code == "note.kept-word"]
    changed = said.change(TableSpec())
    assert table(text, missing=changed.missing)[0]["reaction"].levels == ("mild", "severe")


def test_decimal_commas_that_come_late_decide_for_the_whole_file(table):
    columns, seen = table(rows("nr;temperature;step", lambda n: (
        f"{n};{20 + n % 9 if n < 250 else f'{20 + n % 9},{n % 10}'};{n % 4}"), 500))
    assert columns["temperature"].numbers[251] == 28.1
    assert seen.decimal == ","


def test_decimals_of_one_column_decide_about_another(table):
    text = rows("length;places", lambda n: f"{n},5;{n % 9 + 1}.{100 + n}")
    assert table(text)[0]["places"].numbers[0] == 1100


def test_formulas_of_spreadsheets_are_numbers(table):
    columns, _ = table(rows("len,kind", lambda n: f'="{n}.3",{"ab"[n % 2]}'))
    assert columns["len"].numbers[10] == 10.3


def test_a_number_that_looks_like_no_reading_is_named_and_stays_until_it_is_chosen(table):
    # In rows of its own in every column: together they would be gaps unasked.
    text = rows("temp,co,ah", lambda n: ",".join(
        "-200" if n % 20 == at else number for at, number in (
            (7, f"{10 + n % 23}.5"), (8, f"{n % 7}.25"), (9, f"{n % 5}.5"))), 200)
    columns, seen = table(text)
    assert columns["temp"].missing == 0
    [said] = [remark for remark in seen.remarks if remark.message.code == "note.sentinel"]
    assert said.text.startswith("-200 looks like no reading")
    assert "'temp' (10), 'co' (10), 'ah' (10)" in said.text
    columns, seen = table(text, missing=said.change(TableSpec()).missing)
    assert columns["temp"].missing == columns["ah"].missing == 10


def test_dates_are_dates(table):
    columns, _ = table(rows("day;value", lambda n: f"{n % 28 + 1:02d}.01.2022;1{n}.13"))
    assert columns["day"].kind == "date"
    assert columns["day"].days[0] == 18993


def test_what_may_be_read_both_ways_is_told_and_can_be_changed(table):
    text = rows("x;y", lambda n: f"{n + 1},{(37 * n) % 1000:03d};{'ab'[n % 2]}")
    columns, seen = table(text)
    [said] = [remark for remark in seen.remarks if remark.message.code == "note.ambiguous"]
    first = columns["x"].numbers[1]
    changed = table(text, decimal=said.change(TableSpec()).decimal)
    assert {first, changed[0]["x"].numbers[1]} == {2.037, 2037}
    assert "note.ambiguous" not in [remark.message.code for remark in changed[1].remarks]


def test_codes_with_zeros_in_front_stay_as_they_are_written(table):
    columns, seen = table(rows("code,y", lambda n: f"{n % 3:05d},{n}.5"))
    assert columns["code"].levels == ("00000", "00001", "00002")
    assert "note.codes" in [remark.message.code for remark in seen.remarks]


def test_NA_among_numbers_is_a_gap_among_texts_too_and_told_there(table):
    columns, seen = table(rows("mass,sex", lambda n: (
        f"{'NA' if n % 9 == 4 else n + 0.5},{('male', 'female', 'NA')[n % 3]}")))
    assert columns["sex"].levels == ("female", "male")
    assert "'NA' was taken for no value: 'sex' (13)." in seen.notes


class TestLongFiles:
    """Files of several blocks, in which late rows tell what early ones are."""

    ROWS = 60_000

    def long(self, table, early: str, late: str, at: int = ROWS - 5):
        text = "x,y,z\n" + "".join(
            f"{(late if n >= at else early).format(n=n, m=n % 10)},{n % 7}.5,some words here\n"
            for n in range(self.ROWS))
        return table(text)[0]["x"]

    def test_numbers_stay_plain(self, table):
        column = self.long(table, "{n}.{m}", "{n}.{m}")
        assert column.numbers[[0, 59_999]].tolist() == [0, 59_999.9]

    def test_markers_that_come_late_are_found(self, table):
        column = self.long(table, "{n}.{m}", "n.d.")
        assert (column.missing, column.markers) == (5, (("n.d.", 5),))

    def test_texts_that_come_late_leave_the_early_ones_as_they_were_written(self, table):
        column = self.long(table, "{m}.50", "word {m}", at=40_000)
        assert column.numbers is None
        assert "7.50" in column.levels
        assert (column.codes >= 0).all()

    def test_a_zero_in_front_that_comes_late_makes_codes_of_all(self, table):
        column = self.long(table, "1234{m}", "0123{m}")
        assert column.kept == "codes"
        assert len(column.levels) == 15

    def test_groups_that_come_late_are_thousands(self, table):
        column = self.long(table, "12{m}", '"51,56{m}"')
        assert column.numbers[[0, 59_999]].tolist() == [120, 51_569]

    def test_decimals_that_come_late_settle_what_might_be_thousands(self, table):
        column = self.long(table, "1.23{m}", "0.5")
        assert column.numbers[[0, 59_999]].tolist() == [1.23, 0.5]

    def test_gaps_of_any_kind_keep_their_rows(self, table):
        column = self.long(table, "NA", "{n}", at=30_000)
        assert math.isclose(np.nansum(column.numbers), sum(range(30_000, 60_000)))
        assert column.missing == 30_000
