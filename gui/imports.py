"""How modules are imported: by one thread at a time, and without PySide reading their sources."""

from __future__ import annotations

import importlib._bootstrap as bootstrap
import sys
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


def leave_sources_unread() -> None:
    """Let PySide take no module that is imported from now on for one that selects features of it.

    WORKAROUND: once it is loaded, PySide reads the source of every module that is imported, to see
    whether that may say ``from __feature__ import ...``. All of it stays in `linecache`: some 70 MB
    with Numba's. Nobody says so here. Where there are no sources, as in a frozen program, PySide
    believes the same.
    """
    import PySide6  # noqa: F401 - brings the other with it

    feature: Any = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = _uses_no_features


def _uses_no_features(_module: ModuleType) -> bool:
    return False


def others_import() -> bool:
    """Say whether another thread imports right now, so that this one would have to wait."""
    if not _TURN.acquire(blocking=False):
        return True
    _TURN.release()
    return False
