"""Tables that people had trouble with, imported with nothing chosen by hand.

Cells, encodings and shapes of such tables stand in the files beside this one; here is what is to be
learned from them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import Dataset, load, preview
from engine.data.table_preview import TablePreview
from engine.spec import DataSpec, TableSpec

Write = Callable[..., tuple[TablePreview, Dataset]]


@pytest.fixture
def imported(tmp_path: Path) -> Write:
    """Return what writes a table, looks at it as the dialog does, and loads it."""
    def write(header: str, row: Callable[[int], str], count: int = 60,
              **choices: object) -> tuple[TablePreview, Dataset]:
        path = tmp_path / "table.csv"
        path.write_text("\n".join([header, *map(row, range(count)), ""]), encoding="utf-8")
        spec = TableSpec(**choices)
        seen = preview(path, spec)
        made = load(DataSpec("table", path=str(path), scaling="none",
                             table=replace(spec, target=seen.target)))
        assert seen.problem == ""
        return seen, made
    return write


def kinds(seen: TablePreview) -> dict[str, str]:
    return {column.name: column.kind for column in seen.columns}


def codes(seen: TablePreview) -> list[str]:
    return [remark.message.code for remark in seen.remarks]


def reasons(seen: TablePreview) -> dict[str, str]:
    return {name: reason.code for name, reason in seen.reasons.items()}


def changed(seen: TablePreview, label: str) -> dict[str, object]:
    """Return what the one change of this label chooses."""
    [change] = [remark.change for remark in seen.remarks
                if remark.change is not None and remark.change.label.code == label]
    return dict(change.fields)


def noise(number: int, salt: int = 0) -> float:
    """Return a number that says nothing about its row."""
    return round(random.Random(1000 * salt + number).gauss(0, 1), 3)


def shuffled(count: int) -> list[int]:
    return random.Random(4).sample(range(count), count)


def test_an_index_without_a_name_is_no_input_although_its_rows_are_shuffled(imported):
    order = shuffled(60)
    seen, made = imported(",x1,x2,kind", lambda n: (
        f"{order[n]},{noise(n)},{noise(n, 1)},{'ABC'[order[n] // 20]}"))
    assert (seen.target, seen.task) == ("kind", "classification")
    assert reasons(seen) == {"Column 1": "dropped.identifier"}
    assert made.feature_names == ("x1", "x2")
    assert made.class_names == ("A", "B", "C")
    assert made.inputs[7].tolist() == [noise(7), noise(7, 1)]


def test_numbers_of_customers_are_left_out_as_row_numbers_are(imported):
    seen, made = imported("RowNumber,CustomerId,x1,Exited", lambda n: (
        f"{n + 1},{15_600_000 + 977 * (n * 37 % 60)},{noise(n)},{n * 7 % 3 % 2}"))
    assert reasons(seen) == {"RowNumber": "dropped.identifier", "CustomerId": "dropped.identifier"}
    assert "'CustomerId'" in " ".join(seen.notes)
    assert made.feature_names == ("x1",)
    assert made.class_names == ("0", "1")


@pytest.mark.parametrize("words", ["01", ("False", "True"), ("no", "yes")], ids=str)
def test_columns_of_yes_and_no_that_are_one_class_are_no_inputs_of_each_other(imported, words):
    header = "len,wid,is_a,is_b,is_c"

    def row(n: int) -> str:
        return ",".join(map(str, (noise(n), noise(n, 1), *(words[n % 3 == k] for k in range(3)))))

    seen, made = imported(header, row)
    assert seen.target == "is_c"
    assert made.feature_names == ("len", "wid")
    assert any("'is_a', 'is_b'" in note and "one answer" in note for note in seen.notes)
    together = changed(seen, "change.predict-together")
    assert together == {"target": "is_c", "more_targets": ("is_a", "is_b")}
    _, made = imported(header, row, **together)
    assert made.class_names == ("is_a", "is_b", "is_c")
    assert made.labels[:4].tolist() == [0, 1, 2, 0]


def test_pixels_that_a_project_names_are_all_inputs_in_their_order(imported):
    names = [f"pixel{place}" for place in range(16)]
    rim = {0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 14, 15}

    def row(n: int) -> str:
        pixels = (0 if place in rim else (n * 31 + place * 7) % 256 for place in range(16))
        return ",".join(map(str, (n % 3, *pixels)))

    header = ",".join(["label", *names])
    seen, made = imported(header, row, inputs=tuple(names), target="label")
    assert made.feature_names == tuple(names)
    assert made.inputs[2].tolist() == [float(cell) for cell in row(2).split(",")[1:]]
    assert "constant" in kinds(seen).values()
    seen, made = imported(header, row)
    assert (seen.target, seen.task) == ("label", "classification")
    assert made.feature_names == ("pixel5", "pixel6", "pixel9", "pixel10")


@pytest.mark.parametrize("count", [60, 2400])
def test_rows_that_are_sorted_by_their_class_hold_all_classes(imported, count):
    seen, made = imported("x1,x2,label", lambda n: (
        f"{noise(n)},{noise(n, 1)},{'ab'[n >= count // 2]}"), count)
    assert (seen.target, seen.task) == ("label", "classification")
    assert made.class_names == ("a", "b")
    assert np.bincount(made.labels).tolist() == [count // 2, count // 2]
    assert set(made.labels[made.training].tolist()) == {0, 1}


def test_forty_places_with_ten_rows_each_are_used_and_fewer_rows_are_not(imported):
    def row(n: int) -> str:
        return f"{'ABCDE'[n % 5]}{'pqrstuvw'[n // 5 % 8]},{noise(n)},{n % 40 / 8 + noise(n, 1):.3f}"

    seen, made = imported("state,x,score", row, 400)
    assert seen.inputs == ("state", "x")
    assert made.inputs.shape == (400, 41)
    seen, _ = imported("state,x,score", row, 390)
    assert reasons(seen) == {"state": "dropped.text"}
    seen, made = imported("state,x,score", row, 390, **changed(seen, "change.use"))
    assert seen.inputs == ("state", "x")
    assert made.inputs.shape == (390, 41)


def test_a_date_and_a_value_are_a_curve_over_time(imported):
    seen, made = imported("Datum;Wert", lambda n: (
        f"{n % 28 + 1:02}.{n // 28 + 1:02}.2022;{10 + n % 7},5"))
    assert (seen.target, seen.task) == ("Wert", "regression")
    assert kinds(seen)["Datum"] == "date"
    assert seen.inputs == ("Datum",)
    assert made.feature_names[0] == "Datum: days"
    assert made.inputs[29, 0] == 32
    assert made.in_units(made.values)[8, 0] == pytest.approx(11.5)


def test_beside_other_inputs_a_date_is_left_out_with_its_reason(imported):
    seen, made = imported("day,x,y", lambda n: f"2022-03-{n % 28 + 1:02},{noise(n)},{noise(n, 1)}")
    assert reasons(seen) == {"day": "dropped.date"}
    assert any("dates" in note and "'day'" in note for note in seen.notes)
    assert made.feature_names == ("x",)


def test_marks_of_a_school_are_numbers_and_none_is_dropped(imported):
    seen, made = imported("hours;first_mark;final_mark", lambda n: (
        f"{n % 4};{n * 13 % 21};{n * 8 % 21 if n else 20}"), 100)
    assert (seen.target, seen.task) == ("final_mark", "regression")
    assert len(made.values) == 100
    assert made.in_units(made.values)[:3, 0] == pytest.approx([20, 8, 16])


@pytest.mark.parametrize("name", ["final_mark", "Grade", "G3", "points of the exam"])
def test_few_marks_are_a_guess_that_is_told_and_can_be_changed(imported, name):
    seen, _ = imported(f"hours,{name}", lambda n: f"{noise(n)},{n % 6 + 1}")
    [said] = [remark for remark in seen.remarks if remark.message.code.startswith("note.guessed")]
    changed = said.change(TableSpec())
    assert {changed.task, seen.task} == {"classification", "regression"}
    seen, made = imported(f"hours,{name}", lambda n: f"{noise(n)},{n % 6 + 1}", task=changed.task)
    assert seen.task == made.task == changed.task
    assert not any(code.startswith("note.guessed") for code in codes(seen))


def test_classes_that_differ_in_spelling_are_told_and_can_be_made_one(imported):
    def row(n: int) -> str:
        return f"{noise(n)},{('Yes', 'No', 'yes', 'NO', 'YES ', 'no')[n % 6]}"

    seen, _ = imported("x,passed", row)
    [said] = [remark for remark in seen.remarks if remark.message.code == "note.spellings"]
    assert "'passed'" in said.text
    seen, made = imported("x,passed", row, **said.change.fields)
    assert [name.casefold() for name in made.class_names] == ["no", "yes"]
    assert np.bincount(made.labels).tolist() == [30, 30]


def test_a_curve_of_years_is_predicted_from_the_years_before(imported):
    seen, made = imported("region,2016,2017,2018", lambda n: (
        f"Region {n},{8 + n % 16}.5,{9 + n % 16}.5,{10 + n % 16}.25"), 41)
    assert seen.target == "2018"
    assert seen.header
    assert made.feature_names == ("2016", "2017")
    assert len(made.inputs) == 41
    assert made.in_units(made.values)[3, 0] == pytest.approx(13.25)


def test_a_comment_as_wide_as_the_table_gives_no_names(imported):
    seen, made = imported("# measured in May, at 21 C, by hand\nlength,width,kind", lambda n: (
        f"{5 + n % 7}.5,{n % 3}.1,{'ab'[n % 2]}"))
    assert [column.name for column in seen.columns] == ["length", "width", "kind"]
    assert made.inputs[1].tolist() == [6.5, 1.1]
    assert codes(seen) == ["note.titles"]


def test_a_target_of_decimals_that_come_late_is_one_of_numbers(imported):
    seen, made = imported("nr;stufe;temperatur", lambda n: (
        f"{n};{n % 10};{n % 23}{',5' if n > 250 else ''}"), 500)
    assert (seen.target, seen.task, seen.decimal) == ("temperatur", "regression", ",")
    assert reasons(seen) == {"nr": "dropped.identifier"}
    assert made.in_units(made.values)[[249, 251], 0] == pytest.approx([249 % 23, 251 % 23 + 0.5])
    assert math.isclose(made.inputs[13, 0], 3)
