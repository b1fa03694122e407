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

from engine.bundles.archive import BROKEN, Broken, members, reason, zipped
from engine.data.copies import copies_folder, copy_folder
from engine.data.digests import files_in
from engine.errors import DataError, FormatError
from engine.messages import Message, say

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


def packed(paths: Sequence[Path]) -> bytes:
    """Return files and folders in an archive; the same files make the same bytes.

    Raises
    ------
    DataError
        If one cannot be read, or all together are too large to travel in a project.
    """
    roots, total = [], 0
    files: dict[str, bytes] = {}
    try:
        for path in paths:
            found = sorted(files_in(path)) if path.is_dir() else [("", path.stat().st_size)]
            total += sum(size for _, size in found)
            if total > LARGEST_ENCLOSED or len(files) + len(found) > MOST_FILES:
                raise DataError("enclosed.too-large", place=paths[0].name, most=LARGEST_ENCLOSED,
                                files=MOST_FILES)
            for name, _ in found:
                files[str(len(files))] = (path / name if name else path).read_bytes()
            start = len(files) - len(found)
            # As many bytes as were read, should a file have grown meanwhile.
            roots.append(_Root(path.name, tuple(
                (name, len(files[str(start + place)])) for place, (name, _) in enumerate(found))))
        return zipped({INDEX: msgspec.json.encode(roots), **files})
    except FileNotFoundError as error:
        raise DataError("file.missing", path=str(error.filename)) from error
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DataError("file.failed", path=str(paths[0]), reason=why) from error


def key_of(content: bytes) -> str:
    """Return what a copy is called."""
    return hashlib.sha256(content).hexdigest()


def keep_copy(content: bytes) -> str:
    """Unpack an archive into the cache, whole or not at all, and return its key.

    Raises
    ------
    FormatError
        If nothing can be written there.
    ValueError, KeyError and the others of `engine.bundles.archive.BROKEN`
        If it is no such archive.
    """
    key = key_of(content)
    files = _checked(content)
    folder = copy_folder(key)
    try:
        if folder is None:
            folder = copies_folder() / key
        if folder.is_dir():
            return key
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unpacking-"))
        try:
            for names, bytes_ in files:
                path = beside.joinpath(*names)
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    file.write(bytes_)
            for place in range(1 + max(int(names[0]) for names, _ in files)):
                (beside / str(place)).mkdir(exist_ok=True)
            _put(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise FormatError("file.unwritable", path=str(folder or "cache"), reason=why) from error
    return key


def _put(beside: Path, folder: Path) -> None:
    try:
        os.replace(beside, folder)
    except OSError:
        # Another window has unpacked the same copy meanwhile.
        if not folder.is_dir():
            raise


def _checked(content: bytes) -> list[tuple[tuple[str, ...], bytes]]:
    """Return where in the copy's folder each file goes; raises Broken for a wrong archive."""
    found = members(content)
    try:
        roots = msgspec.json.decode(found.pop(INDEX, b""), type=tuple[_Root, ...])
    except msgspec.MsgspecError as error:
        raise Broken(say("enclosed.index")) from error
    placed: list[tuple[tuple[str, ...], bytes]] = []
    for place, root in enumerate(roots):
        for name, size in root.files:
            bytes_ = found.pop(str(len(placed)), None)
            if bytes_ is None or len(bytes_) != size:
                raise Broken(say("enclosed.index"))
            parts = (root.name, *(name.split("/") if name else ()))
            for part in parts:
                _check_name(part)
            placed.append(((str(place), *parts), bytes_))
    if found or not placed:
        raise Broken(say("enclosed.index"))
    return placed


def _check_name(name: str) -> None:
    """Refuse a name that leads elsewhere than into its folder, here or on Windows."""
    leads_away = name in ("", ".", "..") or any(sign in name for sign in "/\\:\0")
    if leads_away or len(name.encode("utf-8", "replace")) > LONGEST_NAME or (
            os.name == "nt" and PureWindowsPath(name).is_reserved()):
        raise Broken(say("enclosed.name", name=name[:80]))


def content_of(key: str, bundles: Iterable[Path], names: Iterable[str]) -> bytes | None:
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
        except (DataError, OSError, ValueError, StopIteration):
            # Somebody has cleared a part of the cache.
            pass
    wanted = set(names)
    for bundle in bundles:
        try:
            held = members(bundle.read_bytes())
        except BROKEN:
            continue
        for name in wanted & held.keys():
            if key_of(held[name]) == key:
                return held[name]
    return None


def take_out(held: Iterable[tuple[str, bytes]], keys: Iterable[str]) -> tuple[Message, ...]:
    """Unpack the copies that a project asks for, and say which cannot be.

    Parameters
    ----------
    held : iterable of (str, bytes)
        Members of a bundle that hold data, with their names.
    keys : iterable of str
        Keys of the copies that are asked for; others stay where they are.
    """
    wanted, faults = set(keys), []
    for name, content in held:
        if key_of(content) not in wanted:
            continue
        try:
            keep_copy(content)
        except FormatError as error:
            faults.append(say("enclosed.unread", member=name, problem=error.found))
        except BROKEN as error:
            faults.append(say("enclosed.unread", member=name, problem=reason(error)))
    return tuple(faults)
