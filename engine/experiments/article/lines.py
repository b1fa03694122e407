"""A table as lines of text: as columns of a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.experiments.article.table import ArticleTable, Row
from engine.experiments.results import Result
from engine.messages import say

NONE = "–"
"""What stands where the article has no figure."""


def columns(table: ArticleTable, results: Iterable[Result]) -> tuple[tuple[str, ...], ...]:
    """Return head and rows of a table, a text for every cell.

    The last column is there where rows have figures that the axis has no place for.
    """
    rows = table.rows(results)
    has_more = any(row.beside is not None for row in rows)
    head = [say("article.column.row"), say("article.column.article"),
            say("article.column.measured", title=table.axis_title),
            *((say("article.column.beside"),) if has_more else ())]
    return (tuple(one.text for one in head), *(_cells(row, has_more) for row in rows))


def _cells(row: Row, has_more: bool) -> tuple[str, ...]:
    more = ("" if row.beside is None else row.beside.text,) if has_more else ()
    return row.label.text, row.article if row.article is not None else NONE, row.shown.text, *more


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows as lines whose columns begin at the same place, a rule below the first."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    head, *others = rows
    yield _line(head, widths)
    yield _line(["-" * width for width in widths], widths)
    for row in others:
        yield _line(row, widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def markdown(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows as lines of a Markdown table."""
    head, *others = rows
    for cells in (head, ["---"] * len(head), *others):
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
