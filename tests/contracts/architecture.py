"""What `.github/ARCHITECTURE.md` names, and whether it exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tests.contracts.source import ROOT, Source

PACKAGES = ("engine", "gui", "resources", "tests")
QUOTED = re.compile(r"`([^`\n]+)`")
DOTTED = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
PATH = re.compile(rf"(?:(?:{'|'.join(PACKAGES)}|\.github|\.ci)/[\w./-]+)")


def wrong_names(text: str, program: Mapping[str, Source]) -> Iterator[str]:
    """Yield a sentence for every name in backquotes that stands for nothing.

    Parameters
    ----------
    text : str
        Markdown. ``engine.plan.build.build_plan`` has to be a module or something that it defines,
        ``engine/plan/build.py`` a file or folder; what else is quoted is not looked at.
    program : mapping of str to Source
        Every module by its dotted name.
    """
    for number, line in enumerate(text.splitlines(), 1):
        for quoted in QUOTED.findall(line):
            name = quoted.removesuffix("()").partition("(")[0]
            if DOTTED.fullmatch(name) and not _is_known(name, program):
                yield f"line {number}: there is no {name}"
            elif PATH.fullmatch(quoted) and not (ROOT / quoted).exists():
                yield f"line {number}: there is no file or folder {quoted}"


def _is_known(name: str, program: Mapping[str, Source]) -> bool:
    module, behind = name, ""
    while module and module not in program:
        module, _, last = module.rpartition(".")
        behind = f"{last}.{behind}" if behind else last
    if not module:
        return (ROOT / name.replace(".", "/")).is_dir()
    if not behind:
        return True
    names: set[str] = set(_defined(program[module].tree))
    return behind in names or (ROOT / name.replace(".", "/")).is_dir()


def _defined(tree: ast.AST, before: str = "") -> Iterator[str]:
    """Yield what a module defines or brings in: ``f``, ``Class`` and ``Class.method``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield before + node.name
            if isinstance(node, ast.ClassDef):
                yield from _defined(node, f"{before}{node.name}.")
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (before + target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.ImportFrom):
            yield from (before + (alias.asname or alias.name) for alias in node.names)
