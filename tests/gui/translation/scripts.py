"""Small scripts of which the lines of every layer are known."""

from __future__ import annotations

from collections.abc import Sequence

from engine.export.target import Written
from gui.translation.script import Script, script_of

HEAD = ('"""A network."""', "import library", "", "")


def script(layers: Sequence[str], before: int = 0, foot: int = 0) -> Script:
    """Return a script in which every layer has two lines, some way down, one below the other."""
    lines = [*HEAD, *(f"# {number}" for number in range(before)), "def make():"]
    spans = {}
    for layer in layers:
        spans[layer] = ((len(lines) + 1, len(lines) + 2),)
        lines += [f'    add("{layer}",', "        1)"]
    lines += ["", *(f"x = {number}" for number in range(foot))]
    return script_of(Written({"net.py": ("\n".join(lines) + "\n").encode()}, spans))
