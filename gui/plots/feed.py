"""What the views of layers draw from, and the columns of the history that plots name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.diagnosis.verdicts import LayerVerdict
from engine.telemetry.history import History
from engine.telemetry.looks import Looks
from engine.telemetry.snapshot import LayerReading, Snapshot
from gui.frames.epochs import EpochScale
from gui.frames.frame import Frame
from gui.frames.ghost import Ghost
from gui.frames.record import Record
from gui.frames.run_info import FIRST

Reals = NDArray[np.float64]
LOSS = "loss"
VALIDATION_LOSS = "validation_loss"


@dataclass(frozen=True)
class Seen:
    """What a view of layers may draw from.

    Attributes
    ----------
    history : History
        The run so far.
    snapshot : Snapshot | None
        The newest one that there was, whenever it came.
    record : Record
        The run so far, with its first steps one by one.
    epochs : EpochScale
        How many epochs its steps are.
    ghost : Ghost | None
        What stays of the run before.
    run : str
        Key of the run.
    run_id : int
        Its number.
    readings : sequence of LayerReading
        Every layer's figures at the step that is shown.
    verdicts : mapping
        Of each layer, by id.
    cursor : int | None
        The step that somebody looks back at.
    beside : Seen | None
        Of the other run of a pair.
    looks : Looks
        What snapshots have said of every layer so far.
    step : int
        The step that is shown.
    """

    history: History
    snapshot: Snapshot | None
    record: Record
    epochs: EpochScale
    ghost: Ghost | None
    run: str = FIRST
    run_id: int = 0
    readings: Sequence[LayerReading] = ()
    verdicts: Mapping[str, LayerVerdict] = field(default_factory=dict)
    cursor: int | None = None
    beside: Seen | None = None
    looks: Looks = field(default_factory=lambda: Looks(()))
    step: int = 0

    @classmethod
    def of(cls, frame: Frame, snapshot: Snapshot | None) -> Seen:
        """Return what a frame shows.

        Parameters
        ----------
        frame : Frame
            The frame of the run that is edited.
        snapshot : Snapshot | None
            Its newest snapshot.
        """
        other = frame.beside
        verdicts = () if frame.verdict is None else frame.verdict.layers
        return cls(frame.history, snapshot, frame.record, frame.epochs, frame.ghost, frame.run,
                   frame.run_id, frame.readings, {one.layer_id: one for one in verdicts},
                   frame.cursor, None if other is None else cls.of(other, None), frame.looks,
                   frame.step if frame.cursor is None else frame.cursor)

    @property
    def has_steps(self) -> bool:
        """Whether one of the runs has a step behind it."""
        return self.history.length > 0 or (self.beside is not None and self.beside.has_steps)
