"""Pages as rich text: with this network's numbers, why they are shown, contents, what is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from PySide6.QtCore import QSizeF

from engine.pages import plain
from engine.pages.catalogue import GROUPS, Catalogue, Found
from engine.pages.form import Block, Formula, Page, Paragraph, Picture
from engine.pages.formulae import name_of
from engine.pages.markup import Span
from gui.pages.ink import Ink
from gui.pages.trail import Reason

PAGE, ASK = "page", "ask"
"""Schemes of links: to a page; what somebody else does."""


class Writer:
    """Writes pages for one text.

    Parameters
    ----------
    catalogue : Catalogue
        All pages.
    ink : Ink
        What draws its formulas.
    """

    def __init__(self, catalogue: Catalogue, ink: Ink) -> None:
        self._catalogue, self._ink = catalogue, ink

    def page(self, page: Page, numbers: Mapping[str, str], reason: Reason | None = None) -> str:
        """Return a page.

        Parameters
        ----------
        page : Page
            What is written.
        numbers : mapping
            What is known of the network that is seen.
        reason : Reason | None
            What was said that it explains.
        """
        parts = [f"<h2>{escape(page.title)}</h2>"]
        if reason is not None:
            parts.append(_boxed("said", reason.html()))
        parts += [self._block(block, numbers) for block in page.blocks]
        if reason is not None and (more := reason.more()):
            parts.append(_boxed("said", more))
        if page.links:
            parts.append("<p>See also: " + ", ".join(map(self._span, page.links)) + "</p>")
        parts += [f"<p class='source'>{escape(source)}</p>" for source in page.sources]
        return "".join(parts)

    def contents(self) -> str:
        """Return all pages by group."""
        parts = ["<h2>Explanations</h2>"]
        for group, title in GROUPS.items():
            pages = self._catalogue.group(group)
            if pages:
                links = " · ".join(_link(page.key, page.title) for page in pages)
                parts.append(f"<h3>{escape(title)}</h3><p>{links}</p>")
        return "".join(parts)

    def found(self, text: str, found: Sequence[Found]) -> str:
        """Return the pages in which words were found."""
        if not found:
            return (f"<h2>Nothing found</h2><p>No page has “{escape(text)}”. The contents list "
                    "all of them.</p>")
        parts = [f"<h2>{len(found)} {'page' if len(found) == 1 else 'pages'}</h2>"]
        for one in found:
            group = GROUPS[one.page.key.partition("/")[0]]
            parts.append(f"<p>{_link(one.page.key, one.page.title)} "
                         f"<span class='source'>{escape(group)}</span><br>"
                         f"{escape(one.excerpt)}</p>")
        return "".join(parts)

    def _block(self, block: Block, numbers: Mapping[str, str]) -> str:
        if isinstance(block, Formula):
            return f"<p align='center'>{self._formula(block.latex, inline=False)}</p>"
        if isinstance(block, Picture):
            size = self._ink.figure_size(block.file)
            return ("<p align='center'>"
                    f"{_image(self._ink.figure_address(block.file), size, block.words)}</p>")
        if not block.is_of_network:
            return f"<p>{self._spans(block, numbers)}</p>"
        if not block.names <= numbers.keys():
            return ""
        return _boxed("numbers", f"<p>{self._spans(block, numbers)}</p>")

    def _spans(self, paragraph: Paragraph, numbers: Mapping[str, str]) -> str:
        first, *rest = paragraph.spans
        begun = self._span(first, numbers)
        if first.kind in ("text", "number"):
            begun = begun[:1].upper() + begun[1:]
        return begun + "".join(self._span(span, numbers) for span in rest)

    def _span(self, span: Span, numbers: Mapping[str, str] | None = None) -> str:
        text = escape(span.text)
        if span.kind == "formula":
            return self._formula(span.text, inline=True)
        if span.kind == "link":
            # What is not there is no link: a page may come with a later version.
            return _link(span.target, span.text) if span.target in self._catalogue else text
        if span.kind == "number":
            return escape((numbers or {}).get(span.text, ""))
        return {"bold": f"<b>{text}</b>", "italic": f"<i>{text}</i>"}.get(span.kind, text)

    def _formula(self, latex: str, *, inline: bool) -> str:
        name = name_of(latex, inline=inline)
        return _image(self._ink.address(name, inline=inline),
                      self._ink.size(name, inline=inline), plain.of(latex))


def _image(address: str, size: QSizeF, words: str) -> str:
    # Qt leaves what stands between quotes as it is.
    quoted = words.replace("'", "’")
    return (f"<img src='{address}' width='{size.width():.2f}' height='{size.height():.2f}' "
            f"alt='{quoted}'>")


def _link(key: str, title: str) -> str:
    return f"<a href='{PAGE}:{key}'>{escape(title)}</a>"


def _boxed(kind: str, html: str) -> str:
    """Return a part on a ground of its own."""
    return (f"<table class='{kind}' width='100%' cellspacing='0'><tr><td>{html}</td></tr></table>")
