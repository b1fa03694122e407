"""Tables and projects after public reports: each as its index says.

They are no part of the program; `tests.engine.diagnosis.making` says where they are looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import Dataset, load, preview
from engine.diagnosis.verdicts import JUDGED, RunJudge
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec, read_project
from engine.telemetry.snapshot import Snapshot
from engine.training import Trainer
from tests.engine.diagnosis.making import FILES


@dataclass(frozen=True)
class Case:
    """A table and what is right of it.

    Attributes
    ----------
    file : str
        Its name.
    target : str
        What is predicted.
    classes : tuple[str, ...]
        Their names; empty where numbers are predicted.
    rows : int
        Examples.
    inputs : tuple[str, ...]
        Columns that are learned from.
    first : tuple[object, ...]
        What the first row holds in them.
    answer : float | None
        Its number to be predicted, in the units of the file.
    says : tuple[str, ...]
        Parts of what is said, in any order.
    """

    file: str
    target: str
    classes: tuple[str, ...]
    rows: int
    inputs: tuple[str, ...]
    first: tuple[object, ...] = ()
    answer: float | None = None
    says: tuple[str, ...] = ()


_CANTEEN = "How satisfied are you, all things considered, with the canteen of your school: "
_PIXELS = tuple(f"pixel{8 * row + column}" for row in range(1, 7) for column in range(1, 7))

CASES = (
    Case("thousands-comma-tab.txt", "shops", (), 40, ("population", "district"), (51566, 8), 566,
         ("'51,566' was read as 51566",)),
    Case("thousands-no-break-space.csv", "salaire", (), 30, ("annees",), (17,), 2862.34),
    Case("percent-with-space.csv", "Gewinn", ("ja", "nein"), 40, ("Anteil", "Quote"), (7.8, 7.3)),
    Case("currency-dollar.csv", "price", (), 40, ("age_years", "mileage"), (1, 129000), 19951.9,
         ("'price' ($)",)),
    Case("accounting-negatives.csv", "profit", (), 40, ("revenue", "cost"), (2163.16, 3848.72),
         -1685.56),
    Case("indian-groups.csv", "price", (), 40, ("area_sqft", "rooms"), (1063, 2), 4898304),
    Case("missing-two-dots.csv", "group", ("high", "low"), 60, ("income", "life_exp"), (),
         says=("'..' was taken for no value: 'income' (4), 'life_exp' (10)",)),
    Case("missing-excel-nv.csv", "group", ("high", "low"), 60, ("income", "life_exp"), (),
         says=("'#NV' was taken for no value",)),
    Case("class-none.csv", "reaction", ("mild", "none", "severe"), 60, ("temp", "dose"),
         (8.51, 3.21)),
    Case("index-shuffled.csv", "kind", ("A", "B", "C"), 120, ("x1", "x2"), (-1.081, -0.736),
         says=("'Column 1'",)),
    Case("customer-id.csv", "Exited", ("0", "1"), 120, ("x1", "x2"), (-0.356, 0.716),
         says=("'CustomerId'", "'RowNumber'")),
    Case("one-hot-targets.csv", "is_c", ("0", "1"), 150, ("len1", "wid1", "len2", "wid2"),
         (0.8, -1.36, 0.55, -0.26), says=("'is_a', 'is_b'", "one answer")),
    Case("pixels.csv", "label", ("0", "1", "2"), 120, _PIXELS, says=("'pixel0'",)),
    Case("year-header.csv", "2020", (), 41, ("2016", "2017", "2018", "2019"),
         (19.2, 19.4, 19.9, 20.0), 20.1, ("2016 to 2020, were taken as names",)),
    Case("sorted-by-class.csv", "label", ("a", "b"), 2400, ("x1", "x2"), (-1.22, 0.38)),
    # Whole numbers of few values: classes or amounts is a guess, and said.
    Case("decimals-late.csv", "stufe", tuple("0123456789"), 500, ("temperatur",), (23,),
         says=("might be amounts",)),
    Case("aligned-two-words.txt", "Sport", ("high jump", "long jump"), 40, ("Height", "Weight"),
         (173.7, 63.3)),
    Case("single-quotes.csv", "class", ("bad", "good"), 40, ("len", "colour"),
         says=("Single quotes",)),
    Case("sentinel-rows.csv", "ah", (), 584, ("temp", "humidity", "co"), (19.3, 50.9, 1.4), 0.957,
         ("584 of 600 rows", "-200 looks like no reading", "'ah' (16)")),
    Case("forty-categories.csv", "score", (), 400, ("state", "x"), (), 0.1),
    Case("dates-only.csv", "Wert", (), 120, ("Datum",), (), 10.13),
    Case("survey-names.csv", "again", ("0", "1"), 40,
         (_CANTEEN + "food", _CANTEEN + "price", _CANTEEN + "staff"), (0.602, 0.79, 0.88)),
    Case("grades.csv", "final_mark", (), 120, ("studytime", "absences", "first_mark"),
         (4, 20, 9), 11, ("might be classes",)),
    Case("lines-in-quotes.csv", "sport", ("row", "swim"), 40, ("height", "weight"),
         (184.3, 67.1), says=("Each line stood in quotes",)),
    Case("comment-same-width.csv", "kind", ("a", "b"), 60, ("length", "width"), (5.5, 3)),
    Case("flowers.arff", "kind", ("a", "b"), 40, ("length", "width", "colour")),
    Case("formula-numbers.csv", "kind", ("a", "b"), 40, ("len", "wid"), (11.7, 6.2)),
    Case("units-row-tiny.csv", "kind", ("a", "b"), 7, ("mass", "length"), (20.7, 9.6),
         says=("units",)),
    Case("one-bad-byte.csv", "Färbung", ("grün", "weiß"), 40, ("Größe", "Höhe"), (7.6, 3.9),
         says=("1 byte is not UTF-8, the first in line 3",)),
    Case("dos-850.csv", "Färbung", ("grün", "weiß"), 40, ("Länge", "Breite"), (7.6, 3.9),
         says=("850",)),
    Case("spelling.csv", "passed", ("NO", "No", "YES", "Yes", "no", "yes"), 60, ("x1", "x2"),
         (0.62, -1.86), says=("differ in spelling only",)),
)


def _file(name: str) -> Path:
    path = FILES / name
    if not path.exists():
        pytest.skip(f"{name} is not in the folder that BACKPROP_LAB_CASES names")
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_a_table_with_nothing_chosen(case: Case) -> None:
    path = _file(case.file)
    seen = preview(path)
    assert seen.problem == ""
    assert (seen.target, seen.inputs) == (case.target, case.inputs)
    assert seen.task == ("classification" if case.classes else "regression")
    said = " ".join(seen.notes)
    assert all(part in said for part in case.says), said
    made = load(DataSpec("table", path=str(path), scaling="none",
                         table=TableSpec(target=seen.target)))
    assert made.class_names == case.classes
    assert len(made.inputs) == case.rows
    if case.first:
        assert made.inputs[0].tolist() == list(case.first)
    if case.answer is not None:
        assert made.in_units(made.values)[0, 0] == pytest.approx(case.answer)


def test_rich_text_is_refused() -> None:
    with pytest.raises(DataError, match=r"rich text .* save it as plain text"):
        preview(_file("rich-text.csv"))


def _trained(name: str, steps: int, spacing: int = 26, **choices: object
             ) -> tuple[Dataset, Snapshot, Sequence[str]]:
    """Return the data of a project, its last snapshot, and what was said on the way."""
    path = _file(f"{name}.json")
    project = read_project(path)
    table = replace(project.data.table, **choices)
    project = replace(project, data=replace(project.data, table=table),
                      training=replace(project.training, steps=steps))
    dataset = load(project.data, path)
    trainer, judge = Trainer(project, dataset, threads=1), RunJudge.of(project, dataset)
    said: list[str] = []
    snapshot = trainer.snapshot(JUDGED)
    while trainer.step < steps:
        trainer.run(spacing, budget_s=10.0)
        snapshot = trainer.snapshot(JUDGED)
        said.append(judge.judge(snapshot).code)
    return dataset, snapshot, said


def test_an_index_is_not_learned_from() -> None:
    dataset, last, said = _trained("index-shuffled", 2000)
    assert dataset.feature_names == ("x1", "x2")
    assert last.validation is not None
    assert last.validation.accuracy < 0.5
    assert "learned" not in said
    assert said[-1] in ("chance", "overfitting")


def test_the_other_parts_of_an_answer_are_not_learned_from() -> None:
    dataset, last, said = _trained("one-hot-targets", 2000)
    assert dataset.feature_names == ("len1", "wid1", "len2", "wid2")
    assert last.validation is not None
    assert last.validation.accuracy < 0.7
    assert "learned" not in said


def test_pixels_stay_an_image_for_a_convolution() -> None:
    dataset, last, said = _trained("pixels", 400)
    assert dataset.feature_names == tuple(f"pixel{place}" for place in range(64))
    assert np.ptp(dataset.inputs[:, 0]) == 0
    assert last.validation is not None
    assert last.validation.accuracy > 0.9
    assert said[-1] == "learned"


def test_years_are_learned_from_the_years_before() -> None:
    dataset, last, said = _trained("year-header", 1000)
    assert len(dataset.inputs) == 41
    assert last.validation is not None
    assert last.validation.accuracy == pytest.approx(0.98, abs=0.015)
    assert said[-1] == "learned"


def test_what_looks_like_no_reading_is_not_learned_from() -> None:
    dataset, last, said = _trained("sentinel-rows", 2000)
    assert any("-200 looks" in note for note in dataset.notes)
    assert last.training.accuracy < 0.5
    assert "learned" not in said


def test_telling_it_apart_is_nothing_learned_where_it_is_kept() -> None:
    dataset, last, said = _trained("sentinel-rows", 4000, present=("-200",))
    assert len(dataset.inputs) == 600
    assert last.training.accuracy > 0.999
    assert not {"learned", "learning"} & set(said)
    assert said[-1] == "chance"
