"""What keeps a file of weights from being read."""

from __future__ import annotations

from engine.messages import Message


class Unreadable(ValueError):
    """A file is damaged, or not what it is called; the message is the end of a sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message
