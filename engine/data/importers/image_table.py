"""A table beside images: a column names their files, another one what is to be predicted."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.data.importers.file_trees import FileTree, Folder
from engine.data.importers.image_classes import UNKNOWN, natural, side_of
from engine.data.importers.image_collection import Collection, FilePictures
from engine.data.importers.image_options import Choices
from engine.data.importers.importer import LeftOut, place_of
from engine.data.limits import LARGEST_FILE, MOST_LEVELS
from engine.data.remark import remark
from engine.data.unreadable import UnreadableError
from engine.errors import DataError
from engine.messages import say
from engine.spec import TableSpec

if TYPE_CHECKING:
    from engine.data.cells import Cells
    from engine.data.columns import Column

SUFFIXES = (".csv", ".tsv")

_TRIED = 200
"""Different values of a column that are looked up among the files."""

_LABELS = ("label", "labels", "class", "classes", "category", "target", "y", "species", "breed",
           "diagnosis", "answer")
"""What columns of targets are often called."""


def is_table(name: str) -> bool:
    """Say whether a file is called like a table."""
    return name.lower().endswith(SUFFIXES)


class _Files:
    """The images of a tree by how a table may name them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._by_name = {name.lower(): name for name in names}
        lasts = [name.lower().rsplit("/", 1)[-1] for name in names]
        stems = [last.rsplit(".", 1)[0] for last in lasts]
        self._by_last = _unique(lasts, names)
        self._by_stem = _unique(stems, names)
        self._by_number = _unique([stem.lstrip("0") or "0" for stem in stems], names)

    def find(self, text: str) -> str:
        """Return the image that a text names; nothing if there is none."""
        key = text.strip().replace("\\", "/").removeprefix("./").lower()
        last = key.rsplit("/", 1)[-1]
        return (self._by_name.get(key) or self._by_last.get(last) or self._by_stem.get(last)
                or self._by_number.get(last.lstrip("0") or "0") or "")


def _unique(keys: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    counts = Counter(keys)
    return {key: name for key, name in zip(keys, names, strict=True) if counts[key] == 1}


@dataclass(frozen=True)
class _Columns:
    """Which columns of a table say what; a side only where one does."""

    files: _Texts
    target: Column
    sides: _Texts | None


def read_table(tree: FileTree, images: Sequence[str], choices: Choices, chosen: str = ""
               ) -> Collection | None:
    """Return the images that a table names, with what it says of them.

    Parameters
    ----------
    tree : FileTree
        Folder or archive.
    images : sequence of str
        The images in it.
    choices : Choices
        Columns that a person has chosen.
    chosen : str
        The table that a person has chosen; empty takes the first that names images.

    Returns
    -------
    Collection | None
        None where no table names images, and none was asked for.

    Raises
    ------
    DataError
        If the table that was asked for cannot be read, or lacks a column.
    """
    tables = [chosen] if chosen else [name for name in tree.sizes
                                      if is_table(name) and name.count("/") < 2]
    wanted = bool(chosen or choices.file_column or choices.label_column)
    files, fault = _Files(images), None
    for name in tables:
        try:
            with _on_disk(tree, name) as path:
                table = _read(path)
            columns = _columns(table, name, files, choices)
        except DataError as error:
            fault = fault or error
            continue
        return _collected(tree, name, columns, files, images)
    if wanted:
        raise fault or DataError("images.no-table", place=tree.title)
    return None


class _Texts(NamedTuple):
    """The cells of a column as they stand in the file: 007.png is no number."""

    name: str
    codes: NDArray[np.signedinteger]
    levels: Sequence[str]

    def says_sides(self) -> bool:
        """Say whether all cells are train, val or test."""
        return len(self.levels) > 1 and all(map(side_of, self.levels))

    def share(self, files: _Files) -> float:
        """Return the share of the different cells that name images."""
        tried = self.levels[:: -(-len(self.levels) // _TRIED)]
        return sum(bool(files.find(text)) for text in tried) / len(tried)


class _Table(NamedTuple):
    """A table that was read: columns by their names, as they stand there and as they are meant."""

    texts: dict[str, _Texts]
    columns: dict[str, Column]


def _read(path: Path) -> _Table:
    # Not at the top: pandas takes a quarter of a second.
    from engine.data.column_reader import read_columns
    from engine.data.columns import interpret_columns
    from engine.data.formats import open_source
    from engine.data.records import iterate_rows
    from engine.data.sniff import examine

    spec = TableSpec()
    source = open_source(path, spec)
    form = examine(source, spec)
    with source.open() as lines:
        rows = iterate_rows(lines, form.dialect, source.place, form.skip)
        cells, _ = read_columns(rows, form, range(len(form.names)), source.place, ())
    texts = {form.names[place]: _Texts(form.names[place], *_parts(cell))
             for place, cell in cells.items()}
    columns = interpret_columns(form.names, cells, form.decimal)
    return _Table(texts, {column.name: column for column in columns})


def _parts(cell: Cells) -> tuple[NDArray[np.signedinteger], Sequence[str]]:
    found = cell.texts()
    if len(found.codes) or cell.numbers is None:
        return found.codes, found.levels
    # Of plain numbers the reader keeps no texts: such name images without their zeros.
    values, codes = np.unique(cell.numbers, return_inverse=True)
    return codes, [f"{value:.15g}" for value in values]


@contextmanager
def _on_disk(tree: FileTree, name: str) -> Iterator[Path]:
    """Give the path of a table; that of an archive is copied to a name that nobody chose."""
    if isinstance(tree, Folder):
        yield tree.root / name
        return
    try:
        content = tree.read(name, LARGEST_FILE)
    except UnreadableError as error:
        raise DataError("images.array-unreadable", place=place_of(name, tree.title),
                        reason=error.reason) from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{Path(name).suffix.lower()}"
        path.write_bytes(content)
        yield path


def _columns(table: _Table, place: str, files: _Files, choices: Choices) -> _Columns:
    """Return which columns count: those that were chosen, else the likeliest.

    Raises
    ------
    DataError
        If there is none of the name that was chosen, or none that names images or classes.
    """
    texts, known = table.texts, tuple(table.texts)
    for name in (choices.file_column, choices.label_column):
        if name and name not in texts:
            raise DataError("images.no-column", place=place, column=name, known=known)
    named = texts.get(choices.file_column) or max(
        texts.values(), key=lambda column: column.share(files))
    if not named.share(files):
        raise DataError("images.no-file-column", place=place, known=known)
    others = [column for column in texts.values() if column is not named]
    sides = next((column for column in others if column.says_sides()), None)
    usable = [table.columns[column.name] for column in others
              if column is not sides and table.columns[column.name].present.any()]
    target = table.columns.get(choices.label_column) or _likeliest(usable)
    if target is None:
        raise DataError("images.no-label-column", place=place, known=known)
    return _Columns(named, target, sides)


def _likeliest(columns: Sequence[Column]) -> Column | None:
    for name in _LABELS:
        for column in columns:
            if column.name.strip().lower() == name:
                return column
    few = [column for column in columns if column.numbers is None
           and 1 < len(column.levels) <= max(MOST_LEVELS, column.rows // 2)]
    return next(iter(few or columns), None)


def _collected(tree: FileTree, table: str, columns: _Columns, files: _Files,
               images: Sequence[str]) -> Collection:
    codes, texts = columns.files.codes, columns.files.levels
    found = [files.find(text) for text in texts]
    present = columns.target.present
    left_out, rows, seen = [], [], set()
    for row, code in enumerate(codes.tolist()):
        name = found[code]
        if not name:
            left_out.append(LeftOut(texts[code] or f"row {row + 1:,}", say("images.no-file")))
        elif not present[row]:
            left_out.append(LeftOut(name, say("images.no-label")))
        elif name in seen:
            left_out.append(LeftOut(name, say("images.named-twice")))
        else:
            seen.add(name)
            rows.append(row)
    kept = np.array(rows, np.int64)
    names = [found[codes[row]] for row in rows]
    unnamed = [name for name in images if name not in seen]
    remarks = [remark("note.images-table", file=table, count=len(rows), files=columns.files.name,
                      target=columns.target.name)]
    if unnamed:
        remarks.append(remark("note.images-unnamed", file=table, count=len(unnamed),
                              names=tuple(unnamed)))
    target = _targets(columns.target, kept)
    return Collection(
        title=tree.title, names=names, pictures=FilePictures(tree, names),
        labels=target.labels, class_names=target.class_names, values=target.values,
        sides=_sides(columns.sides, kept), target_names=(columns.target.name,),
        left_out=tuple(left_out), remarks=tuple(remarks))


class _Targets(NamedTuple):
    labels: Indices
    class_names: tuple[str, ...]
    values: Reals


def _targets(column: Column, rows: Indices) -> _Targets:
    from engine.data.alike import texts_of

    numbers = column.numbers
    if numbers is not None:
        own = numbers[rows]
        if len(np.unique(own)) > MOST_LEVELS or (own != np.floor(own)).any():
            return _Targets(np.empty(0, np.int64), (), own[:, None])
    codes, texts = texts_of(column)
    used = np.unique(codes[rows])
    ordered = sorted(used.tolist(), key=lambda code: natural(texts[code]))
    number = {code: label for label, code in enumerate(ordered)}
    return _Targets(np.array([number[code] for code in codes[rows].tolist()], np.int64),
                    tuple(texts[code] for code in ordered), np.empty((len(rows), 0)))


def _sides(column: _Texts | None, rows: Indices) -> Indices:
    if column is None:
        return np.full(len(rows), UNKNOWN, np.int64)
    sides: Indices = np.array([*map(side_of, column.levels)], np.int64)[column.codes[rows]]
    return sides
