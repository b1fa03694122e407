"""The terms of a number as lines of a table: one by one, or in groups with their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from engine.microscope.number import Factor, Number, sum_of

FEW = 12
"""Terms that are listed one by one although they run through several axes."""

STEP, EXAMPLE = "step", "example"


class Kind(Enum):
    """What a line of the table is."""

    TERM = "term"
    GROUP = "group"
    HEAD = "head"
    ADDED = "added"


@dataclass(frozen=True)
class Line:
    """A line of the table.

    Attributes
    ----------
    kind : Kind
        What it is.
    section : int
        Of which sum.
    place : int
        Which term, group or added term.
    """

    kind: Kind
    section: int
    place: int


class Section:
    """One sum of products.

    Parameters
    ----------
    number : Number
        The sum.
    """

    def __init__(self, number: Number) -> None:
        self.factors = number.factors
        self.products = number.products
        self.names = tuple(name for name, _ in number.over)
        lengths = tuple(length for _, length in number.over)
        self.places: NDArray[np.int64] = np.zeros((0, len(self.products)), np.int64)
        if lengths:
            self.places = np.array(np.unravel_index(np.arange(len(self.products)), lengths))
        self.axis = self._group_axis(lengths)
        self.groups: NDArray[np.float64] = np.zeros(0)
        if self.axis >= 0:
            self.groups = np.bincount(self.places[self.axis], self.products,
                                      lengths[self.axis]).astype(np.float64)

    def _group_axis(self, lengths: Sequence[int]) -> int:
        """Return the axis along which terms are gathered in groups; -1: they are few."""
        if len(lengths) < 2 or len(self.products) <= FEW:
            return -1
        return self.names.index(STEP) if STEP in self.names else 0

    def example(self, term: int) -> int:
        """Return the example of a term; -1 where it has none."""
        return int(self.places[self.names.index(EXAMPLE), term]) if EXAMPLE in self.names else -1

    def label(self, term: int) -> str:
        """Return where a term stands along every axis beside its group's, counted from 1."""
        return " · ".join(str(self.places[axis, term] + 1) for axis in range(len(self.names))
                          if axis != self.axis)

    @property
    def heading(self) -> str:
        """What the labels count."""
        return " · ".join(name for axis, name in enumerate(self.names) if axis != self.axis)


class Terms:
    """The table of a number.

    Parameters
    ----------
    number : Number
        The number, taken apart.
    """

    def __init__(self, number: Number) -> None:
        self.number = number
        self.sections = [Section(one) for one in (number, *number.also) if one.factors]
        self.added: tuple[Factor, ...] = number.added
        self.unfolded: set[tuple[int, int]] = set()
        self.largest_first = False

    @property
    def count(self) -> int:
        """How many terms there are, what is added included."""
        return sum(len(one.products) for one in self.sections) + len(self.added)

    @property
    def total(self) -> float:
        """What they come to."""
        return sum_of([*(sum_of(one.products) for one in self.sections),
                       *(float(one.values[0]) for one in self.added)])

    def lines(self) -> list[Line]:
        """Return what the table shows, from above."""
        found: list[Line] = []
        for at, section in enumerate(self.sections):
            if at:
                found.append(Line(Kind.HEAD, at, 0))
            if section.axis < 0:
                found += [Line(Kind.TERM, at, int(term))
                          for term in self._order(section.products)]
                continue
            for group in self._order(section.groups):
                found.append(Line(Kind.GROUP, at, int(group)))
                if (at, int(group)) in self.unfolded:
                    found += self._unfolded(at, int(group))
        return found + [Line(Kind.ADDED, 0, i) for i in range(len(self.added))]

    def _unfolded(self, at: int, group: int) -> list[Line]:
        section = self.sections[at]
        members = np.flatnonzero(section.places[section.axis] == group)
        return [Line(Kind.TERM, at, int(members[place]))
                for place in self._order(section.products[members])]

    def _order(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        if not self.largest_first:
            return np.arange(len(values))
        return np.argsort(-np.abs(values), kind="stable")

    def product(self, line: Line) -> float:
        """Return what a line adds to the sum."""
        if line.kind is Kind.ADDED:
            return float(self.added[line.place].values[0])
        section = self.sections[line.section]
        values = section.groups if line.kind is Kind.GROUP else section.products
        return float(values[line.place])

    def toggle(self, line: Line) -> None:
        """Unfold a group, or fold it."""
        self.unfolded ^= {(line.section, line.place)}

    def example(self, line: Line) -> int:
        """Return the example that a line is of; -1 where it is of none."""
        if line.kind is Kind.TERM:
            return self.sections[line.section].example(line.place)
        if line.kind is Kind.GROUP:
            section = self.sections[line.section]
            return line.place if section.names[section.axis] == EXAMPLE else -1
        return -1
