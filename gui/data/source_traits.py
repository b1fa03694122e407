"""What can be set for each kind of data."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from engine.data import PAINTED, TEXT, SourceInfo
from engine.data.importers.catalogue import IMPORTERS
from engine.spec import DataSpec


@dataclass(frozen=True)
class SourceTraits:
    """What the data panel offers for a kind of source.

    Attributes
    ----------
    has_features : bool
        Whether a person chooses what the network sees.
    has_goal : bool
        Whether its inputs can be reconstructed.
    has_window : bool
        Whether examples are cut out of something longer.
    noise : str
        What the noise does; empty where there is none.
    at_once : bool
        Whether it is ready so quickly that it can follow a slider.
    """

    has_features: bool = False
    has_goal: bool = False
    has_window: bool = False
    noise: str = ""
    at_once: bool = False


RECONSTRUCTED = "Standard deviation of the noise on the inputs, in percent; the targets stay clean."
TRAITS = MappingProxyType({
    "points": SourceTraits(has_features=True, at_once=True,
                           noise="How much the points are disturbed, in percent."),
    "images": SourceTraits(has_goal=True),
    "table": SourceTraits(has_goal=True),
    "sounds": SourceTraits(noise="How loud the hiss is beside the voice, in percent."),
    "text": SourceTraits(has_window=True, noise="Share of the labels that are wrong, in percent."),
    "series": SourceTraits(has_window=True,
                           noise="Standard deviation of the noise on the series, in percent."),
})
"""Traits by `SourceInfo.kind`."""
CONTINUED = SourceTraits(has_window=True)
"""Traits of a text whose next letter is to be told."""
PAINTED_POINTS = SourceTraits(has_features=True, at_once=True)
"""Traits of points that a person has painted: they are as they are."""
BROUGHT = MappingProxyType({
    "images": SourceTraits(has_goal=True),
    "sounds": SourceTraits(has_goal=True),
})
"""Traits of what a person brings, by `Importer.kind`; its own options say the rest."""


def traits_of(data: DataSpec, info: SourceInfo | None) -> SourceTraits:
    """Return the traits of a source; a person's own table or text is in no catalogue."""
    if data.source == TEXT or (info is not None and info.task == "sequence"):
        return CONTINUED
    if data.source == PAINTED:
        return PAINTED_POINTS
    if data.source in IMPORTERS:
        return BROUGHT.get(IMPORTERS[data.source].kind, SourceTraits())
    return TRAITS[info.kind if info is not None else "table"]


def noise_text(traits: SourceTraits, data: DataSpec) -> str:
    """Return what the noise does in these data; empty where there is none."""
    return traits.noise or (RECONSTRUCTED if data.goal == "reconstruct" else "")
