"""Trainers one after another, each in the memory of one before it where both have the same form.

What it takes to make a small network - to check it, to lay it out, and to touch new memory for the
first time - is several times what its first hundred steps take. Two networks of one form have all
of that in common: they differ in seed, first weights, and numbers that every step reads anew, such
as the learning rate.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

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


KNOWN = 32
"""Projects whose forms are kept: whoever computes several together asks for each several times."""

_FORMS: OrderedDict[int, tuple[ProjectSpec, str]] = OrderedDict()
"""The last forms, by the number of the project, which it keeps for as long as it is here."""


def form_of(project: ProjectSpec) -> str:
    """Return all of a project that a plan has taken over for good."""
    if (known := _FORMS.get(id(project))) is not None:
        return known[1]
    training = project.training
    # In words: 1 and True are equal, and not the same option.
    form = repr((without_starts(project.network), training.precision, training.batch_size,
                 built_in(training)))
    _FORMS[id(project)] = project, form
    if len(_FORMS) > KNOWN:
        _FORMS.popitem(last=False)
    return form


def are_alike(one: ProjectSpec, other: ProjectSpec) -> bool:
    """Say whether two projects have the same form and the same data."""
    return one.data == other.data and form_of(one) == form_of(other)


class Succession:
    """Makes trainers for whoever needs one at a time, or a few: each ends one that was before.

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
        self._frames: OrderedDict[tuple[str, int], tuple[list[Frame], Dataset]] = OrderedDict()
        self._last: ProjectSpec | None = None
        self._together = 1
        self._place = 0

    def room_for(self, project: ProjectSpec) -> int:
        """Return for how many trainers of projects like this there is room at once.

        More than 1 only where the last one was of such a project: then it is known how much memory
        it takes.
        """
        if self._last is None or not are_alike(self._last, project):
            return 1
        frames, _ = next(reversed(self._frames.values()))
        return max(1, self._kept // 2 // frames[0].plan.arena.nbytes)

    def begin(self, together: int) -> None:
        """Take all trainers for done with; the next ones are in use so many at once."""
        self._together, self._place = together, 0

    def trainer(self, project: ProjectSpec, dataset: Dataset, *, run_id: int = 0,
                start: Mapping[str, Reals] | None = None, progress: Progress | None = None
                ) -> Trainer:
        """Return a trainer at step 0, whose run comes to the bytes of one made by itself.

        Parameters and errors are those of `engine.training.trainer.Trainer`. Unless `begin` said
        otherwise, it ends the one before.
        """
        # Held with its frames, so that no other data set can have its number.
        form = form_of(project), id(dataset)
        if form not in self._frames:
            self._make_room()
            frame = Frame.built(project, dataset, threads=self._threads, progress=progress)
            self._frames[form] = [frame], dataset
        else:
            frames, _ = self._frames[form]
            if self._place < len(frames):
                frame = frames[self._place] = frames[self._place].renewed(project, dataset)
            else:
                frame = frames[0].beside(project, dataset)
                frames.append(frame)
        self._frames.move_to_end(form)
        self._last = project
        self._place = (self._place + 1) % self._together
        return Trainer(project, dataset, run_id=run_id, start=start, frame=frame,
                       threads=self._threads)

    def _make_room(self) -> None:
        """Let go of the forms whose turn was longest ago, until what is left is small enough."""
        held = sum(_size(frames) for frames, _ in self._frames.values())
        while held > self._kept:
            _, (oldest, _) = self._frames.popitem(last=False)
            held -= _size(oldest)


def _size(frames: Iterable[Frame]) -> int:
    return sum(frame.size for frame in frames)
