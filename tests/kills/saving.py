"""Saves a project again and again, until it is killed.

    python -m tests.kills.saving FILE

Reads lines, and for each makes a process of its own that says its number, says ``saved`` whenever
it has saved, and goes on saving: with a bundle's weights or as text, as the file's name has it.
Once that has ended, this one says so.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

from msgspec.structs import replace

from engine.bundles import is_bundle, write_bundle
from engine.spec import default_project, write_project
from tests.engine.bundles.test_runs import PROJECT, state


def save(path: Path, number: int) -> None:
    """Save a project that holds a number."""
    if is_bundle(path):
        one = state()
        counters = dataclasses.replace(one.counters, step=number)
        write_bundle(PROJECT, {}, path, checkpoint=dataclasses.replace(one, counters=counters))
    else:
        write_project(replace(default_project(), name=str(number)), path)


def main() -> None:
    """Do what the lines want."""
    path = Path(sys.argv[1])
    for line in sys.stdin:
        if os.fork():
            os.wait()
            os.write(1, b"ended\n")
            continue
        # Without threads, so that it may go on from a copy of this process: that is how two hundred
        # of them begin within some seconds.
        os.write(1, f"{os.getpid()}\n".encode())
        number = int(line)
        while True:
            save(path, number)
            os.write(1, f"saved {number}\n".encode())
            number += 1


if __name__ == "__main__":
    main()
