"""Everything that the views show of one run at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.diagnosis.verdicts import Verdict
from engine.telemetry.history import History
from engine.telemetry.looks import Looks
from engine.telemetry.snapshot import LayerReading, Snapshot
from gui.frames.epochs import EpochScale
from gui.frames.ghost import Ghost
from gui.frames.record import Record
from gui.frames.run_info import FIRST


@dataclass(frozen=True)
class Frame:
    """Everything that the views show of one run at one moment.

    Attributes
    ----------
    run : str
        Key of the run: ``A``, ``B``.
    run_id : int
        Its number; whatever the frame holds belongs to it.
    step, epoch : int
        Completed steps and epochs.
    loss : float
        Loss of the last training batch; NaN before the first step.
    steps_per_second : float
        Speed over the last half second of running; 0 before there is one.
    running : bool
        Whether more frames are on their way.
    history : History
        All series of the run; it goes on growing, so draw from it at once.
    snapshot : Snapshot | None
        The newest one, if there is one that has not been shown.
    verdict : Verdict | None
        What is told of it, if there is anything: sentence and numbers stand still for a while.
    readings : tuple[LayerReading, ...]
        Every layer's figures now, medians of the last snapshots; empty before there are any.
    record : Record
        The history with its first steps one by one, which goes on growing too.
    epochs : EpochScale
        How many epochs its steps are.
    ghost : Ghost | None
        What stays of the run before, where it can be compared with this one.
    beside : Frame | None
        Of the other run of a pair, which is not the one that is edited.
    cursor : int | None
        The step that somebody looks back at: snapshot, verdict and readings are those of it, and
        the history goes on behind it. None where the newest is shown.
    looks : Looks
        What snapshots have said of every layer so far; it goes on growing as the history does.
    """

    run: str
    run_id: int
    step: int
    epoch: int
    loss: float
    steps_per_second: float
    running: bool
    history: History
    snapshot: Snapshot | None
    verdict: Verdict | None
    record: Record
    readings: tuple[LayerReading, ...] = ()
    epochs: EpochScale = field(default_factory=EpochScale)
    ghost: Ghost | None = None
    beside: Frame | None = None
    cursor: int | None = None
    looks: Looks = field(default_factory=lambda: Looks(()))


def sides(frame: Frame) -> tuple[Frame, Frame | None]:
    """Return the frames of A, and of B if there is one, whichever of them is edited."""
    other = frame.beside
    return (frame, other) if other is None or frame.run == FIRST else (other, frame)
