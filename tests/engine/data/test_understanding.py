"""What is learned from a table unasked, and what every change of it does."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load, preview
from engine.data.remark import Change
from engine.data.table_preview import TablePreview
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

Cell = Callable[[int], object]
ROWS = 60


def noise(salt: int) -> Cell:
    values = random.Random(salt)
    made = [round(values.gauss(0, 1), 3) for _ in range(400)]
    return lambda n: made[n]


def cycle(values: str) -> Cell:
    kinds = values.split()
    return lambda n: kinds[n % len(kinds)]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(count: int = ROWS, /, **columns: Cell) -> Path:
        path = tmp_path / "table.csv"
        rows = [",".join(str(cell(n)) for cell in columns.values()) for n in range(count)]
        path.write_text("\n".join([",".join(columns), *rows, ""]), encoding="utf-8")
        return path
    return write


def reasons(seen: TablePreview) -> dict[str, str]:
    return {name: reason.code for name, reason in seen.reasons.items()}


def change(seen: TablePreview, label: str) -> Change:
    [found] = [remark.change for remark in seen.remarks
               if remark.change is not None and remark.change.label.code == label]
    return found


def labels(seen: TablePreview) -> list[str]:
    return [remark.change.label.code for remark in seen.remarks if remark.change is not None]


class TestInputs:
    def test_columns_of_no_use_with_their_reasons(self, table):
        seen = preview(table(
            id=lambda n: 7000 + 13 * n, name=lambda n: f"N. {n}", same=cycle("1"),
            empty=lambda n: "", day=lambda n: f"2022-01-{n % 28 + 1:02}",
            words=lambda n: f"word {n % 35}", x=noise(1), kind=cycle("a b c")))
        assert reasons(seen) == {
            "id": "dropped.identifier", "name": "dropped.identifier", "same": "dropped.constant",
            "empty": "dropped.empty", "day": "dropped.date", "words": "dropped.text"}
        assert seen.inputs == ("x",)
        notes = " ".join(seen.notes)
        assert all(f"'{name}'" in notes for name in reasons(seen))

    def test_whoever_comes_again_is_left_out_and_can_keep_rows_together(self, table):
        path = table(patient_id=lambda n: n // 4, user=lambda n: n % 4, x=noise(1),
                     kind=cycle("a b c"))
        seen = preview(path)
        assert reasons(seen) == {"patient_id": "dropped.group"}
        spec = change(seen, "change.split-groups")(TableSpec())
        assert (spec.split, spec.split_by) == ("groups", "patient_id")
        made = load(DataSpec("table", path=str(path), table=spec))
        assert not {n // 4 for n in made.training.tolist()} & {
            n // 4 for n in made.validation.tolist()}

    def test_an_id_of_two_values_or_of_decimals_names_nobody(self, table):
        seen = preview(table(male_id=cycle("0 1"), load_id=noise(2), x=noise(1),
                             kind=cycle("a b c")))
        assert seen.inputs == ("male_id", "load_id", "x")

    def test_the_target_in_other_words_is_left_out_beside_other_inputs(self, table):
        seen = preview(table(alive=cycle("no yes"), x=noise(1), survived=cycle("0 1")))
        assert reasons(seen) == {"alive": "dropped.same"}
        seen = preview(table(fahrenheit=lambda n: round(32 + 1.8 * noise(3)(n), 4), x=noise(1),
                             celsius=noise(3)))
        assert reasons(seen) == {"fahrenheit": "dropped.same"}

    def test_but_kept_where_it_is_the_only_input(self, table):
        seen = preview(table(fahrenheit=lambda n: round(32 + 1.8 * noise(3)(n), 4),
                             celsius=noise(3)))
        assert seen.inputs == ("fahrenheit",)
        assert reasons(seen) == {}

    def test_answers_of_one_kind_are_not_learned_from_each_other(self, table):
        path = table(X1=noise(1), X2=noise(2), Y1=noise(3), Y2=noise(4))
        seen = preview(path)
        assert (seen.target, reasons(seen)) == ("Y2", {"Y1": "dropped.answer"})
        made = load(DataSpec("table", path=str(path), scaling="none",
                             table=change(seen, "change.predict-together")(TableSpec())))
        assert made.target_names == ("Y1", "Y2")
        assert made.in_units(made.values)[5] == pytest.approx([noise(3)(5), noise(4)(5)])
        seen = preview(table(**{f"X{n}": noise(n) for n in range(1, 9)}))
        assert len(seen.inputs) == 7

    def test_a_text_that_decides_the_class_is_told_and_can_be_left_out(self, table):
        path = table(breed=cycle("pug cat cow tom"), x=noise(1), kind=cycle("a b c b"))
        seen = preview(path)
        assert seen.inputs == ("breed", "x")
        spec = change(seen, "change.leave-out")(TableSpec())
        again = preview(path, spec)
        assert (again.target, again.inputs) == ("kind", ("x",))
        assert "change.leave-out" not in labels(again)

    def test_a_number_that_decides_the_class_is_what_learning_is_for(self, table):
        seen = preview(table(x=lambda n: n % 4 + 0.5, z=noise(1), kind=cycle("a a b b")))
        assert "change.leave-out" not in labels(seen)

    def test_the_only_input_may_decide_the_class(self, table):
        seen = preview(table(breed=cycle("pug cat cow tom"), kind=cycle("a b c b")))
        assert seen.inputs == ("breed",)
        assert "change.leave-out" not in labels(seen)

    @pytest.mark.parametrize(("name", "cell"), [
        ("date", lambda n: f"2022-{n // 28 + 1:02}-{n % 28 + 1:02}"), ("id", lambda n: n),
        ("customer_id", lambda n: n // 4)])
    def test_where_nothing_else_is_left_what_would_be_left_out_is_used(self, table, name, cell):
        seen = preview(table(**{name: cell, "value": noise(1)}))
        assert seen.inputs == (name,)
        assert seen.problem == ""

    def test_names_of_rows_are_not_even_then(self, table):
        seen = preview(table(name=lambda n: f"N. {n}", value=noise(1)))
        assert "name" in seen.problem
        with pytest.raises(DataError):
            load(DataSpec("table", path=str(table(name=lambda n: f"N. {n}", value=noise(1)))))

    def test_a_date_that_is_chosen_becomes_numbers(self, table):
        path = table(day=lambda n: f"2022-01-{n % 28 + 1:02}", x=noise(1), value=noise(2))
        seen = preview(path)
        assert reasons(seen) == {"day": "dropped.date"}
        spec = change(seen, "change.use")(TableSpec())
        again = preview(path, spec)
        assert (again.target, set(again.inputs)) == ("value", {"day", "x"})
        made = load(DataSpec("table", path=str(path), scaling="none", table=spec))
        assert made.feature_names == ("day: days", "day: weekday (sin)", "day: weekday (cos)", "x")
        assert made.inputs[3, 0] == 3


class TestChanges:
    def test_what_is_used_all_the_same_leaves_the_target_as_it_was(self, table):
        path = table(id=lambda n: 7000 + 13 * n, x=noise(1), value=noise(3),
                     other=lambda n: round(32 + 1.8 * noise(3)(n), 4))
        spec = TableSpec(target="value")
        seen = preview(path, spec)
        assert reasons(seen) == {"id": "dropped.identifier", "other": "dropped.same"}
        guessed = preview(path)
        assert guessed.target == "other"
        for remark in guessed.remarks:
            if remark.change is not None and remark.change.label.code == "change.use":
                assert preview(path, remark.change(TableSpec())).target == "other"

    @pytest.mark.parametrize(("cells", "task"), [
        ("1 2 3 4 5 6", "classification"), ("1 2 3 4 5 60 70 80 90 100 110 120", "regression")])
    def test_the_task_is_the_other_one_and_no_doubt_any_more(self, table, cells, task):
        path = table(x=noise(1), z=cycle(cells))
        seen = preview(path)
        assert seen.task == task
        other = {"classification": "regression", "regression": "classification"}[task]
        spec = change(seen, f"change.{other}")(TableSpec())
        again = preview(path, spec)
        assert (again.target, again.task) == ("z", other)
        assert f"change.{task}" not in labels(again)
        assert load(DataSpec("table", path=str(path), table=spec)).task == other

    def test_rare_classes_are_left_out_until_they_are_kept(self, table):
        path = table(x=noise(1), kind=lambda n: "odd" if n == 7 else "ab"[n % 2])
        seen = preview(path)
        made = load(DataSpec("table", path=str(path)))
        assert (made.class_names, len(made.labels)) == (("a", "b"), ROWS - 1)
        assert any("59 of 60 rows" in note for note in seen.notes)
        spec = change(seen, "change.keep-rare")(TableSpec())
        made = load(DataSpec("table", path=str(path), table=spec))
        assert (made.class_names, len(made.labels)) == (("a", "b", "odd"), ROWS)
        assert "change.keep-rare" not in labels(preview(path, spec))

    def test_the_person_may_ask_for_more_of_each_class(self, table):
        path = table(x=noise(1), kind=lambda n: "odd" if n % 20 == 7 else "ab"[n % 2])
        made = load(DataSpec("table", path=str(path), table=TableSpec(fewest=4)))
        assert (made.class_names, len(made.labels)) == (("a", "b"), ROWS - 3)
        made = load(DataSpec("table", path=str(path), table=TableSpec(fewest=3)))
        assert made.class_names == ("a", "b", "odd")

    def test_spellings_become_one_in_inputs_and_target(self, table):
        path = table(x=noise(1), place=cycle("North north South NORTH"), kind=cycle("a A b"))
        seen = preview(path)
        spec = replace(TableSpec(), merge_spellings=True)
        assert labels(seen).count("change.merge-spellings") == 2
        made = load(DataSpec("table", path=str(path), scaling="none", table=spec))
        assert len(made.class_names) == 2
        assert made.feature_names[0] == "x"
        assert made.inputs.shape == (ROWS, 3)
        assert np.bincount(made.labels).tolist() == [40, 20]
        again = preview(path, spec)
        assert "change.merge-spellings" not in labels(again)
        assert labels(again).count("change.keep-spellings") == 2
        back = next(remark.change for remark in again.remarks if remark.change is not None
                    and remark.change.label.code == "change.keep-spellings")
        assert back(spec) == TableSpec()
        assert any("'kind'" in note and "made one" in note for note in again.notes)

    def test_a_class_or_a_gap(self, table):
        path = table(x=noise(1), kind=cycle("none mild severe"))
        seen = preview(path)
        spec = change(seen, "change.missing")(TableSpec())
        again = preview(path, spec)
        assert again.columns[1].distinct == 2
        assert again.columns[1].missing == 20
        # And back again.
        back = change(again, "change.present")(spec)
        assert preview(path, back).columns[1].distinct == 3

    def test_no_reading_becomes_a_gap(self, table):
        path = table(x=lambda n: -200 if n % 15 == 4 else noise(1)(n), z=noise(2))
        seen = preview(path)
        assert seen.columns[0].missing == 0
        again = preview(path, change(seen, "change.missing")(TableSpec()))
        assert again.columns[0].missing == 4


class TestUnlearnable:
    def test_a_target_that_the_file_does_not_have(self, table):
        path = table(x=noise(1), kind=cycle("a b"))
        with pytest.raises(DataError, match="gone"):
            load(DataSpec("table", path=str(path), table=TableSpec(target="gone")))
        with pytest.raises(DataError, match="gone"):
            load(DataSpec("table", path=str(path), table=TableSpec(inputs=("gone",))))

    def test_the_target_alone(self, table):
        path = table(x=noise(1), kind=cycle("a b"))
        with pytest.raises(DataError):
            load(DataSpec("table", path=str(path), table=TableSpec(target="x", inputs=("x",))))

    def test_inputs_that_are_chosen_are_never_predicted(self, table):
        path = table(species=cycle("a b"), x=noise(1), z=noise(2))
        assert preview(path).target == "species"
        seen = preview(path, TableSpec(inputs=("species", "x")))
        assert (seen.target, seen.inputs) == ("z", ("species", "x"))


def test_a_column_without_a_value_where_there_is_an_answer_is_left_out(table: Callable[..., Path]
                                                                     ) -> None:
    path = table(x=noise(1), late=lambda n: n / 8 if n % 2 else "",
                 y=lambda n: "" if n % 2 else "uv"[n // 2 % 2])
    dataset = load(DataSpec("table", path=str(path)))
    assert dataset.feature_names == ("x",)
    told = [remark.text for remark in dataset.remarks]
    assert "Left out, without a value in any row that is used: 'late'." in told


def test_no_column_has_a_value_where_there_is_an_answer(table: Callable[..., Path]) -> None:
    path = table(late=lambda n: n / 8 if n % 2 else "",
                 y=lambda n: "" if n % 2 else "uv"[n // 2 % 2])
    with pytest.raises(DataError, match="'late' holds no value in any row that is used"):
        load(DataSpec("table", path=str(path)))
    assert "late" in preview(path).reasons


def test_a_target_of_nothing_but_endless_numbers_is_told_of(table: Callable[..., Path]) -> None:
    path = table(x=noise(1), y=lambda _: "1e400")
    with pytest.raises(DataError, match="'y'"):
        load(DataSpec("table", path=str(path), table=TableSpec(target="y")))
