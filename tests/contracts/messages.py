"""Sentences have codes: who gives one by its words, or looks at the words to decide, is found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.messages.language import Entry, Fault
from engine.messages.template import names
from tests.contracts.source import Source, docstrings

ERRORS = {"EngineError", "SpecError", "ShapeError", "DataError", "EncodingError", "FormatError",
          "DivergedError"}
HOLDERS = {"Issue", "Verdict", "LayerVerdict", "Words", "LeftLayer", "Finding", "Broken"}
"""What holds messages."""

ABOUT = {"DivergedError": {"layer_id"}}
"""What an error is told besides the values of its message."""

SENTENCES = {"sentence", "reason", "found", "remedy", "evidence", "problem"}
"""Attributes that are words for people."""

SPEAKERS = {"issue", "message", "error", "verdict", "fault", "told", "remark", "note", "finding"}
"""What has ``text`` that is words for people; elsewhere it is what a person wrote or a label."""

ASKING = {"startswith", "endswith", "partition", "rpartition", "removesuffix", "removeprefix"}
WORDS = re.compile(r"[A-Za-z’']+[,;:]? [A-Za-z’']+")


@dataclass(frozen=True)
class Site:
    """Where something is said.

    Attributes
    ----------
    line : int
        The line.
    code : str
        What is said.
    values : frozenset[str] | None
        Names of the values; None where they cannot be read.
    """

    line: int
    code: str
    values: frozenset[str] | None


def sites(source: Source) -> Iterator[Site]:
    """Yield every message or error whose code stands in a module."""
    for name, call in _sayings(source.tree):
        if name not in HOLDERS:
            code = call.args[0] if call.args else None
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                told = {keyword.arg for keyword in call.keywords}
                values = {arg for arg in told if arg is not None} - ABOUT.get(name, set())
                yield Site(call.lineno, code.value, None if None in told else frozenset(values))


def wanted(entry: Entry) -> frozenset[str]:
    """Return the names of all values that the words for a code have places for."""
    templates = entry if isinstance(entry, Fault) else (entry,)
    return frozenset(name for template in templates for name in names(template))


def misnamed(source: Source, catalogue: dict[str, Entry]) -> Iterator[str]:
    """Yield where a code has no words, or other values than these have places for."""
    for site in sites(source):
        place = f"{source.name}, line {site.line}"
        if site.code not in catalogue:
            yield f"{place}: {site.code!r} has no words"
        elif site.values is not None and site.values != wanted(catalogue[site.code]):
            yield (f"{place}: {site.code!r} is given {sorted(site.values)}, and its words name "
                   f"{sorted(wanted(catalogue[site.code]))}")


def mentioned(source: Source) -> set[str]:
    """Return every text that stands in a module, but for its documentation."""
    documentation = docstrings(source.tree)
    return {node.value for node in ast.walk(source.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and id(node) not in documentation}


def spelled(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every error, issue or verdict that is given words in the place of a code."""
    for name, call in _sayings(tree):
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        yield from ((call.lineno, f"{name} of words") for value in given if _is_spelled(value))
        if name in ERRORS and len(call.args) != 1:
            yield call.lineno, f"{name} without one code"


def compared(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every question that is asked of a sentence's words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.Is | ast.IsNot):
            sides = [node.left, *node.comparators]
            if any(_is_sentence(side) for side in sides) and not any(map(_is_empty, sides)):
                yield node.lineno, "a sentence compared"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ASKING and (
                    _is_sentence(node.func.value) or any(map(_is_sentence, node.args))):
                yield node.lineno, f"a sentence asked by {node.func.attr}"
        elif isinstance(node, ast.Subscript) and _is_sentence(node.slice):
            yield node.lineno, "a sentence as a key"


def _sayings(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call that makes a message, an error or what holds messages, with its name."""
    known = {*ERRORS, *HOLDERS, *(alias.asname or alias.name for node in ast.walk(tree)
                                  if isinstance(node, ast.ImportFrom)
                                  and node.module == "engine.messages" for alias in node.names
                                  if alias.name == "say")}
    for call in _calls(tree):
        name = _name(call.func)
        # A method of this name belongs to something else, such as a strip in the window.
        if name in known and (name in ERRORS or isinstance(call.func, ast.Name)):
            yield name, call


def _is_spelled(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return _is_spelled(value.body) or _is_spelled(value.orelse)
    if isinstance(value, ast.BinOp):
        return _is_spelled(value.left) or _is_spelled(value.right)
    if isinstance(value, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and re.search("[A-Za-z]{2}", str(part.value))
                   for part in value.values)
    return isinstance(value, ast.Constant) and bool(WORDS.search(str(value.value)))


def _is_sentence(side: ast.expr) -> bool:
    if isinstance(side, ast.Constant):
        return isinstance(side.value, str) and bool(WORDS.search(side.value))
    if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "str":
        return any(_name(argument) in {"error", "message"} for argument in side.args)
    if isinstance(side, ast.Call):
        # A message bar's text, which is asked for by a call.
        return _is_said(side.func)
    return _is_said(side) or (isinstance(side, ast.Attribute) and side.attr in SENTENCES)


def _is_said(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "text"
            and _name(node.value) in SPEAKERS)


def _is_empty(side: ast.expr) -> bool:
    return isinstance(side, ast.Constant) and side.value == ""


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
