"""What goes into the frozen program, for the three systems, and why other things do not."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build" / "package"
"""Where files are made that are not worth keeping: icons, version files, the bundle's work."""

NAME = "backprop-lab"
TITLE = "Backprop Lab"
IDENTIFIER = "org.backproplab.BackpropLab"
PROGRAM_ICON = ROOT / "resources" / "icons" / f"{NAME}.svg"
PROGRAM_ICON_SMALL = PROGRAM_ICON.with_stem(f"{NAME}-small")
PROJECT_ICON = HERE / f"{NAME}-project.svg"
PROJECT_ICON_SMALL = PROJECT_ICON.with_stem(f"{NAME}-project-small")
MACOS_PROJECT_ICON = f"{NAME}-project.icns"
MIME_TYPE = "application/x-bplab"
SUFFIX = "bplab"
CONSOLE = f"{NAME}-console"
"""The program as Windows' terminals want it: one that has windows there can write nothing."""

CONTENTS = "contents.txt"
"""Lists what the bundle was made of, a file on each line."""

BUILD_ID = "build-id.txt"
"""Names the kernels of a frozen program, which has no sources to be hashed."""

HIDDEN_IMPORTS = ("numba._devicearray", "engine.cachedir")
"""Imported from C, and by a name that Numba is given: no import statement shows them."""

EXCLUDED = {
    "tkinter": "another window system, 2.6 MB",
    "_tkinter": "another window system",
    "scipy": "no kernel multiplies through BLAS, 73 MB",
    "matplotlib": "pandas would plot with it, 16 MB",
    "IPython": "pandas and pyqtgraph look for it",
    "jinja2": "pandas styles tables with it",
    "pyarrow": "pandas reads other files with it",
    "openpyxl": "pandas reads other files with it",
    "odf": "pandas reads other files with it",
    "defusedxml": "odf reads with it",
    "lxml": "pandas reads other files with it",
    "sqlalchemy": "pandas reads databases with it",
    "PIL.ImageQt": "the window draws what Pillow has read by itself",
    "PIL.ImageTk": "another window system",
    "pytest": "tests",
    "_pytest": "tests",
    "hypothesis": "tests",
    "setuptools": "builds packages",
    "pip": "installs packages",
    "distributed": "rooms of computers, which need the same Python on all of them",
    "dask": "distributed schedules with it",
    "tornado": "distributed waits with it",
    "cryptography": "makes the certificates of a room",
    "numba.cuda": "graphics cards, 1.6 MB",
    "numba.roc": "graphics cards",
    "numba.pycc": "compiles ahead of time",
    "OpenGL": "pyqtgraph draws without it",
    "cupy": "graphics cards",
    "PySide6.QtQml": "another kind of window",
    "PySide6.QtQuick": "another kind of window",
    "PySide6.QtPdf": "not used",
    "PySide6.QtSql": "not used",
    "PySide6.QtNetwork": "the program never asks the network",
    "PySide6.QtDesigner": "not used",
    "PySide6.QtHelp": "not used",
    "PySide6.QtPrintSupport": "not used",
    "PySide6.QtUiTools": "not used",
    "sqlite3": "not used",
    "ssl": "the program never asks the network",
    "_hashlib": "OpenSSL's hashes; Python has its own",
    "_ssl": "the program never asks the network, with OpenSSL 6 MB",
}
"""Modules that are left out, with what they are for."""

OPTIONAL = frozenset({"distributed", "cryptography", "ssl"})
"""Those of them that the program imports where they are there, and says so where they are not."""

UNUSED_HOOKS = {
    # Children by Python's module come here as this program with arguments of Python's, which the
    # hook would read. Whoever lets a progress bar make a lock for processes makes it start one.
    "pyi_rth_multiprocessing": "lets Python's module start children; nothing here uses it, and "
                               "progress bars lock threads only",
    "pyi_rth_pyqtgraph_multiprocess": "draws in another process",
}
"""What PyInstaller would do before the program's first line, with what it is for."""


@dataclass(frozen=True)
class Drop:
    """Files that PyInstaller collects and the program does not need.

    Attributes
    ----------
    pattern : str
        Regular expression that the place in the bundle, with forward slashes, begins with.
    reason : str
        Why it can go.
    systems : tuple[str, ...]
        Where, as in `sys.platform`; empty is everywhere.
    """

    pattern: str
    reason: str
    systems: tuple[str, ...] = ()


Binary = tuple[str, str, str]
"""Of a library in the bundle: its place, where it is taken from, and what PyInstaller calls it."""

LINUX = ("linux",)
DROPS = (
    Drop(r"PySide6/(Qt/)?translations/(?!qtbase_)", "texts of parts that are left out"),
    Drop(r"PySide6/(Qt/)?qml/", "another kind of window"),
    Drop(r"PySide6/Qt/plugins/platformthemes/libqgtk3", "brings GTK, 24 MB", LINUX),
    Drop(r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|minimalegl|minimal|vkkhrdisplay|vnc)",
         "screens that no desktop has", LINUX),
    Drop(r"PySide6/Qt/plugins/(egldeviceintegrations|xcbglintegrations"
         r"|wayland-graphics-integration-client)", "drawing by OpenGL",
         LINUX),
    Drop(r"PySide6/(Qt/)?plugins/(tls|networkinformation|sqldrivers|qmltooling|generic)",
         "network, databases, tools"),
    Drop(r"PySide6/(Qt/)?plugins/imageformats/(lib)?q(pdf|tga|tiff|wbmp|webp|icns)",
         "pictures that are never opened"),
    Drop(r"(PySide6/Qt/lib/)?libQt6(Qml|Quick|Pdf|VirtualKeyboard|Network|EglF[sS])", "left out",
         LINUX),
    Drop(r"PySide6/Qt6(Qml|Quick|Pdf|VirtualKeyboard|Network)", "left out", ("win32",)),
    Drop(r"PySide6/opengl32sw", "OpenGL in software, 20 MB", ("win32",)),
    Drop(r"lib(crypto|ssl)[.-]", "the program never asks the network"),
    Drop(r"lib(gssapi_krb5|krb5|krb5support|k5crypto|com_err|keyutils)\.so",
         "logging in to networks, 2.3 MB", LINUX),
    Drop(r"lib(atk-1|cairo|cairo-gobject|gdk_pixbuf-2|pango-1|pangocairo-1|pangoft2-1|pixman-1"
         r"|fribidi|thai|datrie|harfbuzz|graphite2)[.-]", "GTK's, 4.2 MB", LINUX),
    Drop(r"lib(gcrypt|gpg-error|lz4|cap|mount|blkid|selinux|pcre2-8|Xext|Xrender|Xau|Xdmcp|xcb-glx"
         r"|bsd|md|png16|jpeg|brotlicommon|brotlidec|expat)\.so",
         "of libraries that are the machine's own, and bring theirs, 6.5 MB", LINUX),
    Drop(r"lib(sqlite3|readline|ncursesw|tinfow?|panelw)\.so", "not used", LINUX),
    Drop(r"(python[\d.]+/)?(lib-dynload/)?(readline|_sqlite3|_curses)",
         "not used"),
    Drop(r"numba/np/ufunc/tbbpool", "needs a library that is not shipped"),
    Drop(r"pyqtgraph/(colors/maps|icons/peegee|examples)", "not used"),
    Drop(r"(numpy|pandas|pyqtgraph)/.*tests/", "tests"),
    Drop(r"(numpy|numba|llvmlite)/.*\.(h|hpp|c|pyi|pxd|lib|a)$", "for compilers"),
    Drop(r"[^/]+\.(dist|egg)-info/(direct_url\.json|SOURCES\.txt)",
         "names folders of the computer that the program was made on"),
)
"""What is left out of the bundle, measured when it was added."""

DESKTOP_LIBRARIES = (
    r"lib(stdc\+\+|gcc_s|xcb-[\w-]+|xkbcommon(-x11)?|z|zstd|bz2|lzma|ffi|uuid)\.so")
"""Libraries for which the .deb depends on packages instead: a graphics driver that needs a newer
libstdc++ than the bundle's fails to load. The portable archive keeps them, since nobody would
install what is missing."""

ALWAYS_FROM_SYSTEM = (
    r"lib(glib-2|gthread-2|gobject-2|gio-2|gmodule-2|dbus-1|systemd|X11|X11-xcb|xcb\.so|fontconfig"
    r"|freetype|EGL|GL|GLX|GLdispatch|OpenGL)")
"""Libraries that talk with the desktop and the graphics card, and must be those of the machine."""

STRIPPED = r"(libllvmlite\.so|libpython3[.\d]*\.so[.\d]*)$"
"""Libraries whose symbols can go, 36 MB. Others break: wheels shift the parts of their files."""

VISUAL_C = r"(PySide6|shiboken6)/((msvcp|vcruntime)140\w*\.dll)$"
"""Microsoft's run-time library for C++, which not every computer has. Qt's package brings it along
and finds it in its own folder; Numba's modules look at the top, and are the only ones that the
command line loads (PyInstaller, issue 9216)."""

DATA = ("datasets", "examples", "experiments", "fonts", "golden", "icons", "pages")
"""Folders under ``resources`` that the program reads."""


def is_dropped(place: str, platform: str) -> bool:
    """Say whether a file is left out of the bundle.

    Parameters
    ----------
    place : str
        Where it would lie in the bundle.
    platform : str
        As in `sys.platform`.
    """
    path = place.replace("\\", "/")
    if any(re.match(drop.pattern, path) for drop in DROPS
           if not drop.systems or platform in drop.systems):
        return True
    return platform == "linux" and re.match(ALWAYS_FROM_SYSTEM, path) is not None


def visual_c_at_top(binaries: list[Binary]) -> list[Binary]:
    """Return what to add to the bundle of Windows, so that every module finds C++'s library.

    Parameters
    ----------
    binaries : list[Binary]
        What PyInstaller has collected.

    Raises
    ------
    LookupError
        If the library is nowhere: the program would start only where it is installed.
    """
    there = {place.lower() for place, _, _ in binaries}
    added: dict[str, Binary] = {}
    for place, source, kind in binaries:
        found = re.match(VISUAL_C, place.replace("\\", "/"), re.IGNORECASE)
        if found and found[2].lower() not in there:
            added.setdefault(found[2].lower(), (found[2], source, kind))
    if "msvcp140.dll" not in there | added.keys():
        raise LookupError("Nothing collected brings msvcp140.dll along, which Numba needs.")
    return list(added.values())


def check_sounds(places: Iterable[str]) -> None:
    """Raise LookupError if the library that reads sounds is not among the collected files.

    soundfile loads it by its name when the first sound is read, where nothing but PyInstaller's
    hook for soundfile shows it.
    """
    if not any("libsndfile" in place or "/sndfile" in place for place in places):
        raise LookupError("Nothing collected brings libsndfile along, which soundfile needs.")


def is_of_the_desktop(place: str) -> bool:
    """Say whether a Debian desktop has this library itself."""
    return re.match(DESKTOP_LIBRARIES, place) is not None


def data_files() -> list[tuple[str, str]]:
    """Return what the program reads, each with the folder where it lies in the bundle."""
    files = [(str(ROOT / "resources" / name), f"resources/{name}") for name in DATA]
    if sys.platform == "darwin":
        # The Finder looks for it at the top, where PyInstaller puts the program's own, too.
        files.append((str(BUILD / MACOS_PROJECT_ICON), "."))
    return [*files, (str(BUILD / BUILD_ID), "engine/kernels"), (str(ROOT / "LICENSE"), ".")]
