"""What a project can be written as: files, and which of their lines speak of which layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.export.graph import Graph

Span = tuple[int, int]
"""First and last line of some that stand together, counted from 1."""


@dataclass(frozen=True)
class Written:
    """What a writer makes of a graph.

    Attributes
    ----------
    files : Mapping[str, bytes]
        Contents by name, to lie side by side in one folder; first the one that people open.
    lines : Mapping[str, tuple[Span, ...]]
        By layer id, the lines of the first file that speak of it; none where it is no text.
    """

    files: Mapping[str, bytes]
    lines: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """Name of the file that people open."""
        return next(iter(self.files))


@dataclass(frozen=True)
class Target:
    """A way to write a project.

    Attributes
    ----------
    key : str
        What the command calls it: ``pytorch``.
    title : str
        Its name for people.
    help : str
        What comes out, in one sentence.
    endings : tuple[str, ...]
        What is added to the name that a person chooses, file by file, the main one first:
        ``("_pytorch.py", ".npz")``.
    write : callable
        ``write(graph, stem)`` returns what to put into the files, whose names begin with ``stem``;
        raises EngineError where the library cannot do what the engine does.
    """

    key: str
    title: str
    help: str
    endings: tuple[str, ...]
    write: Callable[[Graph, str], Written]
