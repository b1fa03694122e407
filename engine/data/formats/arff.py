"""Weka's attribute-relation files (ARFF), dense and sparse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.data.formats.delimited import SEPARATOR, LineWriter, plain
from engine.data.limits import MOST_COLUMNS
from engine.data.lines import Declared, LineSource, Role, made_of
from engine.data.records import QUOTE
from engine.data.remark import Remark, remark
from engine.errors import DataError
from engine.messages import Message, say

_BEGIN = re.compile(r"\s*(?:%[^\n]*\n\s*)*@relation\b", re.IGNORECASE)
_KEYWORD = re.compile(r"@(\w+)\s*(.*)", re.DOTALL)
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_NAME = re.compile(rf"""({_QUOTED}|[^\s{{}},'"%]+)\s*""")
_LEVEL = re.compile(rf"""\s*({_QUOTED}|[^,{{}}'"]*?)\s*([,}}])""")
_VALUE = re.compile(rf"""\s*({_QUOTED}|[^,'"%]*)\s*(,|$|%)""")
_ENTRY = re.compile(rf"""\s*(\d+)\s+({_QUOTED}|[^,'"\s}}]+)\s*(,|$)""")
_WEIGHT = re.compile(r"(?<=[^\s,])\s*[,\s]\s*\{\s*[-+.\deE]+\s*\}\s*$")
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"t": "\t", "n": " ", "r": " "}

_NUMERIC = frozenset({"numeric", "real", "integer"})
_GAP = "?"
_MOST_SPARSE = 20_000_000
"""Rows times columns of a sparse file: a few letters of it may be a row of thousands."""

_DATE_PARTS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M",
               "ss": "%S", "'T'": "T"}
_DATE_PART = re.compile("yyyy|yy|MM|dd|HH|mm|ss|'T'|[-:./ T]")
_USUAL_DATE = "yyyy-MM-dd'T'HH:mm:ss"


@dataclass(frozen=True)
class Attribute:
    """A column of the file.

    Attributes
    ----------
    name : str
        Its name.
    role : str
        What it holds.
    levels : tuple[str, ...]
        Its classes in the order of the file.
    date : str
        How its dates are written, for `datetime.strptime`.
    """

    name: str
    role: Role
    levels: tuple[str, ...] = ()
    date: str = ""


def is_arff(text: str) -> bool:
    """Return whether a text begins as an ARFF file does."""
    return _BEGIN.match(text) is not None


def arff_source(path: Path, lines: Iterable[str], size: int) -> LineSource:
    """Return an ARFF file as lines of CSV, whose last nominal attribute is the target.

    Parameters
    ----------
    path : Path
        The file.
    lines : iterable of str
        Its lines.
    size : int
        Its bytes.

    Raises
    ------
    DataError
        If it breaks the rules of its format; the sentence says in which line.
    """
    numbered = enumerate(lines, start=1)
    attributes = _read_header(numbered, path.name)
    rows = _Rows(attributes, path.name)
    out = LineWriter()
    out.row(attribute.name for attribute in attributes)
    for row in rows.read(numbered):
        out.row(row)
    if len(out.lines) == 1:
        raise DataError("arff.no-rows", place=path.name)
    declared = Declared(
        separator=SEPARATOR, quote=QUOTE, decimal=".", header=True,
        target=_target(attributes),
        roles={attribute.name: attribute.role for attribute in attributes},
        levels={attribute.name: attribute.levels for attribute in attributes
                if attribute.levels})
    return made_of(path.name, size, out.lines, declared=declared, remarks=rows.remarks)


def _target(attributes: Sequence[Attribute]) -> str:
    """Return the attribute called class, else the last if it has classes or numbers."""
    for attribute in attributes:
        if attribute.name.lower() == "class" and attribute.role in ("classes", "numbers"):
            return attribute.name
    last = attributes[-1]
    return last.name if last.role in ("classes", "numbers") else ""


def _read_header(numbered: Iterator[tuple[int, str]], place: str) -> list[Attribute]:
    attributes: dict[str, Attribute] = {}
    for number, line in numbered:
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("%"):
            continue
        match, where = _KEYWORD.match(text), say("place.line", file=place, line=number)
        word = match[1].lower() if match else ""
        if match is None or word not in ("relation", "attribute", "data"):
            raise DataError("arff.line", place=where, text=text)
        if word == "data":
            if attributes:
                return list(attributes.values())
            break
        if word == "attribute":
            attribute = _attribute(match[2], where)
            if attribute.name in attributes:
                raise DataError("arff.twice", place=where, name=attribute.name)
            if len(attributes) == MOST_COLUMNS:
                raise DataError("table.too-many-columns", place=place, count=MOST_COLUMNS + 1,
                                most=MOST_COLUMNS)
            attributes[attribute.name] = attribute
    raise DataError("arff.no-data", place=place)


def _attribute(text: str, where: Message) -> Attribute:
    match = _NAME.match(text)
    if match is None:
        raise DataError("arff.attribute", place=where, text=text)
    name, kind = " ".join(plain(_bare(match[1])).split()), text[match.end():].strip()
    if kind.startswith("{"):
        return Attribute(name, "classes", _levels(kind, where))
    word, _, rest = kind.partition(" ")
    word = word.split("%")[0].strip().lower()
    if word in _NUMERIC:
        return Attribute(name, "numbers")
    if word == "string":
        return Attribute(name, "text")
    if word == "date":
        return Attribute(name, "date", date=_date_format(_bare(rest.strip()) or _USUAL_DATE))
    if word == "relational":
        raise DataError("arff.relational", place=where, name=name)
    raise DataError("arff.attribute", place=where, text=text)


def _levels(text: str, where: Message) -> tuple[str, ...]:
    levels: dict[str, None] = {}
    at = 1
    while (match := _LEVEL.match(text, at)) is not None:
        if match[1]:
            levels[_bare(match[1])] = None
        at = match.end()
        if match[2] == "}":
            return tuple(levels)
    raise DataError("arff.attribute", place=where, text=text)


def _bare(text: str) -> str:
    """Return a text without its quotes, escapes resolved."""
    if text[:1] not in ("'", '"') or len(text) < 2:
        return text
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1])


def _date_format(pattern: str) -> str:
    """Return how Python writes Java's pattern of a date; empty if that is not plain."""
    parts = _DATE_PART.findall(pattern)
    if "".join(parts) != pattern:
        return ""
    return "".join(_DATE_PARTS.get(part, part) for part in parts)


class _Rows:
    """Reads the rows below ``@data``."""

    def __init__(self, attributes: Sequence[Attribute], place: str) -> None:
        self.weights = 0
        self._attributes = attributes
        self._known = [frozenset(attribute.levels) for attribute in attributes]
        self._place = place
        # What a sparse row leaves out is 0, or the first of the classes.
        self._zeros = ["0" if attribute.role == "numbers" else
                       attribute.levels[0] if attribute.levels else ""
                       for attribute in attributes]

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What was left out."""
        return (remark("note.arff-weights", count=self.weights),) if self.weights else ()

    def read(self, numbered: Iterable[tuple[int, str]]) -> Iterator[list[str]]:
        """Yield the cells of every row."""
        sparse, width = 0, len(self._attributes)
        for number, line in numbered:
            text = line.strip()
            if not text or text.startswith("%"):
                continue
            where = say("place.line", file=self._place, line=number)
            if "{" in text and _WEIGHT.search(text):
                self.weights += 1
                text = _WEIGHT.sub("", text)
            if text.startswith("{"):
                sparse += 1
                if sparse * width > _MOST_SPARSE:
                    raise DataError("arff.too-large", place=where, most=_MOST_SPARSE)
                yield self._sparse(text, where)
            else:
                yield self._dense(text, where)

    def _dense(self, text: str, where: Message) -> list[str]:
        width = len(self._attributes)
        plain = not any(mark in text for mark in "'\"%\\")
        cells = [cell.strip() for cell in text.split(",")] if plain else _values(text)
        if cells is None:
            raise DataError("arff.quote", place=where, text=text)
        if plain and len(cells) != width:
            # Weka takes blanks for separators too.
            cells = text.replace(",", " ").split()
        if len(cells) != width:
            raise DataError("arff.width", place=where, count=len(cells), width=width)
        return [self._cell(place, cell, where) for place, cell in enumerate(cells)]

    def _sparse(self, text: str, where: Message) -> list[str]:
        cells = list(self._zeros)
        inner, at = text[1:].rpartition("}")[0].strip(), 0
        if "}" not in text:
            raise DataError("arff.sparse", place=where, text=text)
        while at < len(inner):
            match = _ENTRY.match(inner, at)
            if match is None or int(match[1]) >= len(cells):
                raise DataError("arff.sparse", place=where, text=text)
            place = int(match[1])
            cells[place] = self._cell(place, match[2], where)
            at = match.end()
        return cells

    def _cell(self, place: int, cell: str, where: Message) -> str:
        """Return a cell as it is written to CSV, a gap as nothing."""
        if cell in (_GAP, ""):
            return ""
        text, attribute = _bare(cell), self._attributes[place]
        if attribute.levels and text not in self._known[place]:
            raise DataError("arff.level", place=where, name=attribute.name, value=text)
        if attribute.date:
            try:
                return datetime.strptime(text, attribute.date).isoformat(sep=" ")
            except ValueError as error:
                raise DataError("arff.date", place=where, name=attribute.name,
                                value=text) from error
        return text


def _values(text: str) -> list[str] | None:
    """Return the cells of a row that has quotes; None if a quote stays open."""
    cells: list[str] = []
    at = 0
    while True:
        match = _VALUE.match(text, at)
        if match is None:
            return None
        cells.append(match[1].strip())
        at = match.end()
        if match[2] != ",":
            return cells
