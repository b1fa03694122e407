"""What stays the same during one run."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.spec import NetworkSpec
from engine.telemetry.transfer import TransferReport

FIRST = "A"
"""Key of the run of the document; others are trained beside it."""


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
    """

    run: str
    run_id: int
    network: NetworkSpec
    weight_layers: tuple[str, ...]
    dataset: Dataset
    columns: tuple[str, ...]
    transfer: TransferReport | None = None
