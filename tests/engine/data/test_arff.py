"""Weka's files, with what they declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data import load, preview
from engine.data.formats import open_source
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

FILES = Path(__file__).parent / "files"
HEADER = """% a comment
@RELATION 'my data'

@Attribute 'petal length'\tREAL
@ATTRIBUTE colour {red, 'dark blue', "it\\'s"}
@attribute grade {3,1,2}
@attribute note string
@attribute day date "dd.MM.yyyy"
@data
"""
ROW = "1.5,red,1,text,29.02.2024\n"


def source_of(tmp_path, text):
    path = tmp_path / "a.arff"
    path.write_text(text, "utf-8")
    return open_source(path, TableSpec())


def rows_of(tmp_path, rows) -> list[str]:
    return [line.rstrip("\n") for line in source_of(tmp_path, HEADER + rows).head[1:]]


def fails(tmp_path, text) -> str:
    with pytest.raises(DataError) as caught:
        source_of(tmp_path, text)
    return caught.value.sentence


def test_the_flowers():
    path = FILES / "flowers.arff"
    seen = preview(path, TableSpec(target="kind"))
    assert [(column.name, column.kind) for column in seen.columns] == [
        ("length", "numeric"), ("width", "numeric"), ("colour", "category"), ("kind", "category")]
    found = load(DataSpec(source="table", path=str(path), table=TableSpec(target="kind")))
    assert (len(found.inputs), found.class_names) == (40, ("a", "b"))


def test_what_is_declared(tmp_path):
    source = source_of(tmp_path, HEADER + ROW)
    assert source.head[0] == "petal length,colour,grade,note,day\n"
    declared = source.declared
    assert dict(declared.roles) == {"petal length": "numbers", "colour": "classes",
                                    "grade": "classes", "note": "text", "day": "date"}
    assert dict(declared.levels) == {"colour": ("red", "dark blue", "it's"),
                                     "grade": ("3", "1", "2")}
    assert (declared.header, declared.decimal, declared.target) == (True, ".", "")


@pytest.mark.parametrize(("row", "line"), [
    ("1.5,'dark blue',2,'a, b',29.02.2024", '1.5,dark blue,2,"a, b",2024-02-29 00:00:00'),
    ('?, ?,?,?,?', ",,,,"),
    ("-2e3 , red , 3 , \"say 'so'\" , ?", "-2e3,red,3,say 'so',"),
    ("1.5\tred\t3\tplain\t?", "1.5,red,3,plain,"),
    ("1 red 3 plain ?", "1,red,3,plain,"),
    ("1,'it\\'s',3,'a\\\\b',? % said", "1,it's,3,a\\b,"),
    ("1,red,3,x,?, {5}", "1,red,3,x,"),
    ("{0 1.5, 1 'dark blue', 3 \"x y\"}", "1.5,dark blue,3,x y,"),
    ("{}", "0,red,3,,"),
    ("{ 2 ?, 4 '01.03.2024' }, {0.5}", "0,red,,,2024-03-01 00:00:00")])
def test_rows(tmp_path, row, line):
    assert rows_of(tmp_path, f"% a comment\n{row}\n\n") == [line]


@pytest.mark.parametrize(("last", "target"), [
    ("kind {a,b}", "kind"), ("y numeric", "y"), ("y string", ""), ("Class {a,b}\n@attribute z real",
                                                                 "Class")])
def test_the_target(tmp_path, last, target):
    values = "1,a,2" if "z real" in last else "1,a" if "{" in last else "1,2"
    text = f"@relation r\n@attribute x real\n@attribute {last}\n@data\n{values}\n"
    assert source_of(tmp_path, text).declared.target == target


def test_weights_are_said(tmp_path):
    source = source_of(tmp_path, HEADER + ROW.strip() + ", {2.5}\n" + ROW)
    assert [one.text for one in source.remarks] == ["The weights of 1 row were left out."]


@pytest.mark.parametrize(("rows", "words"), [
    ("1.5,red,1,text\n", "line 10: 4 values; expected 5"),
    ("1,red,1,a b c,?\n1,red,1,'open,?\n", "line 11: a quote in"),
    ("1,green,1,x,?\n", "line 10: 'green', which 'colour' does not have"),
    ("1,red,4,x,?\n", "'4', which 'grade' does not have"),
    ("1,red,1,x,2024-02-29\n", "line 10: a date '2024-02-29' in 'day'"),
    ("{0 1, 7 x}\n", "line 10: a sparse row"), ("{0 1\n", "line 10: a sparse row"),
    ("{0 1, red}\n", "line 10: a sparse row"), ("", "no row below @data")])
def test_broken_rows(tmp_path, rows, words):
    assert words in fails(tmp_path, HEADER + rows)


@pytest.mark.parametrize(("header", "words"), [
    ("@attribute x {a,b\n@data\n", "line 2: an attribute"),
    ("@attribute x\n@data\n", "line 2: an attribute"),
    ("@attribute x complex\n@data\n", "line 2: an attribute"),
    ("@attribute x real\n@attribute x real\n@data\n", "line 3: a second attribute 'x'"),
    ("@attribute bag relational\n@data\n", "'bag' is relational"),
    ("@attribute x real\n1,2\n", "line 3: '1,2' in the header"),
    ("@attribute x real\n", "no attributes, or no line @data"),
    ("@data\n1\n", "no attributes, or no line @data")])
def test_broken_headers(tmp_path, header, words):
    assert words in fails(tmp_path, f"@relation r\n{header}")


def test_sparse_rows_that_are_too_many(tmp_path):
    names = "".join(f"@attribute x{i} real\n" for i in range(5_000))
    assert "more than 20,000,000 values" in fails(
        tmp_path, f"@relation r\n{names}@data\n" + "{}\n" * 5_000)


def test_a_table_that_speaks_of_relations_is_a_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n@relation,1\nb,2\n")
    assert open_source(path, TableSpec()).head[0] == "x,y\n"


def test_classes_that_look_like_numbers_stay_classes(tmp_path):
    rows = "".join(f"{i},{3 - i % 3}\n" for i in range(12))
    path = tmp_path / "a.arff"
    path.write_text(f"@relation r\n@attribute x real\n@attribute grade {{3,2,1}}\n@data\n{rows}")
    found = load(DataSpec(source="table", path=str(path), table=TableSpec(target="grade")))
    assert (found.task, found.class_names) == ("classification", ("3", "2", "1"))
