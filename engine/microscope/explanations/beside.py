"""Numbers of several arrays that stand side by side."""

from __future__ import annotations

from dataclasses import dataclass

from engine.microscope.number import Contraction, Index, Number, Part, Variables


@dataclass(frozen=True)
class Beside:
    """Each number is that of one of several arrays, joined along the last axis.

    Attributes
    ----------
    parts : tuple[Part, ...]
        The arrays in their order, with the same letters.
    widths : tuple[int, ...]
        How many columns each has.
    """

    parts: tuple[Part, ...]
    widths: tuple[int, ...]

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        *before, column = index
        which = 0
        while column >= self.widths[which]:
            column -= self.widths[which]
            which += 1
        part = self.parts[which]
        return Contraction(part.axes, (part,), {})(variables, (*before, column))
