"""Set Backprop Lab up on a fresh machine, then start, test, check or package it.

    python3 resources/dev.py run [the program's arguments]
    python3 resources/dev.py test [--whole] [pytest's arguments]
    python3 resources/dev.py check
    python3 resources/dev.py package [bundle] [smoke] [deb] [archive] [sums] [try] [time]

Everything is installed into the folder .venv beside README.md; on Debian and Ubuntu, so are the
system libraries that Qt needs. What is there already is left alone, so that the second call starts
at once. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
VERSIONS = ((3, 13), (3, 12), (3, 11))
NO_TESTS = 5
"""What pytest returns when it was given nothing to run."""

SIDE_BY_SIDE = ["--numprocesses=auto", "--dist=worksteal"]
"""For pytest: one process for each processor, which takes over tests when it has done its own."""

SLOWER = "--override-ini=faulthandler_timeout=1500"
"""For pytest: where others use the processors, a sweep takes minutes and is no test that hangs."""

KEEPING = {"PYTHONDONTWRITEBYTECODE": ""}
"""Lets Python keep its bytecode: tests start it again and again, which takes twice as long without,
and what pytest makes of every assertion would be made by each process."""

EXTRAS = {"run": "", "test": "[test]", "whole": "[dev]", "check": "[dev]", "package": "[dev]"}

QT_LIBRARIES = [
    "libegl1", "libgl1", "libfontconfig1", "libfreetype6", "libglib2.0-0", "libdbus-1-3",
    "libxkbcommon0", "libxkbcommon-x11-0", "libx11-6", "libx11-xcb1", "libxcb1",
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0",
    "libxcb-render0", "libxcb-render-util0", "libxcb-shape0", "libxcb-shm0", "libxcb-sync1",
    "libxcb-util1", "libxcb-xfixes0", "libxcb-xkb1", "fonts-dejavu-core",
]
VIRTUAL_SCREEN = ["xvfb", "xauth"]
PACKERS = ["binutils", "dpkg-dev", "xz-utils", "desktop-file-utils", "shared-mime-info",
           "libglib2.0-bin", "x11-utils", "libwayland-cursor0", "strace"]
NEEDED = {"test": VIRTUAL_SCREEN, "whole": VIRTUAL_SCREEN,
          "package": [*VIRTUAL_SCREEN, *PACKERS]}
"""Debian packages besides Qt's libraries, without which a purpose makes no sense."""


class SetUpError(Exception):
    """The machine lacks something that a person has to add."""


def say(text: str) -> None:
    """Write one line for the person at the terminal, before the programs called write theirs."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def call(*command: str | Path, folder: Path = ROOT, **variables: str) -> int:
    """Run a command with some environment variables and return its exit code."""
    environment = {**os.environ, **variables}
    return subprocess.run([str(part) for part in command], cwd=folder, env=environment,
                          check=False).returncode


def right_to_install() -> list[str] | None:
    """Return what to put before a command that changes the system, or None without the right."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    silent = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
    # With somebody at the keyboard, sudo may ask for the password.
    return [sudo] if silent.returncode == 0 or sys.stdin.isatty() else None


def missing_packages(wanted: list[str]) -> list[str]:
    """Return the Debian packages among these that neither stand nor are stood in for."""
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}\t${Package}\t${Provides}\n"],
        capture_output=True, text=True, check=True).stdout
    present = set()
    for line in listing.splitlines():
        status, package, provides = line.split("\t")
        if status.startswith("ii"):
            # Provides: newer releases rename libraries, as libglib2.0-0t64 for libglib2.0-0.
            present |= {package, *(item.split()[0] for item in provides.split(",") if item)}
    return [package for package in wanted if package not in present]


def install_packages(wanted: list[str]) -> bool:
    """Install Debian packages that are missing; say how if this user may not.

    Returns
    -------
    bool
        Whether all of them are there now. True on other systems, where nothing is known.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-query")):
        return True
    missing = missing_packages(wanted)
    if not missing:
        return True
    prefix = right_to_install()
    if prefix is None:
        say(f"These system packages are missing. Ask an administrator to run:\n"
            f"    sudo apt-get install --no-install-recommends {' '.join(missing)}")
        return False
    say(f"Installing system packages: {' '.join(missing)}.")
    # The lists of some unrelated source may be out of reach: only the installation must succeed.
    for command in (["update"], ["install", "--yes", "--no-install-recommends",
                                 "--option", "DPkg::Lock::Timeout=120", *missing]):
        done = subprocess.run(
            [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
    if done.returncode:
        say(f"{done.stdout}\nThis failed: {shlex.join([*prefix, 'apt-get', *command])}")
    return done.returncode == 0


def use_right_python() -> None:
    """Start over under a Python that the project supports, if this one is not."""
    if sys.version_info[:2] in VERSIONS:
        return
    for major, minor in VERSIONS:
        other = shutil.which(f"python{major}.{minor}")
        if other is not None:
            say(f"This is Python {sys.version_info[0]}.{sys.version_info[1]}; going on with "
                f"{other}.")
            raise SystemExit(call(other, __file__, *sys.argv[1:], folder=Path.cwd()))
    raise SetUpError(f"Backprop Lab needs Python 3.11, 3.12 or 3.13, and this is "
                     f"{sys.version_info[0]}.{sys.version_info[1]}. Install one of them.")


def make_environment() -> None:
    """Make .venv unless it works already."""
    works = PYTHON.exists() and subprocess.run(
        [str(PYTHON), "-c", "import pip"], capture_output=True, check=False).returncode == 0
    if works:
        return
    if not has_ensurepip():
        raise SetUpError("Without Python's venv package the program cannot be installed.")
    say(f"Making the virtual environment {VENV}.")
    if call(sys.executable, "-m", "venv", "--clear", VENV):
        raise SetUpError("The virtual environment could not be made; the reason stands above.")


def install_project(purpose: str) -> None:
    """Install the project with what a purpose needs, unless that has been done."""
    state = "\n".join([str(ROOT), EXTRAS[purpose], sys.version,
                       (ROOT / "pyproject.toml").read_text("utf-8")])
    digest = hashlib.sha256(state.encode()).hexdigest()
    stamp = VENV / f"installed-for-{purpose}"
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return
    say("Installing Backprop Lab and the packages it needs into .venv; "
        "the first time this takes some minutes.")
    if call(PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check",
            "--no-input", "--editable", f"{ROOT}{EXTRAS[purpose]}"):
        raise SetUpError("The packages could not be installed; the reason stands above. "
                         "The first start needs the Internet, later ones do not.")
    stamp.write_text(digest, "utf-8")


def has_ensurepip() -> bool:
    """Say whether this Python can make environments: Debian's needs a package for it."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def set_up(purpose: str) -> None:
    """Make the machine ready to run, test or check."""
    use_right_python()
    if sys.platform == "linux":
        wanted = QT_LIBRARIES + NEEDED.get(purpose, [])
        if purpose == "package" and sys.base_prefix == "/usr":
            # Debian's own Python is one file, and what is frozen needs the library.
            wanted = [*wanted, f"libpython{sys.version_info[0]}.{sys.version_info[1]}"]
        if not has_ensurepip():
            wanted = [*wanted, f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]
        if not install_packages(wanted):
            if purpose in NEEDED:
                raise SetUpError(f"Without these packages, '{purpose}' cannot be carried out.")
            say("Going on without them; the window may fail to open.")
    make_environment()
    install_project(purpose)


def run(arguments: list[str]) -> int:
    """Start the program."""
    set_up("run")
    # In the person's folder, so that names of project files mean what they say; -P keeps whatever
    # lies there from being taken for a part of the program.
    return call(PYTHON, "-P", "-m", "gui", *arguments, folder=Path.cwd())


def test(arguments: list[str]) -> int:
    """Run the tests that go side by side, then those that need a screen or the computer alone.

    With ``--whole``, those that were left out before, for which `check` installs what they need.
    """
    is_whole = "--whole" in arguments
    set_up("whole" if is_whole else "test")
    compile_kernels()
    if is_whole:
        arguments = [*arguments, SLOWER]
    pytest = [str(PYTHON), "-m", "pytest"]
    say("Tests side by side.")
    codes = [call(*pytest, *SIDE_BY_SIDE, *arguments, folder=ROOT, QT_QPA_PLATFORM="offscreen",
                  **KEEPING)]
    say("Tests on a screen, and those that need the computer for themselves.")
    if sys.platform == "linux":
        pytest = ["xvfb-run", "--auto-servernum", "--server-args=-screen 0 1920x1200x24", *pytest]
        codes.append(call(*pytest, "--screen", *arguments, folder=ROOT, QT_QPA_PLATFORM="xcb",
                          **KEEPING))
    else:
        codes.append(call(*pytest, "--screen", *arguments, folder=ROOT, **KEEPING))
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    return failed[0] if failed else min(codes)


def compile_kernels() -> None:
    """Compile the engine with all processors before tests begin, which would do it one by one."""
    say("Compiling the engine, unless that has been done.")
    for precision in ("float32", "float64"):
        # What is wrong with it, tests will say.
        call(PYTHON, "-m", "gui", "compile", "--quiet", "--precision", precision,
             folder=ROOT, **KEEPING)


def check(_arguments: list[str]) -> int:
    """Check style, types and the contracts of the architecture."""
    set_up("check")
    checks = {"Style (ruff)": ["ruff", "check"], "Types (mypy)": ["mypy"],
              "Contracts (pytest)": ["pytest", "tests/contracts", "--quiet"]}
    failed = []
    for title, command in checks.items():
        say(f"{title}.")
        if call(PYTHON, "-m", *command):
            failed.append(title)
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def package(arguments: list[str]) -> int:
    """Make and try what people install, into the folder dist."""
    set_up("package")
    return call(PYTHON, "-m", "resources.installer", *arguments)


def main() -> int:
    """Do what the first argument names."""
    commands = {"run": run, "test": test, "check": check, "package": package}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        say((__doc__ or "").rstrip())
        return 0 if sys.argv[1:] in (["--help"], ["-h"]) else 2
    try:
        return commands[sys.argv[1]](sys.argv[2:])
    except SetUpError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
