"""Pieces of a sheet for printing, in the part of HTML that QTextDocument knows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COLUMNS = 8
"""Numbers side by side on a page of A4; of wider arrays, the rest stands below."""

ROWS = 20
"""Rows of a table, so that it stands on one page; of longer arrays, the rest follows."""

DIGITS = 4
"""Significant digits of a number on paper."""

BLANK = "<span class='blank'>" + "&nbsp;" * 12 + "</span>"
"""Room for a number to be written by hand."""

STYLE = """
body { font-family: sans-serif; font-size: 10pt; color: black; }
h1 { font-size: 16pt; margin-top: 0px; margin-bottom: 2px; }
h2 { font-size: 13pt; margin-top: 8px; margin-bottom: 2px; }
p { margin-top: 2px; margin-bottom: 2px; }
td, th { font-size: 9pt; white-space: nowrap; }
.formula { font-family: serif; font-size: 11pt; white-space: nowrap; }
.blank { font-size: 12pt; }
"""
"""What holds on paper and in a browser."""

BROWSER = """
@page { size: A4; margin: 15mm; }
body { max-width: 180mm; }
h1, h2 { break-after: avoid; }
.block { display: inline-block; vertical-align: top; max-width: 100%; margin: 0 5mm 3mm 0;
         break-inside: avoid; }
.block p { max-width: 80mm; }
"""
"""What QTextDocument does not know: blocks side by side, none of them parted by a page's end."""

TAG = re.compile(r"<(/?)(sub|sup|i|b)>")


@dataclass(frozen=True)
class Block:
    """What stands together on a page.

    Attributes
    ----------
    html : str
        The block.
    is_wide : bool
        It has a row for itself; others stand side by side.
    keeps_next : bool
        It is the heading of what follows, and stands on the same page.
    """

    html: str
    is_wide: bool = False
    keeps_next: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet before it is cut into pages.

    Attributes
    ----------
    title : str
        Its title, as plain text.
    blocks : tuple[Block, ...]
        All that it says, in reading order.
    """

    title: str
    blocks: tuple[Block, ...]

    def page(self) -> str:
        """Return it as a document for a browser."""
        body = "\n".join(block.html if block.is_wide else f"<div class='block'>{block.html}</div>"
                         for block in self.blocks)
        return (f"<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
                f"<title>{html.escape(self.title)}</title><style>{STYLE}{BROWSER}</style></head>"
                f"<body>\n{body}\n</body></html>\n")


def figure(value: float, decimal: str) -> str:
    """Return a number as it stands on paper, as HTML, with a minus sign and this decimal mark."""
    if value == 0:
        return "0"
    if value == round(value, 0) and abs(value) < 10 ** DIGITS:
        # It is exact: a label, a mask, a count.
        text = f"{value:.0f}"
    else:
        # Trailing zeros say how exact it is.
        text = f"{value:#.{DIGITS}g}"
    mantissa, has_power, power = text.partition("e")
    text = mantissa.rstrip(".").replace(".", decimal)
    if has_power:
        text += f"·10<sup>{int(power)}</sup>"
    return text.replace("-", "\N{MINUS SIGN}")


def marked(text: str, decimal: str) -> str:
    """Return words or a formula with this decimal mark in their numbers."""
    if decimal == ".":
        return text
    # What parted thousands would be read as a decimal mark.
    text = re.sub(r"(?<=\d),(?=\d{3})", "\N{NARROW NO-BREAK SPACE}", text)
    return re.sub(r"(?<=\d)\.(?=\d)", decimal, text)


def heading(text: str) -> Block:
    """Return the title of a part."""
    return Block(f"<h2>{html.escape(text)}</h2>", is_wide=True, keeps_next=True)


def paragraph(text: str) -> Block:
    """Return words as a paragraph of their own."""
    return Block(f"<p>{html.escape(text)}</p>", is_wide=True)


def exercise(number: int, words: str, formula: str, tables: Sequence[str]) -> Iterator[Block]:
    """Yield what is to be computed, with the first table, and the tables that follow."""
    text = (f"<p><b>{number}.</b> {html.escape(words)}</p>\n"
            f"<p class='formula'>{formula}</p>")
    yield Block("\n".join([text, *tables[:1]]))
    yield from map(Block, tables[1:])


def table(rows: Sequence[Sequence[str]], *, has_head: bool = True, align: str = "right") -> str:
    """Return a table with lines; its cells are HTML, the first row and column are labels."""
    lines = ["<table border='1' cellspacing='0' cellpadding='3' style='border-collapse: collapse; "
             "border-style: solid; border-color: dimgray; margin-top: 3px; margin-bottom: 3px'>"]
    for place, row in enumerate(rows):
        is_head = has_head and place == 0
        cells = (f"<th bgcolor='whitesmoke'>{cell}</th>" if is_head or column == 0 else
                 f"<td align='{align}'>{cell}</td>" for column, cell in enumerate(row))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table>"])


def grids(symbol: str, array: Array, decimal: str, *, is_blank: bool) -> Iterator[str]:
    """Yield an array as tables of at most `ROWS` and `COLUMNS`, blank in place of its numbers.

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
    labels = [str(row + 1) for row in range(len(rows))] if array.ndim == 2 else [""]
    for above in range(0, len(rows), ROWS):
        for begin in range(0, rows.shape[1], COLUMNS):
            part = rows[above:above + ROWS, begin:begin + COLUMNS]
            head = [symbol, *(str(begin + column + 1) for column in range(part.shape[1]))]
            yield table([head, *(
                [label, *(BLANK if is_blank else figure(float(value), decimal) for value in row)]
                for label, row in zip(labels[above:above + ROWS], part, strict=True))])


def plain(formula: str) -> str:
    """Return rich text as plain text: ``z_1 = x W_1 + b_1``, ``x^T``."""
    def written(tag: re.Match[str]) -> str:
        return {"sub": "_", "sup": "^"}.get(tag[2], "") if not tag[1] else ""

    return html.unescape(TAG.sub(written, formula))
