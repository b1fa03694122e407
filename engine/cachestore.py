"""How a compiled kernel is kept: one file for each version, in the user's folder or among shipped.

Put in the place of Numba's own store by `use`. That one counts versions in an index, which programs
that start at once must not write together; it raises where a disk is full, and runs whatever bytes
it finds. Here a file's name says what it is for and its beginning what it must contain, so that
there is nothing to lock, which a home on a network may not allow, and nothing to repair.
"""

from __future__ import annotations

import hashlib
import io
import logging
import pickle
import secrets
import sys
from pathlib import Path
from typing import Any

import numba
from numba.core import caching
from numba.core.environment import Environment, lookup_environment
from numba.core.runtime.nrt import rtsys

log = logging.getLogger(__name__)

SUFFIX = ".kernel"
UNFINISHED = ".unfinished"
"""Marks a file that is being written, or was when its program ended."""

_SEAL = hashlib.sha256().digest_size


def write_sealed(path: Path, identity: str, content: bytes) -> bool:
    """Write a file that `read_sealed` believes; say whether there was a way.

    Parameters
    ----------
    path : Path
        Where to; other programs see all of it or nothing.
    identity : str
        What the content is for.
    content : bytes
        What to keep.
    """
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(_seal(identity, content) + content)
        unfinished.replace(path)
    except OSError as error:
        log.info("%s is not kept and will be compiled again at the next start: %s", path.name,
                 error)
        _remove(unfinished)
        return False
    return True


def read_sealed(path: Path, identity: str) -> bytes | None:
    """Return what `write_sealed` has kept; None where nothing is or it is damaged.

    A computer that was switched off while it wrote may have kept a part, or zeros.
    """
    try:
        found = path.read_bytes()
    except OSError:
        return None
    content = found[_SEAL:]
    if found[:_SEAL] != _seal(identity, content):
        log.info("%s is damaged and made anew", path)
        return None
    return content


def _seal(identity: str, content: bytes) -> bytes:
    digest = hashlib.sha256(identity.encode() + b"\0")
    digest.update(content)
    return digest.digest()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.info("%s cannot be removed: %s", path, error)


class Unpickler(pickle.Unpickler):
    """Reads a compiled kernel without importing what its inlined parts were compiled from."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a pickle calls by these names."""
        if (module, name) == ("numba.core.environment", "_rebuild_env"):
            return _environment
        return super().find_class(module, name)


def _unpickled(path: Path, identity: str) -> Any:
    """Return what a sealed file holds; None where nothing is or it cannot be read."""
    content = read_sealed(path, identity)
    if content is None:
        return None
    try:
        return Unpickler(io.BytesIO(content)).load()
    except Exception as error:  # noqa: BLE001 - what a pickle calls may raise anything
        # Written whole, but by libraries that were others: a class of theirs has moved since.
        log.info("%s cannot be read and is made anew: %r", path, error)
        return None


def _environment(module: str, constants: list[Any], name: str) -> Environment:
    """Return what Numba keeps for a function beside its code.

    Numba imports the function's module for its names, which only code that runs in the interpreter
    looks up; the module of array functions takes longer than a small network's kernels.
    """
    known = lookup_environment(name)
    if known is not None:
        return known
    loaded = sys.modules.get(module)
    made = Environment({"__name__": module} if loaded is None else vars(loaded))
    made.consts[:] = constants
    made.env_name = name
    Environment._memo[name] = made
    return made


class KernelStore:
    """The compiled versions of one function; has the methods that Numba calls.

    Parameters
    ----------
    cache_path, filename_base, source_stamp : str
        As Numba gives them: folder, beginning of all names, what must be equal for a hit.

    Attributes
    ----------
    shipped : Path | None
        Folder of compiled kernels that came with the program; only read. Of the class.
    closed : Path | None
        The user's own folder where nothing can be written to it; only read, too. Of the class.
    """

    shipped: Path | None = None
    closed: Path | None = None

    def __init__(self, cache_path: str, filename_base: str, source_stamp: str) -> None:
        self._folder = Path(cache_path)
        self._base = filename_base
        self._stamp = source_stamp

    def load(self, key: Any) -> Any:
        """Return what was saved under a key; None if nothing was, or it cannot be read any more.

        The shipped folder is read where it lies. Kernels load as fast from there as from a copy in
        the user's folder, 0.12 s for a small network; but a copy is 11 MB to write before the first
        step, for each of thirty homes on a server, and some homes have no room for it.
        """
        identity = self._identity(key)
        for folder in (self._folder, self.closed, self.shipped):
            if folder is not None:
                found = _unpickled(folder / self._name(identity), identity)
                if found is not None:
                    return found
        return None

    def save(self, key: Any, data: Any) -> None:
        """Save something; where there is no room, it is compiled again at the next start."""
        identity = self._identity(key)
        write_sealed(self._folder / self._name(identity), identity, caching.dumps(data))

    def flush(self) -> None:
        """Forget every version of the function in the user's folder."""
        for path in self._folder.glob(f"{self._base}-*{SUFFIX}"):
            _remove(path)

    def _identity(self, key: Any) -> str:
        """Return in words what a version is for: types, processor, code, this build, Numba's."""
        return f"{self._stamp} {numba.__version__} {key!r}"

    def _name(self, identity: str) -> str:
        return f"{self._base}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}{SUFFIX}"


def use(shipped: Path | None) -> None:
    """Let Numba keep compiled kernels in such stores, from now on.

    Parameters
    ----------
    shipped : Path | None
        See `KernelStore`.
    """
    KernelStore.shipped = shipped
    caching.IndexDataCacheFile = KernelStore
    caching.FunctionCache.load_overload = _load_overload


def _load_overload(cache: caching.FunctionCache, signature: Any, target: Any) -> Any:
    """Load a compiled kernel, as Numba's method does, but without making ready to compile.

    That takes longer than loading a small network's kernels. The compiler does it for itself.
    """
    # Makes the functions known that release memory, which kernels are linked with.
    rtsys.initialize(target)
    with cache._guard_against_spurious_io_errors():
        return cache._load_overload(signature, target)
