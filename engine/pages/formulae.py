"""Where the picture of a formula lies: one file for each, named by what it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from engine.pages.catalogue import FOLDER
from engine.pages.form import Page

FORMULAE = FOLDER / "formulae"
UNITS = 1000
"""Units of the pictures' coordinates in the height of a letter: those of the font."""

_BOX = re.compile(r'viewBox="(-?\d+) (-?\d+) (\d+) (\d+)"')


@dataclass(frozen=True)
class Box:
    """How large a formula is, in heights of a letter.

    Attributes
    ----------
    width : float
        From its left to its right end.
    ascent, depth : float
        Above and below the line on which it stands.
    """

    width: float
    ascent: float
    depth: float


def name_of(latex: str, *, inline: bool) -> str:
    """Return the name of a formula's file.

    Parameters
    ----------
    latex : str
        The formula.
    inline : bool
        Whether it stands within a line, where limits of sums stand beside them.
    """
    style = "inline" if inline else "display"
    return sha256(f"{style}:{latex}".encode()).hexdigest()[:16] + ".svg"


def names_of(pages: Iterable[Page]) -> dict[str, tuple[str, bool]]:
    """Return the files that pages need, each with its formula and whether that is inline."""
    return {name_of(latex, inline=inline): (latex, inline)
            for page in pages for latex, inline in page.formulae}


def box_of(svg: str) -> Box:
    """Return how large a formula is; raises ValueError if this is no picture of one."""
    found = _BOX.search(svg)
    if found is None:
        raise ValueError("no viewBox of whole numbers")
    _, top, width, height = map(int, found.groups())
    return Box(width / UNITS, -top / UNITS, (top + height) / UNITS)


def read_formula(name: str, folder: Path = FORMULAE) -> str:
    """Return the picture of a formula as SVG in the colour ``currentColor``."""
    return (folder / name).read_text("utf-8")
