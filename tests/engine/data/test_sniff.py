"""Finding out how a text file is to be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.sniff import TextFormat
from engine.data.sniff import examine as examine_lines
from engine.data.text_file import text_source
from engine.errors import DataError
from engine.spec import TableSpec

ROWS = [("name", "width", "kind"), ("a", "1.5", "x"), ("b", "2.5", "y"), ("c", "3.25", "x")]


def examine(path: Path, spec: TableSpec) -> TextFormat:
    return examine_lines(text_source(path, spec), spec)


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path, separator, end):
    path = write(tmp_path, end.join(separator.join(row) for row in ROWS))
    form = examine(path, TableSpec())
    assert (form.separator, form.decimal, form.header) == (separator, ".", True)
    assert form.names == ROWS[0]
    assert form.skip == 1


@pytest.mark.parametrize(("encoding", "found"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
    ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32"),
    ("cp1252", "cp1252"),
])
def test_encodings(tmp_path, encoding, found):
    path = write(tmp_path, "größe;farbe\n1,5;grün\n2,5;weiß\n", encoding)
    form = examine(path, TableSpec())
    assert form.encoding == found
    assert form.names == ("größe", "farbe")
    assert form.decimal == ","


@pytest.mark.parametrize(("text", "separator", "decimal"), [
    ("5,1;3,5;a\n4,9;3,0;a\n", ";", ","),
    ("5;3,5;a\n4;3,0;b\n", ";", ","),
    ('"5,1","3,5","a"\n"4,9","3,0","b"\n', ",", ","),
    ("5,1\t3,5\n4,9\t3,1\n", "\t", ","),
    ("5,1 3,5 1,4\n4,9 3,0 1,4\n", " ", ","),
    ("  1.0   2.0  3.0\n 10.0  20.0 30.0\n", " ", "."),
    ("a, b, c\n1, 2, 3\n", ",", "."),
    ("when,x\n2020-01-01 10:00,1\n2020-01-02 11:00,2\n", ",", "."),
    ('text,x\n"one; two; three",1\n"four; five; six",2\n', ",", "."),
    ("sep=;\nx;y\n1;2\n3;4\n", ";", "."),
    ("sep=,\nx,y\n1,2\n3,4\n", ",", "."),
    ("1.234,5;2\n2.345,6;3\n", ";", ","),
])
def test_separator_and_decimal_together(tmp_path, text, separator, decimal):
    form = examine(write(tmp_path, text), TableSpec())
    assert (form.separator, form.decimal) == (separator, decimal)


@pytest.mark.parametrize(("text", "header"), [
    ("x,y\n1,2\n3,4\n", True),
    ("1,2\n3,4\n", False),
    ("a,1\nb,2\n", False),
    ("colour,size\nred,big\nblue,small\nred,small\n", True),
    ("red,big\nblue,small\nred,small\n", False),
    (",x\n0,1.5\n1,2.5\n", True),
    ("x,y\n", True),
    ("NA,1\n2,3\n", False),
])
def test_header(tmp_path, text, header):
    assert examine(write(tmp_path, text), TableSpec()).header is header


@pytest.mark.parametrize(("text", "names"), [
    ("1,2\n3,4\n", ("Column 1", "Column 2")),
    ("x,x,x\n1,2,3\n", ("x", "x (2)", "x (3)")),
    ("x,,y\n1,2,3\n", ("x", "Column 2", "y")),
    ("x,y\na,1,2\nb,3,4\n", ("Row name", "x", "y")),
    ("x,y\n1,2,\n3,4,\n", ("x", "y", "Column 3")),
    ("x,y,,\n1,2\n3,4\n", ("x", "y")),
    ('"a ""b""","two\nlines"\n1,2\n', ('a "b"', "two lines")),
    ("Name (cm),Größe\n1,2\n", ("Name (cm)", "Größe")),
])
def test_names(tmp_path, text, names):
    form = examine(write(tmp_path, text), TableSpec())
    assert form.names == names


def test_a_name_over_two_lines_is_skipped_whole(tmp_path):
    assert examine(write(tmp_path, 'a,"two\nlines"\n1,2\n'), TableSpec()).skip == 2


def test_names_told_apart_are_noted(tmp_path):
    remarks = examine(write(tmp_path, "x,x\n1,2\n"), TableSpec()).remarks
    assert [remark.text for remark in remarks] == [
        "Columns of the same name were told apart: x (2)."]


def test_the_persons_choice_wins(tmp_path):
    path = write(tmp_path, "1,5;2,5\n3,5;4,5\n")
    form = examine(path, TableSpec(separator=",", decimal=".", header=True,
                                   encoding="cp1252"))
    assert (form.separator, form.decimal, form.header, form.encoding) == (",", ".", True, "cp1252")
    assert form.names == ("1", "5;2", "5")


@pytest.mark.parametrize(("spec", "found"), [
    (TableSpec(separator=";" * 9), "separator ';;;;;;;;;'"),
    (TableSpec(separator=";;"), "one column only, when a ';;'"),
    (TableSpec(quote="x"), "a quote 'x'"),
    (TableSpec(separator='"'), "separator"),
    (TableSpec(decimal="x"), "decimal sign 'x'"),
    (TableSpec(encoding="klingon"), "no text encoding called 'klingon'"),
    (TableSpec(encoding="hex"), "no text encoding called 'hex'"),
    (TableSpec(encoding="ascii"), "not in the encoding ascii"),
    (TableSpec(separator="|"), "one column only, when a vertical bar"),
])
def test_choices_that_make_no_sense(tmp_path, spec, found):
    with pytest.raises(DataError, match=found.replace("|", r"\|")):
        examine(write(tmp_path, "größe,x\n1,2\n"), spec)
