"""Which copies of data programs use, and clearing the cache of all others.

A copy that nothing refers to any more would lie there for ever: each project that carries data has
left one on every computer that has opened it. What a program has used once, it may want again, for
an edit can be undone: so it says for as long as it lives that nobody is to clear that. Where it
has ended, the copy is unpacked again from the project's file when that is opened.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from collections.abc import Collection
from contextlib import suppress
from io import FileIO
from pathlib import Path

from engine.data import copies
from engine.spec.locks import claim, lock

USED = ".used-"
"""How a file is called that lists what a program uses; it is locked as long as that lives."""

CLEARED = ".cleared-"
"""How a copy is called that is about to be deleted."""

_lists: dict[Path, tuple[FileIO, set[str]]] = {}
"""This program's own list in each cache, and what stands in it."""


def note_used(key: str) -> None:
    """Say that this program uses a copy, whether or not it is there yet; never raises."""
    with suppress(OSError, RuntimeError):
        folder = copies.copies_folder()
        file, known = _lists.get(folder) or _begun(folder, set())
        if os.fstat(file.fileno()).st_nlink == 0:
            # Somebody has cleared the cache by hand.
            file.close()
            file, known = _begun(folder, known)
        if key not in known:
            file.write(f"{key}\n".encode())
            known.add(key)


def _begun(folder: Path, known: set[str]) -> tuple[FileIO, set[str]]:
    """Begin this program's list in a cache with what stands in it already."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{USED}{secrets.token_hex(8)}").open("xb", buffering=0)
    claim(file.fileno())
    file.write("".join(f"{key}\n" for key in sorted(known)).encode())
    _lists[folder] = file, known
    return file, known


def clear_unused(kept: Collection[str]) -> None:
    """Delete every copy that no living program has used; never raises.

    Parameters
    ----------
    kept : collection of str
        Keys of further ones that stay: of work that was not saved, for example.
    """
    with suppress(OSError, RuntimeError):
        folder = copies.copies_folder()
        used = _used(folder) | set(kept)
        for entry in list(os.scandir(folder)):
            if entry.name.startswith(CLEARED):
                # Of a program that was killed meanwhile.
                shutil.rmtree(entry.path, ignore_errors=True)
            elif re.fullmatch(copies.KEY, entry.name) and entry.name not in used:
                with suppress(OSError):
                    _clear(folder, entry.name)


def _clear(folder: Path, key: str) -> None:
    """Delete a copy, unless a program has begun to use it meanwhile."""
    away = folder / f"{CLEARED}{secrets.token_hex(8)}"
    os.rename(folder / key, away)
    if key in _used(folder):
        with suppress(OSError):
            # Unless it is unpacked again already.
            os.rename(away, folder / key)
    shutil.rmtree(away, ignore_errors=True)


def _used(folder: Path) -> set[str]:
    """Return what living programs use; the lists of others are deleted."""
    found: set[str] = set()
    for path in folder.glob(f"{USED}*"):
        with suppress(OSError):
            if not _is_left(path):
                found.update(path.read_text(encoding="ascii", errors="replace").split())
    own = _lists.get(folder)
    return found if own is None else found | own[1]


def _is_left(path: Path) -> bool:
    """Delete the list of a program that has ended; say whether it was that."""
    if sys.platform == "win32":
        try:
            # There, nobody deletes what is open.
            path.unlink()
        except PermissionError:
            return False
        return True
    with path.open("rb") as file:
        try:
            lock(file.fileno())
        except OSError:
            return False
        path.unlink()
        return True
