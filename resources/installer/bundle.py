"""The frozen program: PyInstaller's folder, stripped, with licences and compiled kernels."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from engine.cachedir import STAMP, build_id
from resources.installer import licences
from resources.installer.pictures import write_icons
from resources.installer.recipe import (
    BUILD,
    BUILD_ID,
    HERE,
    NAME,
    ROOT,
    SEED,
    STRIPPED,
    TITLE,
)
from resources.installer.shell import call, megabytes, say
from resources.installer.version import windows_version

DIST = ROOT / "dist"


def program(dist: Path = DIST) -> Path:
    """Return the frozen program's file."""
    if sys.platform == "darwin":
        return dist / f"{TITLE}.app" / "Contents" / "MacOS" / NAME
    return dist / NAME / (f"{NAME}.exe" if sys.platform == "win32" else NAME)


def contents(dist: Path = DIST) -> Path:
    """Return the folder of all that the program needs."""
    if sys.platform == "darwin":
        return dist / f"{TITLE}.app" / "Contents" / "Frameworks"
    return dist / NAME / "_internal"


def make_bundle() -> Path:
    """Freeze the program; return its file.

    Raises
    ------
    PackagingError
        If a step fails.
    """
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    (BUILD / BUILD_ID).write_text(build_id(), encoding="ascii")
    (BUILD / "version.txt").write_text(windows_version(), encoding="utf-8")
    write_icons(BUILD)
    say("Freezing the program.")
    call(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
         "--distpath", DIST, "--workpath", BUILD / "work", HERE / f"{NAME}.spec", folder=ROOT)
    if sys.platform == "linux":
        strip(contents())
    licences.write(contents())
    say("Compiling kernels for every computer.")
    ship_kernels()
    say(f"{DIST / NAME}: {megabytes(DIST / NAME):.0f} MB.")
    return program()


def strip(folder: Path) -> None:
    """Take the symbols out of libraries that work without them."""
    for file in folder.rglob("*"):
        if re.search(STRIPPED, file.name) and not file.is_symlink():
            call("strip", "--strip-unneeded", file)


def ship_kernels() -> None:
    """Let the frozen program compile every kernel, and put them beside it.

    The program itself does it, so that what it looks for later bears the same names.
    """
    warm = BUILD / "warm"
    call(program(), "compile", "--quiet",
         environment={"BACKPROP_LAB_CACHE": str(warm), "BACKPROP_LAB_CPU": "portable"})
    seed = contents() / SEED
    shutil.rmtree(seed, ignore_errors=True)
    shutil.copytree(next(warm.glob("kernels-*")), seed, ignore=shutil.ignore_patterns(STAMP))
