"""Workbooks as Excel, LibreOffice, openpyxl and pandas write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.data import load, preview
from engine.data.formats import open_source
from engine.data.formats.cell_range import CellRange, cell_name, parse_range
from engine.data.formats.cell_text import cell_text, find_decimal
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

openpyxl = pytest.importorskip("openpyxl")

FILES = Path(__file__).parent / "files"
KINDS = ("xlsx", "xls", "ods")


def lines_of(path, **options) -> list[str]:
    source = open_source(Path(path), TableSpec(**options))
    return [line.rstrip("\n") for line in source.head if line.strip()]


def notes_of(path, **options) -> list[str]:
    return [one.text for one in open_source(Path(path), TableSpec(**options)).remarks]


def workbook(path, *rows, title="Data"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def filled(path, cells, merged=()):
    book = openpyxl.Workbook()
    for name, value in cells.items():
        book.active[name] = value
    for area in merged:
        book.active.merge_cells(area)
    book.save(path)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_german_iris_is_the_iris(kind):
    path = FILES / f"iris-deutsch.{kind}"
    seen = preview(path, TableSpec(target="Art"))
    assert [column.kind for column in seen.columns] == ["numeric"] * 4 + ["category"]
    assert seen.columns[0].name == "Kelchlänge (cm)"
    found = load(DataSpec(source="table", path=str(path), scaling="none",
                          table=TableSpec(target="Art")))
    iris = load(DataSpec(source="iris", scaling="none"))
    assert found.class_names == iris.class_names
    np.testing.assert_array_equal(found.inputs, iris.inputs)
    np.testing.assert_array_equal(found.labels, iris.labels)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_as_people_lay_it_out(kind):
    """A title, names over two rows, groups and formulas; the same from every program."""
    path = FILES / f"station.{kind}"
    lines = lines_of(path)
    # LibreOffice's own format tells truth from 1 only where a cell was typed as such.
    truth = ("0", "1") if kind == "ods" else ("FALSE", "TRUE")
    assert lines[0] == "Ort,Zeit,Luft Temperatur,Luft Feuchte,Summe,gut"
    assert lines[1] == f"Hafen,2024-02-27 00:00:00,12,46,58,{truth[0]}"
    assert lines[2] == f"Hafen,2024-02-28 12:00:00,12.25,47,59.25,{truth[1]}"
    assert [line.partition(",")[0] for line in lines[1:]] == ["Hafen"] * 4 + ["Markt"] * 4
    notes = " ".join(notes_of(path))
    for words in ("Sheet 'Messung' was read, one of 3", "1 row above", "1 row below",
                  "first 2 rows name", "merged"):
        assert words in notes


def test_lines_have_the_numbers_of_their_rows():
    source = open_source(FILES / "station.xlsx", TableSpec())
    assert source.head[5].startswith("Hafen")
    assert set(source.head[:4]) == {"\n"}


def test_errors_are_gaps_and_said():
    lines = lines_of(FILES / "errors.xlsx")
    assert lines[4] == "4,0,,80:00:00,07:04:00,0.5"
    assert "1 cell holds an error such as #N/A and counts as missing." in notes_of(
        FILES / "errors.xlsx")


def test_formulas_without_results_are_said(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["a", "b"], *([i, f"=A{i}*2"] for i in range(2, 9)))
    assert "7 formulas have no stored results: open and save the file" in " ".join(notes_of(path))


def test_pandas_writes_what_is_read(tmp_path):
    table = pd.DataFrame({"n": [1, 2, 3, 4], "x": [0.1, -2.5e-7, 1e20, 3.0],
                          "text": ["a,b", 'say "so"', "x\ny", "ä"],
                          "day": pd.to_datetime(["2024-02-29"] * 4)})
    for name in ("a.xlsx", "a.ods"):
        table.to_excel(tmp_path / name, index=False)
        assert lines_of(tmp_path / name) == [
            "n,x,text,day", '1,0.1,"a,b",2024-02-29', '2,-2.5e-07,"say ""so""",2024-02-29',
            "3,1e+20,x y,2024-02-29", "4,3,ä,2024-02-29"]


class TestSheets:
    def test_the_first_with_a_table(self, tmp_path):
        book = openpyxl.Workbook()
        book.active["A1"] = "read me"
        for name in ("hidden", "first", "second"):
            sheet = book.create_sheet(name)
            sheet.append([name, "y"])
            sheet.append([1, 2])
        book["hidden"].sheet_state = "hidden"
        book.save(tmp_path / "a.xlsx")
        source = open_source(tmp_path / "a.xlsx", TableSpec())
        assert source.sheet == "first"
        assert source.sheets == ("Sheet", "hidden", "first", "second")
        (told,) = source.remarks
        assert told.change(TableSpec()).sheet == "second"
        assert lines_of(tmp_path / "a.xlsx", sheet="second")[0] == "second,y"
        assert lines_of(tmp_path / "a.xlsx", sheet="hidden")[0] == "hidden,y"

    def test_one_that_is_not_there(self, tmp_path):
        path = workbook(tmp_path / "a.xlsx", [1, 2], [3, 4], title="Data")
        with pytest.raises(DataError) as caught:
            open_source(path, TableSpec(sheet="data"))
        assert "there is no sheet 'data'; expected one of 'Data'" in caught.value.sentence

    def test_all_empty(self, tmp_path):
        with pytest.raises(DataError) as caught:
            open_source(workbook(tmp_path / "a.xlsx"), TableSpec())
        assert "no sheet of this workbook holds anything" in caught.value.sentence


class TestRange:
    @pytest.fixture
    def path(self, tmp_path):
        cells = {f"{column}{row}": row for column in "BCDE" for row in range(3, 10)}
        return filled(tmp_path / "a.xlsx", {**cells, "B3": "b", "C3": "c", "D3": "d", "E3": "e"})

    @pytest.mark.parametrize(("written", "first", "last", "count"), [
        ("C3:D6", "c,d", "6,6", 4), ("$d$6:$c$3", "c,d", "6,6", 4), ("c : d", "c,d", "9,9", 7),
        ("A1:Z99", "b,c,d,e", "9,9,9,9", 7), ("B4:C5", "4,4", "5,5", 2)])
    def test_what_is_in_it(self, path, written, first, last, count):
        lines = lines_of(path, cells=written)
        assert (lines[0], lines[-1], len(lines)) == (first, last, count)

    @pytest.mark.parametrize("written", ["B3", "3:4", "B0:C2", "B3;F40", "AAAA1:B2", "A1:B1048577",
                                         "XFE1:XFE2", "eins"])
    def test_what_is_none(self, path, written):
        with pytest.raises(DataError) as caught:
            open_source(path, TableSpec(cells=written))
        assert "one such as B3:F40" in caught.value.sentence

    def test_outside(self, path):
        with pytest.raises(DataError) as caught:
            open_source(path, TableSpec(cells="G3:H9"))
        assert "a range inside of A1:E9" in caught.value.sentence

    def test_names_of_cells(self):
        assert parse_range("XFD1:A1048576", "") == CellRange(0, 0, 1_048_575, 16_383)
        assert [cell_name(0, column) for column in (0, 25, 26, 701, 702)] == [
            "A1", "Z1", "AA1", "ZZ1", "AAA1"]


class TestLayout:
    def test_a_range_is_taken_as_it_is(self, tmp_path):
        path = filled(tmp_path / "a.xlsx", {"A1": "Title", "A2": "a", "B2": "b", "A3": 1, "B3": 2,
                                            "A4": 3, "B4": 4})
        assert lines_of(path) == ["a,b", "1,2", "3,4"]
        assert lines_of(path, cells="A1:B4")[0] == "Title,"

    def test_names_of_groups_across_the_table(self, tmp_path):
        rows = {"A1": "a", "B1": "b", "C1": "c", "A2": "Group one", "A5": "Group two"}
        rows |= {f"{column}{row}": row for column in "ABC" for row in (3, 4, 6, 7)}
        path = filled(tmp_path / "a.xlsx", rows, ["A2:C2", "A5:C5"])
        assert lines_of(path) == ["a,b,c", "3,3,3", "4,4,4", "6,6,6", "7,7,7"]
        assert "2 rows of one text across the table were left out." in notes_of(path)

    def test_two_columns_keep_rows_with_gaps(self, tmp_path):
        path = workbook(tmp_path / "a.xlsx", ["a", "b"], [1, 2], [3, None], [5, 6], [7, None])
        assert lines_of(path) == ["a,b", "1,2", "3,", "5,6", "7,"]

    def test_merged_cells_that_overlap_are_let_be(self, tmp_path):
        cells = {f"{column}{row}": row for column in "ABC" for row in range(1, 5)}
        path = filled(tmp_path / "a.xlsx", cells)
        book = openpyxl.load_workbook(path)
        for _ in range(50):
            book.active.merged_cells.ranges.add(
                openpyxl.worksheet.cell_range.CellRange(f"A1:C{_ % 4 + 1}"))
        book.save(path)
        assert len(lines_of(path)) == 4


class TestCells:
    @pytest.mark.parametrize(("value", "text"), [
        (1.0, "1"), (-0.0, "0"), (0.1, "0.1"), (1e15, "1000000000000000.0"), (1e300, "1e+300"),
        (True, "TRUE"), (7, "7"), (date(2024, 2, 29), "2024-02-29"), (time(7, 5), "07:05:00"),
        (datetime(2024, 2, 29, 7, 5), "2024-02-29 07:05:00"), ("007", "007"),
        (timedelta(hours=30, minutes=5), "30:05:00"), ("PT30H05M00S", "30:05:00"),
        (timedelta(seconds=-90), "-0:01:30"), ("PTA", "PTA"), ("a\r\nb\0", "a b")])
    def test_as_text(self, value, text):
        assert cell_text(value) == text

    def test_with_time_where_others_of_the_column_have_one(self):
        assert cell_text(date(2024, 2, 29), with_time=True) == "2024-02-29 00:00:00"

    @pytest.mark.parametrize(("texts", "decimal"), [
        ([], "."), (["a", "12"], "."), (["1,5", "1.234,5"], ","), (["1.5", "2,5", "3.5"], "."),
        (["1.234"], ""), (["1,5", "1.5"], ""), (["1.234", "1,5"], ",")])
    def test_decimal_sign_of_typed_numbers(self, texts, decimal):
        assert find_decimal(texts) == decimal

    def test_numbers_typed_as_text_beside_real_ones(self, tmp_path):
        path = workbook(tmp_path / "a.xlsx", ["typed", "real", "kind"],
                        *([f"{i},5", i + 0.25, "ab"[i % 2]] for i in range(1, 11)))
        seen = preview(path, TableSpec(target="kind"))
        assert [column.examples[0] for column in seen.columns[:2]] == ["1.5", "1.25"]


def test_what_was_chosen_for_text_files_does_no_harm():
    seen = preview(FILES / "iris-deutsch.xlsx",
                   TableSpec(separator=";", encoding="utf-16", quote="'", decimal=","))
    assert [column.kind for column in seen.columns] == ["numeric"] * 4 + ["category"]


@pytest.mark.parametrize("suffix", ["xls", "xlsx", "ods", "csv"])
def test_a_file_is_what_it_holds_and_not_what_it_is_called(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_text("x,y\n1,2\n3,4\n")
    assert lines_of(path) == ["x,y", "1,2", "3,4"]
    path.write_bytes((FILES / "station.xls").read_bytes())
    assert lines_of(path)[0].startswith("Ort,Zeit")
    path.write_bytes((FILES / "station.xlsx").read_bytes())
    assert lines_of(path)[0].startswith("Ort,Zeit")


@pytest.mark.parametrize("text", [
    "<html><table><tr><td>1</td></tr></table></html>", "\ufeff<table><tr><td>1</td></tr></table>",
    '<?xml version="1.0"?><Workbook/>'])
def test_a_web_page_that_is_called_a_workbook(tmp_path, text):
    path = tmp_path / "a.xls"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        open_source(path, TableSpec())
    assert "Open it in a spreadsheet program and save it as .xlsx" in caught.value.sentence
