"""Tables as people write them: what is a row, a name, a cell, and what is said of the rest."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.reading import Reading, read
from engine.errors import DataError
from engine.spec import TableSpec

ROWS = [(round(0.37 * i + 1.1, 2), round(19.9 - 0.41 * i, 2), "ab"[i % 2]) for i in range(24)]
TINY = ROWS[:7]


def body(separator: str = ",", rows=ROWS) -> str:
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


def opened(tmp_path: Path, text: str | bytes, **choices) -> Reading:
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, TableSpec(**choices))


def told(reading: Reading) -> list[str]:
    return [remark.message.code for remark in reading.remarks]


def numbers(reading: Reading, name: str) -> list[float]:
    column = next(column for column in reading.columns if column.name == name)
    assert column.numbers is not None, f"{name} is no column of numbers"
    return column.numbers.tolist()


def texts(reading: Reading, name: str) -> list[str]:
    column = next(column for column in reading.columns if column.name == name)
    assert column.codes is not None, f"{name} is no column of texts"
    return [column.levels[code] for code in column.codes]


def holds_rows(reading: Reading, names: tuple[str, ...] = ("x", "y", "kind")) -> None:
    """Check that a table was read as `ROWS` with these names."""
    assert reading.form.names == names
    assert numbers(reading, names[0]) == [row[0] for row in ROWS]
    assert numbers(reading, names[1]) == [row[1] for row in ROWS]
    assert texts(reading, names[2]) == [row[2] for row in ROWS]


# What stands above, among and below the rows, and what is said of it.
AROUND = {
    "nothing": ("x,y,kind\n", "", []),
    "a title": ("Results of May\nx,y,kind\n", "", ["note.titles"]),
    "a title with a comma": ("Results, May\nx,y,kind\n", "", ["note.titles"]),
    "a title as wide as the table": ("Results,,\n,,\nx,y,kind\n", "", ["note.titles"]),
    "what the instrument was set to": (
        "Instrument,X200\nTaken,2020-01-01\n\nx,y,kind\n", "", ["note.titles"]),
    "a comment as wide as the table": ("# run 7, in, 21 C\nx,y,kind\n", "", ["note.titles"]),
    "a comment of two slashes": ("// a, b\nx,y,kind\n", "", ["note.titles"]),
    "a comment of a semicolon": ("; a, b, c\nx,y,kind\n", "", ["note.titles"]),
    "a remark of BASIC": ("REM a, b, c\nx,y,kind\n", "", ["note.titles"]),
    "a comment with a quote that is open": ('# about 5 " wide, "or\nx,y,kind\n', "",
                                            ["note.titles"]),
    "names in a comment": ("# x,y,kind\n", "", ["note.names-in-comment"]),
    "names behind a mark": ("x,y,kind\n", "# end, of file\n", ["note.comments"]),
    "units": ("x,y,kind\ncm,m/s,-\n", "", ["note.units-row"]),
    "units in brackets": ("x,y,kind\n[cm],(kg),\n", "", ["note.units-row"]),
    "types": ("x,y,kind\nfloat,double,str\n", "", ["note.units-row"]),
    "questions below the names": (
        "x,y,kind\nHow tall are you?,How wide are you?,Which one?\n", "", ["note.below-names"]),
    "a source below": ("x,y,kind\n", "\nSource: World Bank\n", ["note.below"]),
    "a source as wide as the table": ("x,y,kind\n", ",,\nSource: World Bank,,\n",
                                      ["note.empty-rows", "note.below"]),
    "a total": ("x,y,kind\n", "Total,380.2,\n", ["note.totals"]),
    "a sum in German": ("x,y,kind\n", "Summe,380.2,\n", ["note.totals"]),
    "the names again": ("x,y,kind\n", "x,y,kind\n", ["note.repeated-names"]),
    "rows of nothing": ("x,y,kind\n", ",,\n,,\n", ["note.empty-rows"]),
    "a row that is too wide": ("x,y,kind\n", "1,2,a,b\n", ["note.widths"]),
    "blank lines": ("\nx,y,kind\n\n", "\n\n", []),
}


@pytest.mark.parametrize(("above", "below", "said"), AROUND.values(), ids=AROUND)
def test_what_stands_around_the_rows_is_left_out_and_said(tmp_path, above, below, said):
    reading = opened(tmp_path, above + body() + below)
    holds_rows(reading)
    assert told(reading) == said


def test_a_hash_without_a_blank_belongs_to_the_first_name(tmp_path):
    holds_rows(opened(tmp_path, "#x,y,kind\n" + body()), ("#x", "y", "kind"))
    holds_rows(opened(tmp_path, "%x,y,kind\n" + body()), ("%x", "y", "kind"))


def test_rows_that_begin_with_a_hash_are_no_comments(tmp_path):
    reading = opened(tmp_path, "colour,x\n" + "".join(f"#{i:06x},{i}.5\n" for i in range(30)))
    assert reading.sifting.kept == 30
    assert told(reading) == []


def test_units_are_found_in_a_tiny_table(tmp_path):
    reading = opened(tmp_path, "mass,length,kind\ng,cm,text\n" + body(rows=TINY))
    assert numbers(reading, "mass") == [row[0] for row in TINY]
    assert reading.remarks[0].text == (
        "Left out: 1 row of units or types below the names ('g', 'cm', 'text').")


def test_a_first_row_without_a_number_is_no_row_of_units(tmp_path):
    reading = opened(tmp_path, "x,kind\nn.d.,a\n" + "".join(
        f"{i}.5,{'ab'[i % 2]}\n" for i in range(20)))
    assert reading.form.names == ("x", "kind")
    assert reading.sifting.kept == 21


@pytest.mark.parametrize(("top", "names"), [
    ("Height,,Kind\nleft,right,\n", ("Height left", "Height right", "Kind")),
    ("a,a,k\nmean,std,\n", ("a mean", "a std", "k")),
])
def test_two_rows_of_names_are_joined_and_said(tmp_path, top, names):
    reading = opened(tmp_path, top + body())
    holds_rows(reading, names)
    assert told(reading) == ["note.names-joined"]


def test_names_stay_above_units_where_lines_end_in_a_separator(tmp_path):
    rows = "".join(f"{i},{i % 7}.50e+00,{i % 5}.25e-01,\n" for i in range(30))
    reading = opened(tmp_path, "X,CH1,CH2,\nSequence,Volt,Volt,\n" + rows)
    assert reading.form.names[:3] == ("X", "CH1", "CH2")
    assert numbers(reading, "CH2")[:3] == [0.025, 0.125, 0.225]


def test_a_unit_behind_decimal_commas_does_not_hide_the_separator(tmp_path):
    rows = "".join(f"{i % 90 + 10} {i % 900 + 100},5{i % 10} Ellen;{i % 70},{i % 10}\n"
                   for i in range(40))
    reading = opened(tmp_path, "Strecke;Zeit\n" + rows)
    assert reading.form.separator == ";"
    assert numbers(reading, "Strecke")[0] == 10100.5


def test_a_setting_of_two_cells_names_no_column_of_two(tmp_path):
    reading = opened(tmp_path, "Date;2020-01-01\nOperator;Bob\nSamples;20\nTime;Value\n" + "".join(
        f"{i};{i * 0.7:.2f}\n" for i in range(20)))
    assert reading.form.names == ("Time", "Value")
    assert told(reading) == ["note.titles"]


class TestNumbersAsNames:
    def values(self, columns: int, rows: int = 20, low: float = 5.0) -> list[str]:
        random = np.random.default_rng(7)
        return [",".join(f"{value:.1f}" for value in row)
                for row in random.uniform(low, low + 20, (rows, columns))]

    def test_years_above_smaller_numbers(self, tmp_path):
        rows = "".join(f"Region {i},{line}\n" for i, line in enumerate(self.values(3)))
        reading = opened(tmp_path, "region,2018,2019,2020\n" + rows)
        assert reading.form.names == ("region", "2018", "2019", "2020")
        (said,) = reading.remarks
        assert said.message.code == "note.number-names"
        # The person may say that they are values.
        assert said.change is not None
        assert said.change(TableSpec()).header is False

    def test_years_above_whole_numbers_out_of_their_range(self, tmp_path):
        rows = "".join(f"c{i},C{i},{i * 977 + 5000},{i * 801 + 6000}\n" for i in range(20))
        reading = opened(tmp_path, "country,code,1990,1991\n" + rows)
        assert reading.form.names == ("country", "code", "1990", "1991")

    def test_wavelengths_without_any_text(self, tmp_path):
        rows = "\n".join(self.values(5, low=0))
        assert opened(tmp_path, f"400,401,402,403,404\n{rows}\n").form.header

    def test_positions_beside_the_gap_of_an_index(self, tmp_path):
        rows = "".join(f"{i},{line}\n" for i, line in enumerate(self.values(3)))
        assert opened(tmp_path, ",0,1,2\n" + rows).form.names == ("Column 1", "0", "1", "2")

    def test_tasks_of_a_test(self, tmp_path):
        rows = "".join(f"Anna {i},{i % 7},{i % 5},{i % 3},{i % 6}\n" for i in range(20))
        assert opened(tmp_path, "student,1,2,3,4\n" + rows).form.header

    @pytest.mark.parametrize("name", ["Q{} 2020", "0{}.01.2020", "2020-0{}"])
    def test_quarters_and_dates(self, tmp_path, name):
        names = [name.format(i) for i in (1, 2, 3)]
        rows = "".join(f"c{i};{line.replace(',', ';')}\n" for i, line in enumerate(self.values(3)))
        reading = opened(tmp_path, ";".join(["country", *names]) + "\n" + rows)
        assert reading.form.names == ("country", *names)

    def test_a_first_row_of_values_is_none(self, tmp_path):
        rows = "\n".join(self.values(4))
        assert not opened(tmp_path, rows).form.header

    def test_values_that_happen_to_go_up_are_none(self, tmp_path):
        rows = "".join(f"{i % 7},{i % 5},{i % 9},{i % 6}\n" for i in range(20))
        assert not opened(tmp_path, "1,2,3,4\n" + rows).form.header

    def test_dates_above_dates_are_none(self, tmp_path):
        rows = "".join(f"2020-01-{i + 1:02},{'xyz'[i % 3]}\n" for i in range(20))
        assert not opened(tmp_path, rows).form.header


class TestRowNames:
    def test_different_texts(self, tmp_path):
        rows = "".join(f"car{i} {a} {b} {c}\n" for i, (a, b, c) in enumerate(ROWS))
        reading = opened(tmp_path, "x y kind\n" + rows)
        assert reading.form.names == ("Row name", "x", "y", "kind")
        assert told(reading) == ["note.row-names"]

    def test_counting_numbers(self, tmp_path):
        rows = "".join(f'"{i}" {a} {b} "{c}"\n' for i, (a, b, c) in enumerate(ROWS, 1))
        reading = opened(tmp_path, '"x" "y" "kind"\n' + rows)
        assert reading.form.names[0] == "Row name"

    def test_other_numbers_are_none_and_names_never_move(self, tmp_path):
        with pytest.raises(DataError, match="2 names, while most rows have 3 values"):
            opened(tmp_path, "x,y\n" + body())

    def test_two_words_in_aligned_columns_make_no_row_names(self, tmp_path):
        lines = [f"{'Height':>12}{'Weight':>14}{'Sport':>13}"] + [
            f"{170 + i * 1.3:12.1f}{60 + i * 0.7:14.1f}{('long', 'high')[i % 2] + ' jump':>13}"
            for i in range(30)]
        reading = opened(tmp_path, "\n".join(lines))
        assert reading.form.names == ("Height", "Weight", "Sport")
        assert set(texts(reading, "Sport")) == {"long jump", "high jump"}
        # What was found out can be chosen, and says the same.
        assert reading.form.separator == "  "
        chosen = opened(tmp_path, "\n".join(lines), separator="  ")
        assert chosen.form.names == reading.form.names


class TestExtraCells:
    def test_a_separator_at_the_end_of_every_row(self, tmp_path):
        rows = body().replace("\n", ",\n")
        for names in ("x,y,kind", "x,y,kind,"):
            reading = opened(tmp_path, f"{names}\n{rows}")
            holds_rows(reading)
            assert told(reading) == []

    @pytest.mark.parametrize("rarely", [False, True])
    def test_a_separator_at_the_end_of_some_rows(self, tmp_path, rarely):
        lines = [line + ",," * ((i % 3 == 0) == rarely)
                 for i, line in enumerate(body().splitlines())]
        reading = opened(tmp_path, "x,y,kind\n" + "\n".join(lines))
        holds_rows(reading)
        assert told(reading) == []

    def test_a_nameless_column_with_a_late_value_stays(self, tmp_path):
        rows = body().replace("\n", ",\n") * 20 + "1,2,a,3\n"
        assert opened(tmp_path, "x,y,kind,\n" + rows).form.names == ("x", "y", "kind", "Column 4")

    def test_a_separator_in_a_text_without_quotes_is_told_with_its_line(self, tmp_path):
        reading = opened(tmp_path, "x,y,kind\n" + body() + "1,2,Washington, DC\n")
        holds_rows(reading)
        assert "line 26, has 4" in reading.remarks[0].text


# How the same rows are written, and with what between and around their cells.
WRITTEN = {
    "two colons": ("::", "{x}::{y}::{kind}"),
    "two bars": ("||", "{x}||{y}||{kind}"),
    "a caret": ("^", "{x}^{y}^{kind}"),
    "a tilde": ("~", "{x}~{y}~{kind}"),
    "a unit separator": ("\x1f", "{x}\x1f{y}\x1f{kind}"),
    "semicolons with spaces": (";", "{x} ; {y} ; {kind}"),
    "bars with spaces": ("|", "{x} | {y} | {kind}"),
    "commas with spaces": (",", "{x}, {y}, {kind}"),
    "a drawn table": ("|", "| {x} | {y} | {kind} |"),
    "columns of spaces": (" ", "{x:>9} {y:>9} {kind:>6}"),
    "whole lines in quotes": (",", '"{x},{y},{kind}"'),
    "single quotes": (",", "{x},{y},'{kind}'"),
    "single quotes everywhere": (";", "'{x}';'{y}';'{kind}'"),
    "typographic quotes": (",", "{x},{y},“{kind}”"),
    "German quotes": (";", "{x};{y};„{kind}“"),
    "French quotes": ("\t", "{x}\t{y}\t«{kind}»"),
}


@pytest.mark.parametrize(("separator", "pattern"), WRITTEN.values(), ids=WRITTEN)
def test_the_same_rows_written_otherwise(tmp_path, separator, pattern):
    lines = [pattern.format(x=x, y=y, kind=kind) for x, y, kind in [("x", "y", "kind"), *ROWS]]
    reading = opened(tmp_path, "\n".join(lines) + "\n")
    holds_rows(reading)
    assert reading.form.separator == separator
    holds_rows(opened(tmp_path, "\n".join(lines) + "\n", separator=reading.form.separator))


@pytest.mark.parametrize("end", ["\r\n", "\r", "\r\r\n", "\u2028"])
def test_ends_of_line(tmp_path, end):
    holds_rows(opened(tmp_path, ("x,y,kind\n" + body()).replace("\n", end)))


@pytest.mark.parametrize("rule", ["|---|---|---|", "|:--|:-:|--:|", "+----+----+----+"])
def test_the_rule_of_a_drawn_table_is_no_row(tmp_path, rule):
    lines = ["| x | y | kind |", rule, *(f"| {x} | {y} | {kind} |" for x, y, kind in ROWS)]
    if rule.startswith("+"):
        lines = [rule, *lines, rule]
    reading = opened(tmp_path, "\n".join(lines))
    holds_rows(reading)
    assert told(reading) == []


def test_a_table_as_psql_prints_it(tmp_path):
    lines = [" x | y | kind ", "---+---+---", *(f" {x} | {y} | {kind}" for x, y, kind in ROWS),
             "(24 rows)"]
    reading = opened(tmp_path, "\n".join(lines))
    holds_rows(reading)
    assert told(reading) == ["note.below"]


def test_decimal_commas_between_commas_with_a_space(tmp_path):
    text = "x, y, kind\n" + "".join(
        f"{x}, {y}, ".replace(".", ",").replace(", ,", ", ") + f"{kind}\n" for x, y, kind in ROWS
        if "." in str(x) and "." in str(y))
    reading = opened(tmp_path, text)
    assert (reading.form.separator, reading.form.decimal) == (", ", ",")
    assert numbers(reading, "x") == [row[0] for row in ROWS]


def test_columns_that_only_their_place_tells_apart(tmp_path):
    rows = [(("Anna Lee", "Bob", "Li")[i % 3], str(20 + i) if i % 4 else "",
             ("New York", "Rome", "Los Angeles")[i % 3]) for i in range(24)]
    lines = [f"{name:<12}{age:>4} {city}" for name, age, city in [("Name", "Age", "City"), *rows]]
    reading = opened(tmp_path, "\n".join(lines))
    assert reading.form.names == ("Name", "Age", "City")
    assert reading.form.separator == "fixed"
    assert told(reading) == ["note.fixed-width"]
    assert texts(reading, "City") == [row[2] for row in rows]
    assert np.isnan(numbers(reading, "Age")).sum() == 6
    assert opened(tmp_path, "\n".join(lines), separator="fixed").form.names == reading.form.names


class TestQuotes:
    def test_a_separator_within_single_quotes(self, tmp_path):
        reading = opened(tmp_path, "len,'colour'\n" + "".join(
            f"{i}.5,'red, {('dark', 'light')[i % 2]}'\n" for i in range(20)))
        assert set(texts(reading, "colour")) == {"red, dark", "red, light"}
        assert reading.form.dialect.quote == "'"
        assert told(reading) == ["note.single-quotes"]

    def test_a_separator_within_typographic_quotes(self, tmp_path):
        reading = opened(tmp_path, "x,colour\n" + "".join(
            f"{i}.5,“red, {'ab'[i % 2]}”\n" for i in range(20)))
        assert set(texts(reading, "colour")) == {"red, a", "red, b"}

    @pytest.mark.parametrize("text", ["O'Neil", "d'Artagnan", "'Tis", "rock 'n' roll", '5" pipe',
                                      "5'", "say “hi”"])
    def test_a_quote_that_is_none(self, tmp_path, text):
        reading = opened(tmp_path, "x,name\n" + "".join(
            f"{i}.5,{(text, 'Bob')[i % 2]}\n" for i in range(20)))
        assert set(texts(reading, "name")) == {text, "Bob"}

    @pytest.mark.parametrize(("cell", "meant"), [
        (r'"say \"hi\""', 'say "hi"'), (r"red\, dark", "red, dark"),
        (r'"C:\dir"', r"C:\dir"), (r"'O\'Neil, x'", "O'Neil, x")])
    def test_backslashes(self, tmp_path, cell, meant):
        other = "'Bob'" if cell.startswith("'") else "Bob"
        reading = opened(tmp_path, "x,name\n" + "".join(
            f"{i}.5,{(cell, other)[i % 2]}\n" for i in range(20)))
        assert set(texts(reading, "name")) == {meant, "Bob"}

    def test_a_line_in_quotes_with_quotes_inside(self, tmp_path):
        reading = opened(tmp_path, '"x,name"\n' + "".join(
            f'"{i}.5,""Smith, {"ab"[i % 2]}"""\n' for i in range(20)))
        assert set(texts(reading, "name")) == {"Smith, a", "Smith, b"}
        assert told(reading) == ["note.lines-in-quotes"]

    def test_the_persons_choice_of_a_quote_wins(self, tmp_path):
        text = "x,name\n" + "".join(f"{i}.5,'a'\n{i}.5,'b'\n" for i in range(20))
        assert set(texts(opened(tmp_path, text), "name")) == {"a", "b"}
        assert set(texts(opened(tmp_path, text, quote='"'), "name")) == {"'a'", "'b'"}

    def test_a_quote_that_is_never_closed_is_told_with_its_line(self, tmp_path):
        with pytest.raises(DataError, match="line 3: a quote is opened and never closed"):
            opened(tmp_path, 'x,y\n1,a\n2,"b\n3,a\n')


class TestNames:
    def test_names_that_differ_late_stay_apart_and_whole(self, tmp_path):
        long = "How satisfied are you, all things considered, with the canteen of your school: "
        names = (long + "food", long + "price")
        reading = opened(tmp_path, ",".join(f'"{name}"' for name in names) + "\n" + body(
            rows=[row[:2] for row in ROWS]))
        assert reading.form.names == names
        assert told(reading) == []

    def test_names_are_cut_at_a_thousand_characters_and_stay_apart(self, tmp_path):
        reading = opened(tmp_path, f"{'n' * 1500},{'n' * 1200}\n" + body(
            rows=[row[:2] for row in ROWS]))
        assert reading.form.names == ("n" * 1000, "n" * 1000 + " (2)")

    def test_blanks_within_names_are_kept_where_only_they_tell_names_apart(self, tmp_path):
        rows = body(rows=[row[:2] for row in ROWS])
        assert opened(tmp_path, "a  b,c\n" + rows).form.names == ("a b", "c")
        assert opened(tmp_path, "a  b,a b\n" + rows).form.names == ("a  b", "a b")

    def test_a_new_name_is_none_that_the_file_has(self, tmp_path):
        rows = body(rows=[(*row[:2], 3) for row in ROWS])
        assert opened(tmp_path, "x,x,x (2)\n" + rows).form.names == ("x", "x (3)", "x (2)")


cells = st.text(st.sampled_from("abcäöüéßž xyz-.,;'\"’“”|0189"), min_size=1, max_size=9).filter(
    lambda text: text.strip() == text and any(map(str.isalpha, text))
    and text[0] not in "'\"“”;-0189" and text[-1] not in "'\"“”")


@dataclass(frozen=True)
class Written:
    """A way in which a table is written."""

    separator: str
    quoting: int
    encoding: str
    end: str


ways = st.builds(
    Written, st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    st.sampled_from(["\n", "\r\n", "\r"]))


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(way=ways, words=st.lists(cells, min_size=2, max_size=4, unique=True))
def test_what_was_written_in_any_dialect_is_read_again(tmp_path, way, words):
    rows = [(x, y, words[i % len(words)]) for i, (x, y, _) in enumerate(ROWS)]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=way.separator, quoting=way.quoting,
                        lineterminator=way.end)
    writer.writerow(("x", "y", "kind of word"))
    writer.writerows(rows)
    reading = opened(tmp_path, stream.getvalue().encode(way.encoding))
    assert reading.form.names == ("x", "y", "kind of word")
    assert numbers(reading, "x") == [row[0] for row in rows]
    assert texts(reading, "kind of word") == [row[2] for row in rows]
