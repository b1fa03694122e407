"""Running a step's program: the value of every variable after every line."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.microscope.number import Index, Number, Variables
from engine.microscope.preamble import HELPERS
from engine.microscope.program import Program
from engine.microscope.statement import Statement

Array = NDArray[np.float64]


def helpers() -> dict[str, Any]:
    """Return NumPy and the helpers of the preamble by name."""
    found: dict[str, Any] = {"np": np}
    for source in HELPERS.values():
        exec(compile(source, "<helpers>", "exec"), found)
    return {name: value for name, value in found.items() if name != "__builtins__"}


class Trace:
    """What the lines of a program have computed.

    Parameters
    ----------
    program : Program
        What was run.
    values : sequence of float64 array
        What each statement has written; they are made read-only.
    extras : sequence of Mapping[str, Any]
        Other variables that each has written.
    """

    def __init__(self, program: Program, values: Sequence[Array],
                 extras: Sequence[Mapping[str, Any]]) -> None:
        self.program = program
        self.values = tuple(values)
        self._extras = tuple(extras)
        self._writers: dict[str, list[int]] = defaultdict(list)
        for i, statement in enumerate(program.statements):
            for name in {statement.name, *self._extras[i]}:
                self._writers[name].append(i)
        for value in self.values:
            value.flags.writeable = False

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def _helpers(self) -> dict[str, Any]:
        return helpers()

    def before(self, i: int) -> Variables:
        """Return the variables as they stood before statement i, helpers included."""
        return _Before(self, i)

    def at(self, name: str, before: int) -> Any:
        """Return what a variable was before a statement; raises KeyError if it was not yet."""
        for i in reversed(self._writers.get(name, ())):
            if i < before:
                return self.values[i] if self.program.statements[i].name == name else \
                    self._extras[i][name]
        if name == "n":
            return self.program.n
        found = self.program.given.get(name)
        return self._helpers[name] if found is None else found

    def beside(self, i: int) -> Mapping[str, Any]:
        """Return the other variables that statement i has written."""
        return self._extras[i]

    def knows(self, name: str, before: int) -> bool:
        """Say whether a name is a variable or a helper by then."""
        try:
            self.at(name, before)
        except KeyError:
            return False
        return True

    def last(self, name: str) -> Array:
        """Return what a variable is at the end."""
        found: Array = self.at(name, len(self.values))
        return found

    def writer(self, name: str, before: int) -> int:
        """Return which statement wrote a variable last before another; -1 for what is given."""
        return next((i for i in reversed(self._writers.get(name, ())) if i < before), -1)

    def number(self, i: int, index: Index) -> Number:
        """Return one number that statement i has written, taken apart."""
        opening = self.program.statements[i].opening
        if opening is None:
            return Number(float(self.values[i][index]))
        # A run that has diverged has no finite numbers.
        with np.errstate(all="ignore"):
            return opening(self.before(i), index)


class _Before(Mapping[str, Any]):
    """Variables as they stood before a statement."""

    def __init__(self, trace: Trace, i: int) -> None:
        self._trace, self._i = trace, i

    def __getitem__(self, name: str) -> Any:
        return self._trace.at(name, self._i)

    def __iter__(self) -> Iterator[str]:
        names = {*self._trace.program.given, "n", *self._trace._helpers}
        names |= {name for name, writers in self._trace._writers.items() if writers[0] < self._i}
        return iter(names)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Execution:
    """Runs a program a little at a time, and keeps what every line has written.

    Parameters
    ----------
    program : Program
        What to run.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._variables: dict[str, Any] = {**helpers(), **program.given, "n": program.n}
        self._values: list[Array] = []
        self._extras: list[dict[str, Any]] = []

    def advance(self, budget_s: float = math.inf) -> bool:
        """Go on for about so many seconds; return whether all lines have run."""
        end = time.perf_counter() + budget_s
        statements = self._program.statements
        while len(self._values) < len(statements) and time.perf_counter() < end:
            statement = statements[len(self._values)]
            self._extras.append(execute(statement, self._variables))
            self._values.append(np.asarray(self._variables[statement.name], np.float64))
        return len(self._values) == len(statements)

    @property
    def trace(self) -> Trace:
        """All that was written, once all lines have run."""
        return Trace(self._program, self._values, self._extras)


def run(program: Program) -> Trace:
    """Run a program, and keep what every line has written."""
    execution = Execution(program)
    execution.advance()
    return execution.trace


def execute(statement: Statement, variables: dict[str, Any], code: str = "") -> dict[str, Any]:
    """Run one statement's code, or another in its place; return what else it has written."""
    written: dict[str, Any] = {}
    with np.errstate(all="ignore"):
        exec(compile(code or statement.code, f"<{statement.name}>", "exec"), variables, written)
    variables.pop("__builtins__", None)
    variables.update(written)
    return {name: value for name, value in written.items() if name != statement.name}
