"""The projects side by side: that of A, and that of B where there is a pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.spec import ProjectSpec

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Side:
    """One of the projects.

    Attributes
    ----------
    number : int
        Stays the same through every edit of it, whichever of the two it is: the run that belongs to
        it is found by it.
    project : ProjectSpec
        What is trained.
    branch_step : int | None
        The step of the other run at which this one has left it; None begins at step 0.
    """

    number: int
    project: ProjectSpec
    branch_step: int | None = None


@dataclass(frozen=True)
class Sides:
    """A, and B if there is one.

    Attributes
    ----------
    first : Side
        A.
    second : Side | None
        B; None without a pair.
    edits_second : bool
        Whether edits are for B.
    """

    first: Side
    second: Side | None = None
    edits_second: bool = False

    @property
    def edited(self) -> Side:
        """The side that edits are for."""
        return self.second if self.edits_second and self.second is not None else self.first

    @property
    def other(self) -> Side | None:
        """The side that stays as it is; None without a pair."""
        return self.first if self.edits_second else self.second

    @property
    def is_pair(self) -> bool:
        """Whether there is a B."""
        return self.second is not None

    @property
    def arrangement(self) -> tuple[int, int | None, bool]:
        """Which runs there are, by their numbers, and whether the second is edited."""
        return self.first.number, self.second.number if self.second else None, self.edits_second

    def edit(self, project: ProjectSpec) -> Sides:
        """Return the sides with another project where edits go."""
        return self.put(replace(self.edited, project=project))

    def put(self, side: Side) -> Sides:
        """Return the sides with another one where edits go."""
        return replace(self, second=side) if self.edits_second else replace(self, first=side)

    def alike(self, change: Callable[[ProjectSpec], ProjectSpec]) -> Sides:
        """Return the sides with the same change of both projects."""
        first, second = (None if side is None else replace(side, project=change(side.project))
                         for side in (self.first, self.second))
        assert first is not None
        return replace(self, first=first, second=second)

    def each(self, ask: Callable[[ProjectSpec], Answer]) -> tuple[Answer, Answer | None]:
        """Return the answers for the project that edits are for, and for the other one if any."""
        other = self.other
        return ask(self.edited.project), None if other is None else ask(other.project)

    def choosing(self, *, second: bool) -> Sides:
        """Return the sides with edits for B, or for A."""
        return replace(self, edits_second=second and self.is_pair)

    def kept(self) -> Sides:
        """Return B alone, as A."""
        return self if self.second is None else Sides(self.second)

    def swapped(self) -> Sides:
        """Return the sides with A and B exchanged; edits go to the project that they went to."""
        if self.second is None:
            return self
        return Sides(self.second, self.first, not self.edits_second)

    def dropped(self) -> Sides:
        """Return A alone."""
        return Sides(self.first)
