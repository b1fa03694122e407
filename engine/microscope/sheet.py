"""A step for other hands: all its numbers as a table, and a sheet to solve on paper."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.layers import kinds
from engine.messages import say
from engine.microscope import paper
from engine.microscope.dissection import Dissection
from engine.microscope.functions import meanings
from engine.microscope.number import Array, Index, Number, sum_of
from engine.microscope.replay import names_of
from engine.microscope.statement import Phase, Statement

MOST_ROWS = 100_000
"""Numbers of a table; a spreadsheet opens it in a moment."""

MOST_NUMBERS = 400
"""Numbers of a step that is set as a whole; of a larger one, one number of each line is."""

MOST_TERMS = 7
"""Terms of a sum that are written out."""

MOST_LINES = 7
"""Lines that one layer has on a sheet in one part of the step: all of a cell of an LSTM."""

MOST_OF_UPDATE = 5
"""The same in the update: all of Adam's for one parameter."""

MOST_LAYERS = 12
"""Layers that are listed; of more, the first and the last."""

FEWEST_LAYERS = 4
"""Layers that are kept, whatever there is no room for."""

MOST_EXERCISES = 40
"""Exercises of a sheet."""


def table(dissection: Dissection, decimal: str = ".") -> str:
    """Return every number of a step as CSV, with the words for its columns in the first line.

    Of a step of more than `MOST_ROWS` numbers, each line keeps as many as there is room for, and a
    row says how many more there are.

    Parameters
    ----------
    dissection : Dissection
        The step.
    decimal : str
        The decimal mark; fields are separated by semicolons where it is a comma.
    """
    trace, statements = dissection.trace, dissection.program.statements
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if decimal == "," else ",", lineterminator="\n")
    writer.writerow([say("sheet.column-line").text, say("sheet.column-phase").text,
                     say("sheet.column-layer").text, say("sheet.column-variable").text,
                     say("sheet.column-index").text, say("sheet.column-value").text,
                     say("sheet.column-formula").text])
    room = _room([value.size for value in trace.values])
    for i, (statement, value) in enumerate(zip(statements, trace.values, strict=True)):
        head = [i + 1, statement.phase.title,
                statement.number if statement.number >= 0 else "", statement.name]
        formula = paper.plain(statement.formula)
        for index, number in zip(np.ndindex(*value.shape), value.ravel()[:room], strict=False):
            writer.writerow([*head, str(list(index)) if index else "",
                             repr(float(number)).replace(".", decimal), formula])
        if value.size > room:
            writer.writerow([*head, "", "", say("sheet.more", count=value.size - room).text])
    return file.getvalue()


def _room(sizes: list[int]) -> int:
    """Return how many numbers of each line there is room for."""
    room = max(sizes, default=1)
    while room > 1 and sum(min(size, room) for size in sizes) > MOST_ROWS:
        room //= 2
    return room


def sheet(dissection: Dissection, answers: bool, decimal: str = ".") -> paper.Sheet:
    """Return a step as exercises for paper.

    A small step is set as a whole: what it begins with, and a table to fill for every line. Of a
    larger one, one number of each line is set, with the numbers that it is made of; which one is
    said, and so is what is left out.

    Parameters
    ----------
    dissection : Dissection
        The step.
    answers : bool
        Fill in the numbers.
    decimal : str
        The decimal mark.
    """
    title = say("sheet.title-answers" if answers else "sheet.title",
                name=dissection.project.name).text
    whole, statements = is_whole(dissection), dissection.program.statements
    lines = [i for i, statement in enumerate(statements) if statement.phase is not Phase.GATHER]
    chosen = lines if whole else _chosen(dissection)
    blocks = [paper.Block(f"<h1>{html.escape(title)}</h1>", is_wide=True, keeps_next=True),
              *_head(dissection, len(lines), len(chosen)), *_network(dissection),
              *_meanings(dissection, chosen, decimal)]
    if whole:
        blocks += _given(dissection, decimal)
    phase = None
    for number, i in enumerate(chosen, 1):
        statement = statements[i]
        if statement.phase is not phase:
            phase = statement.phase
            blocks.append(paper.heading(phase.title))
        tables = paper.grids(statement.symbol, dissection.trace.values[i], decimal,
                             is_blank=not answers) if whole else \
            _one(dissection, i, answers, decimal)
        blocks += paper.exercise(
            number, paper.marked(statement.words.text, decimal),
            paper.marked(statement.formula, decimal),
            [*tables] if whole else ["\n".join(tables)])
    return paper.Sheet(title, tuple(blocks))


def is_whole(dissection: Dissection) -> bool:
    """Say whether a step is small enough for all its numbers to be set."""
    program = dissection.program
    count = sum(value.size for value in dissection.trace.values)
    return count <= MOST_NUMBERS and len(program.statements) <= MOST_EXERCISES + 2


def _head(dissection: Dissection, lines: int, chosen: int) -> Iterator[paper.Block]:
    """Yield what holds for all exercises, and what is not there."""
    yield paper.paragraph(say("sheet.head", step=dissection.step,
                              examples=dissection.program.n).text)
    yield paper.paragraph(say("sheet.rounded", digits=paper.DIGITS).text)
    if not is_whole(dissection):
        yield paper.paragraph(say("sheet.chosen").text)
    if chosen < lines:
        yield paper.paragraph(say("sheet.left-out", total=lines, count=lines - chosen).text)


def _network(dissection: Dissection) -> Iterator[paper.Block]:
    titles = {kind.key: kind.title for kind in kinds()}
    yield paper.heading(say("sheet.network").text)
    rows = [[say("sheet.column-layer").text, say("sheet.kind").text, say("sheet.output").text]]
    layers = dissection.program.subject.layers
    for number, layer in enumerate(layers):
        activation = layer.spec.options.get("activation")
        title = titles.get(layer.spec.kind, layer.spec.kind)
        rows.append([str(number), f"{title}, {activation}" if activation else title,
                     " × ".join(map(str, layer.output.shape))])
    if len(rows) > MOST_LAYERS + 1:
        half = MOST_LAYERS // 2
        rows = [*rows[:half + 1], ["…", "…", "…"], *rows[-half:]]
    yield paper.Block(paper.table(rows, align="left"))


def _meanings(dissection: Dissection, chosen: list[int], decimal: str) -> Iterator[paper.Block]:
    """Yield what the functions of the exercises are, beside the network."""
    formulae = [dissection.program.statements[i].formula for i in chosen]
    rows = [list(meaning) for meaning in meanings(formulae, decimal)]
    if is_whole(dissection):
        rows.append(["A B", say("sheet.product").text])
    if rows:
        head = [say("sheet.sign").text, say("sheet.meaning").text]
        yield paper.Block(paper.table([head, *rows], align="left"))


def _given(dissection: Dissection, decimal: str) -> Iterator[paper.Block]:
    """Yield everything that a small step begins with and reads."""
    yield paper.heading(say("sheet.given").text)
    program = dissection.program
    read = frozenset().union(*(names_of(statement.code)[0] for statement in program.statements))
    symbols = {statement.name: statement.symbol for statement in program.statements}
    for name in ("x", "t", *(name for name in program.given if name not in ("x", "t"))):
        if name in read:
            yield from map(paper.Block, paper.grids(
                symbols.get(name, name), program.given[name], decimal, is_blank=False))


def _chosen(dissection: Dissection) -> list[int]:
    """Return the lines of a large step that are set: some of each layer, of the outermost layers.

    Lines whose numbers cannot be taken apart are left out.
    """
    statements, seen = dissection.program.statements, Counter[tuple[Phase, int]]()
    most = dict.fromkeys(Phase, MOST_LINES) | {Phase.UPDATE: MOST_OF_UPDATE}
    found: list[int] = []
    for i, statement in enumerate(statements):
        place = statement.phase, statement.number
        if statement.phase is Phase.GATHER or statement.opening is None or \
                seen[place] >= most[statement.phase] or not dissection.trace.values[i].size:
            continue
        seen[place] += 1
        found.append(i)
    return _fewer(statements, found)


def _fewer(statements: Sequence[Statement], found: list[int]) -> list[int]:
    """Return at most `MOST_EXERCISES` of these lines, and of every part of the step some."""
    numbers = sorted({statements[i].number for i in found if statements[i].number >= 0})
    while len(found) > MOST_EXERCISES and len(numbers) > FEWEST_LAYERS:
        # From the middle: the first layers and the last are what a step is told by.
        dropped = numbers.pop(len(numbers) // 2)
        found = [i for i in found if statements[i].number != dropped]
    for number in (*numbers[1:-1], *numbers[:1]):
        if len(found) > MOST_EXERCISES:
            # One layer's update tells the others'.
            found = [i for i in found if statements[i].number != number
                     or statements[i].phase is not Phase.UPDATE]
    return found[:MOST_EXERCISES]


def _one(dissection: Dissection, i: int, answers: bool, decimal: str) -> Iterator[str]:
    """Yield the exercise of one number of a line: what it is made of, and room for it."""
    statement, value = dissection.program.statements[i], dissection.trace.values[i]
    index = _index(dissection, statement, value)
    number = dissection.trace.number(i, index)
    rows: list[list[str]] = []
    for part in (number, *number.also):
        if len(part.products) > 1 and part.products.any():
            yield _factors(part, decimal)
        rows += _further(part, decimal)
    place = f" [{', '.join(str(axis + 1) for axis in index)}]" if index else ""
    answer = paper.figure(float(value[index]), decimal) if answers else paper.BLANK
    yield paper.table([*rows, [f"{statement.symbol}{place}", answer]], has_head=False)


def _index(dissection: Dissection, statement: Statement, value: Array) -> Index:
    """Return which number is set: in an update, always that whose gradient is largest."""
    if statement.phase in (Phase.CLIPPING, Phase.UPDATE):
        for name in dissection.parameters:
            if re.search(rf"{name}(?!\d)", statement.name) and f"d{name}" in dissection.engine \
                    and value.shape == dissection.engine[name].shape:
                return _interesting(statement, dissection.trace.last(f"d{name}"))
    return _interesting(statement, value)


def _interesting(statement: Statement, value: Array) -> Index:
    """Return the largest number of the first example, or of all."""
    searched = np.abs(value[:1] if statement.per_example and value.ndim else value)
    largest = np.argmax(np.where(np.isfinite(searched), searched, -1.0))
    return tuple(int(axis) for axis in np.unravel_index(largest, searched.shape))


def _further(number: Number, decimal: str) -> Iterator[list[str]]:
    """Yield a row for what a number is made of beside the terms of a long sum."""
    count = len(number.products)
    if count > MOST_TERMS:
        written = _written(number)
        rest = sum_of(np.delete(number.products, written))
        product = paper.marked(" ".join(factor.symbol for factor in number.factors), decimal)
        yield [f"{say('sheet.other-terms', count=count - len(written)).text}: {product}",
               paper.figure(rest, decimal)]
    for factor in (*(number.factors if count == 1 else ()), *number.added):
        if factor.values.size:
            symbol = paper.marked(factor.symbol, decimal)
            # What one divides by stands as the factor that it is.
            yield [f"1 {symbol}" if symbol.startswith("/") else symbol,
                   paper.figure(float(factor.values[0]), decimal)]
    if number.scale != 1.0:
        yield [say("sheet.scale").text, paper.figure(number.scale, decimal)]
    if number.function:
        yield [say("sheet.function").text, paper.marked(number.function, decimal)]


def _written(number: Number) -> NDArray[np.int64]:
    """Return which terms are written out: of a long sum, those that weigh most."""
    products = np.abs(number.products)
    order = np.argsort(-products, kind="stable")[:MOST_TERMS]
    # Terms of 0 say nothing: a picture's margin, units that are still.
    return np.sort(order[products[order] > 0] if len(products) > MOST_TERMS else order)


def _factors(number: Number, decimal: str) -> str:
    """Return the factors of a sum as a table: a column for each term."""
    written = _written(number)
    head = [", ".join(name for name, _ in number.over),
            *(_term(int(place), number) for place in written)]
    return paper.table([head, *(
        [paper.marked(factor.symbol, decimal), *(paper.figure(float(factor.values[place]), decimal)
                          for place in written)] for factor in number.factors)])


def _term(place: int, number: Number) -> str:
    """Return which term it is, counted from 1 along every axis that is summed over."""
    lengths = tuple(length for _, length in number.over)
    if not lengths:
        return ""
    return ", ".join(str(int(axis) + 1) for axis in np.unravel_index(place, lengths))
