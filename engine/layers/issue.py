"""What can be wrong with a project."""

from __future__ import annotations

from dataclasses import dataclass

from engine.messages import Message


@dataclass(frozen=True)
class Issue:
    """One thing that keeps a project from being trained.

    Attributes
    ----------
    layer_id : str
        The layer that it concerns, or empty.
    message : Message
        What is wrong.
    """

    layer_id: str
    message: Message

    @property
    def text(self) -> str:
        """Place, found, expected and remedy in one sentence or two."""
        return self.message.text
