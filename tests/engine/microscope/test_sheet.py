"""The table and the sheet: every number of a step, in a spreadsheet and on paper."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from engine.microscope import sheet as sheets
from engine.microscope.dissection import Dissection
from engine.microscope.explanations import activations
from engine.microscope.functions import FUNCTIONS, meanings
from engine.microscope.names import PRIME
from engine.microscope.paper import COLUMNS, ROWS, figure, grids, marked, plain
from engine.microscope.sheet import MOST_EXERCISES, is_whole, sheet, table
from engine.microscope.statement import Phase
from tests.engine.microscope.dissections import dissected
from tests.engine.training.runs import clouds, dense, trainer

KNOWN = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "br", "span",
         "div", "table", "tr", "th", "td", "sub", "sup", "i"}
"""What QTextDocument draws."""


class Reading(HTMLParser):
    """Reads a sheet: its cells row by row, and what is not closed or not known."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.unknown: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KNOWN:
            self.unknown.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def small() -> Dissection:
    """Return the step of one example of a small network."""
    run = trainer(clouds(width=2), dense("one", 3), dense("two", 3, "linear"), optimizer="adam")
    run.run(3)
    return run.dissect(example=0)


def step(name: str) -> Dissection:
    found = dissected(name)
    return found


def read(cell: str) -> float:
    """Return a number as somebody reads it from a sheet."""
    mantissa, has_power, power = cell.replace("\N{MINUS SIGN}", "-").partition("·10")
    return float(mantissa) * 10.0 ** int(power if has_power else 0)


def cells_of(table_text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(table_text), delimiter=delimiter))


@pytest.mark.parametrize(("decimal", "delimiter"), [(".", ","), (",", ";")])
def test_the_table_has_every_number_in_full(decimal: str, delimiter: str) -> None:
    found = small()
    head, *rows = cells_of(table(found, decimal), delimiter)
    assert head == ["Line", "Part", "Layer", "Variable", "Index (from 0)", "Value", "Formula"]
    assert len(rows) == sum(value.size for value in found.trace.values)
    for line, phase, layer, name, index, value, formula in rows:
        statement = found.program.statements[int(line) - 1]
        assert (phase, name) == (statement.phase.title, statement.name)
        assert layer == (str(statement.number) if statement.number >= 0 else "")
        number = found.trace.values[int(line) - 1][tuple(json.loads(index or "[]"))]
        assert float(value.replace(decimal, ".")) == number
        assert not {"<", ">"} & set(formula)
    assert ("." in "".join(row[5] for row in rows)) == (decimal == ".")


def test_a_table_that_is_too_long_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 60)
    found = small()
    _, *rows = cells_of(table(found))
    told = [row for row in rows if not row[5]]
    assert told
    assert sum(row[5] != "" for row in rows) <= 60
    missing = sum(int(re.findall(r"\d+", row[6])[0]) for row in told)
    assert missing + len(rows) - len(told) == sum(value.size for value in found.trace.values)


def test_a_small_step_is_set_as_a_whole() -> None:
    found = small()
    assert is_whole(found)
    blank, solved = sheet(found, answers=False).page(), sheet(found, answers=True).page()
    for text in (blank, solved):
        assert text.count("class='formula'") == len(found.program.statements) - 2
    # Every number is there: on the sheet what is given, in the answers the rest, too.
    for name, array in found.program.given.items():
        if name != "n":
            assert all(figure(float(value), ".") in blank for value in array.ravel()), name
    for statement, value in zip(found.program.statements[2:], found.trace.values[2:], strict=True):
        assert all(figure(float(number), ".") in solved for number in value.ravel()), statement
    gaps = sum("\xa0\xa0" in cell for row in Reading(blank).rows for cell in row)
    assert gaps == sum(value.size for value in found.trace.values[2:])
    assert not any("\xa0\xa0" in cell for row in Reading(solved).rows for cell in row)


@pytest.mark.parametrize("name", ["04-ten-relu-layers", "grown images", "carried lstm", "sampled"])
def test_of_a_large_step_one_number_of_each_line_is_set(name: str) -> None:
    found = step(name)
    assert not is_whole(found)
    blank = sheet(found, answers=False).page()
    exercises = blank.count("class='formula'")
    assert 8 <= exercises <= MOST_EXERCISES
    assert sum("\xa0\xa0" in cell for row in Reading(blank).rows for cell in row) == exercises
    left = len(found.program.statements) - 2 - exercises
    assert (f"{left} are left out" in blank) == (left > 0)


def test_what_an_exercise_gives_leads_to_its_answer() -> None:
    found = step("04-ten-relu-layers")
    i = next(i for i, one in enumerate(found.program.statements) if one.name == "z2")
    rows = Reading("".join(sheets._one(found, i, answers=True, decimal="."))).rows
    numbers = [[read(cell) for cell in row[1:]] for row in rows[1:]]
    terms, (*further, answer) = np.prod(numbers[:2], axis=0), [row[0] for row in numbers[2:]]
    assert sum(terms) + sum(further) == pytest.approx(answer, abs=2e-3)


@pytest.mark.parametrize("name", ["05-exclusive-or", "images", "norms", "grown images"])
def test_no_cell_of_a_table_is_a_formula_to_a_spreadsheet(name: str) -> None:
    for *words, value, formula in cells_of(table(step(name)))[1:]:
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in (*words, formula))
        # Brackets keep an index from being read as a date or a number.
        assert words[-1] == "" or words[-1][0] + words[-1][-1] == "[]"
        assert not value or np.isfinite(float(value))


def test_a_sheet_of_few_exercises_still_has_every_part_of_the_step() -> None:
    text = sheet(step("carried lstm"), answers=False).page()
    for phase in ("Forward", "Loss", "Backward", "Update"):
        assert f"<h2>{phase}</h2>" in text
    assert "gate" in text


def test_an_update_is_followed_through_at_one_number() -> None:
    found = step("grown images")
    name = next(iter(found.parameters))
    index = np.unravel_index(np.argmax(np.abs(found.trace.last(f"d{name}"))),
                             found.trace.last(f"d{name}").shape)
    updates = [(statement, value) for statement, value
               in zip(found.program.statements, found.trace.values, strict=True)
               if statement.phase is Phase.UPDATE and statement.name in (name, f"m{name}")]
    assert updates
    for statement, value in updates:
        assert sheets._index(found, statement, value) == tuple(map(int, index))


def test_functions_and_signs_are_explained() -> None:
    text = sheet(small(), answers=False, decimal=",").page()
    rows = dict(row for row in Reading(text).rows if len(row) == 2)
    assert rows[f"tanh{PRIME}(z)"] == "1 − tanh(z)2"
    assert {"tanh(z)", "softmax(z)", "⊙", "AT", "A B", "log"} <= rows.keys()
    assert "σ(z)" not in rows
    meant = dict(meanings([f"d ⊙ LReLU{PRIME}(z<sub>1</sub>)", "a = σ(z)"], ","))
    assert meant.keys() == {f"LReLU{PRIME}(z)", "σ(z)", "⊙"}
    assert dict(meanings(["a = SiLU(z)"], ".")).keys() == {"SiLU(z)", "σ(z)"}
    assert dict(meanings(["a = GELU(z)"], ".")).keys() == {"GELU(z)", "Φ(z)"}
    assert "0,01" in meant[f"LReLU{PRIME}(z)"]


def test_every_activation_function_is_explained() -> None:
    assert {function.symbol for function in activations.FUNCTIONS.values()} <= FUNCTIONS.keys()


def test_words_have_the_same_decimal_mark_as_numbers() -> None:
    assert marked("a step of 0.03 over 1,024 numbers [1, 3]", ",") == \
        "a step of 0,03 over 1\u202f024 numbers [1, 3]"
    assert marked("0.03", ".") == "0.03"


def test_long_arrays_are_cut_into_tables_that_fit_on_a_page() -> None:
    found = [Reading(one).rows for one in grids("x", np.arange(90.0).reshape(45, 2), ".",
                                                is_blank=False)]
    assert [len(rows) - 1 for rows in found] == [ROWS, ROWS, 45 - 2 * ROWS]
    assert [rows[1][0] for rows in found] == ["1", str(ROWS + 1), str(2 * ROWS + 1)]


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("name", ["05-exclusive-or", "images", "22-sine-simple-rnn", "norms"])
def test_a_sheet_is_what_a_text_document_draws_on_a4(name: str, answers: bool) -> None:
    text = sheet(step(name), answers, ",").page()
    read = Reading(text)
    assert not read.open
    assert not read.unknown
    assert max(len(row) for row in read.rows) <= COLUMNS + 1
    assert "http" not in text
    assert ",0" in text
    assert not re.search(r">[^<]*\d\.\d[^<]*<", text.partition("<body>")[2])


def test_numbers_on_paper() -> None:
    assert figure(-0.5, ",") == "\N{MINUS SIGN}0,5000"
    assert figure(1234567.0, ".") == "1.235·10<sup>6</sup>"
    assert figure(-2.1e-8, ",") == "\N{MINUS SIGN}2,100·10<sup>\N{MINUS SIGN}8</sup>"
    assert figure(0.0, ".") == figure(-0.0, ".") == "0"
    assert figure(12.0, ".") == "12"
    assert figure(12.000001, ".") == "12.00"
    assert figure(float("nan"), ".") == "nan"
    assert figure(1234.0, ".") == "1234"
    assert plain("∂L/∂W<sub>2</sub> = x<sup>T</sup> &lt; 1") == "∂L/∂W_2 = x^T < 1"
