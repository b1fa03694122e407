"""What can be wrong with a project."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Issue:
    """One thing that keeps a project from being trained.

    Attributes
    ----------
    layer_id : str
        The layer that it concerns, or empty.
    text : str
        Place, found, expected and remedy in one sentence or two.
    """

    layer_id: str
    text: str
