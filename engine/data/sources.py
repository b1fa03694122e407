"""Every data set that a project can name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from msgspec.structs import replace

from engine.data.copies import in_copy
from engine.data.copies_used import note_used
from engine.data.dataset import Dataset, Indices, Reals
from engine.data.drawing.generated import outline
from engine.data.drawing.load import DRAWINGS, load_drawn, load_kept, with_own
from engine.data.drawing.models import DIGITS, SHAPES, Form
from engine.data.drawing.stages import Recipe, picture
from engine.data.files import at_home, check_access
from engine.data.generators import HALF_WIDTH, POINT_SETS, PointSet
from engine.data.importers.catalogue import IMPORTERS
from engine.data.painted import PAINTED, load_painted
from engine.data.points import load_points
from engine.data.reconstruction import to_reconstruct
from engine.data.reviews import draw_review, load_reviews
from engine.data.series import load_sines, sines
from engine.data.shipped import load_numbers, load_penguins, read_numbers, read_penguin_bills
from engine.data.texts import alice, load_alice, load_text
from engine.data.vowels import load_vowel_strings, load_vowels, vowel_frames
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec, Task

if TYPE_CHECKING:
    from engine.data.table_preview import TablePreview

TABLE = "table"
"""Key of a person's own table."""

TEXT = "text"
"""Key of a person's own text."""

_BSD = "BSD 3-Clause (scikit-learn)"
_CC0 = "CC0 1.0 (palmerpenguins)"


@dataclass(frozen=True)
class SourceInfo:
    """What people see of a data set before it is loaded.

    Attributes
    ----------
    key : str
        What `engine.spec.DataSpec.source` calls it.
    title : str
        Its name for people.
    task : str
        ``classification``, ``regression``, ``sequence`` or ``transcription``.
    kind : str
        ``points`` (in the plane), ``table``, ``images``, ``sounds``, ``text`` or ``series``.
    help : str
        One sentence on what is to be learned.
    licence : str
        Licence and origin; empty for generated points.
    """

    key: str
    title: str
    task: Task
    kind: Literal["points", "table", "images", "sounds", "text", "series"]
    help: str
    licence: str = ""


class Thumbnail(NamedTuple):
    """A data set in miniature.

    Attributes
    ----------
    points : float64[m, 2]
        Between -1 and 1 on both axes, the second pointing up.
    values : float64[m]
        Between -1 (orange) and 1 (blue): class or value.
    """

    points: Reals
    values: Reals


@dataclass(frozen=True)
class _Source:
    info: SourceInfo
    load: Callable[[DataSpec], Dataset]
    draw: Callable[[int], Thumbnail]


def _points_source(key: str, points: PointSet) -> _Source:
    info = SourceInfo(key, points.title, points.task, "points", points.help)
    return _Source(info, load_points, partial(_draw_points, points))


def _draw_points(points: PointSet, n: int) -> Thumbnail:
    drawn, targets = points.draw(np.random.default_rng(42), n, 0.0)
    return Thumbnail(drawn / HALF_WIDTH, np.clip(targets, -1, 1))


def _draw_columns(read: Callable[[], tuple[Reals, Indices]], columns: tuple[int, int],
                  n: int) -> Thumbnail:
    inputs, labels = read()
    rows = np.random.default_rng(42).permutation(len(inputs))[:n]
    pair = inputs[:, columns]
    low, high = pair.min(axis=0), pair.max(axis=0)
    points = 1.8 * (pair[rows] - low) / (high - low) - 0.9
    return Thumbnail(points, 2.0 * labels[rows] / labels.max() - 1)


def _draw_digit(n: int) -> Thumbnail:
    inputs, labels = read_numbers("digits")
    return _draw_pixels(inputs[np.flatnonzero(labels == 3)[0]].reshape(8, 8), n)


def _draw_form(form: Form, n: int) -> Thumbnail:
    return _draw_pixels(picture(outline(form), Recipe((8, 8), 1.0, 1.2 / 8)), n)


def _draw_pixels(image: Reals, n: int) -> Thumbnail:
    """Draw the darkest pixels of an image of 8 by 8."""
    darkest = np.argsort(-image, axis=None, kind="stable")[:min(n, np.count_nonzero(image > 0.2))]
    rows, columns = np.unravel_index(np.sort(darkest), image.shape)
    points = np.column_stack([(columns - 3.5) / 4.5, (3.5 - rows) / 4.5])
    return Thumbnail(points, image[rows, columns])


def _draw_lines(texts: Sequence[tuple[str, float]], n: int) -> Thumbnail:
    """Draw every letter of some lines as a point, with a value for each line."""
    width = max(len(text) for text, _ in texts)
    places = [(-0.9 + 1.8 * column / width, 0.8 - 1.6 * line / max(len(texts) - 1, 1), value)
              for line, (text, value) in enumerate(texts)
              for column, letter in enumerate(text) if letter != " "]
    kept = np.array(places)[:: -(-len(places) // n)]
    return Thumbnail(kept[:, :2], kept[:, 2])


def _draw_alice(n: int) -> Thumbnail:
    # The first lines of the story itself; what comes later is what is asked for.
    lines = [line[:16] for line in alice().split("\n")[4:9]]
    return _draw_lines([(line, 1.0 - 0.35 * number) for number, line in enumerate(lines)], n)


def _draw_reviews(n: int) -> Thumbnail:
    rng = np.random.default_rng(3)
    reviews = [draw_review(rng) for _ in range(5)]
    return _draw_lines([(text[:16], 2.0 * pleased - 1) for text, pleased in reviews], n)


def _draw_sines(n: int) -> Thumbnail:
    series = sines(n, 0.0, 0)
    points = np.column_stack([np.linspace(-0.95, 0.95, n), series / 1.7])
    return Thumbnail(points, np.clip(series, -1, 1))


def _draw_vowel(text: str, n: int) -> Thumbnail:
    """Draw spectrograms side by side, 1 for loud: time to the right, frequency upwards."""
    found = np.concatenate([vowel_frames(vowel) for vowel in text])
    side = max(2, math.isqrt(n))
    rows, columns = (np.arange(side) * length // side for length in found.shape)
    loud = found[np.ix_(rows, columns)].astype(np.float64) / 255
    x, y = np.meshgrid(np.linspace(-0.9, 0.9, side), np.linspace(-0.9, 0.9, side), indexing="ij")
    return Thumbnail(np.column_stack([x.ravel(), y.ravel()]), loud.ravel())


_SHIPPED = (
    _Source(SourceInfo("digits", "Digits", "classification", "images",
                       "Which digit was written: 1,797 images of 8 by 8 pixels.", _BSD),
            partial(load_numbers, title="Digits"), _draw_digit),
    _Source(SourceInfo("drawn_digits", "Drawn digits", "classification", "images",
                       "Which digit was drawn: 5,000 images of 28 by 28 pixels, made of strokes as "
                       "a hand draws them. The pad reads what you draw yourself."),
            partial(load_drawn, title="Drawn digits"), partial(_draw_form, DIGITS["2"][0])),
    _Source(SourceInfo("drawn_shapes", "Drawn shapes", "classification", "images",
                       "Which of eight shapes was drawn, from circle to wave: 3,200 images of 28 "
                       "by 28 pixels. The pad reads what you draw yourself."),
            partial(load_drawn, title="Drawn shapes"), partial(_draw_form, SHAPES["star"][0])),
    _Source(SourceInfo("iris", "Iris", "classification", "table",
                       "Which of three irises: 150 flowers measured in centimetres.", _BSD),
            partial(load_numbers, title="Iris"),
            partial(_draw_columns, partial(read_numbers, "iris"), (2, 3))),
    _Source(SourceInfo("wine", "Wine", "classification", "table",
                       "Which of three growers made a wine: 178 chemical analyses.", _BSD),
            partial(load_numbers, title="Wine"),
            partial(_draw_columns, partial(read_numbers, "wine"), (6, 12))),
    _Source(SourceInfo("breast_cancer", "Breast cancer", "classification", "table",
                       "Whether a tumour is benign: 569 images of cell nuclei, measured.", _BSD),
            partial(load_numbers, title="Breast cancer"),
            partial(_draw_columns, partial(read_numbers, "breast_cancer"), (20, 27))),
    _Source(SourceInfo("penguins", "Penguins", "classification", "table",
                       "Which of three species: 344 penguins of the Palmer Archipelago.", _CC0),
            partial(load_penguins, title="Penguins"),
            partial(_draw_columns, read_penguin_bills, (0, 1))),
    _Source(SourceInfo("sine", "Sine waves", "regression", "series",
                       "The next value of a series: the sum of two sines, which never repeats."),
            load_sines, _draw_sines),
    _Source(SourceInfo("vowels", "Vowels", "classification", "sounds",
                       "Which vowel is spoken: a, e, i, o or u, made by computer for 30 voices of "
                       "men, women and children."),
            load_vowels, partial(_draw_vowel, "e")),
    _Source(SourceInfo("vowel_strings", "Vowel strings", "transcription", "sounds",
                       "Which vowels are spoken one after the other: 3 to 5 of a, e, i, o and u, "
                       "whose places nobody gives."),
            load_vowel_strings, partial(_draw_vowel, "ea")),
    _Source(SourceInfo("reviews", "Film reviews", "classification", "text",
                       "Whether the writer is pleased: 1,200 short reviews made from a small "
                       "grammar, in which \"not\" turns the word behind it round."),
            load_reviews, _draw_reviews),
    _Source(SourceInfo("alice", "Alice", "sequence", "text",
                       "The next letter, at every place of Alice's Adventures in Wonderland by "
                       "Lewis Carroll (1865).", "Public domain (Project Gutenberg)"),
            load_alice, _draw_alice),
)

_SOURCES: Mapping[str, _Source] = MappingProxyType({
    source.info.key: source
    for source in (*(_points_source(key, points) for key, points in POINT_SETS.items()), *_SHIPPED)
})


def catalogue() -> tuple[SourceInfo, ...]:
    """Return the data sets that come with the program, generated points first."""
    return tuple(source.info for source in _SOURCES.values())


def thumbnail_points(key: str, n: int = 120) -> Thumbnail:
    """Return a data set in miniature.

    Parameters
    ----------
    key : str
        One of the catalogue's.
    n : int
        Most points to return, at least 2.

    Raises
    ------
    DataError
        If the catalogue has no such key.
    """
    return _source(key).draw(n)


def load(spec: DataSpec, base: Path | None = None) -> Dataset:
    """Load, split and scale a data set.

    Parameters
    ----------
    spec : DataSpec
        What to load.
    base : Path or None
        The project file or its folder, where a relative path starts; None takes the current folder.

    Raises
    ------
    DataError
        If there is no such data set, the person's file cannot be learned from, or a text is to be
        reconstructed.
    """
    dataset = _load(spec, base)
    if spec.source != DRAWINGS:
        dataset = with_own(dataset, spec)
    return to_reconstruct(dataset, spec) if spec.goal == "reconstruct" else dataset


def _load(spec: DataSpec, base: Path | None) -> Dataset:
    """Return a data set as its own loader makes it."""
    if spec.embedded:
        note_used(spec.embedded)
    spec = in_copy(spec)
    if spec.source == DRAWINGS and not spec.path:
        return load_kept(spec)
    if spec.source == PAINTED:
        return load_painted(spec)
    if spec.source not in (TABLE, TEXT, *IMPORTERS):
        return _source(spec.source).load(spec)
    if not spec.path:
        raise DataError("data.no-file-chosen")
    path = _found(spec.path, base)
    if spec.source in IMPORTERS:
        return _imported(path, spec, base)
    if spec.source == TEXT:
        return load_text(path, spec)
    from engine.data.table import load_table

    test = _found(spec.table.test_path, base) if spec.table.test_path else None
    return load_table(path, spec, test=test)


def _imported(path: Path, spec: DataSpec, base: Path | None) -> Dataset:
    more = [_found(one, base) for one in spec.more_paths]
    for one in (path, *more):
        check_access(one)
    paths = tuple(str(one.absolute()) for one in more)
    path = path.absolute()
    return IMPORTERS[spec.source].load(path, replace(spec, path=str(path), more_paths=paths))


def preview(path: str | Path, spec: TableSpec | None = None) -> TablePreview:
    """Look at the beginning of a person's file; see `engine.data.table_preview.preview`."""
    from engine.data.table_preview import preview as look

    return look(path, spec)


def _found(path: str, base: Path | None) -> Path:
    return _folder(base) / at_home(path)


def _folder(base: Path | None) -> Path:
    if base is None:
        return Path()
    return base.parent if base.is_file() else base


def _source(key: str) -> _Source:
    if key not in _SOURCES:
        raise DataError("data.unknown", key=key,
                        known=(*_SOURCES, TABLE, TEXT, PAINTED, *IMPORTERS))
    return _SOURCES[key]
