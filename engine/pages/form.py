"""The form of a page: title, formulas, paragraphs, this network's numbers, links and sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import FormatError
from engine.messages import Message, say
from engine.pages.markup import STRAY, TARGET, Span, spans_of

MOST_LINES = 45
FENCE = "$$"
SEE_ALSO, SOURCE, NUMBERS = "See also: ", "Source: ", "> "
_PICTURE = re.compile(r"!\[(?P<words>[^\]]+)\]\((?P<file>[a-z0-9_-]+\.(?:png|svg))\)")
_LINK = re.compile(rf"\[(?P<title>[^\]]+)\]\((?P<target>{TARGET})\)")
_LINKS = re.compile(rf"\[[^\]]+\]\({TARGET}\)(?:, \[[^\]]+\]\({TARGET}\))*\.?")
_CITED = re.compile(r".+ \(\d{4}[a-z]?\)\. .+\.")


@dataclass(frozen=True)
class Formula:
    """A formula that stands by itself, in LaTeX."""

    latex: str


@dataclass(frozen=True)
class Picture:
    """A picture of the folder ``pictures``, and what it shows, in words."""

    words: str
    file: str


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together.

    Attributes
    ----------
    spans : tuple[Span, ...]
        What they say.
    is_of_network : bool
        Whether they hold numbers of the network that is seen; without these they are left out.
    """

    spans: tuple[Span, ...]
    is_of_network: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Names of the numbers that it needs."""
        return frozenset(span.text for span in self.spans if span.kind == "number")


Block = Formula | Picture | Paragraph


@dataclass(frozen=True)
class Page:
    """A page as it is written.

    Attributes
    ----------
    key : str
        ``GROUP/KEY``.
    title : str
        What it is about.
    blocks : tuple[Block, ...]
        Formulas, pictures and paragraphs in their order.
    links : tuple[Span, ...]
        What else to read.
    sources : tuple[str, ...]
        Where it is from: authors, year, title, venue.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    links: tuple[Span, ...]
    sources: tuple[str, ...]

    @property
    def formulae(self) -> frozenset[tuple[str, bool]]:
        """All formulas, in LaTeX, and whether they stand within a line."""
        alone = {(block.latex, False) for block in self.blocks if isinstance(block, Formula)}
        inline = {(span.text, True) for block in self.paragraphs for span in block.spans
                  if span.kind == "formula"}
        return frozenset(alone | inline)

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs alone."""
        return tuple(block for block in self.blocks if isinstance(block, Paragraph))

    @property
    def targets(self) -> frozenset[str]:
        """Every page that it leads to."""
        return frozenset(span.target for span in (
            *self.links, *(span for block in self.paragraphs for span in block.spans))
            if span.kind == "link")


def read(text: str, key: str, file: str) -> Page:
    """Return a page from its text.

    Parameters
    ----------
    text : str
        The file's text.
    key : str
        ``GROUP/KEY``.
    file : str
        The file's name, for errors.

    Raises
    ------
    FormatError
        If it has not the form of a page; says file, line, what was found and expected, and what
        to do.
    """
    return _Reader(text, key, file).page()


class _Reader:
    """Reads one page, line by line."""

    def __init__(self, text: str, key: str, file: str) -> None:
        self._lines = text.removesuffix("\n").split("\n")
        self._key, self._file = key, file

    def page(self) -> Page:
        lines = self._lines
        if len(lines) > MOST_LINES:
            raise FormatError("page.long", place=self._at(MOST_LINES), lines=len(lines),
                              most=MOST_LINES)
        if not re.fullmatch(r"# \S.*", lines[0]):
            raise FormatError("page.no-title", place=self._at(0), line=lines[0])
        if len(lines) < 2 or lines[1]:
            raise FormatError("page.no-gap", place=self._at(1), line="".join(lines[1:2]))
        foot = self._foot()
        blocks = tuple(self._blocks(foot))
        links = tuple(span for at, line in self._footing(foot, SEE_ALSO)
                      for span in self._links(at, line))
        sources = tuple(self._source(at, line) for at, line in self._footing(foot, SOURCE))
        if not any(isinstance(block, Paragraph) and not block.is_of_network for block in blocks):
            raise FormatError("page.empty", place=self._at(2))
        if not sources:
            raise FormatError("page.no-source", place=self._at(len(lines) - 1))
        return Page(self._key, lines[0].removeprefix("# "), blocks, links, sources)

    def _at(self, index: int) -> Message:
        return say("place.line", file=self._file, line=index + 1)

    def _foot(self) -> int:
        """Return where links and sources begin: nothing else comes behind them."""
        starts = (SEE_ALSO, SOURCE)
        first = next((at for at, line in enumerate(self._lines) if line.startswith(starts)),
                     len(self._lines))
        for at, line in enumerate(self._lines[first:], first):
            if line and not line.startswith(starts):
                raise FormatError("page.behind-foot", place=self._at(at), line=line)
        return first

    def _footing(self, foot: int, start: str) -> Iterator[tuple[int, str]]:
        for at, line in enumerate(self._lines[foot:], foot):
            if line.startswith(start):
                yield at, line.removeprefix(start)

    def _blocks(self, foot: int) -> Iterator[Block]:
        at = 2
        while at < foot:
            line = self._lines[at]
            if line == FENCE:
                latex, at = self._formula(at, foot)
                yield Formula(latex)
            elif found := _PICTURE.fullmatch(line):
                yield Picture(found["words"], found["file"])
                at += 1
            elif line:
                paragraph, at = self._paragraph(at, foot)
                yield paragraph
            else:
                at += 1

    def _formula(self, at: int, foot: int) -> tuple[str, int]:
        inner = self._lines[at + 1:foot]
        if FENCE not in inner:
            raise FormatError("page.open-formula", place=self._at(at))
        length = inner.index(FENCE)
        latex = " ".join(" ".join(inner[:length]).split())
        if not latex:
            raise FormatError("page.empty-formula", place=self._at(at))
        return latex, at + length + 2

    def _paragraph(self, at: int, foot: int) -> tuple[Paragraph, int]:
        is_of_network = self._lines[at].startswith(NUMBERS)
        end = at
        while (end < foot and self._lines[end] not in ("", FENCE)
               and self._lines[end].startswith(NUMBERS) == is_of_network):
            end += 1
        lines = [line.removeprefix(NUMBERS) if is_of_network else line
                 for line in self._lines[at:end]]
        spans = tuple(spans_of(" ".join(line.strip() for line in lines)))
        self._check(spans, at, is_of_network)
        return Paragraph(spans, is_of_network), end

    def _check(self, spans: Sequence[Span], at: int, is_of_network: bool) -> None:
        for span in spans:
            if span.kind == "text" and (stray := STRAY.search(span.text)):
                raise FormatError("page.stray", place=self._at(at), found=stray.group())
            if span.kind == "number" and not is_of_network:
                raise FormatError("page.number-outside", place=self._at(at), name=span.text)

    def _links(self, at: int, line: str) -> Iterator[Span]:
        if not _LINKS.fullmatch(line):
            raise FormatError("page.links", place=self._at(at), line=line)
        for found in _LINK.finditer(line):
            yield Span("link", found["title"], found["target"])

    def _source(self, at: int, line: str) -> str:
        if not _CITED.fullmatch(line):
            raise FormatError("page.source", place=self._at(at), line=line)
        return line
