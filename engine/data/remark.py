"""What was assumed, changed or left out when data were read, and how to have it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from engine.messages import Message, say
from engine.spec import TableSpec


@dataclass(frozen=True)
class Change:
    """Another way to read a table, which a person may choose.

    Attributes
    ----------
    label : Message
        What choosing it does, in a few words.
    fields : Mapping[str, Any]
        Fields of `engine.spec.TableSpec` and their values.
    """

    label: Message
    fields: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __call__(self, spec: TableSpec) -> TableSpec:
        """Return what was chosen for a table with this change made."""
        return replace(spec, **self.fields)


@dataclass(frozen=True)
class Remark:
    """One thing that was done to the data, in one line.

    Attributes
    ----------
    message : Message
        What was done.
    change : Change | None
        How to have it otherwise; None if that cannot be chosen.
    """

    message: Message
    change: Change | None = None

    @property
    def text(self) -> str:
        """What was done, as a sentence."""
        return self.message.text


def remark(code: str, **values: Any) -> Remark:
    """Return a remark on what cannot be had otherwise; see `engine.messages.say`."""
    return Remark(say(code, **values))
