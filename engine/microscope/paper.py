"""Pieces of a sheet for printing, in the part of HTML that QTextDocument knows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COLUMNS = 8
"""Numbers side by side on a page of A4; of wider arrays, the rest stands below."""

DIGITS = 4
"""Significant digits of a number on paper."""

BLANK = "&nbsp;" * 15
"""Room for a number to be written."""

STYLE = """
body { font-family: sans-serif; font-size: 10pt; }
h1 { font-size: 18pt; margin-bottom: 2px; }
h2 { font-size: 13pt; margin-top: 16px; margin-bottom: 4px; }
p { margin-top: 4px; margin-bottom: 4px; }
.formula { font-family: serif; font-size: 11pt; }
.small { font-size: 8pt; color: gray; }
td, th { font-size: 9pt; }
"""

TAG = re.compile(r"<(/?)(sub|sup|i|b)>")


def page(title: str, parts: Sequence[str]) -> str:
    """Return a whole document."""
    return (f"<html><head><meta charset=\"utf-8\"><title>{html.escape(title)}</title>"
            f"<style>{STYLE}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n")


def figure(value: float, decimal: str) -> str:
    """Return a number as it stands on paper, with a minus sign and this decimal mark."""
    text = f"{value:.{DIGITS}g}"
    if "e" not in text and value and abs(value) >= 1e-4:
        # Trailing zeros say how exact it is.
        text = f"{value:#.{DIGITS}g}".rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}").replace(".", decimal)


def heading(text: str) -> str:
    """Return the title of a part."""
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str, kind: str = "") -> str:
    """Return words as a paragraph of their own."""
    return f"<p{f' class={kind!r}' if kind else ''}>{html.escape(text)}</p>"


def exercise(number: int, words: str, formula: str) -> str:
    """Return what is to be computed."""
    return (f"<p><b>{number}.</b> {html.escape(words)}<br>"
            f"<span class='formula'>{formula}</span></p>")


def table(rows: Sequence[Sequence[str]], *, has_head: bool = True, align: str = "right") -> str:
    """Return a table with lines; its cells are HTML, the first row and column are labels."""
    lines = ["<table border='1' cellspacing='0' cellpadding='4' style='border-collapse: collapse; "
             "margin-top: 4px; margin-bottom: 4px'>"]
    for place, row in enumerate(rows):
        is_head = has_head and place == 0
        cells = (f"<th bgcolor='whitesmoke'>{cell}</th>" if is_head or column == 0 else
                 f"<td align='{align}'>{cell}</td>" for column, cell in enumerate(row))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table>"])


def grids(symbol: str, array: Array, decimal: str, *, is_blank: bool) -> Iterator[str]:
    """Yield an array as tables of at most `COLUMNS` columns, with room in place of its numbers.

    Rows and columns are counted from 1; an array of more than two axes is cut into planes.
    """
    if array.ndim > 2:
        for index in np.ndindex(*array.shape[:-2]):
            label = f"{symbol} [{', '.join(str(axis + 1) for axis in index)}, …]"
            yield from grids(label, array[index], decimal, is_blank=is_blank)
        return
    if not array.ndim:
        written = BLANK if is_blank else figure(float(array), decimal)
        yield table([[symbol, written]], has_head=False)
        return
    rows = array.reshape(1, -1) if array.ndim < 2 else array
    for begin in range(0, rows.shape[1], COLUMNS):
        part = rows[:, begin:begin + COLUMNS]
        head = [symbol, *(str(begin + column + 1) for column in range(part.shape[1]))]
        labels = [str(row + 1) for row in range(len(part))] if array.ndim == 2 else [""]
        yield table([head, *(
            [label, *(BLANK if is_blank else figure(float(value), decimal) for value in row)]
            for label, row in zip(labels, part, strict=True))])


def plain(formula: str) -> str:
    """Return rich text as plain text: ``z_1 = x W_1 + b_1``, ``x^T``."""
    def written(tag: re.Match[str]) -> str:
        return {"sub": "_", "sup": "^"}.get(tag[2], "") if not tag[1] else ""

    return html.unescape(TAG.sub(written, formula))
