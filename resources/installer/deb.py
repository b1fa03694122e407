"""The package for Debian and Ubuntu: program, menu entry, icons, file type."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from resources.installer.bundle import DIST, root
from resources.installer.licences import THIRD_PARTY
from resources.installer.pictures import SIZES
from resources.installer.recipe import (
    BUILD,
    HERE,
    IDENTIFIER,
    NAME,
    PROGRAM_ICON,
    PROJECT_ICON,
    ROOT,
    is_of_the_desktop,
)
from resources.installer.shell import PackagingError, call, megabytes, say
from resources.installer.version import bundle_version

MAINTAINER = "Backprop Lab contributors <backprop-lab@localhost>"

CHANGES = """\
{name} ({version}) unstable; urgency=low

  * See the change log of the project.

 -- {maintainer}  {date}
"""
"""In the form that Debian wants."""

COPYRIGHT = f"""\
Backprop Lab itself:

{{licence}}
The program brings its own Python and libraries along, which are the work of other people. Whose
they are, and under which licences, is in

    /opt/{NAME}/_internal/{THIRD_PARTY}
"""

MOST_MB = 110.0
"""What may be asked of a school's connection for each computer."""

MOST_INSTALLED_MB = 420.0
"""What may be asked of old computers, whose disks are small; compiled kernels are among it."""

CONTROL = """\
Package: {name}
Version: {version}
Section: education
Priority: optional
Architecture: {architecture}
Installed-Size: {kilobytes}
Depends: {depends}
Maintainer: {maintainer}
Description: lab in which neural networks show their gradients
 Build a neural network out of layers, press Run, and watch what
 backpropagation does: every layer's gradient, where it vanishes or
 explodes, and what mends it. Works without a network connection.
"""

BY_NAME = ("libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libgl1", "libegl1")
"""Packages of libraries that Qt opens while it runs, so that no file shows the need."""


def make_deb() -> Path:
    """Pack the bundle; return the package.

    Raises
    ------
    PackagingError
        If one of Debian's tools is not there or fails, or the package is too large.
    """
    tree = BUILD / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(root(), tree / "opt" / NAME, symlinks=True,
                    ignore=lambda _, names: [name for name in names if is_of_the_desktop(name)])
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / NAME).symlink_to(f"/opt/{NAME}/{NAME}")
    for source, target in placed_files():
        place = tree / "usr" / "share" / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
    write_documents(tree / "usr" / "share" / "doc" / NAME)
    program = tree / "opt" / NAME / NAME
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path == program else 0o644)
    installed = megabytes(tree)
    control = CONTROL.format(
        name=NAME, version=bundle_version(), maintainer=MAINTAINER, architecture=architecture(),
        kilobytes=round(installed * 1e6 / 1024), depends=dependencies(tree / "opt" / NAME))
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    package = package_file()
    say("Packing the .deb.")
    call("dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--threads-max=2", "-b", tree, package,
         environment={"SOURCE_DATE_EPOCH": str(source_date())})
    shutil.rmtree(tree)
    say(f"{package}: {megabytes(package):.0f} MB, {installed:.0f} MB installed.")
    refuse_too_large(megabytes(package), installed)
    return package


def write_documents(folder: Path) -> None:
    """Write what Debian wants to be told of every package."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "copyright").write_text(
        COPYRIGHT.format(licence=(ROOT / "LICENSE").read_text("utf-8")), encoding="utf-8")
    changes = CHANGES.format(
        name=NAME, version=bundle_version(), maintainer=MAINTAINER,
        date=format_datetime(datetime.fromtimestamp(source_date(), UTC)))
    # Without a date in the archive, the same program is the same package.
    (folder / "changelog.gz").write_bytes(gzip.compress(changes.encode(), mtime=0))


def source_date() -> int:
    """Return when the sources were last changed, in seconds since 1970."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    try:
        return int(call("git", "log", "-1", "--format=%ct", folder=ROOT))
    except PackagingError:
        # No git, or sources that were unpacked from an archive.
        return int((ROOT / "pyproject.toml").stat().st_mtime)


def refuse_too_large(package_mb: float, installed_mb: float) -> None:
    """Raise PackagingError if the package has outgrown what it may take."""
    for what, size, most in (("The package", package_mb, MOST_MB),
                             ("The installed program", installed_mb, MOST_INSTALLED_MB)):
        if size > most:
            raise PackagingError(f"{what} takes {size:.0f} MB, and at most {most:.0f} MB are "
                                 "allowed: recipe.py decides what is in it.")


def package_file() -> Path:
    """Return the file that the package is packed into."""
    return DIST / f"{NAME}_{bundle_version()}_{architecture()}.deb"


def architecture() -> str:
    """Return what Debian calls this kind of processor."""
    return call("dpkg", "--print-architecture").strip()


def placed_files() -> list[tuple[Path, str]]:
    """Return what goes under /usr/share, with its place there."""
    icons = [(BUILD / str(size) / f"{name}.png",
              f"icons/hicolor/{size}x{size}/{context}/{name}.png")
             for size in SIZES
             for name, context in ((NAME, "apps"), ("application-x-bplab", "mimetypes"))]
    return [
        (HERE / "linux" / "backprop-lab.desktop",
         f"applications/{IDENTIFIER}.desktop"),
        (HERE / "linux" / "lintian-overrides", f"lintian/overrides/{NAME}"),
        (HERE / "linux" / "backprop-lab.xml", "mime/packages/backprop-lab.xml"),
        (PROGRAM_ICON, f"icons/hicolor/scalable/apps/{NAME}.svg"),
        (PROJECT_ICON,
         "icons/hicolor/scalable/mimetypes/application-x-bplab.svg"),
        *icons]


def dependencies(folder: Path) -> str:
    """Return the packages that hold the libraries which the bundle lacks."""
    files = [file for file in folder.rglob("*")
             if file.is_file() and not file.is_symlink() and is_elf(file)]
    libraries = sorted({str(file.parent) for file in files if ".so" in file.name})
    # The tool wants to stand in a source package.
    debian = BUILD / "shlibdeps" / "debian"
    debian.mkdir(parents=True, exist_ok=True)
    (debian / "control").write_text(f"Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n",
                                    encoding="ascii")
    found = call("dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0",
                 *(f"-l{library}" for library in libraries), *(f"-e{file}" for file in files),
                 folder=debian.parent)
    listed = found.strip().partition("=")[2].split(", ")
    names = {entry.split()[0] for entry in listed}
    return ", ".join([*listed, *(name for name in BY_NAME if name not in names)])


def is_elf(file: Path) -> bool:
    """Say whether a file is a program or library of Linux."""
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"
