"""Modules are imported by one thread at a time."""

from __future__ import annotations

import importlib._bootstrap as bootstrap
import threading
from types import ModuleType
from typing import Any

_TURN = threading.RLock()
_FIND = "_find_and_load"
"""What Python calls for every module that is not loaded yet."""


def import_in_turns() -> None:
    """Let no two threads import at the same moment, from now on.

    WORKAROUND: Python takes a package out of the list of modules for a moment when it has loaded
    it. Another thread that just then imports a part of this package ends with a KeyError of its
    name, although each module has a lock: for a package that is on the list, nobody takes it.
    The training thread and the window's import much at the same time, some of it the same.
    """
    find = getattr(bootstrap, _FIND, None)
    if find is None or hasattr(find, "in_turns"):
        return

    def find_in_turn(name: str, importer: Any) -> ModuleType:
        with _TURN:
            module: ModuleType = find(name, importer)
            return module

    find_in_turn.in_turns = True  # type: ignore[attr-defined]
    setattr(bootstrap, _FIND, find_in_turn)


def others_import() -> bool:
    """Say whether another thread imports right now, so that this one would have to wait."""
    if not _TURN.acquire(blocking=False):
        return True
    _TURN.release()
    return False
