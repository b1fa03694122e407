"""Where the program starts: decides between the window and the command line.

Until the window has painted itself, nothing is imported that it does not need for that.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gui.imports import import_in_turns, leave_sources_unread
from gui.program import (
    COMPILE_OPS,
    ERROR,
    INTERRUPTED,
    RUN_CELLS,
    SET_UP,
    WindowOptions,
    complain,
    ignore_library_settings,
    remedy,
    steady_streams,
    told,
)

COMMAND_LINE = {"train", "compare", "export", "check", "compile", "sweep", "experiment", "worker",
                "cluster", COMPILE_OPS, RUN_CELLS, "--help", "-h", "--version", "-V",
                "--self-test"}
UNATTENDED = ("--screenshot", "--profile-start")
"""Options of scripts: nobody is there to close a box that says what is wrong."""
BROKEN_PYSIDE = "6.12.0"


def run(arguments: Sequence[str] | None = None) -> int:
    """Start Backprop Lab and return its exit code.

    Parameters
    ----------
    arguments : Sequence[str] | None
        What stands behind the program's name; by default that of this process.
    """
    started_s = time.perf_counter() - process_age_s()
    if arguments is None:
        # A program of its own, not a test's.
        steady_streams()
        ignore_library_settings(os.environ)
        import_in_turns()
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments and arguments[0] in COMMAND_LINE:
        try:
            from engine.footprint import hold_little
            from gui.terminal import command_line

            hold_little()
            return told(command_line.main(arguments))
        except KeyboardInterrupt:
            # Before the command has begun, or behind its end.
            return INTERRUPTED
    options = read_options(arguments)
    if lacks_screen(sys.platform, os.environ):
        if not options.unattended:
            from gui.terminal import without_screen

            return without_screen.run(options, open_window)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return open_window(options, started_s)


def open_window(options: WindowOptions, started_s: float) -> int:
    """Show the window until it is closed, or say why there cannot be one."""
    attended = not options.unattended
    try:
        import PySide6

        if problem := pyside_problem(PySide6.__version__, sys.version_info[:2]):
            complain(problem, attended=attended)
            return ERROR
        leave_sources_unread()
        from gui import app
    except (ImportError, OSError) as error:
        complain(f"The window cannot be opened: {str(error).rstrip('.')}. "
                 + remedy(f"{SET_UP} 'backprop-lab train' needs no window."), attended=attended)
        return ERROR
    return app.run(options, started_s)


def read_options(arguments: Sequence[str]) -> WindowOptions:
    """Return what the command line says about the window; a wrong one ends with exit code 2."""
    if not arguments:
        return WindowOptions()

    from gui.terminal.arguments import Parser, seconds, unusable

    parser = Parser(prog="backprop-lab")
    parser.attended = not any(word.startswith(UNATTENDED) for word in arguments)
    parser.add_argument("project", type=Path, nargs="?")
    parser.add_argument("--screenshot", type=Path)
    parser.add_argument("--size", type=_size)
    parser.add_argument("--theme", choices=("light", "dark"), default="")
    parser.add_argument("--after", type=seconds, default=4.0, dest="after_s")
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--profile-start", action="store_true")
    parser.add_argument("--within", type=seconds, default=180.0, dest="within_s")
    if fault := unusable(arguments):
        complain(fault, attended=parser.attended)
        raise SystemExit(ERROR)
    options = WindowOptions(**vars(parser.parse_args(arguments)))
    if options.project is not None and (options.unattended or options.run):
        from gui.document.file_kinds import may_be_project

        if not may_be_project(options.project):
            complain(f"{options.project}: this is no project, as --run, --screenshot and "
                     "--profile-start need one. Open it without them, and save a project with it.",
                     attended=parser.attended)
            raise SystemExit(ERROR)
    return options


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 100 <= int(width) <= 10_000
            and 100 <= int(height) <= 10_000):
        raise ValueError(text)
    return int(width), int(height)


def lacks_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Say whether there is no screen to show a window on."""
    if not platform.startswith(("linux", "freebsd")):
        return False
    if environment.get("WAYLAND_DISPLAY") or environment.get("QT_QPA_PLATFORM"):
        return False
    return not answers(environment.get("DISPLAY", ""))


def answers(display: str) -> bool:
    """Say whether an X server may be there; one on another machine is believed to be."""
    host, _, number = display.rpartition(":")
    if host not in ("", "unix") or not number.split(".")[0].isdecimal():
        return bool(display)
    # Qt ends the whole program when the server of a DISPLAY left over from a session is gone.
    name = f"/tmp/.X11-unix/X{number.split('.')[0]}"
    for address in (name, "\0" + name):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(address)
            except OSError:
                continue
            return True
    return False


def pyside_problem(pyside: str, python: tuple[int, int]) -> str:
    """Return why this PySide6 cannot be used with this Python; empty if it can."""
    if pyside.startswith(BROKEN_PYSIDE) and python < (3, 12):
        return (f"PySide6 {pyside} ends the program after some minutes on Python "
                f"{python[0]}.{python[1]}. "
                + remedy("Install 'PySide6-Essentials<6.12', or use Python 3.12."))
    return ""


def process_age_s() -> float:
    """Return how long ago this process began, where the system tells; else 0."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        began_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - began_s)
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0
