"""What is to be said of a run: its state, what is wrong in it and what helps."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {}
"""Templates by code."""
