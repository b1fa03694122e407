"""Edits of specs: checked before they count, and named for the Edit menu."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from engine.errors import SpecError
from engine.messages import Message, say

SpecT = TypeVar("SpecT", bound=msgspec.Struct)


WORDS = {"frozen": "freezing", "l1": "L1", "l2": "L2"}
"""Fields whose names are not words."""


PLACES = {
    "training": say("place.training"), "data": say("place.data"),
    "optimizer": say("place.optimizer"), "schedule": say("place.schedule"),
    "stopping": say("place.stopping"), "augmentation": say("place.augmentation")}
"""How messages call the parts of a project."""


def checked(spec: SpecT, place: Message) -> SpecT:
    """Return a spec whose fields hold what they may hold.

    Parameters
    ----------
    spec : Struct
        What somebody wants.
    place : Message
        Its name in messages.

    Raises
    ------
    SpecError
        If a field does not hold what it may; the message names the field.
    """
    # Structs check their fields only when they are read, not when they are made.
    try:
        return msgspec.convert(msgspec.to_builtins(spec), type(spec))
    except msgspec.ValidationError as error:
        raise SpecError("edit.value", place=place, reason=str(error)) from error


def words(names: Iterable[str]) -> str:
    """Return the names of fields as people read them: ``training share and seed``."""
    return " and ".join(WORDS.get(name, name.replace("_", " ")) for name in names) or "nothing"
