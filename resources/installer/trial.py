"""Whether the Debian package installs, opens a project by double click, and leaves nothing behind.

Changes the system that it runs on, and is therefore done only for those who ask for it: the package
is installed and removed again, and so is a user of its own.
"""

from __future__ import annotations

import configparser
import os
import pwd
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.bundles import write_bundle
from engine.spec import default_project
from resources.installer.bundle import DIST
from resources.installer.deb import package_file
from resources.installer.recipe import IDENTIFIER, MIME_TYPE, NAME, SUFFIX
from resources.installer.screen import virtual_screen
from resources.installer.shell import PackagingError, call, say
from resources.installer.smoke import POINT, WINDOW

USER = "bplab-trial"
PROJECT = f"My first project.{SUFFIX}"
DESKTOP = Path(f"/usr/share/applications/{IDENTIFIER}.desktop")
DATABASES = (Path("/usr/share/applications/mimeinfo.cache"), Path("/usr/share/mime/globs2"))
PATIENCE_S, LOOK_S = 60.0, 6.0
PICTURE = DIST / "trial.png"
GRAB = """\
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(["grab", "-platform", "xcb"])
sys.exit(not app.primaryScreen().grabWindow(0).save(sys.argv[1]))
"""


@dataclass(frozen=True)
class Person:
    """An ordinary user in front of a screen.

    Attributes
    ----------
    home : Path
        Their folder.
    display : str
        Their screen.
    """

    home: Path
    display: str

    def command(self, *parts: str) -> list[str]:
        """Return a command as this user gives it."""
        return ["runuser", "-u", USER, "--", "env", "--ignore-environment", "--chdir",
                str(self.home), f"HOME={self.home}", f"USER={USER}", f"DISPLAY={self.display}",
                "PATH=/usr/bin:/bin", "LANG=C.UTF-8", *parts]


def try_package() -> None:
    """Install the package, use it as an ordinary user, remove it.

    Raises
    ------
    PackagingError
        If that takes rights that this process lacks, or something does not go as it should.
    """
    if os.geteuid() != 0:
        raise PackagingError("Installing a package takes a superuser: start this with sudo.")
    if DESKTOP.exists():
        raise PackagingError(f"{NAME} is installed here already: remove it first.")
    package = package_file()
    if shutil.which("lintian"):
        call("lintian", "--fail-on", "error", "--allow-root", package)
        say("Lintian finds no error.")
    with installed(package) as files, somebody() as person:
        call("desktop-file-validate", DESKTOP)
        start_from_menu(person)
        open_by_double_click(person)
        kept = everything_in(person.home)
        remove()
        left = remains(files)
        gone = kept - everything_in(person.home)
    if left or gone:
        raise PackagingError(f"After it was removed, these are left: {left or 'nothing'}; and of "
                             f"the user's own, these are gone: {sorted(gone) or 'nothing'}.")
    say("Removed: nothing is left but what is the user's.")


@contextmanager
def installed(package: Path) -> Iterator[list[Path]]:
    """Install a package, with what it depends on; yields its files. Removes it at the latest."""
    began = time.perf_counter()
    # Packages are read by a user without rights, who may not see the folder of the project.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copy = shutil.copy(package, folder)
        call("apt-get", "install", "--yes", "--no-install-recommends", copy,
             environment={"DEBIAN_FRONTEND": "noninteractive"})
    say(f"Installed in {time.perf_counter() - began:.1f} s.")
    try:
        yield [Path(line) for line in call("dpkg", "-L", NAME).splitlines()]
    finally:
        if DESKTOP.exists():
            remove()


def remove() -> None:
    """Remove the package."""
    call("apt-get", "purge", "--yes", NAME, environment={"DEBIAN_FRONTEND": "noninteractive"})


@contextmanager
def somebody() -> Iterator[Person]:
    """Make a user with a screen and a project; nothing of them stays."""
    call("useradd", "--create-home", "--shell", "/bin/sh", USER)
    entry = pwd.getpwnam(USER)
    try:
        with virtual_screen() as display:
            project = Path(entry.pw_dir) / PROJECT
            write_bundle(default_project(), {}, project)
            os.chown(project, entry.pw_uid, entry.pw_gid)
            yield Person(Path(entry.pw_dir), display)
            end_all(entry.pw_uid)
    finally:
        end_all(entry.pw_uid)
        call("userdel", "--remove", USER)


def start_from_menu(person: Person) -> None:
    """Start the program as its menu entry does, and wait until it trains."""
    entry = configparser.RawConfigParser()
    entry.read(DESKTOP, encoding="utf-8")
    parts = [part for part in shlex.split(entry["Desktop Entry"]["Exec"]) if part != "%f"]
    shown = call(*person.command(*parts, *WINDOW))
    if POINT not in shown:
        raise PackagingError(f"Started from the menu, it does not train:\n{shown}")
    say("Started from the menu: " + ", ".join(shown.split("\n")).strip(", ") + ".")


def open_by_double_click(person: Person) -> None:
    """Open a project as a file manager does, take a picture, and close the window."""
    kind = call(*person.command("gio", "info", "-a", "standard::content-type", PROJECT))
    if MIME_TYPE not in kind:
        raise PackagingError(f"The desktop does not take {PROJECT} for a project:\n{kind}")
    # The program would hold what gio writes to, and this would wait until it ends.
    call(*person.command("sh", "-c", 'exec gio open "$1" >/dev/null 2>&1', "sh", PROJECT))
    title = Path(PROJECT).stem
    wait_for(lambda: title in call(*person.command("xwininfo", "-root", "-tree")),
             f"no window bears the title {title!r}")
    time.sleep(LOOK_S)
    PICTURE.parent.mkdir(exist_ok=True)
    call(sys.executable, "-c", GRAB, PICTURE, environment={"DISPLAY": person.display})
    say(f"Opened by double click: {PICTURE}.")


def wait_for(condition: Callable[[], bool], problem: str) -> None:
    """Wait until something is so.

    Raises
    ------
    PackagingError
        If that takes too long: what the problem is.
    """
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise PackagingError(f"After {PATIENCE_S:.0f} s {problem}.")
        time.sleep(0.2)


def end_all(uid: int) -> None:
    """End every process of the user that was made for the trial."""
    def left() -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if folder.stat().st_uid == uid:
                    found.append(int(folder.name))
        return found

    for process in left():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    wait_for(lambda: not left(), "processes of the trial are left")


def everything_in(folder: Path) -> set[Path]:
    """Return the files in a folder but those that can be made again."""
    return {path for path in folder.rglob("*") if path.is_file() and ".cache" not in path.parts}


def remains(files: Sequence[Path]) -> list[str]:
    """Return what is still there of a package's files, and which database still knows it."""
    left = [str(file) for file in files
            if os.path.lexists(file) and (NAME in file.name or not file.is_dir())]
    known = [str(file) for file in DATABASES
             if file.exists() and (IDENTIFIER in (text := file.read_text("utf-8"))
                                   or MIME_TYPE in text)]
    return left + known
