"""What the workbench asks of the engine, and where its trainers are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from engine.spec import ProjectSpec, TrainingSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.data.dataset import Dataset
    from engine.foreign import FirstWeights
    from engine.messages import Message
    from engine.microscope.dissection import Dissection
    from engine.telemetry.black_box import BoxStep
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.parts import Wanted
    from engine.telemetry.ring import Ring
    from engine.telemetry.snapshot import Snapshot, Text
    from engine.telemetry.transfer import TransferReport

Progress = Callable[[str, float], None]
"""Told what is being prepared and which share of it is done, 0 to 1."""


class DissectingLike(Protocol):
    """A step that is taken apart a little at a time."""

    def advance(self, budget_s: float) -> bool:
        """Go on for about so many seconds; return whether all is done."""

    @property
    def found(self) -> Dissection:
        """The step, once all is done."""


class TrainerLike(Protocol):
    """A network in training; see `engine.training.trainer.Trainer`."""

    @property
    def ring(self) -> Ring:
        """One row of figures per step."""

    @property
    def step(self) -> int:
        """Completed steps."""

    @property
    def epoch(self) -> int:
        """Completed epochs."""

    @property
    def ended(self) -> Message | None:
        """Why a stopping rule ended the last `run`; None when none did."""

    @property
    def steps_left_in_epoch(self) -> int:
        """Steps until the running epoch ends."""

    @property
    def steps_per_epoch(self) -> int:
        """Steps of a whole epoch; any thread may ask."""

    @property
    def transfer(self) -> TransferReport | None:
        """Which layers start with another project's weights; None where none were to."""

    @property
    def weight_layers(self) -> tuple[str, ...]:
        """Ids of the layers that learn, first to last."""

    def run(self, max_steps: int, budget_s: float = 0.012, most_threads: int | None = None) -> int:
        """Train for so many steps or so long, whichever ends first; return the steps done.

        Threads other than the training thread may do this, one at a time, while it waits for them.
        """

    def request_stop(self) -> None:
        """Let `run` return after the step in hand. Any thread."""

    def apply(self, training: TrainingSpec) -> None:
        """Change any hyper-parameter without losing the weights, felt at the next step."""

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return copies of all that is learned, as ``layer-id/w`` and ``layer-id/b``."""

    def use_averages(self) -> bool:
        """Put the average of the weights in their place; return whether there was any."""

    def checkpoint(self) -> Checkpoint:
        """Return all that decides how the run goes on, in copies."""

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on where a checkpoint of this project was taken, with the bytes of the run itself."""

    def adopt(self, checkpoint: Checkpoint) -> TransferReport:
        """Begin anew at the step of another project's checkpoint, with all that fits."""

    def predict(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Return the network's output for prepared inputs, probabilities for classes."""

    def twin(self) -> TrainerLike:
        """Return another trainer of this project and its examples, to put checkpoints into."""

    def probe_step(self) -> BoxStep:
        """Train for one step, and return the largest numbers that there were."""

    def begin_dissecting(self, example: int | None = None) -> DissectingLike:
        """Begin to take the next step apart, or that of one example of its batch."""

    def snapshot(self, wanted: Wanted = ...) -> Snapshot:
        """Return read-only copies of what is asked for; it changes nothing of the run."""

    def write_text(self) -> Text | None:
        """Go on writing as the network expects it; None where there is no text to continue."""


class TrainerFactory(Protocol):
    """Makes a trainer; called in the worker thread only."""

    def __call__(
        self, project: ProjectSpec, dataset: Dataset, *, run_id: int, progress: Progress,
        weights: Mapping[str, NDArray[Any]] | None = None,
        start: Mapping[str, NDArray[Any]] | None = None, checkpoint: Checkpoint | None = None,
    ) -> TrainerLike:
        """Compile what is missing and return a trainer; raises EngineError.

        It stands at step 0, or where a checkpoint was taken. Of the weights of another network, and
        of a checkpoint of another project, what fits is taken over.
        """


def load_engine() -> None:
    """Import what `make_trainer` needs, for who knows that it will be asked for."""
    import engine.training.trainer  # noqa: F401


def make_trainer(
    project: ProjectSpec, dataset: Dataset, *, run_id: int, progress: Progress,
    weights: Mapping[str, NDArray[Any]] | None = None,
    start: Mapping[str, NDArray[Any]] | None = None, checkpoint: Checkpoint | None = None,
    threads: int | None = None,
) -> TrainerLike:
    """Return the engine's trainer. Imports Numba, so never call it in the window's thread."""
    from engine.training.trainer import Trainer

    found = None
    # What a checkpoint holds makes up for the file, which may be gone.
    if start is None and weights is None and checkpoint is None:
        found = _first_weights(project, dataset)
        start = None if found is None else found.arrays
    trainer = Trainer(project, dataset, run_id=run_id, progress=progress, weights=weights,
                      start=start, checkpoint=checkpoint, threads=threads)
    if found is not None and trainer.transfer is not None:
        trainer.transfer = found.explained(trainer.transfer)
    return trainer


class TrainersInTurn:
    """Makes trainers with one thread for who trains many networks of few forms.

    Otherwise as `make_trainer`; each ends one that was before, see `engine.training.succession`.
    """

    def __init__(self) -> None:
        from engine.training.succession import Succession

        self._succession = Succession()

    def make(self, project: ProjectSpec, dataset: Dataset, progress: Progress) -> TrainerLike:
        """Return a trainer at step 0; raises EngineError."""
        found = _first_weights(project, dataset)
        return self._succession.trainer(project, dataset, progress=progress,
                                        start=None if found is None else found.arrays)

    def room_for(self, project: ProjectSpec) -> int:
        """Return for how many trainers of projects like this there is room at once."""
        return self._succession.room_for(project)

    def begin(self, together: int) -> None:
        """Take all trainers for done with; the next ones are in use so many at once."""
        self._succession.begin(together)

    def are_alike(self, one: ProjectSpec, other: ProjectSpec) -> bool:
        """Say whether two projects are such."""
        from engine.training.succession import are_alike

        return are_alike(one, other)


def _first_weights(project: ProjectSpec, dataset: Dataset) -> FirstWeights | None:
    """Return what a project's network starts from; None where it names no file."""
    if not project.start_from:
        return None
    # Only where it is used: to read files of others takes a dozen modules.
    from engine.foreign import first_weights

    return first_weights(project, dataset.n_inputs)
