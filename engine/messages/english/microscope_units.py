"""What the microscope says of layers that join, drop, draw, look up, average or normalise."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {}
"""Templates by code."""
