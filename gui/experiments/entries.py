"""What the list of experiments has: tables, maps and a person's own sweeps, and how far each is."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.experiments.library import Group

HEADINGS: Mapping[Group, str] = MappingProxyType({
    Group.TABLE: "The article’s tables", Group.OPINION: "What is often said", Group.MAP: "Maps",
    Group.OWN: "My sweeps",
})
"""The groups of the list, in their order."""


class Status(enum.Enum):
    """How far an experiment is; its words are what a person who does not see the sign is told."""

    NONE = "not computed"
    PART = "computed in part"
    WAITING = "waits for another"
    RUNNING = "being computed"
    DONE = "computed"


@dataclass(frozen=True)
class Entry:
    """An experiment.

    Attributes
    ----------
    key : str
        Name of it among all experiments.
    title : str
        What people read.
    group : Group
        Where it stands.
    status : Status
        How far it is.
    share : float
        Part of its cells that are computed.
    whole_title : str
        Its title where that has no room in the list; empty: it has.
    """

    key: str
    title: str
    group: Group
    status: Status = Status.NONE
    share: float = 0.0
    whole_title: str = ""
