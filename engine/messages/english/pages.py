"""Words about the pages that explain, for those who write them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "page.long": Fault("{place}", "{lines:whole} lines", "at most {most:whole}",
                       "Leave out what a reader can do without"),
    "page.no-title": Fault("{place}", "{line:quote}", "“# ” and a title",
                           "Begin the page with its title"),
    "page.no-gap": Fault("{place}", "{line:quote}", "an empty line behind the title",
                         "Put an empty line there"),
    "page.behind-foot": Fault("{place}", "{line:quote} behind links or sources",
                              "nothing but “See also: ” and “Source: ” there",
                              "Move it above them, or write it on one line"),
    "page.empty": Fault("{place}", "no paragraph of plain text", "two to four sentences",
                        "Say what it is and why it matters"),
    "page.no-source": Fault("{place}", "no source", "“Source: Author, A. (year). Title. Venue.”",
                            "Name what it is from"),
    "page.open-formula": Fault("{place}", "a formula that does not end", "a line with $$ alone",
                               "Put $$ on a line of its own behind it"),
    "page.empty-formula": Fault("{place}", "an empty formula", "LaTeX between the lines with $$",
                                "Write the formula, or leave both lines out"),
    "page.stray": Fault("{place}", "{found:quote} that belongs to no markup",
                        "$formula$, **bold**, *italic*, [Title](group/key), or a name in curly "
                        "brackets in a line that begins with “> ”",
                        "Close it, or use another sign"),
    "page.number-outside": Fault("{place}", "the number {name} in a plain paragraph",
                                 "numbers in a paragraph that begins with “> ”",
                                 "Begin its lines with “> ”"),
    "page.links": Fault("{place}", "{line:quote}", "[Title](group/key), [Title](group/key)",
                        "Write each link in this form, with commas between them"),
    "page.source": Fault("{place}", "{line:quote}", "Author, A. (year). Title. Venue.",
                         "Give authors, year, title and venue"),
    "page.unknown": Fault("Explanations", "no page {key:quote}", "one of the {count:whole} pages",
                          "Look for it in the contents"),
}
"""Templates by code."""
