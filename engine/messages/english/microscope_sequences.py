"""What the microscope says of recurrent layers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {}
"""Templates by code."""
