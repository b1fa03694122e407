"""One kernel's compiled versions on disk: in the user's folder, else among those that were shipped.

Put in the place of Numba's own store by `use`.
"""

from __future__ import annotations

import logging
import pickle
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba.core import caching

log = logging.getLogger(__name__)

UNREADABLE = (OSError, EOFError, pickle.UnpicklingError)


class KernelStore(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Index and data files of one function.

    Parameters
    ----------
    cache_path, filename_base, source_stamp : str
        As Numba gives them: folder, beginning of all names, what must be equal for a hit.

    Attributes
    ----------
    shipped : Path | None
        Folder of compiled kernels that came with the program; only read. Of the class.
    """

    shipped: Path | None = None

    def __init__(self, cache_path: str, filename_base: str, source_stamp: str) -> None:
        super().__init__(cache_path, filename_base, source_stamp)
        self._shipped = None if self.shipped is None else caching.IndexDataCacheFile(
            str(self.shipped), filename_base, source_stamp)

    def load(self, key: Any) -> Any:
        """Return what was saved under a key; None if nothing was or it cannot be read."""
        found = _loaded(super().load, key)
        if found is None and self._shipped is not None:
            found = _loaded(self._shipped.load, key)
        return found

    def save(self, key: Any, data: Any) -> None:
        """Save something; where there is no room, it is compiled again at the next start."""
        try:
            super().save(key, data)
        except UNREADABLE as error:
            log.info("a compiled kernel is not kept: %s", error)

    def _data_name(self, number: int) -> str:
        """Return a name for compiled code that no other process has taken or will take.

        Numba counts the names. Two programs that start at once would give two versions of a kernel,
        for single and for double precision perhaps, the same one, and the second would write over
        what the index says is the first: a crash at every start from then on.
        """
        name: str = super()._data_name(number)
        return f"{name.removesuffix('.nbc')}-{secrets.token_hex(4)}.nbc"


def _loaded(load: Callable[[Any], Any], key: Any) -> Any:
    """Return what a store has; None, too, for what cannot be read."""
    try:
        return load(key)
    except UNREADABLE as error:
        log.info("a compiled kernel is made anew: %s", error)
        return None


def use(shipped: Path | None) -> None:
    """Let Numba keep compiled kernels in such stores, from now on.

    Parameters
    ----------
    shipped : Path | None
        See `KernelStore`.
    """
    KernelStore.shipped = shipped
    caching.IndexDataCacheFile = KernelStore
