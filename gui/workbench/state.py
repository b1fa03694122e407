"""What the workbench tells the window: its state, its runs and its frames, all frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from engine.spec import NetworkSpec, ProjectSpec, TrainingSpec

if TYPE_CHECKING:
    from queue import SimpleQueue

    import numpy as np
    from numpy.typing import NDArray

    from engine.data.dataset import Dataset
    from engine.diagnosis.verdicts import Verdict
    from engine.telemetry.history import History
    from engine.telemetry.snapshot import Snapshot


class State(Enum):
    """What the lab is doing."""

    PREPARING = "preparing"
    """The engine is being compiled or the network built."""
    READY = "ready"
    """Built and at step 0."""
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    """The run ended with an error; a reset starts a new one."""
    INVALID = "invalid"
    """The document has issues; the first of them says what to mend."""


class LeftLayerLike(Protocol):
    """A layer that has not taken over anything; see `engine.training.transfer.LeftLayer`."""

    @property
    def layer_id(self) -> str:
        """The layer."""

    @property
    def reason(self) -> str:
        """Why, the end of a sentence."""


class TransferLike(Protocol):
    """Which layers start with another project's weights; see `engine.training.transfer`."""

    @property
    def matched(self) -> tuple[str, ...]:
        """Ids of the layers that do."""

    @property
    def left(self) -> Sequence[LeftLayerLike]:
        """The others that have parameters."""


@dataclass(frozen=True)
class RunInfo:
    """What stays the same during one run.

    Attributes
    ----------
    run_id : int
        Number of the run; frames and snapshots carry it.
    network : NetworkSpec
        The layers.
    weight_layers : tuple[str, ...]
        Ids of the layers that learn, first to last.
    dataset : Dataset
        The examples.
    columns : tuple[str, ...]
        The series in the history.
    transfer : TransferLike | None
        Which layers start with another project's weights; None where none were to.
    """

    run_id: int
    network: NetworkSpec
    weight_layers: tuple[str, ...]
    dataset: Dataset
    columns: tuple[str, ...]
    transfer: TransferLike | None = None


@dataclass(frozen=True)
class Frame:
    """Everything that the window shows at one moment.

    Attributes
    ----------
    run_id : int
        The run that it belongs to.
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
        What the numbers mean, if there is something new to say.
    """

    run_id: int
    step: int
    epoch: int
    loss: float
    steps_per_second: float
    running: bool
    history: History
    snapshot: Snapshot | None
    verdict: Verdict | None


@dataclass(frozen=True)
class Build:
    """Command: make a new run of this project at step 0, not running."""

    run_id: int
    project: ProjectSpec
    dataset: Dataset
    weights: Mapping[str, NDArray[Any]] | None = None


@dataclass(frozen=True)
class Go:
    """Command: train until told otherwise."""

    turn: int


@dataclass(frozen=True)
class Halt:
    """Command: stop training."""

    turn: int


@dataclass(frozen=True)
class Advance:
    """Command: train this many steps, then stop; 0 goes to the end of the epoch."""

    turn: int
    steps: int


@dataclass(frozen=True)
class Retrain:
    """Command: go on with other hyper-parameters."""

    training: TrainingSpec


@dataclass(frozen=True)
class Collect:
    """Command: put a copy of all that the run has learned into the queue, None if there is none."""

    reply: SimpleQueue[dict[str, NDArray[np.float64]] | None]


@dataclass(frozen=True)
class Look:
    """Command: show what the network looks like now, whether it trains or stands still."""


@dataclass(frozen=True)
class Close:
    """Command: end the thread."""


Command = Build | Go | Halt | Advance | Retrain | Collect | Look | Close
