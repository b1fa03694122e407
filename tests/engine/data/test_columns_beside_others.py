"""Columns that teach nothing beside others: copies, persons, marks of parts, clocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data import preview
from engine.data.table_preview import TablePreview

RNG = np.random.default_rng(5)


def seen(tmp_path: Path, names: str, rows: list[list[object]]) -> TablePreview:
    path = tmp_path / "table.csv"
    path.write_text("\n".join([names, *(",".join(map(str, row)) for row in rows)]) + "\n",
                    encoding="utf-8")
    return preview(path)


def rows(*columns: list[object]) -> list[list[object]]:
    return [[*row] for row in zip(*columns, strict=True)]


def drawn(*choices: object, count: int = 120) -> list[object]:
    return [choices[int(i)] for i in RNG.integers(len(choices), size=count)]


def reals(count: int = 120) -> list[object]:
    return [f"{value:.3f}" for value in RNG.normal(size=count)]


class TestCopies:
    def test_the_same_numbers_under_another_name_are_used_once(self, tmp_path):
        x = reals()
        found = seen(tmp_path, "a,b,c,y", rows(x, x, reals(), reals()))
        assert list(found.inputs) == ["a", "c"]
        assert "Left out, the same as another column in every row: 'b'." in found.notes

    def test_of_a_code_and_a_name_the_name_stays(self, tmp_path):
        code = drawn(11, 12, 13, 14)
        name = [{11: "North", 12: "South", 13: "East", 14: "West"}[value] for value in code]
        for order, cells in (("code,region", (code, name)), ("region,code", (name, code))):
            found = seen(tmp_path, f"{order},x,y", rows(*cells, reals(), reals()))
            assert list(found.inputs) == ["region", "x"]

    def test_two_binary_columns_may_be_equal_by_chance(self, tmp_path):
        x = drawn(0, 1)
        assert list(seen(tmp_path, "a,b,y", rows(x, x, reals())).inputs) == ["a", "b"]

    def test_nearly_equal_columns_both_stay(self, tmp_path):
        x = reals()
        found = seen(tmp_path, "a,b,y", rows(x, [*x[:-1], "9.5"], reals()))
        assert list(found.inputs) == ["a", "b"]

    def test_three_copies_leave_one(self, tmp_path):
        x = reals()
        assert list(seen(tmp_path, "a,b,c,y", rows(x, x, x, reals())).inputs) == ["a"]


class TestParts:
    def test_what_tells_training_from_testing_is_no_input_and_no_target(self, tmp_path):
        for last in ("split", "set", "Partition"):
            found = seen(tmp_path, f"a,b,kind,{last}", rows(
                reals(), reals(), drawn("cat", "dog"), drawn("train", "test", "val")))
            assert (found.target, list(found.inputs)) == ("kind", ["a", "b"])
            assert any("training and for testing" in note for note in found.notes)

    def test_a_flag_of_training_is_no_input(self, tmp_path):
        found = seen(tmp_path, "is_train,a,y", rows(drawn(0, 1), reals(), reals()))
        assert list(found.inputs) == ["a"]

    def test_a_result_of_a_test_stays(self, tmp_path):
        found = seen(tmp_path, "test,a,y", rows(drawn("passed", "failed"), reals(), reals()))
        assert list(found.inputs) == ["test", "a"]


class TestPersons:
    def test_whose_row_it_is_is_left_out_and_offered_for_the_split(self, tmp_path):
        person = [f"P{i // 4:03}" for i in range(120)]
        found = seen(tmp_path, "patient,a,dx", rows(person, reals(), drawn("A", "B")))
        assert list(found.inputs) == ["a"]
        assert any("to whom" in note and "patient" in note for note in found.notes)

    def test_a_yes_or_no_called_student_stays(self, tmp_path):
        found = seen(tmp_path, "student,a,y", rows(drawn("yes", "no"), reals(), reals()))
        assert list(found.inputs) == ["student", "a"]


class TestClocks:
    @pytest.mark.parametrize(("name", "unit"), [("timestamp", 1), ("unix_ms", 1000),
                                                ("created_at", 1), ("time", 1000)])
    def test_seconds_since_1970_are_dates(self, tmp_path, name, unit):
        stamps = [unit * (1609459200 + 600 * i) for i in range(120)]
        found = seen(tmp_path, f"{name},a,y", rows(stamps, reals(), reals()))
        assert found.columns[0].kind == "date"

    @pytest.mark.parametrize("name", ["population", "revenue", "time_ns"])
    def test_large_numbers_of_another_name_are_numbers(self, tmp_path, name):
        found = seen(tmp_path, f"{name},a,y", rows(
            drawn(*range(1_600_000_000, 1_700_000_000, 1_000_000)), reals(), reals()))
        assert found.columns[0].kind == "numeric"

    def test_short_times_are_numbers(self, tmp_path):
        found = seen(tmp_path, "time,y", rows([i / 10 for i in range(120)], reals()))
        assert list(found.inputs) == ["time"]


class TestNames:
    def test_an_index_that_was_saved_twice_is_no_input(self, tmp_path):
        found = seen(tmp_path, "Unnamed: 0.1,Unnamed: 0,a,kind", rows(
            [*RNG.permutation(120)], [*(300 + RNG.permutation(120))], reals(), drawn("u", "v")))
        assert list(found.inputs) == ["a"]

    def test_a_mark_at_the_end_is_meant_rather_than_the_class_of_the_school(self, tmp_path):
        found = seen(tmp_path, "Klasse,x,Note", rows(drawn("9a", "9b"), reals(), drawn(1, 2, 3)))
        assert found.target == "Note"
        assert not any("units" in note for note in found.notes)

    def test_a_class_in_front_is_still_meant_where_nothing_else_tells(self, tmp_path):
        found = seen(tmp_path, "class,x,z", rows(drawn("p", "e"), reals(), reals()))
        assert found.target == "class"

    def test_y_beside_x_is_a_place_where_a_class_stands_behind(self, tmp_path):
        found = seen(tmp_path, "x,y,colour", rows(reals(), reals(), drawn("red", "blue")))
        assert (found.target, list(found.inputs)) == ("colour", ["x", "y"])

    def test_y_is_the_target_where_no_class_stands_behind(self, tmp_path):
        assert seen(tmp_path, "y,x,z", rows(reals(), reals(), reals())).target == "y"
        assert seen(tmp_path, "x,y", rows(reals(), reals())).target == "y"
