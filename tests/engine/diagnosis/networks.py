"""The suite's table: networks whose illness, or health, is known."""

from __future__ import annotations

from tests.engine.diagnosis import ill_networks as ill
from tests.engine.diagnosis.making import FILES, Network
from tests.engine.diagnosis.well_networks import FILED_WELL, WELL


def is_there(network: Network) -> bool:
    """Say whether a network can be made: project files may be missing."""
    return not network.file or (FILES / f"{network.file}.json").exists()


GROUPS: dict[str, tuple[Network, ...]] = {
    "well, a third": WELL[::3],
    "well, another third": WELL[1::3],
    "well, the rest": WELL[2::3],
    "depth": ill.DEPTH,
    "units": ill.UNITS,
    "rates": ill.RATES,
    "form": ill.FORM,
    "held down": ill.HELD_DOWN,
    "data": ill.DATA,
    "files": tuple(filter(is_there, (*ill.FILED, *FILED_WELL))),
}
"""The networks by what they are about; files only where they are."""

NETWORKS: tuple[Network, ...] = tuple(network for group in GROUPS.values() for network in group)

CODES = frozenset({
    "learning", "learned", "settled", "flat", "chance", "risen", "overfitting", "nonfinite",
    "exploding", "vanishing", "silent", "saturated", "dead", "symmetric", "update_small",
    "update_large", "rate-zero", "linear", "sigmoid-twice", "softmax-twice", "output-range",
    "constant-weights", "l1", "l2", "max-norm", "dropout", "unscaled-inputs", "unscaled-target",
    "bottleneck", "batch-of-one", "far_off", "schedule-decays", "weights-too-small",
    "weights-too-large",
})
"""What a judge can say once it can say anything."""
