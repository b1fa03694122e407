"""THIRD-PARTY.txt: whose work is in the bundle, and under which licence, found from its files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from resources.installer.recipe import BUILD, CONTENTS, HERE, NAME, ROOT

THIRD_PARTY = "THIRD-PARTY.txt"
LICENCE_WORDS = ("LICENSE", "LICENCE", "COPYING", "NOTICE")
WITHOUT_TEXT = {"pyside6_essentials": ("LGPL-3", "GPL-3"), "shiboken6": ("LGPL-3", "GPL-3")}
"""Packages that ship no licence text, and which of ours they are under. Qt may be replaced by
another build of the same version: its libraries lie in the folder PySide6 as files of their own."""

PACKER = "pyinstaller"
"""Its bootloader is the program's own file, and its loader is packed into that: neither is among
the contents that it notes."""

HEAD = """\
Backprop Lab contains the work of other people. What follows lists every package and library in this
program, Python and the bootloader among them, with its version and its licence. Backprop Lab itself
is under the MIT licence, see LICENSE. The shipped data sets and fonts state theirs beside them, in
the folder resources.

Python and Qt contain in turn the work of others, such as expat, libmpdec, ICU, HarfBuzz and PCRE.
Their makers list it with its licences:
    https://docs.python.org/3/license.html
    https://doc.qt.io/qt-6/licenses-used-in-qt.html
"""


@dataclass(frozen=True)
class Part:
    """One work of other people.

    Attributes
    ----------
    title : str
        Name and version.
    licence : str
        Its short name, as far as the package states it.
    text : str
        The licence itself.
    """

    title: str
    licence: str
    text: str


def write(file: Path) -> None:
    """Write the list for the bundle that was made last."""
    sources = [Path(line) for line in (BUILD / CONTENTS).read_text("utf-8").splitlines()]
    sources += packer_files()
    rule = "=" * 98
    blocks = [HEAD, *(f"{rule}\n{part.title}\nLicence: {part.licence}\n{rule}\n\n{part.text}"
                      for part in parts_of(sources))]
    file.write_text("\n".join(blocks), encoding="utf-8")


def packer_files() -> list[Path]:
    """Return the files that are in every bundle, whatever it was made of."""
    packer = metadata.distribution(PACKER)
    return [Path(str(packer.locate_file(file))) for file in packer.files or ()
            if file.as_posix().startswith(("PyInstaller/bootloader/", "PyInstaller/loader/"))]


def parts_of(sources: Iterable[Path]) -> Iterator[Part]:
    """Yield the works to which some files belong: Python packages, Python, system libraries."""
    left = {path.resolve() for path in sources}
    for distribution in sorted(metadata.distributions(), key=lambda one: one.name.lower()):
        files = {Path(str(distribution.locate_file(file))).resolve()
                 for file in distribution.files or ()}
        if files & left and distribution.name != NAME:
            yield Part(f"{distribution.name} {distribution.version}", _short(distribution),
                       _text(distribution))
        left -= files
    yield _python()
    left = {path for path in left if not path.is_relative_to(ROOT)
            and not path.is_relative_to(Path(sys.base_prefix).resolve() / "lib" / _PYTHON)}
    if sys.platform == "linux":
        yield from _system_parts(left)


_PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"


def _short(distribution: metadata.Distribution) -> str:
    facts = distribution.metadata.json
    stated = str(facts.get("license_expression") or facts.get("license") or "")
    named = [line.rpartition(":: ")[2] for line in facts.get("classifier", ())
             if line.startswith("License ::")]
    return stated.splitlines()[0] if stated else ", ".join(named) or "see below"


def _text(distribution: metadata.Distribution) -> str:
    """Return all licence texts of a package.

    Raises
    ------
    LookupError
        If it has none and `WITHOUT_TEXT` does not know it: nothing goes out without one.
    """
    texts = []
    for file in distribution.files or ():
        inside = ".dist-info" in str(file)
        # COPYING beside a library that is enclosed, such as soundfile's, is under its own name.
        if file.name == "COPYING" or (inside and (
                any(word in file.name.upper() for word in LICENCE_WORDS)
                or "/licenses/" in file.as_posix())):
            texts.append(file.read_text().strip() + "\n")
    for name in WITHOUT_TEXT.get(distribution.name.lower().replace("-", "_"), ()):
        texts.append((HERE / "licences" / f"{name}.txt").read_text("utf-8"))
    if not texts:
        raise LookupError(f"{distribution.name} states no licence: add it to WITHOUT_TEXT.")
    return "\n".join(dict.fromkeys(texts))


def _python() -> Part:
    version = sys.version.split()[0]
    places = (Path(sys.base_prefix) / "lib" / _PYTHON / "LICENSE.txt",
              Path(sys.base_prefix) / "LICENSE.txt",
              Path(f"/usr/share/doc/lib{_PYTHON}-stdlib/copyright"),
              Path(f"/usr/share/doc/{_PYTHON}/copyright"))
    for place in places:
        if place.is_file():
            return Part(f"Python {version}", "PSF-2.0", place.read_text("utf-8"))
    raise LookupError("Python's licence is in none of " + ", ".join(map(str, places)))


def _system_parts(files: Iterable[Path]) -> Iterator[Part]:
    """Yield the Debian packages of libraries that were taken from this system."""
    owners: dict[str, str] = {}
    for file in sorted(files):
        # Since /lib became a link to /usr/lib, packages know their files by either name.
        for name in (str(file), str(file).removeprefix("/usr")):
            done = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True,
                                  check=False)
            if done.returncode == 0:
                owners[done.stdout.split(":")[0]] = file.name
                break
    for package in sorted(owners):
        version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                                 capture_output=True, text=True, check=True).stdout
        text = Path("/usr/share/doc") / package / "copyright"
        yield Part(f"{package} {version} (Debian)", "see below", text.read_text("utf-8"))
