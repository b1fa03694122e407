"""Text files in folders or in a zip archive, a folder for each class."""

from __future__ import annotations

import os
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from engine.data.dataset import Indices
from engine.data.files import Mending, errors_of, find_encoding, unknown_encoding, wrong_encoding
from engine.data.importers.importer import LeftOut
from engine.data.importers.suffixes import TABLE_SUFFIXES, TEXT_SUFFIXES
from engine.data.importers.texts_corpus import PARTS, Corpus, Text, parts_of
from engine.data.kinds import binary_kind
from engine.data.limits import LARGEST_FILE, LARGEST_TEXT, MOST_CLASSES
from engine.data.remark import Remark, remark
from engine.data.zip_members import UNREADABLE, files_of
from engine.errors import DataError
from engine.messages import say

MOST_FILES = 200_000
MOST_TOLD = 200
"""Files that are left out of which each is named."""

_UNLABELLED = "unsup"
"""The folder of the film reviews of Maas et al. (2011) whose texts have no label."""

_SUSPECT_BYTES, _SUSPECT_RATIO = 16 * 2**20, 200
_PIECE = 2**20


class Member(NamedTuple):
    """A file of a folder or an archive.

    Attributes
    ----------
    parts : tuple[str, ...]
        Its path from there.
    size : int
        Its bytes.
    open : callable
        Opens it to be read.
    """

    parts: tuple[str, ...]
    size: int
    open: Callable[[], IO[bytes]]

    @property
    def name(self) -> str:
        """Its path, for people."""
        return "/".join(self.parts)

    @property
    def suffix(self) -> str:
        """Its suffix in small letters, with the dot."""
        return Path(self.parts[-1]).suffix.lower()

    def pieces(self, most: int) -> Iterator[bytes]:
        """Yield its content, at most one byte more than a number of bytes.

        Raises
        ------
        DataError
            If it cannot be read.
        """
        left = most + 1
        try:
            with self.open() as file:
                while left > 0 and (piece := file.read(min(left, _PIECE))):
                    left -= len(piece)
                    yield piece
        except OSError as error:
            raise DataError("file.failed", path=self.name,
                            reason=error.strerror or str(error)) from error
        except UNREADABLE as error:
            raise DataError("texts.zip-member", place=self.name) from error

    def unpack(self, folder: Path, most: int) -> Path:
        """Write it to a folder and return where; raises DataError if it is larger than that."""
        # Its own name may be one that no file of this system can have.
        target, size = folder / f"table{self.suffix}", 0
        with target.open("wb") as file:
            for piece in self.pieces(most):
                size += file.write(piece)
        if size > most:
            raise DataError("file.too-large", place=self.name, size=size, most=most)
        return target


@contextmanager
def opened(path: Path) -> Iterator[list[Member]]:
    """Open a folder or an archive and give its files in the order of their names.

    Raises
    ------
    DataError
        If there are too many, they are too large, or the archive is damaged, protected or hostile.
    """
    if path.is_dir():
        yield _in_folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise DataError("texts.zip-damaged", place=path.name) from error
    with archive:
        yield _in_archive(archive, path.name)


def _in_folder(path: Path) -> list[Member]:
    found: list[Member] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        # Not as paths: of ten thousand files, making these alone takes a second.
        parts = Path(folder).relative_to(path).parts
        for name in sorted(names):
            if _is_hidden(name):
                continue
            file = os.path.join(folder, name)
            size = _size(file)
            if size is not None:
                found.append(Member((*parts, name), size, partial(_open, file)))
        if len(found) > MOST_FILES:
            raise DataError("texts.many-files", place=path.name, most=MOST_FILES)
    _check_size(found, path.name)
    return found


def _open(file: str) -> IO[bytes]:
    return open(file, "rb")


def _size(file: str) -> int | None:
    """Return the bytes of a file; None for what is none, and for a link that leads nowhere."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _in_archive(archive: zipfile.ZipFile, place: str) -> list[Member]:
    infos = files_of(archive)
    if len(infos) > MOST_FILES:
        raise DataError("texts.many-files", place=place, most=MOST_FILES)
    found = []
    for info in infos:
        parts = tuple(part for part in info.filename.replace("\\", "/").split("/") if part != ".")
        if not parts:
            continue
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise DataError("texts.zip-outside", place=place, name=info.filename)
        if info.flag_bits & 1:
            raise DataError("texts.zip-password", place=place)
        if info.file_size > _SUSPECT_BYTES and (
                info.file_size > _SUSPECT_RATIO * max(info.compress_size, 1)):
            raise DataError("texts.zip-bomb", place=place, name=info.filename,
                            size=info.file_size)
        if not any(map(_is_hidden, parts)):
            found.append(Member(parts, info.file_size, partial(archive.open, info)))
    _check_size(found, place)
    return sorted(found, key=lambda member: member.parts)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _check_size(members: Sequence[Member], place: str) -> None:
    size = sum(member.size for member in members if is_text(member))
    if size > LARGEST_FILE:
        raise DataError("file.too-large", place=place, size=size, most=LARGEST_FILE)


def is_text(member: Member) -> bool:
    """Return whether a file may hold a text: by its suffix, or without one as 20 Newsgroups has."""
    return member.suffix in TEXT_SUFFIXES or not member.suffix or member.suffix[1:].isdigit()


def tables_in(members: Sequence[Member]) -> list[Member]:
    """Return the files that are tables, the largest first, where no folder stands for a class."""
    plain = [member for member in members if not member.parts[-1].lower().startswith("readme")]
    if any(is_text(member) and len(member.parts) > 1 for member in plain) and len(
            {member.parts[:-1] for member in plain}) > 1:
        return []
    tables = [member for member in plain if member.suffix in TABLE_SUFFIXES] or [
        member for member in plain if is_text(member)]
    return sorted(tables, key=lambda member: -member.size)


def decoded(content: bytes, place: str, encoding: str = "") -> str:
    """Return the content of a text file.

    Parameters
    ----------
    content : bytes
        The file.
    place : str
        Its name, for sentences.
    encoding : str
        How it was saved; empty finds out.

    Raises
    ------
    DataError
        If it is too large, no text, or not in this encoding.
    """
    if len(content) > LARGEST_TEXT:
        raise DataError("file.text-too-large", place=place, size=len(content), most=LARGEST_TEXT)
    if (what := binary_kind(content)) is not None:
        raise DataError("file.no-text", place=place, what=what)
    if not content:
        return ""
    name = encoding or find_encoding(content, True, place).name
    try:
        text = content.decode(name, errors_of(name, content))
    except LookupError as error:
        raise unknown_encoding(name, place) from error
    except ValueError as error:
        raise wrong_encoding(name, place) from error
    return Mending().mended(text.removeprefix("\ufeff"), 1)


class _Sorted(NamedTuple):
    """Files by their classes: each with its class and part, and what is left out."""

    files: list[tuple[Member, str, str]]
    left_out: list[LeftOut]


def _by_class(members: Sequence[Member]) -> _Sorted:
    left_out = [LeftOut(member.name, say("texts.suffix", suffix=member.suffix))
                for member in members if not is_text(member)]
    texts = [member for member in members if is_text(member)]
    start = 0
    deep = [member for member in texts if len(member.parts) > 2]
    while deep and len({member.parts[start] for member in texts if len(member.parts) > start + 1}
                       ) == 1 and all(len(member.parts) > start + 2 for member in deep):
        start += 1
        deep = [member for member in deep if len(member.parts) > start + 2]
    tops = sorted({member.parts[start] for member in texts if len(member.parts) > start + 2})
    has_parts = bool(parts_of(tops))
    files = []
    for member in texts:
        inner = member.parts[start:]
        part = inner[0] if has_parts and inner[0] in tops else ""
        inner = inner[1:] if part else inner
        if len(inner) < 2 or inner[0] == _UNLABELLED or (has_parts and not part):
            left_out.append(LeftOut(member.name, say("texts.no-class")))
        else:
            files.append((member, inner[0], part))
    return _Sorted(files, left_out)


def corpus_of_files(path: Path, encoding: str = "") -> Corpus:
    """Return the texts of a folder or an archive with a folder for each class.

    Raises
    ------
    DataError
        As `opened` does, or if there are no folders with texts, or too many.
    """
    with opened(path) as members:
        found = _by_class(members)
    if not found.files:
        raise DataError("texts.no-folders", place=path.name, count=len(members))
    classes = tuple(sorted({name for _, name, _ in found.files}, key=_natural))
    if len(classes) > MOST_CLASSES:
        raise DataError("target.too-many-classes", place=path.name, count=len(classes),
                        most=MOST_CLASSES)
    number = {name: place for place, name in enumerate(classes)}
    parts = parts_of(sorted({part for _, _, part in found.files if part}))
    names = [member.name for member, _, _ in found.files]
    return Corpus(
        path.name, path.name, "classification", names,
        partial(_read_some, path, names, encoding),
        np.array([number[name] for _, name, _ in found.files], np.int64),
        np.empty((len(names), 0)), classes, "class",
        np.array([PARTS.index(parts.get(part, "")) for _, _, part in found.files], np.int8),
        _remarks(found), tuple(found.left_out[:MOST_TOLD]))


def _natural(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isascii() and name.isdigit() and len(name) < 10 else (10**9,
                                                                                         name)


def _remarks(found: _Sorted) -> tuple[Remark, ...]:
    reasons = Counter(one.reason.code for one in found.left_out)
    first = {one.reason.code: one.name for one in reversed(found.left_out)}
    return tuple(remark("note.texts-left-out", count=count, name=first[code],
                        reason=next(one.reason for one in found.left_out
                                    if one.reason.code == code))
                 for code, count in sorted(reasons.items()))


@contextmanager
def _read_some(path: Path, names: Sequence[str], encoding: str,
               rows: Indices) -> Iterator[Iterator[Text]]:
    with opened(path) as members:
        by_name = {member.name: member for member in members}
        yield (_text_of(by_name.get(names[row]), names[row], encoding) for row in rows.tolist())


def _text_of(member: Member | None, name: str, encoding: str) -> Text:
    if member is None:
        return LeftOut(name, say("texts.gone"))
    try:
        return decoded(b"".join(member.pieces(LARGEST_TEXT)), name, encoding)
    except DataError as error:
        return LeftOut(name, error.message)
