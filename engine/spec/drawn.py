"""What a person has drawn or painted, as the project's own file holds it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

SHEET = 256
"""Drawings are kept on a grid of so many lines across and down, as Quick, Draw! keeps its own."""

MOST_OWN = 5000
"""Drawings, and painted points, that a project holds; more of them are kept in files."""

MOST_LETTERS = 6 * 2**20
"""Of all strokes of a project together: its file stays one that can be opened."""

_POINT = r"\d{1,3},\d{1,3}"
Stroke = Annotated[str, msgspec.Meta(pattern=f"^{_POINT}( {_POINT})*$", max_length=32_000)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
Coordinate = Annotated[float, msgspec.Meta(ge=-6, le=6)]
Value = Annotated[float, msgspec.Meta(ge=-1, le=8)]


class DrawnSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A drawing and what it shows.

    Attributes
    ----------
    word : str
        Its class.
    strokes : tuple[str, ...]
        The points of each, ``x,y`` with a space between two: 0 to 255, from the upper left corner.
    person : str
        Who drew it; empty where nobody has said so.
    """

    word: Word
    strokes: Annotated[tuple[Stroke, ...], msgspec.Meta(min_length=1, max_length=200)]
    person: Name = ""

    def __post_init__(self) -> None:
        """Refuse points beside the sheet."""
        for stroke in self.strokes:
            if any(int(number) >= SHEET for number in stroke.replace(",", " ").split()):
                raise ValueError(f"points lie between 0 and {SHEET - 1}")


class PaintedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points that are painted into the plane.

    Attributes
    ----------
    task : str
        ``classification``: the third number of a point is its class, 0 to 8; ``regression``: it is
        its value, -1 to 1.
    points : tuple[tuple[float, float, float], ...]
        Coordinates, -6 to 6, and class or value.
    """

    task: Literal["classification", "regression"] = "classification"
    points: Annotated[tuple[tuple[Coordinate, Coordinate, Value], ...],
                      msgspec.Meta(max_length=MOST_OWN)] = ()

    def __post_init__(self) -> None:
        """Refuse a class that is none, and a value out of range."""
        if self.task == "classification":
            if any(value < 0 or value != int(value) for _, _, value in self.points):
                raise ValueError("a class is a whole number from 0 to 8")
        elif any(value > 1 for _, _, value in self.points):
            raise ValueError("a value lies between -1 and 1")


Drawings = Annotated[tuple[DrawnSpec, ...], msgspec.Meta(max_length=MOST_OWN)]
