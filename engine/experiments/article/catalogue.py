"""The tables that ship with the program, in the order of their index."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.errors import FormatError
from engine.experiments.article.file import TableFile
from engine.experiments.article.table import ArticleTable

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "experiments"
INDEX = "index.json"

Kind = TypeVar("Kind")


@cache
def tables() -> tuple[ArticleTable, ...]:
    """Return the tables in the article's order, then the misconceptions.

    Raises
    ------
    FormatError
        If a file is not there or is none.
    """
    return tuple(
        ArticleTable(key, _read(f"{key}.json", TableFile)) for key in _read(INDEX, tuple[str, ...]))


def table(key: str) -> ArticleTable:
    """Return a table by its key.

    Raises
    ------
    FormatError
        If there is no such table.
    """
    found = {one.key: one for one in tables()}
    if key not in found:
        raise FormatError("article.unknown", key=key, known=tuple(found))
    return found[key]


def _read(name: str, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode((FOLDER / name).read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise FormatError("article.unreadable", place=name, reason=str(error)) from error
