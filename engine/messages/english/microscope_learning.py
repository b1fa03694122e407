"""What the microscope says of how gradients are limited, penalised and followed."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {}
"""Templates by code."""
