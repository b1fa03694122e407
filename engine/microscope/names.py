"""What the places of the engine's arena are called in the step's program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine.layers import UsedRows, Value
from engine.spec import LayerSpec

PRIME = "\N{PRIME}"
"""Marks a derivative in mathematics."""

LETTERS = {"w": "W", "u": "U", "b": "b"}
"""How parameters are called in mathematics; all others as the layer calls them."""


class Placed(Protocol):
    """A layer in the engine's memory: what `engine.plan.PlannedLayer` is."""

    @property
    def spec(self) -> LayerSpec:
        """The layer."""

    @property
    def output(self) -> Value:
        """Its output."""

    @property
    def parameters(self) -> dict[str, Value]:
        """Its parameters."""

    @property
    def first(self) -> int:
        """Where its parameters begin in the arena: weights, then all others that it learns."""

    @property
    def weights(self) -> int:
        """How many numbers of them are weights, which alone are penalised."""

    @property
    def states(self) -> Value | None:
        """States of a recurrent layer."""

    @property
    def argument(self) -> Value | None:
        """What its activation function is applied to."""

    @property
    def limited(self) -> tuple[Value, ...]:
        """Weights of which a column is what goes into one unit."""

    @property
    def used(self) -> UsedRows | None:
        """Where a step lists the rows of its table that it uses."""


@dataclass(frozen=True)
class Variable:
    """An array of the program.

    Attributes
    ----------
    name, symbol : str
        In NumPy, and in mathematics as rich text.
    shape : tuple[int, ...]
        Shape, that of one example where it has one for each.
    per_example : bool
        Whether there is one for each example.
    """

    name: str
    symbol: str
    shape: tuple[int, ...]
    per_example: bool


def parameter_name(name: str, number: int) -> str:
    """Return what a layer's parameter is called: ``W2``."""
    return f"{LETTERS.get(name, name)}{number}"


def parameter_symbol(name: str, number: int) -> str:
    """Return the same in mathematics."""
    return f"{LETTERS.get(name, name).replace('_', ' ')}<sub>{number}</sub>"


def gradient_symbol(symbol: str) -> str:
    """Return what the loss's derivative by something is in mathematics."""
    return f"∂L/∂{symbol}"


class Names:
    """Variables by their place in the arena.

    Parameters
    ----------
    layers : sequence of Placed
        All layers, the input layer first.
    """

    def __init__(self, layers: tuple[Placed, ...]) -> None:
        self._at: dict[int, Variable] = {}
        for number, layer in enumerate(layers):
            for name, value in layer.parameters.items():
                self._both(value, parameter_name(name, number), parameter_symbol(name, number),
                           per_example=False)
            if layer.states is not None:
                self._both(layer.states, f"h{number}", f"h<sub>{number}</sub>")
            if layer.argument is not None:
                self._both(layer.argument, f"z{number}", f"z<sub>{number}</sub>")
            name, symbol = ("x", "x") if number == 0 else (f"a{number}", f"a<sub>{number}</sub>")
            self._both(layer.output, name, symbol)

    def _both(self, value: Value, name: str, symbol: str, *, per_example: bool = True) -> None:
        """Name a value and its gradient, unless they have names."""
        self._at.setdefault(value.data, Variable(name, symbol, value.shape, per_example))
        if value.gradient >= 0:
            self._at.setdefault(value.gradient, Variable(
                f"d{name}", gradient_symbol(symbol), value.shape, per_example))

    def __contains__(self, place: int) -> bool:
        return place in self._at

    def __getitem__(self, place: int) -> Variable:
        return self._at[place]

    def has(self, name: str) -> bool:
        """Say whether there is a variable of a name."""
        return any(variable.name == name for variable in self._at.values())

    def named(self, name: str) -> Variable:
        """Return the variable of a name; raises StopIteration if there is none."""
        return next(variable for variable in self._at.values() if variable.name == name)

    def set(self, place: int, variable: Variable) -> None:
        """Let something else stand at a place."""
        self._at[place] = variable
