"""The suite's table: networks whose illness, or health, is known."""

from __future__ import annotations

from tests.engine.diagnosis.ill_networks import ILL
from tests.engine.diagnosis.making import FILES, Network
from tests.engine.diagnosis.well_networks import WELL


def is_there(network: Network) -> bool:
    """Say whether a network can be made: project files may be missing."""
    name = network.name.removeprefix("file: ")
    return name == network.name or (FILES / f"{name}.json").exists()


NETWORKS: tuple[Network, ...] = tuple(filter(is_there, (*WELL, *ILL)))
