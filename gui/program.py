"""What all ways into the program share: its name, its exit codes, and how it speaks.

Imports nothing but the standard library, so that the first paint need not wait for it.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NAME = "Backprop Lab"
ERROR = 2
"""Exit code after something that a person can put right."""
INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells have it."""
COMPILE_OPS = "compile-ops"
"""What a program calls itself with to compile in a second process."""
RUN_CELLS = "run-cells"
"""What it calls itself with to compute cells of a sweep in processes of their own."""
SET_UP = "Start it with 'python3 resources/dev.py run', which installs what is missing."
LONGEST_SETTING = 60
"""Characters that are told of a variable in the environment."""
ICON_ERROR = 0x10
"""For a box of Windows: what it calls MB_ICONERROR."""

LIBRARIES = ("NUMBA_", "TQDM_", "PYQTGRAPH_")
"""How the names begin of variables that libraries read when they are imported."""
UNDERSTOOD = {
    "NUMBA_NUM_THREADS": (r"[1-9]\d*", "a whole number from 1"),
    "NUMBA_OPT": (r"[0-3]|max", "0, 1, 2, 3 or max"),
    "NUMBA_DISABLE_JIT": (r"0?", "0, since the engine is compiled"),
}
"""What makes sense in some of them, as a pattern and in words."""


@dataclass(frozen=True)
class WindowOptions:
    """What the command line says about the window.

    Attributes
    ----------
    project : Path | None
        What to open.
    screenshot : Path | None
        Where to save a picture; the program quits after that.
    size : tuple[int, int] | None
        Width and height in pixels.
    theme : str
        ``light`` or ``dark``; empty for what was chosen last.
    after_s : float
        Seconds from the first boundary to the picture.
    run : bool
        Whether to train from the start.
    profile_start : bool
        Whether to print how long the start took, and quit; with ``run``, once the first training
        point is on the plot.
    within_s : float
        Seconds, from when on a start that nobody waits for has failed.
    """

    project: Path | None = None
    screenshot: Path | None = None
    size: tuple[int, int] | None = None
    theme: Literal["", "light", "dark"] = ""
    after_s: float = 4.0
    run: bool = False
    profile_start: bool = False
    within_s: float = 180.0

    @property
    def unattended(self) -> bool:
        """Whether the program ends by itself, so that nobody can answer a question."""
        return self.screenshot is not None or self.profile_start


def version() -> str:
    """Return the version that is installed."""
    from importlib import metadata

    try:
        return metadata.version("backprop-lab")
    except metadata.PackageNotFoundError:
        return "(not installed)"


class Steady(io.FileIO):
    """A stream that stays silent once it cannot be written, instead of ending the program.

    Nobody may read any more, as behind ``| head``, or a disk may be full: what is computed is no
    worse for that.

    Attributes
    ----------
    lost : OSError | None
        Why something that was written is not there; None while everything is.
    """

    lost: OSError | None = None

    def write(self, content: ReadableBuffer, /) -> int:
        """Write bytes, or let them go."""
        if self.lost is None:
            try:
                return super().write(content)
            except BlockingIOError:
                raise
            except OSError as error:
                self.lost = error
        return memoryview(content).nbytes


def steady_streams() -> None:
    """Let nothing that becomes of standard output and standard error end this program.

    To be called before anything is opened: of streams that are closed, the numbers would be given
    to the next files, into which every warning of a library would then be written.
    """
    if sys.platform != "win32":
        for number in range(3):
            try:
                os.fstat(number)
            except OSError:
                # The lowest free number is given.
                os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # What is written to a console of Windows takes another way.
        if stream is not None and type(_raw(stream)) is io.FileIO:
            steadied = _steadied(stream)
            # Both: whoever puts another stream in the first one's place may go on with its buffer.
            setattr(sys, name, steadied)
            setattr(sys, f"__{name}__", steadied)


def _steadied(stream: TextIO) -> TextIO:
    with suppress(OSError):
        stream.flush()
    raw = Steady(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, "backslashreplace",
                            write_through=True, line_buffering=True)


def _raw(stream: TextIO | None) -> object:
    """Return what writes bytes in the end; without buffers, as PYTHONUNBUFFERED wants, at once."""
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)


def ignore_library_settings(environment: MutableMapping[str, str]) -> None:
    """Let no variable that is meant for a library change what the program does.

    To be called before they are imported: over some values they end the program, and what others
    would make of the kernels, all later starts would find in the cache.
    """
    for name in sorted(name for name in environment if name.startswith(LIBRARIES)):
        found = environment.pop(name)
        pattern, expected = UNDERSTOOD.get(name, (".*", ""))
        if not re.fullmatch(pattern, found, re.DOTALL):
            shown = found if len(found) <= LONGEST_SETTING else f"{found[:LONGEST_SETTING]}…"
            complain(f"{name}: it is '{shown}' in the environment; expected {expected}. "
                     f"{NAME} goes on without it.")


def told(status: int) -> int:
    """Return the exit code of a program that has said all: `ERROR` where that was not written.

    A reader who has left, as ``head`` does, has read what he wanted.
    """
    raw = _raw(sys.stdout)
    if not isinstance(raw, Steady):
        return status
    sys.stdout.flush()
    if raw.lost is None or raw.lost.errno in (errno.EPIPE, errno.EINVAL):
        return status
    complain("Standard output: what was said could not be written "
             f"({raw.lost.strerror}). Let it go somewhere else.")
    return status or ERROR


def _shown(text: str) -> str:
    """Return lines in which nothing stands that a terminal would obey, such as a file's name."""
    if text.replace("\n", "").isprintable():
        return text
    from engine.messages import legible

    return "\n".join("\t".join(map(legible, line.split("\t"))) for line in text.split("\n"))


def say(text: str) -> None:
    """Write a line to standard output, if the program has one."""
    if sys.stdout is not None:
        sys.stdout.write(_shown(text) + "\n")
        sys.stdout.flush()


def complain(text: str, *, attended: bool = False) -> None:
    """Write a line to standard error, if the program has one.

    Parameters
    ----------
    text : str
        A sentence.
    attended : bool
        Whether somebody is there to close a box with the sentence, which Windows shows for a
        program without a console. Nobody is where a script has called the program.
    """
    if sys.stderr is not None:
        sys.stderr.write(_shown(text) + "\n")
        sys.stderr.flush()
    elif attended and sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, text, NAME, ICON_ERROR)


def remedy(from_sources: str) -> str:
    """Return what to do about a program that cannot start, in a sentence.

    Parameters
    ----------
    from_sources : str
        What to do where it is run from its sources.
    """
    # Who has installed it has neither the sources nor a Python.
    return "Install Backprop Lab anew." if getattr(sys, "frozen", False) else from_sources
