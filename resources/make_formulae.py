"""Set the formulas of all pages and write each as a picture beside them.

Call it as ``.venv/bin/python -m resources.make_formulae`` after a page has been written; it needs
ziamath, which the program itself does not. What no page needs any more is deleted. ``--anew`` sets
all of them once more.
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from engine.pages.catalogue import Catalogue
from engine.pages.formulae import FORMULAE, UNITS, names_of

MARGIN, ROOM = 20, 60
"""Room beside a formula, and above and below it, so that no edge is cut where it is drawn between
two pixels: a picture is moved down by less than one, and made whole pixels high."""

APART = 'rowspacing="0.7em"'
"""What is left between lines of one formula, so that fractions do not touch."""
_ROWS = re.compile(r'rowspacing="3pt"')
_VIEW = re.compile(r'viewBox="([^"]+)"')
_SHAPE = re.compile(r'<path[^>]* d="([^"]+)"|<rect ([^>]*)/>')
_SIDE = re.compile(r'(x|y|width|height)="([^"]+)"')
_COMMAND = re.compile(r"([MLQCTHVZ])([^MLQCTHVZ]*)")
Point = tuple[int, int]


def svg_of(latex: str, *, inline: bool) -> str:
    """Return a formula as a small SVG in the colour ``currentColor``.

    Its coordinates are whole numbers in units of the font, its baseline is y = 0, and a glyph that
    comes again is written once.

    Parameters
    ----------
    latex : str
        The formula.
    inline : bool
        Whether it stands within a line.
    """
    import ziamath
    from ziamath.tex import tex2mml

    ziamath.config.svg2 = False
    ziamath.config.precision = 3
    drawn = ziamath.Math(_ROWS.sub(APART, tex2mml(latex, inline=inline)), size=UNITS)
    return compact(drawn.svg())


def compact(svg: str) -> str:
    """Return what ziamath has drawn, with as few letters as it takes."""
    found = _VIEW.search(svg)
    if found is None:
        raise ValueError("ziamath has written no viewBox")
    box = _around(found[1], svg)
    places: dict[str, list[Point]] = {}
    bars = []
    for shape in _SHAPE.finditer(svg):
        if shape[1]:
            start, outline = _outline(shape[1])
            places.setdefault(outline, []).append(start)
        else:
            bars.append(_bar(shape[2]))
    names = _names()
    shared = {outline: next(names) for outline, starts in places.items() if len(starts) > 1}
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" '
             'fill="currentColor">']
    if shared:
        lines += ["<defs>", *(f'<path id="{name}" d="m0 0{outline}z"/>'
                              for outline, name in shared.items()), "</defs>"]
    for outline, starts in places.items():
        lines += ([f'<use href="#{shared[outline]}" x="{x}" y="{y}"/>' for x, y in starts]
                  if outline in shared else
                  [f'<path d="m{_joined(starts[0])}{outline}z"/>'])
    return "\n".join([*lines, *bars, "</svg>", ""])


def _around(view: str, svg: str) -> str:
    """Return the view box that ziamath gives, enlarged by what reaches out of it."""
    left, top, width, height = (float(word) for word in view.split())
    xs, ys = [left, left + width], [top, top + height]
    for shape in _SHAPE.finditer(svg):
        numbers = [float(word) for _, words in _COMMAND.findall(shape[1] or "")
                   for word in words.split()]
        xs += numbers[::2]
        ys += numbers[1::2]
    box = (round(min(xs)) - MARGIN, round(min(ys)) - ROOM,
           round(max(xs)) + MARGIN, round(max(ys)) + ROOM)
    return f"{box[0]} {box[1]} {box[2] - box[0]} {box[3] - box[1]}"


def _outline(drawn: str) -> tuple[Point, str]:
    """Return where a glyph begins, and its outline from there, in whole steps."""
    commands = [(letter, [float(word) for word in numbers.split()])
                for letter, numbers in _COMMAND.findall(drawn)]
    left, top = commands[0][1]
    parts: list[str] = []
    here = begun = (0, 0)
    for letter, numbers in commands[1:]:
        points = [(round(x - left), round(y - top))
                  for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        if letter == "Z":
            parts.append("z")
            # What comes next counts from where the closed part began.
            here = begun
        elif letter != "L" or points[-1] != here:
            parts.append(letter.lower() + _joined(
                number for point in points for number in _step(here, point)))
            here = points[-1]
            begun = here if letter == "M" else begun
    return (round(left), round(top)), "".join(parts).removesuffix("z")


def _step(before: Point, after: Point) -> Point:
    return after[0] - before[0], after[1] - before[1]


def _bar(attributes: str) -> str:
    sides = {name: round(float(value)) for name, value in _SIDE.findall(attributes)}
    return "<rect " + " ".join(f'{name}="{value}"' for name, value in sides.items()) + "/>"


def _joined(numbers: Iterable[int]) -> str:
    """Return whole numbers with a blank between them where no sign parts them."""
    return " ".join(map(str, numbers)).replace(" -", "-")


def _names() -> Iterator[str]:
    yield from string.ascii_lowercase
    yield from map("".join, product(string.ascii_lowercase, repeat=2))


def write_all(folder: Path = FORMULAE, *, anew: bool = False) -> tuple[int, int]:
    """Set what has no picture yet, delete what no page needs; returns how many of each.

    Parameters
    ----------
    folder : Path
        Where the pictures lie.
    anew : bool
        Whether those that are there are set once more.
    """
    catalogue = Catalogue()
    # Not those that can be read alone: of what a spoiled page needs, nothing is to be deleted.
    needed = names_of(map(catalogue.page, catalogue.keys))
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in folder.glob("*.svg")}
    missing = needed.keys() if anew else needed.keys() - there
    for name in sorted(missing):
        latex, inline = needed[name]
        (folder / name).write_text(svg_of(latex, inline=inline), "utf-8")
    for name in there - needed.keys():
        (folder / name).unlink()
    return len(missing), len(there - needed.keys())


def main() -> None:
    """Write the files and say how many."""
    made, deleted = write_all(anew="--anew" in sys.argv[1:])
    size = sum(path.stat().st_size for path in FORMULAE.glob("*.svg"))
    sys.stdout.write(f"{made} formulas set, {deleted} deleted, {size / 2**20:.2f} MB in all\n")


if __name__ == "__main__":
    main()
