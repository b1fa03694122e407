"""Opening what a person names, of which anything may be anything."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import BinaryIO

from engine.errors import FormatError


def opened(path: Path) -> BinaryIO:
    """Open a file to be read.

    To open a pipe waits for somebody who writes to it, perhaps for ever, and a device may have no
    end: neither is opened at all.

    Raises
    ------
    FormatError
        If there is no such file, it may not be read, or it is no file.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise FormatError("file.special", path=str(path))
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError | ValueError) -> FormatError:
    """Return the error that says why a file cannot be read."""
    # A path with a null character is a wrong value.
    why = error.strerror if isinstance(error, OSError) else ""
    return FormatError("file.unreadable", path=str(path), reason=why or str(error))
