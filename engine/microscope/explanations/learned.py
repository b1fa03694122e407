"""A parameter that the optimizer changes, and how lines about it are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.messages import Message
from engine.microscope.names import gradient_symbol, parameter_name, parameter_symbol
from engine.microscope.number import (
    Factor,
    Index,
    Number,
    Opening,
    Part,
    Variables,
    evaluate,
)
from engine.microscope.statement import Shape
from engine.microscope.writer import Writer


@dataclass(frozen=True)
class Learned:
    """A parameter of a layer that is not frozen.

    Attributes
    ----------
    w : Writer
        Writes statements of its layer.
    name, symbol : str
        In NumPy and in mathematics.
    shape : tuple[int, ...]
        Its shape.
    place : int
        Where it lies in the arena.
    is_weight : bool
        Whether penalties and decay are for it.
    used : str
        Which rows of it a step changes, as NumPy for a truth value of each; empty: all.
    """

    w: Writer
    name: str
    symbol: str
    shape: Shape
    place: int
    is_weight: bool
    used: str = ""

    @property
    def axes(self) -> str:
        """A letter for each of its axes."""
        return "ijklmnop"[:len(self.shape)]

    @property
    def gradient(self) -> str:
        """What its gradient is called."""
        return f"d{self.name}"

    @property
    def gradient_symbol(self) -> str:
        """The same in mathematics."""
        return gradient_symbol(self.symbol)

    def penalty(self, key: str) -> float:
        """Return ``l1``, ``l2`` or ``weight_decay``: what its layer's weights have of it."""
        assert self.w.layer is not None
        return self.w.subject.penalties[self.w.layer.spec.id][key]

    def is_zero(self, prefix: str = "") -> bool:
        """Say whether it begins as zeros, or with ``m`` or ``v`` what is remembered of it."""
        return not np.any(self.w.subject.given[prefix + self.name])

    def part(self, symbol: str, code: str) -> Part:
        """Return a factor or term with a number for each of its own."""
        return Part(symbol, code, self.axes)

    def emit(self, name: str, right: str, *, words: Message, formula: str, symbol: str,
             opening: Opening | None = None, mistakes: Mapping[str, str] | None = None,
             place: int = -1) -> None:
        """Add a statement that writes an array of its shape; all codes are right-hand sides."""
        wrong = {**(mistakes or {}), **self._penalised_too(right)}
        # What has a place, or is the parameter itself, is kept; the rest is made anew every time.
        is_kept = place >= 0 or name == self.name
        if self.used and is_kept and self.w.line.section_name == "update":
            right = self._resting(right, name)
            wrong = {key: self._resting(text, name) for key, text in wrong.items()}
            opening = opening and OfUsed(opening, self.used, name, symbol)
            formula = f"{formula} for rows in {used_symbol(self.w.number)}"
        self.w.emit(name, f"{name} = {right}", words=words, formula=formula, symbol=symbol,
                    shape=self.shape, per_example=False, place=place, opening=opening,
                    mistakes={key: f"{name} = {text}" for key, text in wrong.items()})

    def _resting(self, right: str, name: str) -> str:
        """Return what leaves the rows alone that are not used."""
        return f"np.where({self.used}[:, None], {right}, {name})"

    def _penalised_too(self, right: str) -> dict[str, str]:
        """Return what one does who penalises biases as well, where a line reads their gradient."""
        l1, l2 = self.penalty("l1"), self.penalty("l2")
        pattern = rf"\b{self.gradient}\b"
        is_felt = bool(l1 or l2) and self.w.line.section_name == "update"
        if self.is_weight or not is_felt or self.is_zero() or not re.search(pattern, right):
            return {}
        whole = f"({self.gradient} + {penalty_of(self.name, l1, l2)})"
        return {"penalty-of-biases": re.sub(pattern, whole, right)}


@dataclass(frozen=True)
class OfUsed:
    """Opens a number of a table of which only some rows change.

    Attributes
    ----------
    opening : Opening
        Of a row that does.
    used : str
        NumPy for a truth value of every row.
    name, symbol : str
        What the table is called: in a row that rests, its number is what it was.
    """

    opening: Opening
    used: str
    name: str
    symbol: str

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        if evaluate(self.used, variables)[index[0]]:
            return self.opening(variables, index)
        was = np.asarray(variables[self.name], np.float64)[index]
        places = np.array([index], np.int64)
        return Number(float(was), (Factor(self.symbol, np.array([was]), self.name, places),))


def used_symbol(number: int) -> str:
    """Return in mathematics what says which rows of a layer's table a step uses."""
    return f"used<sub>{number}</sub>"


def shown(number: float) -> str:
    """Return a constant as rich text: 0.05, or 10<sup>−8</sup>."""
    mantissa, _, exponent = f"{number:g}".partition("e")
    if not exponent:
        return mantissa
    power = f"10<sup>{int(exponent)}</sup>".replace("-", "−")
    return power if mantissa == "1" else f"{mantissa} · {power}"


def penalty_of(name: str, l1: float, l2: float) -> str:
    """Return NumPy for what penalties add to the gradient of a parameter."""
    return " + ".join((*((f"{l2!r} * {name}",) if l2 else ()),
                       *((f"{l1!r} * np.sign({name})",) if l1 else ())))


def learned(w: Writer) -> Iterator[Learned]:
    """Yield every parameter that the optimizer changes, layer by layer."""
    for number, layer in enumerate(w.subject.layers):
        if layer.spec.frozen:
            continue
        rests = layer.used is not None and layer.used.others_rest
        for key, value in layer.parameters.items():
            if value.gradient >= 0:
                yield Learned(w.within(number), parameter_name(key, number),
                              parameter_symbol(key, number), value.shape, value.data,
                              value.data < layer.first + layer.weights,
                              f"used{number}" if rests else "")
