"""A script that is shown: its lines, their colours, and which layer each of them speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gui.translation.syntax import Stretch, stretches

if TYPE_CHECKING:
    from engine.export.target import Span, Written


@dataclass(frozen=True, eq=False)
class Script:
    """What a writer has made of a project. Made in any thread, and never changed.

    Attributes
    ----------
    text : str
        The program.
    lines : Mapping[str, tuple[Span, ...]]
        By layer id, the first and last of its lines that stand together, counted from 1.
    stretches : tuple[tuple[Stretch, ...], ...]
        By line, what has a colour of its own.
    """

    text: str
    lines: Mapping[str, tuple[Span, ...]]
    stretches: tuple[tuple[Stretch, ...], ...]

    @property
    def count(self) -> int:
        """How many lines there are; what comes behind the last end of a line is none."""
        return self.text.count("\n") + (not self.text.endswith("\n"))

    @cached_property
    def owners(self) -> Mapping[int, str]:
        """By line, counted from 0, the id of the layer that it speaks of."""
        return {line - 1: layer for layer, spans in self.lines.items()
                for first, last in spans for line in range(first, last + 1)}

    def first_of(self, layer_id: str) -> int | None:
        """Return a layer's first line, counted from 0; None if none speaks of it."""
        spans = self.lines.get(layer_id, ())
        return spans[0][0] - 1 if spans else None


def script_of(written: Written) -> Script:
    """Return what is shown of the file that people open."""
    text = written.files[written.main].decode()
    return Script(text, written.lines, stretches(text))
