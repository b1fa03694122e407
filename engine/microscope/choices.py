"""Openings that hand a number over to another: by step, by column, by mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.microscope.number import Factor, Index, Number, Opening, Variables, evaluate


@dataclass(frozen=True)
class OneOfMany:
    """Numbers of arrays that are put behind one another along the axis behind the batch.

    Attributes
    ----------
    names, symbols : tuple[str, ...]
        The arrays in their order, each of one step: variables, and in mathematics.
    """

    names: tuple[str, ...]
    symbols: tuple[str, ...]

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index: the one that it was before it was put there."""
        example, step, *rest = index
        name, place = self.names[step], (example, *rest)
        value = float(variables[name][place])
        return Number(value, added=(
            Factor(self.symbols[step], np.array([value]), name, np.array([place], np.int64)),))


@dataclass(frozen=True)
class SideBySide:
    """Columns of arrays that stand side by side, all equally wide.

    Attributes
    ----------
    parts : tuple[Opening, ...]
        What opens a number of each array.
    width : int
        Columns of one.
    """

    parts: tuple[Opening, ...]
    width: int

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        *rest, column = index
        part, place = divmod(column, self.width)
        return self.parts[part](variables, (*rest, place))


@dataclass(frozen=True)
class Where:
    """What `numpy.where` chooses for each example.

    Attributes
    ----------
    condition : str
        A NumPy expression: bool[n, 1].
    met, unmet : Opening
        What opens a number of an example for which it holds, and of another.
    """

    condition: str
    met: Opening
    unmet: Opening

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        holds = bool(evaluate(self.condition, variables)[index[0], 0])
        return (self.met if holds else self.unmet)(variables, index)
