"""The program's source as data, for the contract tests to look at."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One module: its dotted name and its text."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.name)

    def within(self, *packages: str) -> bool:
        return any(belongs(self.name, package) for package in packages)

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


def belongs(module: str, package: str) -> bool:
    """Say whether a dotted name is a package or lies in it."""
    return module == package or module.startswith(package + ".")


def sources(*folders: str) -> list[Source]:
    """Return every module below these folders of the project."""
    return [source_at(path)
            for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def source_at(path: Path) -> Source:
    """Return the module in a file; the same one each time, since parsing takes long."""
    return Source(module_name(path), path.read_text("utf-8"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def names_in(node: ast.AST) -> set[str]:
    """Return the plain and the dotted-away names below a node: ``a`` and ``b`` for ``a.b``."""
    return ({child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
            | {child.attr for child in ast.walk(node) if isinstance(child, ast.Attribute)})


def docstrings(tree: ast.Module) -> set[int]:
    """Return the identity of every string constant that is a docstring."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, owners):
            # A bare string under an assignment documents it, so it counts as a docstring too.
            found |= {id(child.value) for child in node.body if isinstance(child, ast.Expr)
                      and isinstance(child.value, ast.Constant)}
    return found


def must_be_empty(faults: Iterable[str]) -> None:
    """Fail with a line for every fault."""
    found = list(faults)
    assert not found, "\n" + "\n".join(found)
