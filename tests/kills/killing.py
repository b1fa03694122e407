"""Kills programs at random moments of saving, and says what is there afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import IO

from engine.bundles import is_bundle, read_saved
from gui.document.project_files import read_file
from tests.monkey.home import ROOT

LONGEST_S = 0.06
"""From a program's first save to its end, at most."""


def kill_savers(path: Path, times: int, seed: int) -> list[str]:
    """Kill programs that save to a file so often; return what was wrong, in sentences."""
    chance, wrong = Random(seed), list[str]()
    with _program("tests.kills.saving", path) as (into, out):
        for number in range(times):
            first = 8 + 1000 * number
            into.write(f"{first}\n")
            into.flush()
            process = int(out.readline())
            told = _number(out.readline())
            time.sleep(chance.random() * LONGEST_S)
            os.kill(process, signal.SIGKILL)
            while (line := out.readline()) != "ended\n":
                told = _number(line)
            # The last of which nobody has been told may have been saved, too.
            found = _held(path)
            if found not in (told, told + 1):
                wrong.append(f"kill {number}: {path.name} holds {found}, and {told} was saved")
            # As the next start of the program does, which opens the file.
            read_file(path)
            others = sorted(set(os.listdir(path.parent)) - {path.name})
            if others:
                wrong.append(f"kill {number}: the next start leaves {', '.join(others)}")
    return wrong


def _held(path: Path) -> int:
    """Return the number that a file holds, old or new."""
    saved = read_saved(path)
    if is_bundle(path):
        assert saved.checkpoint is not None
        return saved.checkpoint.step
    return int(saved.project.name)


def _number(line: str) -> int:
    word, _, number = line.partition(" ")
    assert word == "saved", line
    return int(number)


def kill_windows(folder: Path, times: int, seed: int) -> list[str]:
    """Kill windows that save so often; return what was wrong, in sentences."""
    chance, wrong = Random(seed), list[str]()
    (folder / "work").mkdir(parents=True, exist_ok=True)
    told = 0
    for number in range(times + 1):
        with _program("tests.kills.window", folder) as (_into, out):
            found = _found(out)
            wrong += [f"kill {number}: {sentence}" for sentence in _judged(found, told)]
            if number == times:
                break
            told = _number(out.readline())
            time.sleep(chance.random() * LONGEST_S)
            # Killed here, at the end of the block; it may have saved again meanwhile.
    return wrong


def _found(out: IO[str]) -> dict[str, object]:
    line = out.readline()
    assert line.startswith("found "), line
    return dict(json.loads(line.partition(" ")[2]))


def _judged(found: dict[str, object], told: int) -> Iterator[str]:
    """Yield what is wrong with what a window has found."""
    number = found["number"]
    if found["refused"]:
        yield "the file cannot be opened"
    elif told and (not isinstance(number, int) or number < told):
        yield f"the file holds {number}, and {told} was saved"
    if found["litter"]:
        yield f"the next start leaves {found['litter']}"


@contextmanager
def _program(module: str, argument: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """Run a program of ours; kill it in the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", module, str(argument)]
    with subprocess.Popen(command, cwd=ROOT, text=True, env=environment, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdin, process.stdout
        finally:
            process.kill()
