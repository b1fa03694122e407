"""One number taken apart: the terms that it is the sum of, and the factors of each."""

from __future__ import annotations

import math
import re
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Variables = Mapping[str, Any]
"""What every name stands for: arrays, numbers, helpers."""

Index = tuple[int, ...]

SELECTION = re.compile(r"([A-Za-z_]\w*)((?:\.reshape\([^()]*\)|\[[^\[\]]*\]|\.T)*)")
"""Expressions that compute nothing: a variable, or some of its numbers in another order."""


@dataclass(frozen=True)
class Factor:
    """What stands at one place of every term.

    Attributes
    ----------
    symbol : str
        In mathematics, as rich text.
    values : float64[terms]
        Its number in every term.
    variable : str
        The variable that it is a number of; empty where it is computed on the spot.
    indices : int64[terms, axes]
        Where in that variable; of no axes where there is none.
    """

    symbol: str
    values: Array
    variable: str = ""
    indices: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))


@dataclass(frozen=True)
class Number:
    """A number as ``function(scale * (sum of products + what is added + further sums))``.

    Attributes
    ----------
    value : float
        The number.
    factors : tuple[Factor, ...]
        All of as many terms; none where it is not a sum of products.
    over : tuple[tuple[str, int], ...]
        Name and length of every axis that is summed over: ``("example", 10)``. Terms run through
        them as through an array, the last fastest. Empty: there is one term.
    added : tuple[Factor, ...]
        Single terms added to the sum, such as a bias.
    scale : float
        What the sum is multiplied by.
    function : str
        What is applied to all that, as rich text; empty for nothing. One that ends with a slash
        is divided by all that.
    also : tuple[Number, ...]
        Further sums that are added, of other factors: what a state brings beside the features.
    """

    value: float
    factors: tuple[Factor, ...] = ()
    over: tuple[tuple[str, int], ...] = ()
    added: tuple[Factor, ...] = ()
    scale: float = 1.0
    function: str = ""
    also: tuple[Number, ...] = ()

    @property
    def products(self) -> Array:
        """The terms, float64[terms]."""
        if not self.factors:
            return np.zeros(0)
        with np.errstate(all="ignore"):
            found: Array = np.prod([factor.values for factor in self.factors], axis=0)
        return found


class Opening(Protocol):
    """Says what one number of a statement's result is made of."""

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart.

        Parameters
        ----------
        variables : Mapping[str, Any]
            As they stood before the statement, helpers included.
        index : tuple[int, ...]
            Into the statement's result.
        """


@dataclass(frozen=True)
class Part:
    """A factor of all terms, as an array.

    Attributes
    ----------
    symbol : str
        In mathematics, as rich text.
    code : str
        A NumPy expression; where it is a variable or a `SELECTION` of one, its numbers can be
        followed there.
    axes : str
        A letter for each of its axes.
    """

    symbol: str
    code: str
    axes: str


@dataclass(frozen=True)
class Contraction:
    """Numbers that are sums of products, as `numpy.einsum` writes them.

    Attributes
    ----------
    axes : str
        A letter for each axis of the result.
    parts : tuple[Part, ...]
        The factors. Letters that the result has not are summed over.
    over : Mapping[str, str]
        What the letters that are summed over count, in the order in which terms are listed:
        ``{"n": "example"}``.
    added : tuple[Part, ...]
        Terms of their own, such as a bias; all their letters are the result's.
    scale : float
        What the sum is multiplied by.
    function : str
        What is applied to it, as rich text, with `apply`; empty for nothing.
    apply : str
        The same as a NumPy expression of ``s``.
    also : tuple[Opening, ...]
        What opens further sums that are added, of other factors.
    """

    axes: str
    parts: tuple[Part, ...]
    over: Mapping[str, str]
    added: tuple[Part, ...] = ()
    scale: float = 1.0
    function: str = ""
    apply: str = "s"
    also: tuple[Opening, ...] = ()

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        at = dict(zip(self.axes, index, strict=True))
        arrays = [np.asarray(evaluate(part.code, variables)) for part in self.parts]
        sizes = {letter: array.shape[axis]
                 for part, array in zip(self.parts, arrays, strict=True)
                 for axis, letter in enumerate(part.axes)}
        letters = tuple(letter for letter in self.over
                        if letter in sizes and letter not in self.axes)
        lengths = tuple(sizes[letter] for letter in letters)
        places = np.indices(lengths).reshape(len(letters), -1) if letters else \
            np.zeros((0, 1), np.int64)
        rows = dict(zip(letters, places, strict=True))
        factors = tuple(_factor(part, array, at, rows, places.shape[1],
                                variables)
                        for part, array in zip(self.parts, arrays, strict=True))
        added = tuple(_factor(part, np.asarray(evaluate(part.code, variables)), at, {}, 1,
                              variables)
                      for part in self.added)
        also = tuple(one(variables, index) for one in self.also)
        total = sum_of(np.prod([factor.values for factor in factors], axis=0)) if factors else 0.0
        total = self.scale * sum_of((total, *(float(one.values[0]) for one in added),
                                     *(one.value for one in also)))
        value = float(evaluate(self.apply, _with("s", total, variables)))
        return Number(value, factors,
                      tuple((self.over[letter], length)
                            for letter, length in zip(letters, lengths, strict=True)),
                      added, self.scale, self.function, also)


def sum_of(terms: Iterable[float]) -> float:
    """Return a sum to the last digit; infinite or NaN where its terms are, or where it overflows.

    `math.fsum` raises an error there, but a run that has diverged is looked at, too.
    """
    numbers = [float(term) for term in terms]
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        return sum(numbers)


def evaluate(code: str, variables: Variables) -> Any:
    """Return the value of an expression of this program's own making."""
    return eval(_compiled(code), {"np": np}, variables)


@lru_cache(maxsize=4096)
def _compiled(code: str) -> CodeType:
    return compile(code, "<step>", "eval")


def _with(name: str, value: Any, variables: Variables) -> Variables:
    """Return variables with another one in front; they are looked up only when they are read."""
    return ChainMap({name: value}, cast("dict[str, Any]", variables))


@dataclass(frozen=True)
class Reshaped:
    """The numbers of another opening in another shape.

    Attributes
    ----------
    opening : Opening
        The other opening.
    inner, outer : tuple[int, ...]
        Shape of its result, and of this one's.
    """

    opening: Opening
    inner: Index
    outer: Index

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        flat = np.ravel_multi_index(index, self.outer)
        return self.opening(variables, tuple(map(int, np.unravel_index(flat, self.inner))))


def _factor(part: Part, array: Array, at: Mapping[str, int], rows: Mapping[str, Array],
            terms: int, variables: Variables) -> Factor:
    axes = [rows[letter] if letter in rows else np.full(terms, at[letter])
            for letter in part.axes]
    indices = np.array(axes, np.int64).reshape(len(axes), terms)
    values = np.asarray(array[tuple(indices)] if axes else np.full(terms, array), np.float64)
    return Factor(part.symbol, values, *followed(part.code, indices, variables))


def followed(code: str, indices: NDArray[np.int64], variables: Variables
             ) -> tuple[str, NDArray[np.int64]]:
    """Return the variable that an expression selects from, and where; no name if it computes.

    Parameters
    ----------
    code : str
        The expression.
    indices : int64[axes, terms]
        Which of its numbers.
    variables : Mapping[str, Any]
        What every name stands for.
    """
    found = SELECTION.fullmatch(code)
    if found is None:
        return "", np.zeros((0, 0), np.int64)
    name, selects = found.groups()
    if not selects:
        return name, indices.T
    shape = np.shape(variables[name])
    # The same selection from the places instead of the numbers says which they are.
    places = evaluate(code, _with(name, np.arange(math.prod(shape)).reshape(shape), variables))
    chosen = np.asarray(places)[tuple(indices)]
    return name, np.stack(np.unravel_index(chosen, shape), axis=-1).astype(np.int64)
