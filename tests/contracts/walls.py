"""Which module may import which."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.contracts.source import Source, belongs

QT = ("PySide6", "shiboken6", "pyqtgraph")
NUMBA = ("numba", "llvmlite")
COMPILED = ("engine.kernels", "engine.plan", "engine.training")
LIGHT = ("engine.spec", "engine.layers", "engine.data", "engine.telemetry", "engine.diagnosis",
         "engine.bundles", "engine.arrays", "engine.messages", "engine.statistics",
         "engine.experiments", "engine.microscope", "engine.export.graph", "engine.export.notebook",
         "engine.export.plain", "engine.export.pytorch", "engine.export.targets")
"""What the window's thread may use: none of it loads Numba."""
VIEWS = ("gui.builder", "gui.data", "gui.hyper", "gui.plots", "gui.output", "gui.doctor",
         "gui.runs", "gui.microscope", "gui.experiments", "gui.labs", "gui.pages",
         "gui.translation")


@dataclass(frozen=True)
class Wall:
    """A rule about imports.

    Attributes
    ----------
    reason : str
        The rule in words.
    within : tuple[str, ...]
        Packages whose modules are bound by it.
    banned : tuple[str, ...]
        What they must not import.
    exempt : tuple[str, ...]
        Modules and packages inside ``within`` that are free of it.
    allowed : tuple[str, ...] | None
        If given, all that they may import beside the standard library.
    """

    reason: str
    within: tuple[str, ...]
    banned: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    allowed: tuple[str, ...] | None = None

    def bans(self, module: str) -> bool:
        if self.allowed is None:
            return any(belongs(module, package) for package in self.banned)
        free = (*self.allowed, *sys.stdlib_module_names)
        return not any(belongs(module, package) for package in free)


WALLS = (
    Wall("the engine knows no window", ("engine",), ("gui", *QT)),
    Wall("the engine does not depend on the tools and tests around it", ("engine", "gui"),
         ("tests", "resources", "pytest", "hypothesis")),
    Wall("kernels are NumPy and Numba only", ("engine.kernels",),
         allowed=("numpy", *NUMBA, "engine.kernels", "engine.cachedir", "engine.statistics")),
    Wall("words need nothing but Python", ("engine.messages",), allowed=("engine.messages",)),
    Wall("kernels and window read it: it is the standard library's alone", ("engine.statistics",),
         allowed=()),
    Wall("runtime < matmul < ops", ("engine.kernels.runtime",),
         ("engine.kernels.matmul", "engine.kernels.ops")),
    Wall("runtime < matmul < ops", ("engine.kernels.matmul",), ("engine.kernels.ops",)),
    Wall("the window's thread never loads Numba", LIGHT, (*NUMBA, *COMPILED)),
    Wall("spec < layers < plan < training", ("engine.spec",), ("engine.layers",)),
    Wall("spec < layers < plan < training", ("engine.plan",), ("engine.training",)),
    Wall("what a run tells stands below what runs it", ("engine.kernels", "engine.telemetry"),
         ("engine.diagnosis", "engine.data")),
    *(Wall("views meet in the workbench, not among themselves", (view,),
           tuple(other for other in VIEWS if other != view)) for view in VIEWS),
    Wall("views and controls stand below the workbench and the window",
         (*VIEWS, "gui.frames", "gui.theme", "gui.widgets"),
         ("gui.workbench", "gui.window", "gui.terminal", "gui.app", "gui.start")),
    Wall("controls know nothing of the lab", ("gui.theme", "gui.widgets"),
         (*VIEWS, "gui.document", "gui.frames", "gui.templates")),
    Wall("frames are plain values", ("gui.frames",), (*VIEWS, *QT, "gui.document", "gui.widgets")),
    Wall("only the workbench and the command line touch the running engine", ("gui",),
         (*COMPILED, "engine.export.build", "engine.export.examples", "engine.export.proof"),
         exempt=("gui.workbench", "gui.terminal")),
    Wall("Numba stays behind the engine", ("gui",), NUMBA),
)


def breaches(wall: Wall, source: Source) -> list[str]:
    """Return a sentence for every import in a module that a wall forbids."""
    if not source.within(*wall.within) or source.within(*wall.exempt):
        return []
    return [f"{source.name}, line {line}: imports {module}, but {wall.reason}"
            for line, module in imported(source) if wall.bans(module)]


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of all that a module imports, at the top or deep in a function.

    ``from a import b`` yields ``a.b``, which names ``b`` whether it is a module or not.
    """
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Ruff refuses relative imports, so that the module is always named in full.
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _imports_by_name(node):
            argument = node.args[0]
            if isinstance(argument, ast.Constant):
                yield node.lineno, str(argument.value)


def _imports_by_name(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    return name in {"import_module", "__import__"} and bool(call.args)
