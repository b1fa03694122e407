"""What the tests may count on: the packages that the README's test command installs, no others.

Other tools of the project are installed by `check` and `package`. A test that counts on one of them
passes wherever those have run, and fails on a fresh machine.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from itertools import pairwise

from tests.contracts.source import ROOT, Source, names_in

OURS = ("engine", "gui", "resources", "tests")

FROM_PYTHON = ("pip",)
"""What every environment holds beside the standard library."""

MODULE_LOOKUPS = {"import_module", "__import__", "find_spec", "importorskip", "run_module"}
PACKAGE_LOOKUPS = {"distribution", "version", "requires", "files", "metadata"}
"""Of `importlib.metadata`."""

Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Machine:
    """What is installed.

    Attributes
    ----------
    packages : frozenset[str]
        Distributions, by their normal names.
    modules : frozenset[str]
        What can be imported of them and beside them.
    """

    packages: frozenset[str]
    modules: frozenset[str]


@dataclass(frozen=True)
class Lookup:
    """A place in the text that imports a package, runs it, or asks for it."""

    line: int
    name: str
    scopes: tuple[Scope, ...]
    is_package: bool = False

    def works_on(self, machine: Machine) -> bool:
        return (normal(self.name) in machine.packages if self.is_package
                else self.name.partition(".")[0] in machine.modules)


def normal(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bare_machine(extra: str = "test") -> Machine:
    """Return what is there after `dev.py test` on a fresh machine: all that its extra requires."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"][extra]]
    packages = closure(wanted)
    modules = {module for name in packages for module in modules_of(metadata.distribution(name))}
    return Machine(frozenset({*packages, project["name"]}),
                   frozenset({*modules, *sys.stdlib_module_names, *OURS, *FROM_PYTHON}))


def closure(requirements: Iterable[str]) -> set[str]:
    """Return the normal names of required packages and of all that they require in turn."""
    found: set[str] = set()
    waiting = [*requirements]
    while waiting:
        requirement, _, condition = waiting.pop().partition(";")
        name = normal(re.match(r"[\w.-]+", requirement)[0])  # type: ignore[index]
        if name in found or "extra" in condition:
            continue
        try:
            waiting += metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            # Wanted on another system or by another Python; tests would fail if it were missed.
            continue
        found.add(name)
    return found


def modules_of(distribution: metadata.Distribution) -> Iterator[str]:
    """Yield the names at the top of what a package has installed."""
    for file in distribution.files or ():
        top = file.parts[0]
        if len(file.parts) > 1 and top.isidentifier() and top != "__pycache__":
            yield top
        elif len(file.parts) == 1 and file.suffix in {".py", ".so", ".pyd"}:
            yield top.partition(".")[0]


@dataclass(frozen=True)
class Reader:
    """Finds look-ups in one module."""

    source: Source

    @cached_property
    def nodes(self) -> list[tuple[ast.expr | ast.stmt, tuple[Scope, ...]]]:
        """All that may look something up, with the module, classes and functions around it."""
        found = []
        waiting: list[tuple[ast.AST, tuple[Scope, ...]]] = [(self.source.tree, ())]
        while waiting:
            node, scopes = waiting.pop()
            if isinstance(node, ast.Import | ast.ImportFrom | ast.List | ast.Tuple | ast.Call):
                found.append((node, scopes))
            inner = (*scopes, node) if isinstance(node, Scope) else scopes
            waiting += [(child, inner) for child in ast.iter_child_nodes(node)
                        if not is_beside_the_tests(child)]
        return found

    @cached_property
    def known(self) -> dict[str, str]:
        """What plain names stand for: modules, and parts of them or of this one."""
        known = {node.name: f"{self.source.name}.{node.name}" for node in self.source.tree.body
                 if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        for node, _ in self.nodes:
            if isinstance(node, ast.ImportFrom):
                known |= {alias.asname or alias.name: f"{node.module}.{alias.name}"
                          for alias in node.names}
            elif isinstance(node, ast.Import):
                known |= {alias.asname: alias.name for alias in node.names if alias.asname}
        return known

    @cached_property
    def texts(self) -> dict[str, str]:
        """The constants at the top of the module."""
        return {name: value.value for name, value in self.assigned.items()
                if isinstance(value, ast.Constant) and isinstance(value.value, str)}

    @cached_property
    def assigned(self) -> dict[str, ast.expr]:
        return {target.id: node.value for node in self.source.tree.body
                if isinstance(node, ast.Assign) for target in node.targets
                if isinstance(target, ast.Name)}

    def text(self, node: ast.AST) -> str | None:
        """Return a text that stands here, in a constant above, or with holes in it."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.JoinedStr):
            return "".join(self.text(part) or "0" for part in node.values)
        return self.texts.get(node.id) if isinstance(node, ast.Name) else None

    def lookups(self) -> Iterator[Lookup]:
        for node, scopes in self.nodes:
            yield from (Lookup(node.lineno, name, scopes, is_package)
                        for name, is_package in self._names(node))
        for name, text in self.texts.items():
            yield from (Lookup(self.assigned[name].lineno, module, (self.source.tree,))
                        for module in modules_in(text))

    def _names(self, node: ast.AST) -> Iterator[tuple[str, bool]]:
        """Yield what a node looks up, and whether by the name of a distribution."""
        if isinstance(node, ast.Import):
            yield from ((alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", False
        elif isinstance(node, ast.List | ast.Tuple):
            yield from ((name, False) for name in self._programs(node.elts))
        elif isinstance(node, ast.Call):
            yield from ((name, False) for name in self._programs(node.args))
            name = self.text(node.args[0]) if node.args else None
            called = last_name(node.func)
            if name and called in MODULE_LOOKUPS:
                yield name, False
            elif name and called in PACKAGE_LOOKUPS and self._is_of_metadata(node.func):
                yield name, True

    def _programs(self, arguments: list[ast.expr]) -> Iterator[str]:
        """Yield the modules that a command line gives to Python with ``-m`` or ``-c``."""
        for flag, argument in pairwise(arguments):
            text = self.text(argument)
            if text is not None and isinstance(flag, ast.Constant):
                if flag.value == "-m":
                    yield text
                elif flag.value == "-c" and not isinstance(argument, ast.Name):
                    yield from modules_in(text)

    def _is_of_metadata(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Attribute):
            return last_name(function.value) == "metadata"
        return any(isinstance(node, ast.ImportFrom) and node.module == "importlib.metadata"
                   and last_name(function) in {alias.name for alias in node.names}
                   for node in ast.walk(self.source.tree))

    def is_skipped(self, lookup: Lookup) -> bool:
        """Say whether a skip around or before a look-up names what may be missing."""
        wanted = normal(lookup.name.partition(".")[0])
        reasons = [reason for scope in lookup.scopes for mark in self._marks(scope, lookup)
                   for node in ast.walk(self.assigned.get(last_name(mark), mark))
                   if isinstance(node, ast.Call) for reason in self._reason(node)]
        return any(re.search(rf"\b{re.escape(wanted)}\b", normal(reason)) for reason in reasons)

    def _marks(self, scope: Scope, lookup: Lookup) -> Iterator[ast.AST]:
        """Yield what may skip a look-up in a module, a class or a function."""
        if not isinstance(scope, ast.Module):
            yield from scope.decorator_list
        elif len(lookup.scopes) > 1 and "pytestmark" in self.assigned:
            # A mark is looked at when the module has been imported.
            yield self.assigned["pytestmark"]
        if isinstance(scope, ast.FunctionDef):
            yield from (node for node in ast.walk(scope) if isinstance(node, ast.Call))
        elif isinstance(scope, ast.Module):
            yield from (node for node in scope.body if isinstance(node, ast.Assign | ast.Expr)
                        and node.lineno <= lookup.line and isinstance(node.value, ast.Call)
                        and last_name(node.value.func) == "importorskip")

    def _reason(self, call: ast.Call) -> Iterator[str]:
        name = last_name(call.func)
        options = {option.arg: option.value for option in call.keywords}
        stated = options.get("reason")
        if name in {"needs", "skip"}:
            yield from (self.text(argument) or "" for argument in call.args)
        elif name == "importorskip" and stated is not None and call.args:
            yield self.text(call.args[0]) or ""
        if name in {"skip", "skipif"} and stated is not None:
            yield self.text(stated) or ""


def is_beside_the_tests(node: ast.AST) -> bool:
    """Say whether this asks whether to skip, or runs only where the module is the program."""
    if isinstance(node, ast.Call):
        return last_name(node.func) == "skipif"
    return isinstance(node, ast.If) and "__name__" in names_in(node.test)


def modules_in(text: str) -> Iterator[str]:
    """Yield what a program imports that is kept in a text; nothing if the text is none."""
    if "import " not in text:
        return
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def last_name(node: ast.AST) -> str:
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


Needs = Mapping[str, str]
"""For dotted names of functions, classes and modules: a missing package that they look up."""


def needs_of(readers: Sequence[Reader], machine: Machine) -> Needs:
    """Return which parts of some modules count on a package that is missing, whoever calls them."""
    found: dict[str, str] = {}
    for reader in readers:
        for lookup in reader.lookups():
            if not lookup.works_on(machine) and not reader.is_skipped(lookup):
                found.setdefault(part_name(reader.source, lookup.scopes), lookup.name)
    before = -1
    while len(found) > before:
        before = len(found)
        for reader in readers:
            for lookup, _ in [*uses(reader, found)]:
                found.setdefault(part_name(reader.source, lookup.scopes), lookup.name)
    return found


def part_name(source: Source, scopes: tuple[Scope, ...]) -> str:
    """Return the dotted name of the function or class at the top, or of the module itself."""
    outermost = scopes[1] if len(scopes) > 1 else None
    return source.name if outermost is None or isinstance(outermost, ast.Module) \
        else f"{source.name}.{outermost.name}"


def uses(reader: Reader, needs: Needs) -> Iterator[tuple[Lookup, str]]:
    """Yield where a module imports or calls a part of ``needs``, and which one."""
    for node, scopes in reader.nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # To import a function or class is to import its module, and does nothing of its own.
            names = [f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names
                                         if is_module(f"{node.module}.{alias.name}"))]
        elif isinstance(node, ast.Call):
            names = [dotted(node.func, reader.known)]
        else:
            continue
        yield from ((lookup, name) for name in names if name in needs
                    for lookup in [Lookup(node.lineno, needs[name], scopes)]
                    if not reader.is_skipped(lookup) and not is_played(reader, lookup, needs))


def is_played(reader: Reader, lookup: Lookup, needs: Needs) -> bool:
    """Say whether a function around puts something else in the place of what would look it up."""
    for node, scopes in reader.nodes:
        if (isinstance(node, ast.Call) and last_name(node.func) == "setattr"
                and len(node.args) > 2 and set(scopes[1:]) & set(lookup.scopes[1:])):
            part = f"{dotted(node.args[0], reader.known)}.{reader.text(node.args[1])}"
            if needs.get(part) == lookup.name:
                return True
    return False


def is_module(name: str) -> bool:
    return (ROOT / f"{name.replace('.', '/')}.py").exists()


def dotted(node: ast.AST, known: Mapping[str, str]) -> str:
    """Return a name or an attribute of a module in full; empty for what is neither."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, known) or last_name(node.value)
        return f"{owner}.{node.attr}"
    return ""


def missing(reader: Reader, machine: Machine, needs: Needs) -> list[str]:
    """Return a sentence for all that a module of the tests counts on and may not be there."""
    found = [(lookup.line, lookup.name) for lookup in reader.lookups()
             if not lookup.works_on(machine) and not reader.is_skipped(lookup)]
    found += [(lookup.line, f"{lookup.name} by way of {name}")
              for lookup, name in uses(reader, needs)]
    return [f"{reader.source.name}, line {line}: counts on {what}, which `dev.py test` does not "
            "install; mark the test with needs(...), or skip it for a reason that names the package"
            for line, what in dict.fromkeys(found)]
