"""What stays the same during one run."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.spec import NetworkSpec
from engine.telemetry.transfer import TransferReport

FIRST, SECOND = "A", "B"
"""Keys of the two runs of a pair; without a pair there is the first alone."""


@dataclass(frozen=True)
class RunInfo:
    """What stays the same during one run.

    Attributes
    ----------
    run : str
        Key of the run among those that are trained side by side: ``A``, ``B``.
    run_id : int
        Number of the run, another one after every reset; its snapshots carry it.
    network : NetworkSpec
        The layers.
    weight_layers : tuple[str, ...]
        Ids of the layers that learn, first to last.
    dataset : Dataset
        The examples.
    columns : tuple[str, ...]
        The series in the history.
    transfer : TransferReport | None
        Which layers start with another project's weights; None where none were to.
    beside : RunInfo | None
        Of the other run of a pair.
    """

    run: str
    run_id: int
    network: NetworkSpec
    weight_layers: tuple[str, ...]
    dataset: Dataset
    columns: tuple[str, ...]
    transfer: TransferReport | None = None
    beside: RunInfo | None = None


def sides(info: RunInfo) -> tuple[RunInfo, RunInfo | None]:
    """Return what is known of A, and of B if there is one, whichever of them is edited."""
    other = info.beside
    return (info, other) if other is None or info.run == FIRST else (other, info)
