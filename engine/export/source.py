"""The text of a program while it is written: which lines speak of which layer, and what parts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

WIDTH = 99
"""Characters of a line."""


@dataclass
class Section:
    """A part of a program that can stand in a cell of its own.

    Attributes
    ----------
    key : str
        What it is about: ``model``, ``training``.
    lines : list[str]
        The text.
    owners : list[str]
        By line, the id of the layer that it speaks of; empty for none.
    """

    key: str
    lines: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)

    def add(self, text: str = "", layer: str = "") -> None:
        """Append one line or several."""
        lines = text.split("\n")
        self.lines.extend(lines)
        self.owners.extend([layer] * len(lines))

    @property
    def text(self) -> str:
        """The lines."""
        return "\n".join(self.lines)


class Source:
    """A program, section by section."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self._indent = ""
        self._layer = ""

    def begin(self, key: str) -> None:
        """Begin a section; what is added from now on belongs to it."""
        self.sections.append(Section(key))

    def add(self, *texts: str) -> None:
        """Append lines, as deep as the block that they stand in; texts may hold several."""
        for text in texts:
            indented = textwrap.indent(text, self._indent) if self._indent else text
            self.sections[-1].add(indented, self._layer)

    def comment(self, text: str) -> None:
        """Append a comment, broken into lines that are not too long."""
        self.add(*textwrap.wrap(" ".join(text.split()), WIDTH - len(self._indent),
                                initial_indent="# ", subsequent_indent="# "))

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Append a line that ends in a colon; what is added meanwhile stands below it."""
        self.add(header)
        with self.indented():
            yield

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Let what is added meanwhile stand four characters further in."""
        self._indent += "    "
        try:
            yield
        finally:
            self._indent = self._indent[:-4]

    @contextmanager
    def of(self, layer: str) -> Iterator[None]:
        """Let what is added meanwhile speak of a layer."""
        self._layer = layer
        try:
            yield
        finally:
            self._layer = ""

    def joined(self) -> Section:
        """Return all sections as one, parted by two empty lines, behind imports by one."""
        whole = Section("")
        for number, section in enumerate(self.sections):
            if number:
                whole.add("" if self.sections[number - 1].key == "imports" else "\n")
            whole.lines.extend(section.lines)
            whole.owners.extend(section.owners)
        whole.add("")
        return whole


def spans(owners: Sequence[str]) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """Return by layer the first and last line of all that stand together, counted from 1."""
    found: dict[str, list[tuple[int, int]]] = {}
    for line, owner in enumerate(owners, 1):
        if not owner:
            continue
        of = found.setdefault(owner, [])
        if of and of[-1][1] == line - 1:
            of[-1] = of[-1][0], line
        else:
            of.append((line, line))
    return {layer: tuple(of) for layer, of in found.items()}


def call_text(text: str, indent: int, tail: str = "") -> str:
    """Return a call, over several lines where it would be too long for one.

    Parameters
    ----------
    text : str
        Such as ``nn.Linear(64, 32)``.
    indent : int
        How far in it stands, with all that comes before it on its line.
    tail : str
        What comes behind it.
    """
    if len(text) + len(tail) + indent <= WIDTH or "(" not in text:
        return text + tail
    head, _, body = text.partition("(")
    items, depth, begin = [], 0, 0
    for place, letter in enumerate(body):
        depth += (letter in "([{") - (letter in ")]}")
        if (letter == "," and depth == 0) or depth < 0:
            items.append(body[begin:place].strip())
            begin = place + 1
    return _broken(f"{head}(", items, f"){tail}", WIDTH // 2)


def filled(opening: str, items: Sequence[str], closing: str, indent: int = 0) -> str:
    """Return items parted by commas, on one line if there is room, else on as many as they need.

    ``indent`` is how far in the text will stand.
    """
    line = f"{opening}{', '.join(items)}{closing}"
    if len(line) + indent <= WIDTH:
        return line
    return _broken(opening, items, closing, WIDTH - indent)


def _broken(opening: str, items: Sequence[str], closing: str, width: int) -> str:
    lines = [""]
    for item in items:
        # An item of several lines begins on one of its own.
        if lines[-1] and ("\n" in lines[-1] + item or len(lines[-1]) + len(item) + 6 > width):
            lines.append("")
        lines[-1] += f" {item}," if lines[-1] else f"{item},"
    body = textwrap.indent("\n".join(lines), "    ")
    return f"{opening}\n{body}\n{closing}"
