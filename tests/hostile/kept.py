"""Copies of unsaved work, as programs that have ended leave them, broken or lying.

Each is offered by the next start, or left where it is. The same number always makes the same ones.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

from tests.hostile import projects

Rng = random.Random

HOST = os.uname().nodename.encode() if hasattr(os, "uname") else b"here"
LOCKS = (b"", b"0\n", b"-1\nbackprop-lab\n" + HOST + b"\n", b"1\nbackprop-lab\n" + HOST + b"\n",
         b"999999999\nbackprop-lab\nelsewhere\n", b"9" * 400 + b"\n", b"x\n\n\n\n", bytes(70_000),
         b"\xff\xfe" * 30, b"\n" * 60_000, b"1\n" + b"n" * 60_000 + b"\n\x1b[31m\n")
"""What stands where a program says that it lives: its number, its name and its computer's."""


def written(seed: int, folder: Path) -> Path:
    """Write copies into a folder of their own in a folder with its surroundings; return that."""
    rng = Rng(seed)
    home = folder / "kept"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for number in range(rng.randint(1, 3)):
        for suffix, share in ((".json", 0.95), (".beside", 0.3)):
            if rng.random() < share:
                made = projects.written(rng.randrange(10**6), folder)
                made.rename(home / f"{number}{suffix}")
        place = rng.random()
        if place < 0.5:
            (home / f"{number}.lock").write_bytes(rng.choice(LOCKS))
        elif place < 0.6:
            (home / f"{number}.lock").mkdir()
        elif place < 0.65 and hasattr(os, "mkfifo"):
            os.mkfifo(home / f"{number}.lock")
        elif place < 0.7 and not (home / f"{number}.beside").exists():
            (home / f"{number}.beside").symlink_to(rng.choice(("gone", "/dev/zero", "../pipe")))
    (home / "link.json").symlink_to(rng.choice(("/dev/zero", "../pipe", "link.json", "../folder")))
    return home
