"""What the training thread is told to do: frozen values, and which of them are still wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.spec import ProjectSpec, TrainingSpec
from engine.telemetry.recorder import Recorder
from gui.workbench.answering import Ask
from gui.workbench.dissecting import Dissect
from gui.workbench.errands import Abandon, Undertake
from gui.workbench.pace import Speed
from gui.workbench.parcels import Copy, Leave, Parcel
from gui.workbench.playback_commands import Recall, Release, Trace
from gui.workbench.weighing import Weigh

if TYPE_CHECKING:
    from queue import SimpleQueue

    from numpy.typing import NDArray

    from engine.data.dataset import Dataset
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.mailbox import Mailbox
    from engine.telemetry.snapshot import Snapshot


@dataclass(frozen=True)
class Origin:
    """What a run starts from; the default draws its weights and begins at step 0.

    Attributes
    ----------
    weights : mapping | None
        All of its parameters, as ``layer-id/w``.
    start : mapping | None
        Those of another network: layers that match start with them.
    parcel : Parcel | None
        A run that it goes on from, at its step: this one itself, or one that it leaves.
    """

    weights: Mapping[str, NDArray[Any]] | None = None
    start: Mapping[str, NDArray[Any]] | None = None
    parcel: Parcel | None = None


DRAWN = Origin()


@dataclass(frozen=True)
class Build:
    """Command: make a run of this project, not running, in the place of its key.

    Attributes
    ----------
    run : str
        Key of the run.
    run_id : int
        Its number, which no other run has.
    project, dataset : ProjectSpec, Dataset
        What to train, on what.
    mailbox : Mailbox[Snapshot]
        Where its snapshots go, and no other run's.
    origin : Origin
        What to start from.
    recorder : Recorder
        Where its moments go.
    """

    run: str
    run_id: int
    project: ProjectSpec
    dataset: Dataset
    mailbox: Mailbox[Snapshot]
    origin: Origin = DRAWN
    recorder: Recorder = field(default_factory=Recorder)


@dataclass(frozen=True)
class Drop:
    """Command: let go of a run; the others go on."""

    run: str


@dataclass(frozen=True)
class Exchange:
    """Command: let two runs, of which one may be none, have each other's key from now on."""

    first: str
    second: str


@dataclass(frozen=True)
class Retrain:
    """Command: go on with other hyper-parameters."""

    run: str
    training: TrainingSpec


@dataclass(frozen=True)
class Collect:
    """Command: put all that decides how a run goes on into the queue, None if there is no run."""

    run: str
    reply: SimpleQueue[Checkpoint | None]


@dataclass(frozen=True)
class Go:
    """Command: train all runs until told otherwise."""

    turn: int


@dataclass(frozen=True)
class Halt:
    """Command: stop training, all runs at the same step."""

    turn: int


@dataclass(frozen=True)
class Advance:
    """Command: train all runs for this many steps, then stop; 0 goes to the end of the epoch."""

    turn: int
    steps: int


@dataclass(frozen=True)
class Level:
    """Command: train those runs that lie behind until they stand where the others do."""

    turn: int


@dataclass(frozen=True)
class Pace:
    """Command: go no faster than this from now on."""

    speed: Speed


@dataclass(frozen=True)
class Look:
    """Command: show what every network looks like now, whether it trains or stands still."""


@dataclass(frozen=True)
class Close:
    """Command: end the thread."""


Aim = Go | Halt | Level | Advance
Command = (Build | Drop | Exchange | Retrain | Collect | Copy | Leave | Undertake | Abandon | Pace
           | Look | Aim | Recall | Trace | Release | Dissect | Ask | Weigh
           | Close)


def newest(commands: Sequence[Command]) -> list[Command]:
    """Return the commands without those that a later one makes needless.

    A new run makes needless what its key was told before, to drop one does so, too, and later
    hyper-parameters, looks, dissections and questions do so for earlier ones. To close makes
    everything else needless.
    Where keys are exchanged, what was told before was told of others.
    """
    if any(isinstance(command, Close) for command in commands):
        return [Close()]
    kept: list[Command] = []
    replaced: set[str] = set()
    retrained: set[str] = set()
    has_looked = has_dissected = has_asked = False
    for command in reversed(commands):
        match command:
            case Build(run) | Drop(run):
                is_needless = run in replaced
                replaced.add(run)
            case Retrain(run):
                is_needless = run in replaced | retrained
                retrained.add(run)
            case Exchange():
                is_needless = False
                replaced.clear()
                retrained.clear()
            case Copy(run) | Leave(run):
                # What was told before is part of what is handed over.
                is_needless = False
                replaced.discard(run)
                retrained.discard(run)
            case Look():
                is_needless, has_looked = has_looked, True
            case Dissect():
                is_needless, has_dissected = has_dissected, True
            case Ask():
                is_needless, has_asked = has_asked, True
            case _:
                is_needless = False
        if not is_needless:
            kept.append(command)
    return kept[::-1]
