"""Locks on files and folders: they end with the program that holds them, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCKED_BYTE = 2**40
"""Far behind all that is ever written: locks of Windows keep others from reading what they hold."""

MARK = ".in-use"
"""File that stands for its folder on Windows, where no folder can be locked."""

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


def lock(descriptor: int, *, shared: bool = False) -> None:
    """Lock an open file until it is closed, without waiting for anybody.

    Parameters
    ----------
    descriptor : int
        The file.
    shared : bool
        Whether others may hold such a lock, too. Windows has none of these; nothing is done there,
        where nobody removes a file that is open.

    Raises
    ------
    BlockingIOError
        If another program has locked it.
    OSError
        If there are no locks here, as in some folders on a network.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            if shared:
                return
            place = os.lseek(descriptor, 0, os.SEEK_CUR)
            os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(descriptor, place, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            raise BlockingIOError(error.errno, os.strerror(error.errno)) from error
        raise


def claim(descriptor: int) -> bool:
    """Lock an open file until it is closed; say whether that is so, or there are no locks here."""
    try:
        lock(descriptor)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def claiming_folder(folder: Path) -> Iterator[bool]:
    """Claim a folder meanwhile; give whether that is so, or there are no locks here.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    if sys.platform == "win32":
        mark = folder / MARK
        descriptor = os.open(mark, os.O_RDWR | os.O_CREAT)
    else:
        mark = None
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield claim(descriptor)
    finally:
        os.close(descriptor)
        if mark is not None:
            with suppress(OSError):
                # Whoever has it open at this moment removes it.
                mark.unlink()
