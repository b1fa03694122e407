"""Two runs side by side to the step that decides, without a window."""

from __future__ import annotations

from collections.abc import Callable

from engine.data.dataset import Dataset
from engine.errors import SpecError
from engine.experiments.course import Course, Make, Rows, Steps
from engine.experiments.outcome import Outcome, Standing, outcome
from engine.experiments.repeats import SEEN, figure_of
from engine.experiments.spread import A, B, Curves, Ended, grid
from engine.experiments.yardstick import Yardstick
from engine.spec import ProjectSpec

TURN = 256
"""Most steps that one run is ahead of the other."""

Listen = Callable[[int, Steps, Rows], None]
"""Given the side, `A` or `B`, the steps that it did, and their rows."""


class Pair:
    """Trains A and B in turn; every method belongs to one thread.

    Parameters
    ----------
    a, b : tuple[ProjectSpec, Dataset]
        The pair, each side with its data.
    yardstick : Yardstick
        What decides, and where both runs end.
    make : callable
        Makes a trainer at step 0.

    Attributes
    ----------
    courses : tuple[Course, Course]
        Both runs.
    listen : callable
        Told of all steps of both runs; nobody is at first.

    Raises
    ------
    EngineError
        If one of the projects cannot be trained.
    """

    def __init__(self, a: tuple[ProjectSpec, Dataset], b: tuple[ProjectSpec, Dataset],
                 yardstick: Yardstick, make: Make) -> None:
        self._sides = (a, b)
        self._yardstick = yardstick
        self.listen: Listen = _unheard
        trainers = [make(project, dataset) for project, dataset in self._sides]
        steps = grid(yardstick.step)
        self._curves = [Curves(trainer.ring.columns, steps) for trainer in trainers]
        self.courses = (Course(trainers[A], yardstick.step, lambda *rows: self._on_rows(A, *rows)),
                        Course(trainers[B], yardstick.step, lambda *rows: self._on_rows(B, *rows)))

    @property
    def is_over(self) -> bool:
        """Whether both runs go no further."""
        return all(course.is_over for course in self.courses)

    @property
    def progress(self) -> float:
        """How much is done, 0 to 1."""
        return sum(course.share for course in self.courses) / len(self.courses)

    def advance(self, budget_s: float) -> bool:
        """Train the run that is behind for about so many seconds; return whether all is done."""
        going = [course for course in self.courses if not course.is_over]
        if going:
            behind = min(going, key=lambda course: course.trainer.step)
            behind.advance(budget_s, until=behind.trainer.step + TURN)
        return self.is_over

    @property
    def ended(self) -> tuple[Ended, Ended]:
        """What both have come to, as `engine.experiments.repeats.Repeats` takes it."""
        return self._ended(A), self._ended(B)

    def outcome(self, *, repeated: bool = False) -> Outcome:
        """Return what came of B beside A.

        Parameters
        ----------
        repeated : bool
            Whether other seeds say the same.
        """
        return outcome(self._yardstick, self._standing(A), self._standing(B), repeated=repeated)

    def _ended(self, side: int) -> Ended:
        course = self.courses[side]
        return Ended(figure_of(course, self._yardstick), course.trainer.step,
                     self._curves[side].means)

    def _standing(self, side: int) -> Standing:
        course, (project, dataset) = self.courses[side], self._sides[side]
        if course.error is not None:
            return Standing(project, dataset, course.trainer.snapshot(SEEN), end="broke")
        return Standing(project, dataset, course.trainer.snapshot(SEEN),
                        end="stopped" if course.trainer.ended is not None else "")

    def _on_rows(self, side: int, steps: Steps, rows: Rows) -> None:
        self._curves[side].listen(steps, rows)
        self.listen(side, steps, rows)


def _unheard(_side: int, _steps: Steps, _rows: Rows) -> None:
    """Take no notice."""


def check_comparable(a: Dataset, b: Dataset) -> None:
    """Raise SpecError where no figure of one run can be held against that of the other.

    Points with other noise, another share to learn from or other inputs of the same table are other
    examples of the same thing; another task, source, class or target is not.
    """
    if a.key != b.key:
        raise SpecError("compare.source", a=a.title, b=b.title)
    if a.task != b.task:
        raise SpecError("compare.task", a=a.task, b=b.task)
    if a.class_names != b.class_names:
        raise SpecError("compare.classes", a=a.class_names, b=b.class_names)
    if a.target_names != b.target_names:
        raise SpecError("compare.targets", a=a.target_names, b=b.target_names)
