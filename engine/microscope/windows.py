"""Windows over an image or a sequence, and numbers that are sums over what lies in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.microscope.number import Factor, Index, Number, Variables, sum_of

Integers = NDArray[np.int64]
Sizes = tuple[int, ...]

LETTERS = PLACES, TAPS, SPOTS = "P", "T", "S"
"""Letters of a sum: which window, which place in the window, which place of the image."""


@dataclass(frozen=True)
class Windows:
    """Where windows lie on an image, along every axis: two of an image, one of a sequence.

    Attributes
    ----------
    size : tuple[int, ...]
        Length of the image.
    places : tuple[int, ...]
        How many windows there are.
    kernel : tuple[int, ...]
        Length of a window.
    stride : int
        How far one is from the next.
    """

    size: Sizes
    places: Sizes
    kernel: Sizes
    stride: int

    @property
    def rank(self) -> int:
        """Axes."""
        return len(self.size)

    @property
    def axes(self) -> tuple[str, ...]:
        """What the axes are called."""
        return ("row", "column") if self.rank == 2 else ("step",)

    @property
    def is_sparse(self) -> bool:
        """Whether the stride leaves places out between two windows."""
        return self.stride > 1 and math.prod(self.places) > 1

    @cached_property
    def padding(self) -> tuple[tuple[int, int], ...]:
        """Zeros before and after the image: as many as the windows stick out, half on each side."""
        around = []
        for size, places, kernel in zip(self.size, self.places, self.kernel, strict=True):
            total = max((places - 1) * self.stride + kernel - size, 0)
            around.append((total // 2, total - total // 2))
        return tuple(around)

    @cached_property
    def _links(self) -> tuple[Integers, ...]:
        """Which window, by which of its places, lies where: int64[links, 3] for every axis."""
        found = []
        for size, places, kernel, (before, _) in zip(self.size, self.places, self.kernel,
                                                     self.padding, strict=True):
            place, tap = np.indices((places, kernel)).reshape(2, -1)
            spot = place * self.stride + tap - before
            found.append(np.stack((place, tap, spot), axis=1)[(spot >= 0) & (spot < size)])
        return tuple(found)

    def links(self, letter: str, at: Index) -> tuple[Integers, ...]:
        """Return what meets at one window, at one place of all windows, or at one of the image.

        Parameters
        ----------
        letter : str
            Which of the three is meant.
        at : tuple[int, ...]
            Where it is.

        Returns
        -------
        tuple[int64[links, 3], ...]
            For every axis: window, place in the window, place of the image. Zeros around the image
            are none of it.
        """
        column = LETTERS.index(letter)
        return tuple(links[links[:, column] == index]
                     for links, index in zip(self._links, at, strict=True))


@dataclass(frozen=True)
class Array:
    """An array of the program as a sum over windows reads it.

    Attributes
    ----------
    symbol, name : str
        In mathematics, and in NumPy.
    axes : str
        ``n`` for the example, then letters of a `WindowSum`.
    shape : tuple[int, ...]
        Its shape as it is read, without the examples; the variable may have another one.
    """

    symbol: str
    name: str
    axes: str
    shape: Sizes

    def factor(self, variables: Variables, places: Mapping[str, Integers]) -> Factor:
        """Return its numbers at places, int64[terms] or int64[rank, terms] by letter."""
        array = np.asarray(variables[self.name], np.float64)
        shape = (len(array), *self.shape) if self.axes.startswith("n") else self.shape
        at = np.concatenate([np.atleast_2d(places[letter]) for letter in self.axes])
        flat = np.ravel_multi_index(tuple(at), shape)
        indices = np.stack(np.unravel_index(flat, array.shape), axis=1).astype(np.int64)
        return Factor(self.symbol, array.reshape(-1)[flat], self.name, indices)


@dataclass(frozen=True)
class WindowSum:
    """Numbers that are sums over windows, as `engine.microscope.number.Contraction` has it.

    Letters stand for one axis, but those of windows for as many as these have.

    Attributes
    ----------
    windows : Windows
        The windows.
    result : str
        Letters of what is opened.
    parts : tuple[Array, ...]
        The factors.
    over : Mapping[str, str]
        What the other letters count that are summed over; ``n`` is listed before the windows, the
        others after them.
    added : tuple[Array, ...]
        Terms of their own.
    scale : float
        What the sum is multiplied by.
    winners : Array | None
        Which place of every window counts, the others are multiplied by 0; None: all count.
    """

    windows: Windows
    result: str
    parts: tuple[Array, ...]
    over: Mapping[str, str]
    added: tuple[Array, ...] = ()
    scale: float = 1.0
    winners: Array | None = None

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        fixed = self.fixed(index)
        names, lengths, places = self._terms(variables, fixed)
        factors = tuple(part.factor(variables, places) for part in self.parts)
        if self.winners is not None:
            factors += (self._win(variables, self.winners, places),)
        one = {letter: np.array(at)[:, None] for letter, at in fixed.items()}
        added = tuple(part.factor(variables, one) for part in self.added)
        total = sum_of(np.prod([factor.values for factor in factors], axis=0))
        value = self.scale * (total + sum_of(float(term.values[0]) for term in added))
        if not math.prod(lengths):
            return Number(value, added=added, scale=self.scale)
        return Number(value, factors, tuple(zip(names, lengths, strict=True)), added, self.scale)

    def fixed(self, index: Index) -> dict[str, Index]:
        """Return where an index into the result is, by letter."""
        found: dict[str, Index] = {}
        for letter in self.result:
            count = self.windows.rank if letter in LETTERS else 1
            found[letter], index = index[:count], index[count:]
        return found

    def links(self, fixed: Mapping[str, Index]) -> tuple[Integers, ...]:
        """Return `Windows.links` of the letter of windows that the result has."""
        letter = next(one for one in fixed if one in LETTERS)
        return self.windows.links(letter, fixed[letter])

    def _terms(self, variables: Variables, fixed: Mapping[str, Index]
               ) -> tuple[list[str], list[int], dict[str, Integers]]:
        """Return names and lengths of what is summed over, and where every term is by letter."""
        axes = [(self.over[letter], {letter: np.arange(self._length(letter, variables))})
                for letter in sorted(self.over, key="n".__ne__)]
        middle = 1 if "n" in self.over else 0
        axes[middle:middle] = [(name, dict(zip(LETTERS, links.T, strict=True))) for name, links in
                               zip(self.windows.axes, self.links(fixed), strict=True)]
        lengths = [len(next(iter(table.values()))) for _, table in axes]
        counted = np.indices(lengths).reshape(len(lengths), -1)
        rows: dict[str, list[Integers]] = {}
        for (_, table), places in zip(axes, counted, strict=True):
            for letter, values in table.items():
                rows.setdefault(letter, []).append(values[places])
        for letter, at in fixed.items():
            rows.setdefault(letter, [np.full(counted.shape[1], at[0])])
        return [name for name, _ in axes], lengths, {one: np.stack(at) for one, at in rows.items()}

    def _length(self, letter: str, variables: Variables) -> int:
        """Return how many there are of what a letter counts."""
        for part in self.parts:
            if letter in part.axes:
                # Letters of windows never stand behind one that is looked for from its end.
                return len(variables[part.name]) if letter == "n" else \
                    part.shape[part.axes.index(letter) - len(part.axes)]
        raise AssertionError(letter)

    def _win(self, variables: Variables, winners: Array, places: Mapping[str, Integers]) -> Factor:
        """Return 1 where a window's winner is the place of the term, 0 where it is another."""
        found = winners.factor(variables, places).values
        tap = np.ravel_multi_index(tuple(places[TAPS]), self.windows.kernel)
        return Factor("[largest]", (found == tap).astype(np.float64))
