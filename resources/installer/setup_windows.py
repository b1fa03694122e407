"""The installer for Windows, made by Inno Setup."""

from __future__ import annotations

import shutil
from pathlib import Path

from resources.installer.bundle import DIST, root
from resources.installer.recipe import BUILD, HERE, NAME
from resources.installer.shell import PackagingError, call, megabytes, say
from resources.installer.version import bundle_version, version_numbers

COMPILER = "iscc"
USUAL_PLACE = Path(r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe")


def command(compiler: str) -> list[str]:
    """Return the command that makes the installer."""
    version = bundle_version()
    facts = {"Version": version, "Numbers": ".".join(map(str, version_numbers(version))),
             "Bundle": root(), "Icons": BUILD, "Output": DIST}
    return [compiler, "/Qp", *(f"/D{name}={value}" for name, value in facts.items()),
            str(HERE / "windows" / f"{NAME}.iss")]


def setup_file() -> Path:
    """Return the installer's file."""
    return DIST / f"{NAME}-{bundle_version()}-windows-x64-setup.exe"


def make_setup() -> Path:
    """Make the installer from the bundle; return its file.

    Raises
    ------
    PackagingError
        If Inno Setup is not installed, or fails.
    """
    compiler = shutil.which(COMPILER) or (str(USUAL_PLACE) if USUAL_PLACE.is_file() else "")
    if not compiler:
        raise PackagingError("Inno Setup 6 is not installed.")
    call(*command(compiler))
    setup = setup_file()
    say(f"{setup}: {megabytes(setup):.0f} MB.")
    return setup
