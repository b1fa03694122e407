"""Files of drawings: a line of JSON for each, as Quick, Draw! has them.

A line is ``{"word": "cat", "drawing": [[[x, ...], [y, ...]], ...]}``, a pair of lists for every
stroke; the raw form has a third list, of milliseconds. Of other fields, ``person`` alone is read:
who drew it. Where it is missing, the file's own name stands for the person.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from engine.data.drawing.kept import drawing_of, kept
from engine.data.drawing.strokes import Drawing
from engine.data.limits import LARGEST_FILE, LONGEST_LINE
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import SHEET, DrawnSpec
from engine.spec.replacing import replace_file

SUFFIX = ".ndjson"
MOST_STROKES, MOST_POINTS = 200, 4000
"""Of one drawing."""
MOST_POINTS_OF_ALL = 15_000_000
"""Of those that are taken of a file: 360 MB with their times."""
FARTHEST = 100_000.0
"""A coordinate beyond this is none of a drawing."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """A drawing of a file.

    Attributes
    ----------
    word, person : str
        What it shows, and who drew it.
    drawing : Drawing
        The strokes.
    """

    word: str
    person: str
    drawing: Drawing


class _Line(msgspec.Struct):
    drawing: list[list[list[float]]]
    word: str = ""
    person: str = ""


_DECODER = msgspec.json.Decoder(_Line)


def read_drawings(path: Path, each: int = 0) -> list[Labelled]:
    """Read a file of drawings line by line.

    Parameters
    ----------
    path : Path
        The file.
    each : int
        Most drawings to take of every word, the first ones; 0 takes all.

    Raises
    ------
    DataError
        If it cannot be opened, is too large, holds none, or a line is no drawing; the line is
        named. If all drawings have too many points.
    """
    taken: Counter[str] = Counter()
    found: list[Labelled] = []
    points = 0
    for number, line in _lines(path):
        place = say("place.line", file=path.name, line=number)
        one = _drawing(line, place, path.stem)
        if not each or taken[one.word] < each:
            taken[one.word] += 1
            found.append(one)
            points += sum(map(len, one.drawing.strokes))
            if points > MOST_POINTS_OF_ALL:
                raise DataError("drawings.all-points", place=path.name, count=len(found),
                                most=MOST_POINTS_OF_ALL)
    if not found:
        raise DataError("drawings.none", place=path.name)
    return found


def write_drawings(path: Path, drawings: Iterable[DrawnSpec]) -> None:
    """Write drawings as lines of JSON, so that a crash leaves the old file or the new one.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    lines = [msgspec.json.encode({
        "word": one.word, **({"person": one.person} if one.person else {}),
        "drawing": [np.floor(stroke).astype(np.int64).T.tolist()
                    for stroke in drawing_of(one).strokes]}) for one in drawings]
    replace_file(path, b"".join(line + b"\n" for line in lines))


def merged(known: Sequence[DrawnSpec], paths: Iterable[Path]) -> tuple[DrawnSpec, ...]:
    """Return drawings and those of files behind them; what is there already comes once.

    Raises
    ------
    DataError
        As `read_drawings` does.
    """
    all_of_them = dict.fromkeys(known)
    for path in paths:
        for labelled in read_drawings(path):
            one = kept(labelled.drawing, labelled.word, labelled.person)
            # A project's own drawings belong to nobody until they come out of a file with a name.
            if msgspec.structs.replace(one, person="") not in all_of_them:
                all_of_them[one] = None
    return tuple(all_of_them)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that hold something, with their numbers."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DataError("drawings.large", place=path.name, size=size, most=LARGEST_FILE)
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise DataError("drawings.long-line", most=LONGEST_LINE, place=say(
                        "place.line", file=path.name, line=number))
                if line.strip():
                    yield number, line.removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise DataError("file.failed", path=str(path), reason=error.strerror or str(error)
                        ) from error


def _drawing(line: bytes, place: Message, person: str) -> Labelled:
    """Return the drawing of a line."""
    try:
        read = _DECODER.decode(line)
    except (msgspec.ValidationError, UnicodeError, RecursionError) as error:
        # What the library says of these is for programmers.
        what = say("drawings.letters" if isinstance(error, UnicodeError) else "drawings.parts")
        raise DataError("drawings.line", place=place, reason=what) from error
    except msgspec.DecodeError as error:
        raise DataError("drawings.line", place=place, reason=str(error)) from error
    word = " ".join(read.word.split())
    if not 1 <= len(word) <= 60:
        raise DataError("drawings.word", place=place, length=len(word))
    strokes = [stroke for stroke in read.drawing if stroke and stroke[0]]
    if not strokes:
        raise DataError("drawings.empty", place=place)
    points = sum(len(stroke[0]) for stroke in strokes)
    if len(strokes) > MOST_STROKES or points > MOST_POINTS:
        raise DataError("drawings.many", place=place, strokes=len(strokes), points=points,
                        most_strokes=MOST_STROKES, most_points=MOST_POINTS)
    if any(len(stroke) not in (2, 3) or len(set(map(len, stroke))) > 1 for stroke in strokes):
        raise DataError("drawings.stroke", place=place)
    return Labelled(word, read.person[:200] or person, _on_a_sheet(strokes, place))


def _on_a_sheet(strokes: list[list[list[float]]], place: Message) -> Drawing:
    """Return strokes on the smallest sheet that holds them, of at least the grid's size."""
    arrays = tuple(np.array(stroke, dtype=np.float64).T for stroke in strokes)
    points = np.concatenate([array[:, :2] for array in arrays])
    if not np.abs(points).max() <= FARTHEST:
        raise DataError("drawings.far", place=place, most=FARTHEST)
    low = np.minimum(points.min(axis=0), 0.0)
    for array in arrays:
        array[:, :2] -= low
    size = float((points.max(axis=0) - low).max())
    side = float(SHEET) if size < SHEET else math.ceil(size) + 1.0
    return Drawing(arrays, side, side / 20)
