"""What reads examples says so when it cannot."""

from __future__ import annotations

from engine.messages import Message


class UnreadableError(Exception):
    """An example cannot be read.

    Attributes
    ----------
    reason : Message
        Why.
    """

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code)
        self.reason = reason
