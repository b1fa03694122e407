"""Calls, options and literals that have one home or none."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.contracts.source import Source, docstrings

Finding = tuple[int, str]
Rule = Callable[[ast.Module], Iterator[Finding]]

JIT_DECORATORS = {"njit", "jit", "cfunc", "vectorize", "guvectorize"}
JIT_OPTIONS = {"fastmath", "nogil", "parallel", "error_model", "boundscheck"}
HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b")


def jit_options(tree: ast.Module) -> Iterator[Finding]:
    """Yield every use of a jit decorator of Numba and every one of its options."""
    for node in ast.walk(tree):
        name = _name(node)
        if name in JIT_DECORATORS:
            yield node.lineno, name
        elif isinstance(node, ast.ImportFrom) and node.module in {"numba", "numba.core"}:
            yield from ((node.lineno, alias.name) for alias in node.names
                        if alias.name in JIT_DECORATORS)
        elif isinstance(node, ast.keyword) and node.arg in JIT_OPTIONS:
            yield node.lineno, f"{node.arg}="


def prints(tree: ast.Module) -> Iterator[Finding]:
    """Yield every call of ``print``."""
    yield from ((call.lineno, "print()") for call in _calls(tree)
                if isinstance(call.func, ast.Name) and call.func.id == "print")


def forced_events(tree: ast.Module) -> Iterator[Finding]:
    """Yield every call that pumps the event loop by hand or kills a thread."""
    yield from ((call.lineno, f"{_name(call.func)}()") for call in _calls(tree)
                if _name(call.func) in {"processEvents", "terminate"})


def colour_literals(tree: ast.Module) -> Iterator[Finding]:
    """Yield every colour that is written out, as ``#rrggbb`` or as ``QColor(r, g, b)``."""
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = HEX_COLOUR.search(node.value)
            if found and id(node) not in documentation:
                yield node.lineno, found.group()
        elif isinstance(node, ast.Call) and _name(node.func) in {"QColor", "fromRgb", "fromRgbF"}:
            numbers = [argument for argument in node.args if isinstance(argument, ast.Constant)
                       and isinstance(argument.value, int | float)]
            if len(numbers) >= 3:
                yield node.lineno, "QColor of literal numbers"


def bare_excepts(tree: ast.Module) -> Iterator[Finding]:
    """Yield every ``except`` that swallows whatever comes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "except without a type"


def python_children(tree: ast.Module) -> Iterator[Finding]:
    """Yield every import of what starts children that import the program once more."""
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else \
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from ((node.lineno, name) for name in names
                    if name.split(".")[0] == "multiprocessing" or name == "concurrent.futures")


def kind_ladders(keys: set[str]) -> Rule:
    """Return a rule that finds comparisons of a layer's kind with one of these keys."""
    def find(tree: ast.Module) -> Iterator[Finding]:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            literals = {child.value for side in sides for child in ast.walk(side)
                        if isinstance(child, ast.Constant) and isinstance(child.value, str)}
            if any(_name(side) == "kind" for side in sides) and literals & keys:
                yield node.lineno, f"kind compared with {', '.join(sorted(literals & keys))}"
    return find


@dataclass(frozen=True)
class Ban:
    """A rule about what stands in the text of a module."""

    reason: str
    find: Rule
    within: tuple[str, ...]
    exempt: tuple[str, ...] = field(default=())


def offences(ban: Ban, source: Source) -> list[str]:
    """Return a sentence for everything in a module that a ban forbids."""
    if not source.within(*ban.within) or source.within(*ban.exempt):
        return []
    return [f"{source.name}, line {line}: {what}, but {ban.reason}"
            for line, what in ban.find(source.tree)]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
