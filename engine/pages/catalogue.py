"""Which pages there are, and which of them say something of what is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.errors import FormatError
from engine.pages import plain
from engine.pages.form import Formula, Page, Paragraph, read

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "pages"
PICTURES = FOLDER / "pictures"
GROUPS = {
    "theory": "Theory", "verdicts": "What the doctor says", "cures": "Cures",
    "layers": "Layers", "activations": "Activation functions", "initialisers": "Initial weights",
    "losses": "Losses", "optimizers": "Optimizers", "schedules": "Schedules of the learning rate",
    "controls": "The window",
}
"""Title of each group, in the order of the contents; their keys are the folders' names."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Found:
    """A page in which something was found.

    Attributes
    ----------
    page : Page
        The page.
    excerpt : str
        The sentence in which it was found; its first one where that is the title.
    """

    page: Page
    excerpt: str


class Catalogue:
    """All pages of a folder. A page is read when it is asked for.

    Parameters
    ----------
    folder : Path
        Holds a folder for each group.

    Attributes
    ----------
    keys : tuple[str, ...]
        Every page as ``GROUP/KEY``, group by group.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._read: dict[str, Page] = {}
        self.keys = tuple(f"{group}/{path.stem}" for group in GROUPS
                          for path in sorted((folder / group).glob("*.md")))
        self._known = frozenset(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def page(self, key: str) -> Page:
        """Return a page.

        Raises
        ------
        FormatError
            If there is none of this key, or its file cannot be read or has not the form of a page.
        """
        if key not in self._known:
            raise FormatError("page.unknown", key=key, count=len(self.keys))
        if key not in self._read:
            path = self._folder / f"{key}.md"
            try:
                # A wrong byte is no reason to keep the rest of a page back.
                text = path.read_text("utf-8", errors="replace")
            except OSError as error:
                raise FormatError("file.unreadable", path=str(path),
                                  reason=error.strerror or str(error)) from error
            self._read[key] = read(text, key, f"{key}.md")
        return self._read[key]

    def pages(self) -> Iterator[Page]:
        """Yield all pages in the order of the contents, but for those that are spoiled.

        One of these hides none of the others; it says what is wrong with it when it is asked for.
        """
        for key in self.keys:
            with suppress(FormatError):
                yield self.page(key)

    def group(self, name: str) -> tuple[Page, ...]:
        """Return the pages of a group by title."""
        pages = [page for page in self.pages() if page.key.partition("/")[0] == name]
        return tuple(sorted(pages, key=lambda page: page.title.lower()))

    def search(self, text: str, most: int = 30) -> tuple[Found, ...]:
        """Return the pages that hold every word, those that have them in the title first.

        Parameters
        ----------
        text : str
            Words, or their beginnings.
        most : int
            No more than these.
        """
        words = _WORD.findall(text.lower())
        if not words:
            return ()
        found = [(rank, page.title.lower(), Found(page, self._excerpt(page, words)))
                 for page in self.pages() if (rank := self._rank(page, words)) is not None]
        return tuple(one for _, _, one in sorted(found, key=lambda entry: entry[:2])[:most])

    @cached_property
    def _texts(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Words of the title, and of all that a page says, for each page."""
        return {page.key: (tuple(_WORD.findall(page.title.lower())),
                           tuple(_WORD.findall(f"{page.title} {text_of(page)}".lower())))
                for page in self.pages()}

    def _rank(self, page: Page, words: list[str]) -> int | None:
        title, whole = self._texts[page.key]
        for rank, held in enumerate((title, whole)):
            if all(any(one.startswith(word) for one in held) for word in words):
                return rank
        return None

    def _excerpt(self, page: Page, words: list[str]) -> str:
        sentences = re.split(r"(?<=[.?!])\s+", text_of(page))
        return next((sentence for sentence in sentences
                     if all(word in sentence.lower() for word in words)), sentences[0])


def text_of(page: Page) -> str:
    """Return what a page says in plain text, formulas within its lines too, numbers left out."""
    return " ".join(paragraph_text(block) for block in page.paragraphs if not block.is_of_network)


def paragraph_text(paragraph: Paragraph) -> str:
    """Return a paragraph in plain text."""
    return "".join(plain.of(span.text) if span.kind == "formula" else span.text
                   for span in paragraph.spans)


def spoken(page: Page) -> str:
    """Return a page for those who listen: its formulas in words and signs, its text, its sources.

    See Also
    --------
    engine.pages.plain.of : how a formula is written without setting it.
    """
    parts = [page.title]
    for block in page.blocks:
        if isinstance(block, Formula):
            parts.append(plain.of(block.latex))
        elif isinstance(block, Paragraph):
            if not block.is_of_network:
                parts.append(paragraph_text(block))
        else:
            parts.append(block.words)
    return "\n".join((*parts, *page.sources))
