"""A first look at a person's table."""

from __future__ import annotations

import pytest

from engine.data import load, preview
from engine.data.shipped import FOLDER
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec


@pytest.fixture
def look(tmp_path):
    """Write a text and preview it."""
    def preview_text(text, encoding="utf-8", **options):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return preview(path, TableSpec(**options))
    return preview_text


def test_penguins():
    seen = preview(FOLDER / "penguins.csv")
    assert (seen.title, seen.encoding, seen.separator, seen.decimal, seen.header) == (
        "penguins.csv", "utf-8", ",", ".", True)
    assert seen.size == 15_241
    assert (seen.rows_seen, seen.complete) == (344, True)
    assert (seen.target, seen.task) == ("species", "classification")
    assert seen.inputs == ("island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm",
                           "body_mass_g", "sex", "year")
    assert [(column.kind, column.missing, column.distinct) for column in seen.columns] == [
        ("category", 0, 3), ("category", 0, 3), ("numeric", 2, 164), ("numeric", 2, 80),
        ("numeric", 2, 55), ("numeric", 2, 94), ("category", 11, 2), ("numeric", 0, 3)]
    assert seen.columns[1].examples == ("Biscoe", "Dream", "Torgersen")
    assert seen.columns[2].examples == ("39.1", "39.5", "40.3")
    assert len(seen.rows) == 20
    assert seen.rows[3] == ("Adelie", "Torgersen", "NA", "NA", "NA", "NA", "NA", "2007")
    assert seen.problem == ""


def test_semicolons_and_decimal_commas(look):
    seen = look("Länge;Breite;Art\n" + "5,1;3,5;a\n4,9;3,0;b\n" * 5, "cp1252")
    assert (seen.encoding, seen.separator, seen.decimal) == ("cp1252", ";", ",")
    assert [column.name for column in seen.columns] == ["Länge", "Breite", "Art"]
    assert [column.kind for column in seen.columns] == ["numeric", "numeric", "category"]
    assert seen.rows[0] == ("5,1", "3,5", "a")


def test_every_kind_of_column(look):
    seen = look("id,n,c,t,k,e\n" + "".join(
        f"{i},{i % 7}.5,{'ab'[i % 2]},text {i % 33},same,\n" for i in range(1, 41)))
    assert {column.name: column.kind for column in seen.columns} == {
        "id": "identifier", "n": "numeric", "c": "category", "t": "text", "k": "constant",
        "e": "empty"}
    assert [column.name for column in seen.columns if column.usable] == ["n", "c"]
    assert (seen.target, seen.inputs) == ("c", ("n",))


@pytest.mark.parametrize(("header", "target"), [
    ("a,b,c", "c"), ("species,b,c", "species"), ("a,Class,c", "Class"),
    ("a,class,target", "target"),
])
def test_suggests_a_target(look, header, target):
    assert look(header + "\n" + "1,2,3\n2,3,1\n" * 5).target == target


def test_the_persons_choice_is_shown(look):
    text = "a,b,c\n" + "1,2,3\n2,3,1\n" * 5
    seen = look(text, target="b", inputs=("a", "b"), task="regression")
    assert (seen.target, seen.inputs, seen.task) == ("b", ("a",), "regression")


def test_a_choice_the_file_does_not_have_is_ignored(look):
    seen = look("a,b,c\n" + "1,2,3\n2,3,1\n" * 5, target="z", inputs=("y",))
    assert (seen.target, seen.inputs) == ("c", ("a", "b"))


def test_a_problem_is_told_before_loading(look):
    seen = look("a,b\n" + "1,x\n2,x\n" * 5, target="b")
    assert "one class only" in seen.problem
    seen = look("said,b\n" + "".join(f"sentence {i},{i % 2}\n" for i in range(50)))
    assert "no column to learn from" in seen.problem
    seen = look("said,wrote\n" + "".join(f"a {i},b {i}\n" for i in range(50)))
    assert "no column that can be predicted" in seen.problem
    assert seen.target == ""


def test_ragged_rows_are_noted(look):
    assert look("a,b\n" + "1,2\n" * 10 + "1,2,3\n").notes == (
        "Left out: 1 row that does not have 2 values (the first, line 12, has 3).",)


def test_a_sample_of_a_large_file_is_spread_over_it(tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("x,y\n" + "1.5,a\n" * 1_000_000 + "2.5,b\n" * 1_000_000)
    seen = preview(path)
    assert not seen.complete
    assert 100_000 < seen.rows_seen < 1_000_000
    assert seen.columns[1].distinct == 2
    assert (seen.target, seen.problem) == ("y", "")


def test_one_class_in_the_sample_of_a_large_file_is_no_problem_yet(tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("x,y\n" + "1.5,a\n2.5,a\n" * 500_000)
    assert preview(path).problem == ""


def test_many_columns(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([",".join(f"c{i}" for i in range(5000)),
                               *[",".join([str(row)] * 5000) for row in range(3)]]))
    assert len(preview(path).columns) == 5000


def test_broken_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        preview(tmp_path / "gone.csv")


def test_suggestions_can_be_loaded():
    seen = preview(str(FOLDER / "penguins.csv"))
    spec = TableSpec(separator=seen.separator, decimal=seen.decimal, header=seen.header,
                     encoding=seen.encoding, target=seen.target, inputs=seen.inputs,
                     task=seen.task)
    data = load(DataSpec(source="table", path=str(FOLDER / "penguins.csv"), table=spec))
    assert data.class_names == ("Adelie", "Chinstrap", "Gentoo")
    assert len(data.inputs) == 344
