"""The table and the sheet: every number of a step, in a spreadsheet and on paper."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from engine.microscope import sheet as sheets
from engine.microscope.dissection import Dissection
from engine.microscope.paper import COLUMNS, figure, plain
from engine.microscope.sheet import MOST_EXERCISES, is_whole, sheet, table
from tests.engine.microscope.dissections import dissected
from tests.engine.training.runs import clouds, dense, trainer

KNOWN = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "br", "span",
         "table", "tr", "th", "td", "sub", "sup", "i"}
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
    assert found is not None
    return found


def cells_of(table_text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(table_text), delimiter=delimiter))


@pytest.mark.parametrize(("decimal", "delimiter"), [(".", ","), (",", ";")])
def test_the_table_has_every_number_in_full(decimal: str, delimiter: str) -> None:
    found = small()
    head, *rows = cells_of(table(found, decimal), delimiter)
    assert head == ["Line", "Part", "Layer", "Variable", "Index", "Value", "Formula"]
    assert len(rows) == sum(value.size for value in found.trace.values)
    for line, phase, layer, name, index, value, formula in rows:
        statement = found.program.statements[int(line) - 1]
        assert (phase, name) == (statement.phase.title, statement.name)
        assert layer == (str(statement.number) if statement.number >= 0 else "")
        number = found.trace.values[int(line) - 1][tuple(map(int, index.split()))]
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
    blank, solved = sheet(found, answers=False), sheet(found, answers=True)
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
    blank = sheet(found, answers=False)
    exercises = blank.count("class='formula'")
    assert 8 <= exercises <= MOST_EXERCISES
    assert sum("\xa0\xa0" in cell for row in Reading(blank).rows for cell in row) == exercises
    left = len(found.program.statements) - 2 - exercises
    assert (f"Left out: {left}" in blank) == (left > 0)


def test_what_an_exercise_gives_leads_to_its_answer() -> None:
    found = step("04-ten-relu-layers")
    i = next(i for i, one in enumerate(found.program.statements) if one.name == "z2")
    rows = Reading("".join(sheets._one(found, i, answers=True, decimal="."))).rows
    numbers = [[float(cell.replace("\N{MINUS SIGN}", "-")) for cell in row[1:]] for row in rows[1:]]
    terms, (*further, answer) = np.prod(numbers[:2], axis=0), [row[0] for row in numbers[2:]]
    assert sum(terms) + sum(further) == pytest.approx(answer, abs=2e-3)


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("name", ["05-exclusive-or", "images", "22-sine-simple-rnn", "norms"])
def test_a_sheet_is_what_a_text_document_draws_on_a4(name: str, answers: bool) -> None:
    text = sheet(step(name), answers, ",")
    read = Reading(text)
    assert not read.open
    assert not read.unknown
    assert max(len(row) for row in read.rows) <= COLUMNS + 1
    assert "http" not in text
    assert "1,000" in text or ",0" in text


def test_numbers_on_paper() -> None:
    assert figure(-0.5, ",") == "\N{MINUS SIGN}0,5000"
    assert figure(1234567.0, ".") == "1.235e+06"
    assert figure(0.0, ".") == "0"
    assert figure(12.0, ".") == "12.00"
    assert figure(1234.0, ".") == "1234"
    assert plain("∂L/∂W<sub>2</sub> = x<sup>T</sup> &lt; 1") == "∂L/∂W_2 = x^T < 1"
