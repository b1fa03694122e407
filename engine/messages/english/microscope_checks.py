"""What the microscope says of checks, mistakes and sheets of a step."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {}
"""Templates by code."""
