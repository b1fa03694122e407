"""Data that travel in a project: packed without compression, under names of ours.

The members of such an archive are called ``0``, ``1`` and so on; how the files are called and where
they lie is told by ``index.json``, and every name of it is looked at before anything is written.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PureWindowsPath

import msgspec

from engine.bundles.archive import BROKEN, Broken, Section, members, members_of, reason
from engine.bundles.pieces import FilePart, Part, of_bytes, zip_of
from engine.data.copies import copies_folder, copy_folder
from engine.data.copies_used import note_used
from engine.data.digests import files_in
from engine.errors import DataError, FormatError
from engine.messages import Message, say
from engine.spec.opening import opened

LARGEST_ENCLOSED = 128_000_000
"""Bytes of all files together."""

MOST_FILES = 100_000
INDEX = "index.json"
LONGEST_NAME = 255


class _Root(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file or a folder: its own name, and its files with their sizes.

    A file has one entry without a name.
    """

    name: str
    files: tuple[tuple[str, int], ...]


def packed(paths: Sequence[Path]) -> Part:
    """Return files and folders in an archive; the same files make the same bytes.

    They are read whenever its bytes are asked for: OSError is raised then where one has changed.

    Raises
    ------
    DataError
        If one cannot be read, or all together are too large to travel in a project.
    """
    roots, total = [], 0
    files: dict[str, Part] = {}
    try:
        for path in paths:
            found = sorted(files_in(path)) if path.is_dir() else [("", path.stat().st_size)]
            total += sum(size for _, size in found)
            if total > LARGEST_ENCLOSED or len(files) + len(found) > MOST_FILES:
                raise DataError("enclosed.too-large", place=paths[0].name, most=LARGEST_ENCLOSED,
                                files=MOST_FILES)
            for name, size in found:
                files[str(len(files))] = FilePart(path / name if name else path, 0, size)
            roots.append(_Root(path.name, tuple(found)))
        return zip_of({INDEX: of_bytes(msgspec.json.encode(roots)), **files})
    except FileNotFoundError as error:
        raise DataError("file.missing", path=str(error.filename)) from error
    except FormatError as error:
        raise DataError.of(error.message) from error
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DataError("file.failed", path=str(paths[0]), reason=why) from error


def key_of(content: Part | Section) -> str:
    """Return what a copy is called."""
    found = hashlib.sha256()
    for piece in content.pieces():
        found.update(piece)
    return found.hexdigest()


def keep_copy(content: Part) -> str:
    """Unpack an archive into the cache, whole or not at all, and return its key.

    Raises
    ------
    FormatError
        If nothing can be written there.
    ValueError, KeyError and the others of `engine.bundles.archive.BROKEN`
        If it is no such archive.
    """
    try:
        cache = copies_folder()
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache) as spool:
            key = hashlib.sha256()
            for piece in content.pieces():
                key.update(piece)
                spool.write(piece)
            _unpack(members(spool, content.size), key.hexdigest())
    except (OSError, RuntimeError) as error:
        raise _unwritable(error) from error
    return key.hexdigest()


def _unwritable(error: Exception) -> FormatError:
    try:
        folder = str(copies_folder())
    except RuntimeError:
        folder = "cache"
    return FormatError("file.unwritable", path=folder, reason=reason(error))


def _unpack(found: dict[str, Section], key: str) -> None:
    """Unpack the members of an archive into the cache; raises as `keep_copy` does."""
    files = _checked(found)
    # Before it is looked for, so that nobody clears it meanwhile.
    note_used(key)
    try:
        folder = copies_folder() / key
        if folder.is_dir():
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unpacking-"))
    except (OSError, RuntimeError) as error:
        raise _unwritable(error) from error
    try:
        for names, member in files:
            path = beside.joinpath(*names)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    for piece in member.pieces():
                        file.write(piece)
            except OSError as error:
                raise _unwritable(error) from error
        for place in range(1 + max(int(names[0]) for names, _ in files)):
            (beside / str(place)).mkdir(exist_ok=True)
        _put(beside, folder)
    except OSError as error:
        raise _unwritable(error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put(beside: Path, folder: Path) -> None:
    try:
        os.replace(beside, folder)
    except OSError:
        # Another window has unpacked the same copy meanwhile.
        if not folder.is_dir():
            raise


def _checked(found: dict[str, Section]) -> list[tuple[tuple[str, ...], Section]]:
    """Return where in the copy's folder each file goes; raises Broken for a wrong archive."""
    try:
        index = found.pop(INDEX).content() if INDEX in found else b""
        roots = msgspec.json.decode(index, type=tuple[_Root, ...])
    except msgspec.MsgspecError as error:
        raise Broken(say("enclosed.index")) from error
    placed: list[tuple[tuple[str, ...], Section]] = []
    for place, root in enumerate(roots):
        for name, size in root.files:
            member = found.pop(str(len(placed)), None)
            if member is None or member.size != size:
                raise Broken(say("enclosed.index"))
            parts = (root.name, *(name.split("/") if name else ()))
            for part in parts:
                _check_name(part)
            placed.append(((str(place), *parts), member))
    if found or not placed:
        raise Broken(say("enclosed.index"))
    return placed


def _check_name(name: str) -> None:
    """Refuse a name that leads elsewhere than into its folder, here or on Windows."""
    leads_away = name in ("", ".", "..") or any(sign in name for sign in "/\\:\0")
    if leads_away or len(name.encode("utf-8", "replace")) > LONGEST_NAME or (
            os.name == "nt" and PureWindowsPath(name).is_reserved()):
        raise Broken(say("enclosed.name", name=name[:80]))


def content_of(key: str, bundles: Iterable[Path], names: Iterable[str]) -> Part | None:
    """Return a copy's archive from the cache, or from a project's file; None if neither has it.

    Parameters
    ----------
    key : str
        Its key: bytes of another one are never returned.
    bundles : iterable of Path
        Project files that may hold it.
    names : iterable of str
        What it may be called in them.
    """
    folder = copy_folder(key)
    if folder is not None and folder.is_dir():
        try:
            places = sorted(folder.iterdir(), key=lambda place: int(place.name))
            content = packed([next(place.iterdir()) for place in places])
            if key_of(content) == key:
                return content
        except (DataError, FormatError, OSError, ValueError, StopIteration):
            # Somebody has cleared a part of the cache.
            pass
    wanted = set(names)
    for bundle in bundles:
        try:
            with opened(bundle) as file:
                held = members(file, os.fstat(file.fileno()).st_size)
                for name in wanted & held.keys():
                    if key_of(held[name]) == key:
                        return FilePart(bundle, held[name].begin, held[name].size)
        except (FormatError, *BROKEN):
            continue
    return None


def take_out(held: Iterable[tuple[str, Section]], keys: Iterable[str]) -> tuple[Message, ...]:
    """Unpack the copies that a project asks for, and say which cannot be.

    Parameters
    ----------
    held : iterable of (str, Section)
        Members of a bundle that hold data, with their names.
    keys : iterable of str
        Keys of the copies that are asked for; others stay where they are.
    """
    wanted, faults = {key for key in keys if key}, []
    for name, member in held if wanted else ():
        try:
            key = key_of(member)
            if key in wanted:
                _unpack(members_of(member), key)
        except FormatError as error:
            faults.append(say("enclosed.unread", member=name, problem=error.found))
        except BROKEN as error:
            faults.append(say("enclosed.unread", member=name, problem=reason(error)))
    return tuple(faults)
