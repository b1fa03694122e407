"""Where compiled kernels are kept between two starts."""

from __future__ import annotations

import atexit
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from types import FunctionType

from numba.core.caching import IndexDataCacheFile, _CacheLocator
from platformdirs import user_cache_path

KERNELS = Path(__file__).parent / "kernels"


@cache
def build_id() -> str:
    """Return a hash of every kernel's source.

    A cached kernel does not notice edits in functions of another file, so the whole folder's text
    names the cache.
    """
    digest = hashlib.sha256()
    for path in sorted(KERNELS.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Return a writable folder for compiled kernels: the user's, or one for this process alone."""
    override = os.environ.get("BACKPROP_LAB_CACHE")
    try:
        # A user without an entry in the system's list and without HOME has no folder: RuntimeError.
        root = Path(override) if override else user_cache_path("backprop-lab", appauthor=False)
        folder = root.absolute() / f"kernels-{build_id()}"
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (OSError, RuntimeError):
        folder = Path(tempfile.mkdtemp(prefix="backprop-lab-kernels-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Locator(_CacheLocator):  # type: ignore[misc]
    """Tells Numba to keep compiled kernels in `cache_folder`.

    Numba's own locators depend on the working directory in a frozen program, and raise at import
    when no folder is writable. Chosen by NUMBA_CACHE_LOCATOR_CLASSES.
    """

    def __init__(self, line: int) -> None:
        self._line = line

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(cache_folder())

    def get_source_stamp(self) -> str:
        """Return what must be equal for a cached kernel to be used."""
        return build_id()

    def get_disambiguator(self) -> str:
        """Return what tells functions of one name apart."""
        return str(self._line)

    @classmethod
    def from_function(cls, py_func: FunctionType, py_file: str) -> Locator:
        """Return a locator for any function."""
        return cls(py_func.__code__.co_firstlineno)


def _name_of_its_own(cache: IndexDataCacheFile, number: int) -> str:
    """Return a name for compiled code that no other process has taken or will take.

    Numba counts the names. Two programs that start at once would give two versions of a kernel, for
    single and for double precision perhaps, the same one, and the second would write over what the
    index says is the first: a crash at every start from then on.
    """
    name: str = cache._data_name_pattern.format(number=number)
    return f"{name.removesuffix('.nbc')}-{secrets.token_hex(4)}.nbc"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes that ask for the same out meanwhile."""
    with (folder / "lock").open("ab") as file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _save_alone(cache: IndexDataCacheFile, key: object, data: object) -> None:
    """Save compiled code while no other process saves.

    Numba reads the index, adds the new code and writes the index back: of two processes that do so
    at once, one would lose its code and compile it again at the next start.
    """
    with ExitStack() as stack:
        # Where files cannot be locked, losing a name now and then has to be borne.
        with suppress(OSError):
            stack.enter_context(alone(Path(cache._index_path).parent))
        _save(cache, key, data)


_save = IndexDataCacheFile.save
IndexDataCacheFile.save = _save_alone
IndexDataCacheFile._data_name = _name_of_its_own
