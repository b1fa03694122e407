"""Trainers one after another, each in the memory of one before it where both have the same form.

What it takes to make a small network - to check it, to lay it out, and to touch new memory for the
first time - is several times what its first hundred steps take. Two networks of one form have all
of that in common: they differ in seed, first weights, and numbers that every step reads anew, such
as the learning rate.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from engine.arrays import Reals
from engine.compiling import Progress
from engine.data.dataset import Dataset
from engine.layers.weighted import without_starts
from engine.spec import ProjectSpec
from engine.training.frame import Frame
from engine.training.hyperparameters import built_in
from engine.training.trainer import Trainer

KEPT = 64 * 2**20
"""Bytes that are kept for forms that may come again."""


def form_of(project: ProjectSpec) -> str:
    """Return all of a project that a plan has taken over for good."""
    training = project.training
    # In words: 1 and True are equal, and not the same option.
    return repr((without_starts(project.network), training.precision, training.batch_size,
                 built_in(training)))


class Succession:
    """Makes trainers for whoever needs one at a time: each ends the one before.

    Parameters
    ----------
    threads : int
        Most threads that share large ops.
    kept : int
        Bytes that are kept for forms that may come again.
    """

    def __init__(self, threads: int = 1, kept: int = KEPT) -> None:
        self._threads = threads
        self._kept = kept
        self._frames: OrderedDict[tuple[str, int], tuple[Frame, Dataset]] = OrderedDict()

    def trainer(self, project: ProjectSpec, dataset: Dataset, *, run_id: int = 0,
                start: Mapping[str, Reals] | None = None, progress: Progress | None = None
                ) -> Trainer:
        """Return a trainer at step 0, whose run comes to the bytes of one made by itself.

        Parameters and errors are those of `engine.training.trainer.Trainer`.
        """
        # Held with its frame, so that no other data set can have its number.
        form = form_of(project), id(dataset)
        if form in self._frames:
            frame = self._frames[form][0].renewed(project, dataset)
        else:
            self._make_room()
            frame = Frame.built(project, dataset, threads=self._threads, progress=progress)
        self._frames[form] = frame, dataset
        self._frames.move_to_end(form)
        return Trainer(project, dataset, run_id=run_id, start=start, frame=frame,
                       threads=self._threads)

    def _make_room(self) -> None:
        """Let go of the forms whose turn was longest ago, until what is left is small enough."""
        held = sum(frame.size for frame, _ in self._frames.values())
        while held > self._kept:
            _, (oldest, _) = self._frames.popitem(last=False)
            held -= oldest.size
