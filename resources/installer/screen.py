"""A screen that nobody sees, for programs that are tried."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from resources.installer.shell import PackagingError

SIZE = "1600x1000x24"


@contextmanager
def virtual_screen() -> Iterator[str]:
    """Start an X server that every user of this machine may draw on; yields its DISPLAY.

    Raises
    ------
    PackagingError
        If there is no Xvfb, or it does not come up.
    """
    if shutil.which("Xvfb") is None:
        raise PackagingError("Xvfb is not installed: apt-get install xvfb.")
    reading, writing = os.pipe()
    # Without -ac, the server lets in nobody but the user who has started it.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, "-nolisten", "tcp", "-ac"],
        pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="ascii") as answer:
            number = answer.readline().strip()
        if not number:
            raise PackagingError("Xvfb ended before it had a screen.")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
