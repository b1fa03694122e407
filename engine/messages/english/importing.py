"""Words about files and folders that are brought, of any kind."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "importing.unknown": Fault(
        "{place}", "this is no kind of data that is known here",
        "images, sounds, texts with labels or a series",
        "Choose a file or a folder of these, or a table for “My table…”"),
    "importing.place": "{name}, in {where}",
    "importing.option-unknown": Fault(
        "{title}", "an unknown option {key:name}", "one of {known:list}",
        "Remove it from the project's data"),
    "importing.option": Fault(
        "{title}, {option}", "{fault}", "{expected}", "Correct it in the project's data"),
}
"""Templates by code."""
