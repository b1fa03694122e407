"""The checksums of what people install."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from resources.installer.bundle import DIST
from resources.installer.shell import PackagingError, say

PACKED = (".deb", ".tar.xz", ".exe", ".dmg")
"""How the names of such files end."""


SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def write_checksums(folder: Path = DIST) -> Path:
    """Write the checksums of all that was packed, as sha256sum reads them; return their file.

    It is named after this system, so that those of others find room beside it.

    Raises
    ------
    PackagingError
        If nothing has been packed.
    """
    packed = sorted(file for file in folder.glob("*") if file.name.endswith(PACKED))
    if not packed:
        raise PackagingError(f"Nothing that people install is in {folder}.")
    sums = folder / f"SHA256SUMS-{SYSTEMS[sys.platform]}.txt"
    # With Windows' ends of lines, sha256sum would look for names that end in one.
    sums.write_text("".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
                            for file in packed), encoding="utf-8", newline="\n")
    say(sums.read_text("utf-8").rstrip())
    return sums
