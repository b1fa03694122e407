"""A layer in words that no library owns: the nodes from which writers for each make its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.spec import Option


@dataclass(frozen=True)
class Node:
    """One operation of the neutral graph.

    Attributes
    ----------
    op : str
        What it does, in the vocabulary of the graph: ``linear``, ``relu``.
    attributes : Mapping[str, Option]
        Sizes and constants that it needs.
    parameters : Mapping[str, str]
        Which of the layer's arrays it reads, by what they are to it: ``{"weight": "w"}``.
    """

    op: str
    attributes: Mapping[str, Option] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
