"""Where compiled kernels are kept between two starts, and for how long."""

from __future__ import annotations

import atexit
import errno
import hashlib
import logging
import os
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import BinaryIO, NamedTuple

from numba.core.caching import _CacheLocator
from platformdirs import user_cache_path

from engine import cachestore
from engine.messages import Message, say
from engine.spec.locks import lock

log = logging.getLogger(__name__)

KERNELS = Path(__file__).parent / "kernels"

STATISTICS = Path(__file__).parent / "statistics.py"
"""The one module of ours that kernels are compiled from and that is no kernel."""

BUILD_ID = KERNELS / "build-id.txt"
"""Holds `build_id` where the program is frozen and has no sources to be hashed."""

SHIPPED = Path(__file__).parents[1] / "compiled-kernels"
"""Kernels that were compiled for every computer when the program was frozen."""

STAMP = "in-use"
"""File that tells when a folder was last used, and that it is."""

NO_HOME = "~"
"""What is told of a folder that lies in the home of a person who has none."""

UNUSED_S = 30 * 24 * 3600
"""How long the folder of another build stays."""

UNFINISHED_S = 3600
"""Age of a file from which on nobody is still writing it."""


@cache
def build_id() -> str:
    """Return a hash of every kernel's source.

    A cached kernel does not notice edits in functions of another file, so the text of the folder
    and its rooms names the cache, and that of the table which says where figures are written.
    """
    if BUILD_ID.is_file():
        return BUILD_ID.read_text(encoding="ascii").strip()
    digest = hashlib.sha256()
    for path in (*sorted(KERNELS.rglob("*.py")), STATISTICS):
        name = path.relative_to(KERNELS.parent).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


class Kept(NamedTuple):
    """Where compiled kernels are kept.

    Attributes
    ----------
    folder : Path
        Of this build's.
    told : Message | None
        Why that is not where they belong; None where it is.
    """

    folder: Path
    told: Message | None = None


def cache_folder() -> Path:
    """Return a writable folder for compiled kernels: see `kept`."""
    return kept().folder


@cache
def kept() -> Kept:
    """Return the user's folder, one in the temporary folder, or one for this process alone.

    What lies in the user's is read all the same where nothing can be written to it, as in a home
    that was made for many and may not be changed.
    """
    override = os.environ.get("BACKPROP_LAB_CACHE")
    name = f"kernels-{build_id()}"
    folder: Path | None = None
    try:
        # A user without an entry in the system's list and without HOME has no folder: RuntimeError.
        root = Path(override) if override else user_cache_path("backprop-lab", appauthor=False)
        folder = root.absolute() / name
        _try(folder)
    except (OSError, RuntimeError) as error:
        cachestore.KernelStore.closed = folder
        wanted = NO_HOME if folder is None else str(folder.parent)
        return _kept_elsewhere(name, wanted, getattr(error, "strerror", "") or str(error))
    return Kept(folder)


def _kept_elsewhere(name: str, wanted: str, reason: str) -> Kept:
    facts = {"path": wanted, "reason": reason}
    try:
        folder = _temporary_folder() / name
        _try(folder)
    except OSError as error:
        log.info("compiled kernels are kept for this run only: %s", error)
        return Kept(_folder_of_this_process() / name, say("kernels.not-kept", **facts))
    return Kept(folder, say("kernels.elsewhere", folder=str(folder.parent), **facts))


def _try(folder: Path) -> None:
    """Make a folder; raises OSError unless something can be written there."""
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


def _temporary_folder() -> Path:
    """Return a folder that stays until the temporary ones are cleared, so that kernels do, too.

    Raises
    ------
    OSError
        If it cannot be made, or is another person's: who can write there decides what runs here.
    """
    root = Path(tempfile.gettempdir())
    if sys.platform == "win32":
        # Every user has a temporary folder of their own.
        return root / "backprop-lab"
    folder = root / f"backprop-lab-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if (not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid()
            or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        raise PermissionError(errno.EPERM, "others may write there", str(folder))
    return folder


def _folder_of_this_process() -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix="backprop-lab-"))
    except OSError as error:
        # Where nothing at all can be written, every kernel is compiled or comes with the program.
        log.info("nothing can be kept: %s", error)
        return Path(os.devnull)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Locator(_CacheLocator):  # type: ignore[misc]
    """Tells Numba to keep compiled kernels in `cache_folder`.

    Numba's own locators depend on the working directory in a frozen program, and raise at import
    when no folder is writable. Chosen by NUMBA_CACHE_LOCATOR_CLASSES.
    """

    def __init__(self, room: str, line: int) -> None:
        self._place = f"{room}-{line}"

    def ensure_cache_path(self) -> None:
        """Do nothing: what cannot be written is compiled again, and that is no error."""

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(cache_folder())

    def get_source_stamp(self) -> str:
        """Return what must be equal for a cached kernel to be used."""
        return build_id()

    def get_disambiguator(self) -> str:
        """Return what tells functions of one name apart."""
        return self._place

    @classmethod
    def from_function(cls, py_func: FunctionType, py_file: str) -> Locator:
        """Return a locator for any function."""
        # Numba itself names a file after the module without its package.
        package = py_func.__module__.rpartition(".")[0]
        return cls(package.rpartition(".")[2], py_func.__code__.co_firstlineno)


@cache
def hold() -> BinaryIO | None:
    """Mark the folder as used now, and by this program until it ends."""
    try:
        file = (cache_folder() / STAMP).open("ab")
        os.utime(file.name)
        lock(file.fileno(), shared=True)
        # Before a folder for this process alone goes, which Windows would not let go.
        atexit.register(file.close)
    except OSError as error:
        log.info("the folder of compiled kernels cannot be marked: %s", error)
        return None
    return file


def prune() -> None:
    """Remove the folders of other builds that nobody has used for long, and unfinished files.

    Never raises: what cannot be removed stays.
    """
    hold()
    mine = cache_folder()
    with suppress(OSError):
        for path in mine.glob(f"*{cachestore.UNFINISHED}"):
            if _age_s(path) > UNFINISHED_S:
                path.unlink(missing_ok=True)
    with suppress(OSError):
        for folder in mine.parent.glob("kernels-*"):
            if folder != mine and _is_given_up(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _age_s(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _is_given_up(folder: Path) -> bool:
    """Say whether nobody has used a folder for long or does so now; take its mark away if so."""
    stamp = folder / STAMP
    with suppress(OSError):
        if min(_age_s(path) for path in (folder, stamp) if path.exists()) < UNUSED_S:
            return False
        with stamp.open("ab") as file:
            lock(file.fileno())
        # Windows removes no file that a program has opened.
        stamp.unlink()
        return True
    return False


cachestore.use(SHIPPED if SHIPPED.is_dir() else None)
