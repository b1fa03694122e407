"""Tables of every kind, drawn by number, and a digest of what each is read as.

What makes reading faster must change nothing of it: two columns that change places, or a mark that
is told of another column, show in nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.reading import read
from engine.data.understanding import understand
from engine.errors import DataError
from engine.spec import TableSpec

COUNT = 60

Rng = random.Random

KINDS: Mapping[str, Callable[[Rng, int], str]] = {
    "real": lambda rng, row: f"{rng.gauss(0, 10):.{rng.choice((1, 2, 4))}f}",
    "thousandths": lambda rng, row: f"{rng.randrange(1, 999)}.{rng.randrange(1000):03d}",
    "whole": lambda rng, row: str(rng.randrange(-5, 100)),
    "few": lambda rng, row: str(rng.randrange(3)),
    "bit": lambda rng, row: str(rng.randrange(2)),
    "row": lambda rng, row: str(row),
    "huge": lambda rng, row: f"{rng.gauss(0, 1) * 10.0 ** rng.randrange(-30, 30):.6e}",
    "code": lambda rng, row: f"{rng.randrange(2000):05d}",
    "word": lambda rng, row: rng.choice(("red", "green", "blue", "Red", "a b")),
    "text": lambda rng, row: f"text {rng.randrange(10**6)}",
    "date": lambda rng, row: f"{rng.randrange(1, 29):02d}.{rng.randrange(1, 13):02d}."
                             f"{rng.randrange(1990, 2024)}",
    "compact": lambda rng, row: f"{rng.randrange(1990, 2024)}{rng.randrange(1, 13):02d}"
                                f"{rng.randrange(1, 29):02d}",
    "mass": lambda rng, row: f"{rng.uniform(0, 50):.1f} kg",
    "share": lambda rng, row: f"{rng.uniform(0, 50):.1f}%",
    "same": lambda rng, row: "7",
    "none": lambda rng, row: "",
    "failing": lambda rng, row: "-999" if rng.random() < 0.1 else f"{rng.uniform(0, 5):.2f}",
    "endless": lambda rng, row: rng.choice(("inf", "-inf", "1e999")) if rng.random() < 0.05 else
                                f"{rng.uniform(0, 5):.2f}",
    "fraction": lambda rng, row: f"{rng.randrange(1, 9)}/{rng.randrange(1, 9)}",
}
MARKS = ("", "", "NA", "n/a", "-", "?", ".", "null", "None", "#N/A", "missing", " ", "-999")
NAMES = ("c{}", "c{}", "x {}", "id", "patient", "class", "y{}", "year", "Sample Number", "Target{}")
WORDS = ({"0": "5", "1": "3", "2": "9"}, {"0": "no", "1": "yes", "2": "maybe"}, {})


def _column(rng: Rng, count: int) -> list[str]:
    """Return cells of one kind, marks among them, at times of another kind from some row on."""
    kind, later = rng.choice(list(KINDS)), rng.choice(list(KINDS))
    turn = rng.randrange(count // 3, count) if rng.random() < 0.25 else count
    mark, share = rng.choice(MARKS), rng.choice((0, 0, 0.02, 0.2, 0.9))
    return [mark if rng.random() < share else KINDS[kind if row < turn else later](rng, row)
            for row in range(count)]


def drawn(seed: int) -> tuple[str, TableSpec]:
    """Return a table, and what somebody has chosen for it."""
    rng = Rng(seed)
    width, count = rng.choice((2, 5, 12, 30)), rng.choice((6, 19, 25, 120, 400))
    columns = [_column(rng, count) for _ in range(width)]
    if rng.random() < 0.5:
        # One that says the same as another, in its words or others.
        words = rng.choice(WORDS)
        columns[rng.randrange(width)] = [words.get(cell, cell) for cell in rng.choice(columns)]
    names = [rng.choice(NAMES).format(place) for place in range(width)]
    point, separator = rng.choice(((".", ","), (".", ";"), (".", "\t"), (",", ";")))
    rows = [[cell.replace(".", point) for cell in row] for row in zip(*columns, strict=True)]
    quote = rng.choice(("", "", "", '"'))
    end = rng.choice(("\n", "\n", "\r\n"))
    text = "".join(separator.join(f"{quote}{cell}{quote}" for cell in row) + end
                   for row in (names, *rows))
    return text, TableSpec(
        missing=rng.choice(((), (), ("0",), ("-999", "7"))),
        present=rng.choice(((), (), ("NA", "n/a"))), target=rng.choice(("", "", names[-1])),
        task=rng.choice((None, None, "classification", "regression")),
        merge_spellings=rng.random() < 0.2)


def digest(path: Path, seed: int) -> str:
    """Write a table to a file, and return a digest of all that is found out of it."""
    text, spec = drawn(seed)
    path.write_bytes(text.encode())
    told = hashlib.sha256()
    try:
        reading = read(path, spec)
        for part in (reading.columns, reading.remarks, reading.shown, reading.sifting,
                     [(column.kind, column.distinct, column.missing) for column in reading.columns],
                     understand(reading, spec)):
            _tell(told, part)
    except DataError as error:
        _tell(told, error.message)
    return told.hexdigest()[:16]


def _tell(told: Any, value: object) -> None:
    if isinstance(value, np.ndarray):
        told.update(f"{value.dtype}{value.shape}".encode() + value.tobytes())
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            _tell(told, getattr(value, field.name))
    elif isinstance(value, Mapping):
        _tell(told, sorted(value.items(), key=repr))
    elif isinstance(value, tuple | list):
        told.update(f"{len(value)}".encode())
        for part in value:
            _tell(told, part)
    else:
        told.update(f"{value!r};".encode())
