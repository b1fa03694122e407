"""The loss as a function of one variable: only the lines that depend on it are executed again."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.microscope.slices import Work, finished
from engine.microscope.statement import Phase
from engine.microscope.trace import Trace

Array = NDArray[np.float64]

SEEN = (Phase.FORWARD, Phase.LOSS)
"""Parts of the step through which a variable reaches the loss."""

LOSS = "L"
"""The loss's variable."""


@lru_cache(maxsize=4096)
def names_of(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a piece of code reads, and those that it writes."""
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    return (frozenset(node.id for node in found if isinstance(node.ctx, ast.Load)),
            frozenset(node.id for node in found if isinstance(node.ctx, ast.Store)))


@lru_cache(maxsize=4096)
def _compiled(code: str) -> CodeType:
    return compile(code, "<again>", "exec")


@dataclass(frozen=True)
class _Line:
    """A line that is executed again: what it reads that stays the same, and that does not."""

    statement: int
    name: str
    code: CodeType
    fixed: Mapping[str, Any]
    changed: frozenset[str]
    written: frozenset[str]


class Replay:
    """The loss, and all between, as a function of one variable of a step.

    Parameters
    ----------
    trace : Trace
        What the step has computed.
    name : str
        The variable. It is changed where it was written last before statement ``before``, or among
        what is given.
    before : int
        A statement, such as that which writes the variable's gradient.

    Attributes
    ----------
    start : float64 array
        The variable as it is.
    layers : frozenset[str]
        Ids of the layers through which it reaches the loss; known once a loss was computed.
    reads : Mapping[int, frozenset[str]]
        By line that depends on it: what the line reads that does, too; likewise.
    """

    def __init__(self, trace: Trace, name: str, before: int) -> None:
        self.name = name
        self.start: Array = np.asarray(trace.at(name, before), np.float64)
        self.layers: frozenset[str] = frozenset()
        self.reads: Mapping[int, frozenset[str]] = {}
        self._trace, self._before = trace, before
        self._lines: list[_Line] | None = None
        self._loss = float(trace.at(LOSS, len(trace)))

    def preparing(self) -> Work[list[_Line]]:
        """Find the lines that depend on the variable, resting after each; done once."""
        if self._lines is not None:
            return self._lines
        trace, changed, lines = self._trace, {self.name}, []
        statements = trace.program.statements
        for j in range(trace.writer(self.name, self._before) + 1, len(statements)):
            statement = statements[j]
            if statement.phase not in SEEN:
                continue
            reads, writes = names_of(statement.code)
            if not reads & changed:
                changed -= writes
                continue
            fixed = {one: trace.at(one, j) for one in reads - changed if trace.knows(one, j)}
            lines.append(_Line(j, statement.name, _compiled(statement.code), fixed,
                               frozenset(reads & changed), writes))
            changed |= writes
            yield
        self.reads = {line.statement: line.changed for line in lines}
        self.layers = frozenset(statements[line.statement].layer for line in lines)
        self._lines = lines
        return lines

    def computing(self, value: Array) -> Work[dict[int, Any]]:
        """Find what each line that depends on the variable computes, by its statement."""
        lines = yield from self.preparing()
        changed: dict[str, Any] = {self.name: value}
        found = {}
        for line in lines:
            variables = {**line.fixed, **{one: changed[one] for one in line.changed}}
            with np.errstate(all="ignore"):
                exec(line.code, variables)
            changed.update((one, variables[one]) for one in line.written if one in variables)
            found[line.statement] = variables[line.name]
            yield
        return found

    def losing(self, value: Array) -> Work[float]:
        """Find what the loss would be, resting after each line."""
        found = yield from self.computing(value)
        last = next((line for line in reversed(self._lines or ()) if line.name == LOSS), None)
        return self._loss if last is None else float(found[last.statement])

    def loss(self, value: Array) -> float:
        """Return what the loss would be."""
        return finished(self.losing(value))

