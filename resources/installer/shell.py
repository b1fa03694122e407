"""Running other programs while packaging."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

SHOWN_COMMAND = 400
"""Characters of a command that failed, some of which name hundreds of files."""


class PackagingError(Exception):
    """A program that packaging needs has failed or is not there."""


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def call(*command: str | Path, folder: Path | None = None,
         environment: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it prints.

    Parameters
    ----------
    *command : str | Path
        The program and its arguments.
    folder : Path | None
        Where it runs.
    environment : Mapping[str, str] | None
        Variables besides those of this process.

    Raises
    ------
    PackagingError
        If it is not there, or fails; with all that it has printed.
    """
    parts = [str(part) for part in command]
    try:
        done = subprocess.run(parts, cwd=folder, env={**os.environ, **(environment or {})},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise PackagingError(f"{parts[0]} is not installed.") from None
    if done.returncode:
        shown = textwrap.shorten(shlex.join(parts), SHOWN_COMMAND, placeholder=" ...")
        raise PackagingError(f"{shown} failed with code {done.returncode}:\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout


def megabytes(path: Path) -> float:
    """Return how much a file takes, or all in a folder, in millions of bytes; links count once."""
    if path.is_file():
        return path.stat().st_size / 1e6
    return sum(file.stat().st_size for file in path.rglob("*")
               if file.is_file() and not file.is_symlink()) / 1e6
