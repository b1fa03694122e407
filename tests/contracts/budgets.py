"""How long modules and functions may be, and which of them must say what they do."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from PySide6 import QtCore, QtGui, QtWidgets

from tests.contracts.source import Function, Source, names_in

MODULE_LINES = 600
BODY_LINES = 40
KERNEL_BODY_LINES = 60
KERNEL_ARGUMENTS = 10
KERNELS = "engine.kernels"
KINDS = {"kernel", "finished", "control"}
"""Decorators of `engine.kernels.runtime.policy` that make kernels."""

CALLERS = ("engine.kernels.runtime.driver", "engine.kernels.runtime.threads")
"""Call ops and compute nothing themselves, so that they have no formula to be checked by."""


def over_budget(source: Source) -> list[str]:
    """Return a sentence for every module, function or argument list that is too long."""
    lines = source.text.count("\n")
    found = [] if lines <= MODULE_LINES else [
        f"{source.name} has {lines} lines, the limit is {MODULE_LINES}"]
    limit = KERNEL_BODY_LINES if source.within(KERNELS) else BODY_LINES
    for function in source.functions():
        place = f"{source.name}.{function.name}, line {function.lineno}"
        if body_lines(function) > limit:
            found.append(f"{place}: body of {body_lines(function)} lines, the limit is {limit}")
        if source.within(KERNELS) and len(arguments(function)) > KERNEL_ARGUMENTS:
            found.append(f"{place}: {len(arguments(function))} arguments, "
                         f"the limit is {KERNEL_ARGUMENTS}")
    return found


def body_lines(function: Function) -> int:
    """Count the lines of a body, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    assert body[-1].end_lineno is not None
    return body[-1].end_lineno - body[0].lineno + 1


def arguments(function: Function) -> list[str]:
    spec = function.args
    starred = [argument for argument in (spec.vararg, spec.kwarg) if argument is not None]
    return [argument.arg for argument in
            (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *starred)]


def kernels(source: Source) -> Iterator[Function]:
    """Yield the public kernels of a module: functions under `KINDS` without an underscore."""
    for function in source.functions():
        decorators = {name for node in function.decorator_list for name in names_in(node)}
        if not KINDS.isdisjoint(decorators) and not function.name.startswith("_"):
            yield function


def kernels_at_fault(source: Source, twins: set[str]) -> list[str]:
    """Return a sentence for every public kernel without a docstring or a twin in float64 loops."""
    found = []
    for kernel in kernels(source):
        place = f"{source.name}.{kernel.name}"
        if ast.get_docstring(kernel) is None:
            found.append(f"{place} has no docstring")
        if kernel.name not in twins and source.name not in CALLERS:
            found.append(f"{place} has no twin in tests/reference")
    return found


def top_functions(source: Source) -> set[str]:
    return {node.name for node in source.tree.body if isinstance(node, Function)}


def documented(modules: Iterable[Source]) -> set[tuple[str, str]]:
    """Return class and name of every method that has a docstring."""
    return {(owner.name, node.name) for module in modules for owner, node in _methods(module)
            if ast.get_docstring(node) is not None}


def undocumented(source: Source, known: set[tuple[str, str]]) -> list[str]:
    """Return the public methods without a docstring of their own or of a base class.

    Overrides of Qt's are left out: Qt documents them.
    """
    return [f"{source.name}.{owner.name}.{node.name}, line {node.lineno}"
            for owner, node in _methods(source)
            if not owner.name.startswith("_") and not node.name.startswith("_")
            and not any((name, node.name) in known for name in (owner.name, *_bases(owner)))
            and not _overrides_qt(owner, node.name) and not _is_setter(node)]


def _methods(source: Source) -> Iterator[tuple[ast.ClassDef, Function]]:
    return ((owner, node) for owner in ast.walk(source.tree) if isinstance(owner, ast.ClassDef)
            for node in owner.body if isinstance(node, Function))


def _bases(owner: ast.ClassDef) -> set[str]:
    return {name for base in owner.bases for name in names_in(base)}


def _overrides_qt(owner: ast.ClassDef, method: str) -> bool:
    # Qt documents its own: camelCase says so, and for undo() or paint() the base class does.
    return method != method.lower() or any(
        hasattr(getattr(module, base, None), method)
        for module in (QtCore, QtGui, QtWidgets) for base in _bases(owner))


def _is_setter(function: Function) -> bool:
    return "setter" in {name for item in function.decorator_list for name in names_in(item)}
