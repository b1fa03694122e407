"""Which layers of a run started with what another network has learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.messages import Message, say

MOST_NAMED = 12
"""Arrays that nobody took, by name."""


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
    sources : Mapping[str, Message]
        By layer, where its parameters come from and what was done to them, the end of a sentence;
        none for those of another project.
    unused : tuple[str, ...]
        Arrays of a file that no layer took.
    """

    matched: tuple[str, ...]
    left: tuple[LeftLayer, ...]
    sources: Mapping[str, Message] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    @property
    def told_unused(self) -> Message | None:
        """What no layer took, the end of a sentence; None where there is none."""
        names, more = self.unused[:MOST_NAMED], len(self.unused) - MOST_NAMED
        if more > 0:
            return say("foreign.unused-many", names=names, count=more)
        return say("foreign.unused", names=names) if names else None
