"""Which layers of a run started with what another network has learned."""

from __future__ import annotations

from dataclasses import dataclass

from engine.messages import Message


@dataclass(frozen=True)
class LeftLayer:
    """A layer that starts as it would have started anyway.

    Attributes
    ----------
    layer_id : str
        The layer.
    message : Message
        Why.
    """

    layer_id: str
    message: Message

    @property
    def reason(self) -> str:
        """Why, the end of a sentence: ``the other project has no layer of this name``."""
        return self.message.text


@dataclass(frozen=True)
class TransferReport:
    """Which layers took over what another project has learned.

    Attributes
    ----------
    matched : tuple[str, ...]
        Ids of the layers that did.
    left : tuple[LeftLayer, ...]
        The others that have parameters.
    """

    matched: tuple[str, ...]
    left: tuple[LeftLayer, ...]
