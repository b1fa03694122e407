"""Every test leaves the light theme at its ordinary size behind."""

from __future__ import annotations

from tests.gui.themed import app

__all__ = ["app"]
