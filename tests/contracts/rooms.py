"""The rooms of the house, their order, and what of it the code keeps.

    python -m tests.contracts.rooms

prints how many rooms and arrows there are, which arrows point upward, and which modules stand in a
circle. A room is a folder of `engine` or `gui`, or a module that lies in none.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.contracts.source import Source, belongs, sources
from tests.contracts.walls import imported

ORDER = (
    "engine.arrays",
    "engine.footprint",
    "engine.messages",
    "engine.errors",
    "engine.pages",
    "engine.statistics",
    "engine.spec",
    "engine.data",
    "engine.layers",
    "engine.theory",
    "engine.cachestore",
    "engine.cachedir",
    "engine.kernels.runtime",
    "engine.kernels.matmul",
    "engine.kernels.ops",
    "engine.native",
    "engine.compiling",
    "engine.plan",
    "engine.telemetry",
    "engine.bundles",
    "engine.foreign",
    "engine.diagnosis",
    "engine.microscope",
    "engine.training",
    "engine.experiments",
    "engine.export",
    "engine.facts",
    "engine.selftest",
    "gui.program",
    "gui.imports",
    "gui.theme",
    "gui.widgets",
    "gui.document",
    "gui.frames",
    "gui.data",
    "gui.builder",
    "gui.hyper",
    "gui.plots",
    "gui.output",
    "gui.doctor",
    "gui.pages",
    "gui.runs",
    "gui.labs",
    "gui.microscope",
    "gui.experiments",
    "gui.translation",
    "gui.templates",
    "gui.workbench",
    "gui.terminal",
    "gui.window",
    "gui.app",
    "gui.start",
    "gui.__main__",
)
"""From the ground up: a room may know those before it, and none behind it."""

Arrow = tuple[str, str]


def room_of(module: str, order: Sequence[str] = ORDER) -> str:
    """Return the room that a module lies in; empty for one that lies in none."""
    rooms = [room for room in order if belongs(module, room)]
    return max(rooms, key=len, default="")


def module_arrows(program: Sequence[Source]) -> dict[str, set[str]]:
    """Return which of our modules every one imports."""
    names = {source.name for source in program}
    arrows: dict[str, set[str]] = {name: set() for name in names}
    for source in program:
        for _, target in imported(source):
            # ``from a import b`` may name a module b, or something within a.
            module = target if target in names else target.rpartition(".")[0]
            if module in names and module != source.name:
                arrows[source.name].add(module)
    return arrows


def room_arrows(arrows: Mapping[str, Iterable[str]], order: Sequence[str] = ORDER
                ) -> dict[Arrow, list[Arrow]]:
    """Return the arrows between rooms, each with the imports that make it."""
    found: dict[Arrow, list[Arrow]] = defaultdict(list)
    for module, targets in sorted(arrows.items()):
        for target in sorted(targets):
            ends = room_of(module, order), room_of(target, order)
            if all(ends) and ends[0] != ends[1]:
                found[ends].append((module, target))
    return dict(found)


def upward(arrows: Mapping[str, Iterable[str]], order: Sequence[str] = ORDER) -> list[str]:
    """Return a sentence for every import that points to a higher room."""
    place = {room: position for position, room in enumerate(order)}
    return [f"{module} imports {target}, but {ends[1]} stands above {ends[0]}"
            for ends, imports in room_arrows(arrows, order).items()
            if place[ends[1]] > place[ends[0]] for module, target in imports]


def homeless(program: Sequence[Source], order: Sequence[str] = ORDER) -> list[str]:
    """Return a sentence for every module that lies in no room."""
    packages = {"engine", "engine.kernels", "gui"}
    return [f"{source.name} lies in no room: give it a place in tests/contracts/rooms.py"
            for source in program
            if source.name not in packages and not room_of(source.name, order)]


def circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return every set of modules that import one another, directly or round about.

    Strongly connected components of more than one module (Tarjan 1972).
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        path.append(module)
        for target in arrows.get(module, ()):
            if target not in number:
                visit(target)
                lowest[module] = min(lowest[module], lowest[target])
            elif target in path:
                lowest[module] = min(lowest[module], number[target])
        if lowest[module] == number[module]:
            begin = path.index(module)
            if len(path) - begin > 1:
                found.append(sorted(path[begin:]))
            del path[begin:]

    for module in sorted(arrows):
        if module not in number:
            visit(module)
    return found


def report(program: Sequence[Source]) -> Iterator[str]:
    """Yield the figures of the house, a line each."""
    arrows = module_arrows(program)
    between = room_arrows(arrows)
    rising, round_about = upward(arrows), circles(arrows)
    for package in ("engine", "gui"):
        rooms = [room for room in ORDER if belongs(room, package)]
        inner = sum(all(belongs(end, package) for end in ends) for ends in between)
        yield f"{package}: {len(rooms)} rooms, {inner} arrows between them"
    yield f"modules: {len(program)}, imports between them: {sum(map(len, arrows.values()))}"
    yield f"arrows upward: {len(rising)}"
    yield from rising
    yield f"circles of modules: {len(round_about)}"
    yield from (" - ".join(circle) for circle in round_about)


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(sources("engine", "gui"))) + "\n")
