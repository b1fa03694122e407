"""Tables that are broken, odd or too large: the same number always makes the same one."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from engine.spec import TableSpec

Rng = random.Random
Rows = list[list[str]]

STRANGE = ("", " ", "NA", "-", "1,5", "1.5e400", "-inf", "nan", "0x1F", "1_000", "١٢٣", "12:30",
           "31.02.2020", "2020-13-45", "<b>x</b>", "=1+1", "@x", '"', "'", "a,b", "a;b", "\x1b[31m",
           "\u202e", "é" * 300, "x" * 20_000, "9" * 5000, "1e9", "TRUE", "#REF!", "\0", "\ufeff",
           "€ 3,50", "5 %", "1/2", "(3)", "−4", "\xa0", "1 234,5", "3 kg", "a\tb", "NULL", "None")
SEPARATORS = (",", ";", "\t", "|", " ", "::", "~", "\x1f", ", ", "  ")
ENDS = ("\n", "\n", "\r\n", "\r", "\n\n", "\r\r\n", "\u2028", "\x0b", " \n", ",\n", "")
MOST_CELLS = 400_000
"""Of a table that is to be long."""
MOST_LETTERS = 4_000_000
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252",
             "latin-1", "cp037", "utf-7", "shift_jis", "gb18030", "koi8-r")


def plain(rng: Rng) -> Rows:
    """Return names, and rows of numbers and texts."""
    width, count = rng.randint(2, 8), rng.choice((3, 20, 20, 200, 200))
    kinds = [rng.choice("nnitc") for _ in range(width)]
    return [[f"column {place}" for place in range(width)], *(
        [_cell(rng, kind, row) for kind in kinds] for row in range(count))]


def _cell(rng: Rng, kind: str, row: int) -> str:
    if kind == "n":
        return f"{rng.gauss(0, 10):.4g}"
    if kind == "i":
        return str(row)
    return f"text {rng.randrange(10**6)}" if kind == "t" else rng.choice(("yes", "no", "maybe"))


def spoilt(rng: Rng, rows: Rows) -> Rows:
    """Put strange cells into it."""
    for _ in range(rng.choice((1, 5, 50))):
        row = rng.choice(rows)
        if row:
            row[rng.randrange(len(row))] = rng.choice(STRANGE)
    return rows


def ragged(rng: Rng, rows: Rows) -> Rows:
    """Have rows of other widths."""
    for row in rng.sample(rows, min(len(rows), 5)):
        del row[rng.randrange(len(row) + 1):]
        row.extend(["more"] * rng.choice((0, 0, 1, 9)))
    return rows


def wide(rng: Rng, rows: Rows) -> Rows:
    """Have thousands of columns."""
    width = rng.choice((1000, 9000, 10_001, 100_000))
    name = rng.choice(("x", "x {}", "{}", ""))
    return [[name.format(place) for place in range(width)],
            *([str(rng.randrange(9))] * width for _ in range(rng.choice((1, 3, 8))))]


def long_named(rng: Rng, rows: Rows) -> Rows:
    """Have names that nobody reads to their end, the same again and again or not."""
    # All of them together are no more than what is kept of a table, however many there are.
    size = min(rng.choice((200, 2000, 20_000, 200_000)), MOST_LETTERS // max(1, len(rows[0])))
    rows[0] = [rng.choice(("n" * size, "n" * size + str(place), " " * size, "<i>" * (size // 3)))
               for place in range(len(rows[0]))]
    return rows


def repeated(rng: Rng, rows: Rows) -> Rows:
    """Have the names again in the middle, or titles above them."""
    extra = rng.choice((rows[0], ["A title"], [], ["#", "comment"], ["-" * 30]))
    rows.insert(rng.choice((0, 0, len(rows) // 2)), list(extra))
    return rows


def doubled(rng: Rng, rows: Rows) -> Rows:
    """Have so many rows that not all of them are looked at."""
    cells = sum(map(len, rows[1:])) or 1
    return [rows[0], *(rows[1:] * min(rng.choice((10, 300)), MOST_CELLS // cells + 1))]


SHAPES: tuple[Callable[[Rng, Rows], Rows], ...] = (
    spoilt, spoilt, spoilt, ragged, wide, long_named, repeated, doubled)


def _encoded(rng: Rng, text: str) -> bytes:
    try:
        return text.encode(rng.choice(ENCODINGS) if rng.random() < 0.4 else "utf-8", "replace")
    except UnicodeError:
        return text.encode("utf-8", "replace")


def _mutated(rng: Rng, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(rng.choice((1, 3, 30))):
        if found:
            place = rng.randrange(len(found))
            # Halves of letters, and a part in another encoding, among them.
            found[place:place + rng.choice((0, 1, 1, 40))] = rng.choice(
                (b"", b"\r", b"\n", b'"', b"\0", b"\xff\xfe", b";", b",", b"\t", b"'", b"\x1a",
                 b"\xed\xa0\x80", b"\xd8\x00", b"\xe4\xf6\xfc", "ä,ö\n".encode("utf-16-le")))
    return bytes(found)


def _chosen(rng: Rng) -> TableSpec:
    """Return what somebody has chosen by hand, most of it wrong."""
    return TableSpec(
        separator=rng.choice(("", "", *SEPARATORS, "fixed", "xx", "\n", "1")),
        decimal=rng.choice(("", "", ".", ",")), header=rng.choice((None, None, True, False)),
        encoding=rng.choice(("", "", "", "utf-8", "utf-16", "cp1252", "hex", "a\0b")),
        quote=rng.choice(("", "", '"', "'", "x")),
        target=rng.choice(("", "", "column 0", "nobody")),
        task=rng.choice((None, None, "classification", "regression")))


def written(seed: int, folder: Path) -> tuple[Path, TableSpec]:
    """Write a table into a folder; return its file, and how somebody wants it to be read."""
    rng = Rng(seed)
    rows = plain(rng)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        rows = rng.choice(SHAPES)(rng, rows)
    while len(rows) > 2 and sum(len(cell) for row in rows for cell in row) > MOST_LETTERS:
        rows = rows[:len(rows) // 2]
    separator = rng.choice(SEPARATORS[:4] * 3 + SEPARATORS)
    end = rng.choice(ENDS) if rng.random() < 0.5 else "\n"
    quote = rng.choice(("", "", '"', "'"))
    text = end.join(separator.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    content = _encoded(rng, text)
    if rng.random() < 0.3:
        content = _mutated(rng, content)
    path = folder / rng.choice(("table.csv", "table.txt", "table.tsv", "table.xlsx", "table.arff"))
    path.write_bytes(content)
    return path, _chosen(rng) if rng.random() < 0.4 else TableSpec()
