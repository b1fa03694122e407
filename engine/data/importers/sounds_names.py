"""What the names of sounds and a table beside them say: class or text, speaker, number, part."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from engine.data.importers.importer import place_of
from engine.data.importers.sounds_options import SoundOptions
from engine.data.importers.sounds_store import Store
from engine.errors import DataError

PARTS: Mapping[str, bool] = MappingProxyType({
    "train": True, "training": True, "test": False, "testing": False, "validation": False,
    "valid": False, "val": False, "dev": False, "eval": False})
"""What folders and cells call a part of the data, and whether it is to learn from."""

LARGEST_TABLE = 64 * 2**20

_PIECES = MappingProxyType({
    "label": re.compile(r"[^/]+"), "speaker": re.compile(r"[^/]+"),
    "n": re.compile(r"\d{1,9}"), "skip": re.compile(r"[^/]*")})

_MOST_PIECES = 16
"""Braces of a pattern."""

_LABELS = ("label", "class", "category", "word", "target", "text", "transcript", "transcription",
           "sentence")
_SPEAKERS = ("speaker", "speaker_id", "client_id", "group", "fold")
_SPLITS = ("split", "set", "subset", "part")


@dataclass(frozen=True)
class Recording:
    """One sound of what was brought.

    Attributes
    ----------
    store : int
        Which of the folders or zips it lies in.
    name : str
        Its name there.
    label : str
        Its class or text.
    speaker : str
        Who speaks, or what other group it belongs to; empty if nothing says.
    number : int | None
        Its number, where the name has one.
    is_learned : bool | None
        Whether it lies in a part that is to learn from; None where there are no parts.
    """

    store: int
    name: str
    label: str
    speaker: str = ""
    number: int | None = None
    is_learned: bool | None = None


@dataclass(frozen=True)
class NamePattern:
    """What names are built like: a text before every piece, and one behind the last.

    Not a regular expression, which would take for ever to find that a name of some hundred letters
    is not built so, where a pattern has several pieces to skip.
    """

    texts: tuple[str, ...]
    pieces: tuple[str, ...]

    def match(self, name: str) -> dict[str, str]:
        """Return what a name says, every piece but a number as short as can be; or nothing."""
        found = self._rest(0, 0, name, set())
        return {piece: text for piece, text in found or () if piece != "skip"}

    def _rest(self, place: int, at: int, name: str, failed: set[tuple[int, int]]
              ) -> list[tuple[str, str]] | None:
        """Return the pieces from a place on, of the name from a letter on; None if they differ."""
        text = self.texts[place]
        if (place, at) in failed or not name.startswith(text, at):
            return None
        at += len(text)
        if place == len(self.pieces):
            return [] if at == len(name) else None
        piece = self.pieces[place]
        longest = _PIECES[piece].match(name, at)
        ends = range(at + (piece != "skip"), longest.end() + 1) if longest else range(0)
        for end in reversed(ends) if piece == "n" else ends:
            rest = self._rest(place + 1, end, name, failed)
            if rest is not None:
                return [(piece, name[at:end]), *rest]
        failed.add((place, at - len(text)))
        return None


@lru_cache(maxsize=8)
def compiled(pattern: str) -> NamePattern:
    """Return a pattern of names, such as ``{label}_{speaker}_{n}``, taken apart.

    Raises
    ------
    DataError
        If it holds something else in braces, or the same twice, or more than `_MOST_PIECES`.
    """
    pieces = re.split(r"\{([^{}]*)\}", pattern)
    names = pieces[1::2]
    named = [name for name in names if name != "skip"]
    if not names or any(name not in _PIECES for name in names) or (
            len(set(named)) < len(named) or len(names) > _MOST_PIECES):
        raise DataError("sound.pattern", pattern=pattern, known=tuple(
            f"{{{name}}}" for name in _PIECES))
    return NamePattern(tuple(pieces[::2]), tuple(names))


def recordings(stores: Sequence[Store], options: SoundOptions) -> tuple[
        tuple[Recording, ...], tuple[str, ...]]:
    """Return the sounds with what is said of them, and the names of those of which nothing is said.

    Raises
    ------
    DataError
        If nothing says what the sounds are.
    """
    found: list[Recording] = []
    silent: list[str] = []
    for place, store in enumerate(stores):
        known, unknown = _of_store(store, place, options)
        found += known
        silent += unknown
    if not found:
        raise DataError("sound.no-labels", place=stores[0].path.name, name=stores[0].sounds[0],
                        pattern=options.pattern)
    return tuple(found), tuple(silent)


def _of_store(store: Store, place: int, options: SoundOptions) -> tuple[
        list[Recording], list[str]]:
    if options.labels in ("auto", "table"):
        table = _table(store, options)
        if table is not None:
            return _by_table(store, place, table, compiled(options.pattern))
        if options.labels == "table":
            raise DataError("sound.no-table", place=store.path.name)
    inner = _inner(store.sounds)
    pattern = compiled(options.pattern)
    in_folders = options.labels == "folders" or (
        options.labels == "auto" and len({_class_folder(name) for name in inner}) > 1)
    own = _own_folder(store)
    known, unknown = [], []
    for name, short in zip(store.sounds, inner, strict=True):
        said = _said(pattern, short)
        label = (_class_folder(short) or own) if in_folders else said.get("label", "")
        if not label:
            unknown.append(name)
            continue
        known.append(Recording(place, name, label, said.get("speaker", ""), _number(said),
                               PARTS.get(short.split("/")[0].lower())))
    return known, unknown


def _said(pattern: NamePattern, name: str) -> dict[str, str]:
    """Return what a sound's name says by a pattern; nothing if it is built otherwise."""
    return pattern.match(name.rpartition("/")[2].rpartition(".")[0])


def _number(said: Mapping[str, str]) -> int | None:
    return int(said["n"]) if "n" in said else None


def _inner(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without the folders in which all of them lie."""
    folders = [name.split("/")[:-1] for name in names]
    shared = 0
    while all(len(one) > shared and one[shared] == folders[0][shared] for one in folders):
        shared += 1
    return tuple("/".join(name.split("/")[shared:]) for name in names)


def _own_folder(store: Store) -> str:
    """Return the name of the folder in which all sounds lie, or of what was brought itself."""
    folder = store.sounds[0].rpartition("/")[0].rpartition("/")[2]
    return folder or store.path.stem


def _class_folder(name: str) -> str:
    """Return the outermost folder of a sound that is no part of the data; empty for none."""
    folders = [one for one in name.split("/")[:-1] if one.lower() not in PARTS]
    return folders[0] if folders else ""


@dataclass(frozen=True)
class _Table:
    """Rows of a table of sounds, and which column is what; -1 for none."""

    rows: tuple[tuple[str, ...], ...]
    file: int
    label: int
    speaker: int
    part: int


def _table(store: Store, options: SoundOptions) -> _Table | None:
    """Return the table that names most of the sounds; None if there is none."""
    known = _known(store)
    best: tuple[int, _Table] | None = None
    for name in store.tables:
        rows = _rows(store, name)
        if len(rows) < 2 or len(rows[0]) < 2:
            continue
        hits = Counter(column for row in rows for column, cell in enumerate(row)
                       if cell.strip() in known)
        if not hits:
            continue
        file, count = hits.most_common(1)[0]
        if best is None or count > best[0]:
            best = count, _columns(rows, file, known, options, store, name)
    return None if best is None else best[1]


def _known(store: Store) -> dict[str, str]:
    """Return the sounds by all that a table may call them: path, file name, name without suffix."""
    known: dict[str, str] = {}
    for name in store.sounds:
        short = name.rpartition("/")[2]
        for called in (short.rpartition(".")[0], short, name):
            known[called] = name
    return known


def _rows(store: Store, name: str) -> list[tuple[str, ...]]:
    content = store.content(name)
    raw = content if isinstance(content, bytes) else _bytes(content)
    text = raw.decode("utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    mark = max("\t|;,", key=first.count)
    try:
        # Between bars and tabs, quotes are part of what is spoken.
        rows = csv.reader(io.StringIO(text), delimiter=mark,
                          quoting=csv.QUOTE_MINIMAL if mark in ",;" else csv.QUOTE_NONE)
        return [tuple(row) for row in rows if row]
    except csv.Error:
        return []


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= LARGEST_TABLE else b""
    except OSError:
        return b""


def _columns(rows: Sequence[tuple[str, ...]], file: int, known: Mapping[str, str],
             options: SoundOptions, store: Store, name: str) -> _Table:
    # A first row that names a sound itself is no row of titles.
    has_titles = len(rows[0]) <= file or rows[0][file].strip() not in known
    titles = [cell.strip().lower() for cell in rows[0]] if has_titles else []
    label = _position(titles, (options.label_column.lower(),) if options.label_column else _LABELS)
    if options.label_column and label < 0:
        raise DataError("sound.no-column", place=place_of(name, store.path.name),
                        column=options.label_column, known=tuple(titles) or ("no titles",))
    if label < 0:
        label = next(column for column in range(len(rows[0])) if column != file)
    return _Table(tuple(rows[has_titles:]), file, label, _position(titles, _SPEAKERS),
                  _position(titles, _SPLITS))


def _position(titles: Sequence[str], wanted: Sequence[str]) -> int:
    return next((titles.index(one) for one in wanted if one in titles), -1)


def _by_table(store: Store, place: int, table: _Table,
              pattern: NamePattern) -> tuple[list[Recording], list[str]]:
    known = _known(store)
    found: dict[str, Recording] = {}
    for row in table.rows:
        name = known.get(_cell(row, table.file))
        label = _cell(row, table.label)
        if name is None or not label:
            continue
        said = _said(pattern, name)
        speaker = _cell(row, table.speaker) if table.speaker >= 0 else said.get("speaker", "")
        found[name] = Recording(place, name, label, speaker, _number(said),
                                PARTS.get(_cell(row, table.part).lower()))
    return list(found.values()), [name for name in store.sounds if name not in found]


def _cell(row: tuple[str, ...], column: int) -> str:
    return row[column].strip() if 0 <= column < len(row) else ""
