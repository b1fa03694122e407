"""Words about files and folders that are brought, of any kind."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "importing.unknown": Fault(
        "{place}", "this is no kind of data that is known here, or it is broken",
        "images, sounds, texts with labels or a series",
        "Choose a file or a folder of these, or a table for “My table…”"),
    "importing.nothing": Fault(
        "{place}", "nothing is in it", "images, sounds, texts with labels or a series",
        "Choose a file or a folder of these"),
    "enclosed.too-large": Fault(
        "{place}", "this is too large to travel in a project",
        "at most {most:whole} bytes in {files:whole} files",
        "Leave it where it is, and give it away together with the project"),
    "enclosed.unfit": Fault(
        "{place}", "no copy of it can travel: {problem}", "names that every system takes",
        "Rename the file"),
    "enclosed.not-enough": Fault(
        "{place}", "a copy of it alone cannot be learned from ({problem})",
        "all that belongs to it", "Bring the folder that it lies in, or do not embed it"),
    "enclosed.index": "its list of files does not fit its files",
    "enclosed.name": "a file in it is called {name:name}, which leads elsewhere",
    "enclosed.unread": "The data in {member} are left out: {problem}.",
    "enclosed.gone": Fault(
        "{place}", "the copy of “{name}” that is to travel in it is nowhere any more",
        "it in the cache, or in the file that was opened",
        "Bring the data again, or take them out of the project in the menu"),
    "enclosed.text": Fault(
        "{place}", "a text file cannot hold “{name}”, which is nowhere else",
        "a file that ends in .bplab", "Save the project as .bplab"),
    "importing.place": "{name}, in {where}",
    "importing.option-unknown": Fault(
        "{title}", "an unknown option {key:name}", "one of {known:list}",
        "Remove it from the project's data"),
    "importing.option": Fault(
        "{title}, {option}", "{fault}", "{expected}", "Correct it in the project's data"),
}
"""Templates by code."""
