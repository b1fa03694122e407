"""The frozen program: PyInstaller's folder, stripped, with licences and compiled kernels."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from engine.cachedir import SHIPPED, build_id
from engine.cachestore import SUFFIX
from engine.kernels.runtime import processor
from resources.installer import licences
from resources.installer.pictures import write_icons
from resources.installer.recipe import (
    BUILD,
    BUILD_ID,
    CONSOLE,
    HERE,
    NAME,
    ROOT,
    STRIPPED,
    TITLE,
)
from resources.installer.shell import PackagingError, call, megabytes, say
from resources.installer.version import windows_version

DIST = ROOT / "dist"


def root(dist: Path = DIST) -> Path:
    """Return the folder that holds the frozen program and all that it needs."""
    return dist / (f"{TITLE}.app" if sys.platform == "darwin" else NAME)


def program(dist: Path = DIST) -> Path:
    """Return the frozen program's file."""
    if sys.platform == "darwin":
        return root(dist) / "Contents" / "MacOS" / NAME
    return root(dist) / (f"{NAME}.exe" if sys.platform == "win32" else NAME)


def terminal_program(dist: Path = DIST) -> Path:
    """Return the file of the program that writes to terminals; but on Windows, it is the same."""
    window = program(dist)
    return window.with_stem(CONSOLE) if sys.platform == "win32" else window


def contents(dist: Path = DIST) -> Path:
    """Return the folder of all that the program needs."""
    if sys.platform == "darwin":
        return root(dist) / "Contents" / "Frameworks"
    return root(dist) / "_internal"


def place_of_data(name: str, dist: Path = DIST) -> Path:
    """Return where to write data that are added to the bundle; the program finds it in `contents`.

    On macOS, whatever lies there is taken for code when the program is signed: data go to another
    folder, with a link, as PyInstaller has it.
    """
    found = contents(dist) / name
    if sys.platform != "darwin":
        return found
    kept = root(dist) / "Contents" / "Resources" / name
    if not found.is_symlink():
        found.symlink_to(Path("..", kept.parent.name, name))
    return kept


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
    licences.write(place_of_data(licences.THIRD_PARTY))
    say("Compiling kernels for every computer.")
    ship_kernels()
    say(f"{root()}: {megabytes(root()):.0f} MB.")
    return program()


def strip(folder: Path) -> None:
    """Take the symbols out of libraries that work without them."""
    for file in folder.rglob("*"):
        if re.search(STRIPPED, file.name) and not file.is_symlink():
            call("strip", "--strip-unneeded", file)


def ship_kernels() -> None:
    """Let the frozen program compile every kernel, and put them beside it.

    The program itself does it, so that what it looks for later bears the same names.

    Raises
    ------
    PackagingError
        If it has compiled nothing.
    """
    warm = BUILD / "warm"
    environment = {"BACKPROP_LAB_CACHE": str(warm), processor.VARIABLE: "portable",
                   "QT_QPA_PLATFORM": "offscreen"}
    for command in (("compile", "--quiet"), ("compile", "--quiet", "--precision", "float64"),
                    # What the window asks for beside training is compiled when it asks.
                    ("--profile-start", "--run")):
        call(terminal_program(), *command, environment=environment)
    seed = place_of_data(SHIPPED.name)
    shutil.rmtree(seed, ignore_errors=True)
    seed.mkdir()
    kernels = list(warm.glob(f"kernels-{build_id()}/*{SUFFIX}"))
    if not kernels:
        raise PackagingError("The frozen program has compiled no kernel under the name of this "
                             "build: it looks for shipped ones under another name, too.")
    for kernel in kernels:
        shutil.copyfile(kernel, seed / kernel.name)
    say(f"{len(kernels)} compiled kernels: {megabytes(seed):.0f} MB.")
