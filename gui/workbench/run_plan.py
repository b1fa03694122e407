"""What of a document decides a run, and what a change of it asks of that run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from msgspec.structs import replace

from engine.data import PAINTED
from engine.data.dataset import Dataset
from engine.layers import Issue
from engine.spec import ProjectSpec, TrainingSpec


class Reason(Enum):
    """Why a run began anew; `gui.workbench.words` says it."""

    OPENED = "opened"
    LEARNED = "learned"
    """A project was opened together with what it had learned."""
    RESUMED = "resumed"
    """A project was opened together with its run, which goes on."""
    DATA = "data"
    NETWORK = "network"
    PRECISION = "precision"
    SEED = "seed"
    START = "start"
    """First weights come from another project, or no longer do."""


@dataclass(frozen=True)
class Keep:
    """The run need not hear of the change."""


@dataclass(frozen=True)
class Apply:
    """The run goes on, trained in another way."""

    training: TrainingSpec


@dataclass(frozen=True)
class Rejudge:
    """The run goes on as it did, and is judged by other limits."""


@dataclass(frozen=True)
class Restart:
    """A new run has to begin; without a reason there is nothing to say about it."""

    reason: Reason | None = None


@dataclass(frozen=True)
class RunPlan:
    """All that decides a run.

    Attributes
    ----------
    project : ProjectSpec
        Network and training.
    dataset : Dataset
        The examples; another object stands for others.
    issues : tuple[Issue, ...]
        What keeps it from being trained, most basic first.
    """

    project: ProjectSpec
    dataset: Dataset
    issues: tuple[Issue, ...] = ()

    @staticmethod
    def diff(before: RunPlan, after: RunPlan, *, opened: bool = False
             ) -> Keep | Rejudge | Apply | Restart:
        """Return what a change asks of the run of a plan: the only road from an edit to a run.

        Parameters
        ----------
        before, after : RunPlan
            The plan that the run follows, and the one that it is to follow.
        opened : bool
            Whether another project was opened, however alike the two may be.
        """
        if opened:
            return Restart(Reason.OPENED)
        old, new = before.project, after.project
        reason = _reason(old, new, data_differ=before.dataset is not after.dataset)
        if reason is not None or before.issues or after.issues:
            return Restart(reason)
        if old.training != new.training:
            return Apply(new.training)
        return Keep() if old.limits == new.limits else Rejudge()

    def without_limits(self) -> RunPlan:
        """Return what of it decides the run itself, and not what is said of it."""
        return RunPlan(replace(self.project, limits={}), self.dataset, self.issues)


def is_added_to(before: RunPlan, after: RunPlan) -> bool:
    """Say whether the examples differ in what a person has drawn or painted alone.

    The network goes on then from where it stands: it has only some more to learn from, or less. The
    first stroke on a generated set is no other case, for its points are all there.
    """
    old, new = before.project.data, after.project.data
    if new.source == PAINTED and before.dataset.points is not None:
        old = replace(old, source=PAINTED)
    return new != before.project.data and replace(
        old, drawings=new.drawings, painted=new.painted) == new


def _reason(old: ProjectSpec, new: ProjectSpec, *, data_differ: bool) -> Reason | None:
    """Return what a run cannot take over on its way, the most telling first; None if all of it."""
    differing = (
        (Reason.DATA, data_differ),
        (Reason.NETWORK, old.network != new.network),
        (Reason.PRECISION, old.training.precision != new.training.precision),
        (Reason.SEED, old.training.seed != new.training.seed),
        (Reason.START, old.start_from != new.start_from),
    )
    return next((reason for reason, differs in differing if differs), None)
