"""What a trainer trains in: examples, memory and op table, before there are weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.arrays import Integers
from engine.compiling import Progress
from engine.data.dataset import Dataset
from engine.kernels.runtime import layout
from engine.plan import Plan, Shared, beside, build_plan, renewed
from engine.spec import ProjectSpec
from engine.telemetry.parts import Wanted
from engine.telemetry.ring import Ring
from engine.training import warmup
from engine.training.examples import (
    Examples,
    capacity_for,
    check_alike,
    measured_rows,
    prepare,
)
from engine.training.observe import available
from engine.training.order import carries_state


@dataclass(frozen=True)
class Frame:
    """All that projects of one form have in common while they are trained on the same data.

    Attributes
    ----------
    training, validation : int64[...]
        The examples that are measured.
    examples : Examples
        The data set as the loop reads it.
    plan : Plan
        The network in memory, its parameters zero.
    ring : Ring
        Where the loop writes a row for each step.
    is_free : bool
        Whether examples may be taken in any order.
    available : Wanted
        The parts of a snapshot that there can be.
    """

    training: Integers
    validation: Integers
    examples: Examples
    plan: Plan
    ring: Ring
    is_free: bool
    available: Wanted

    @classmethod
    def built(cls, project: ProjectSpec, dataset: Dataset, *, threads: int = 1,
              examples: Examples | None = None, progress: Progress | None = None) -> Frame:
        """Return one that is made for a project.

        Parameters
        ----------
        project, dataset, threads, examples, progress
            As `engine.training.trainer.Trainer` takes them.

        Raises
        ------
        SpecError
            If the project cannot be trained on these data, or would not fit the memory.
        """
        training, validation = measured_rows(dataset)
        examples = examples or prepare(project, dataset, validation)
        warmup.compile_for(project, examples, progress)
        plan = build(project, dataset, examples, threads)
        layers = [layer.spec.id for layer in plan.layers if layer.statistic >= 0]
        return cls(training, validation, examples, plan,
                   Ring(layers, plan.shared.control, layout.HEAD),
                   not carries_state(project.network), available(plan, dataset))

    def renewed(self, project: ProjectSpec, dataset: Dataset) -> Frame:
        """Return what `built` would, in the memory of this one, which is done with.

        Parameters
        ----------
        project : ProjectSpec
            One of the same form: see `engine.training.succession.form_of`.
        dataset : Dataset
            The very same.

        Raises
        ------
        SpecError
            If the project cannot be trained.
        """
        check_alike(project, dataset)
        return replace(self, plan=renewed(self.plan, project))

    def beside(self, project: ProjectSpec, dataset: Dataset) -> Frame:
        """Return what `built` would, in a memory of its own, as `renewed` takes its arguments."""
        check_alike(project, dataset)
        plan = beside(self.plan, project)
        return replace(self, plan=plan, ring=self.ring.beside(plan.shared.control))

    @property
    def size(self) -> int:
        """Bytes that it holds, as far as they have been touched."""
        steps = min(int(self.plan.shared.control[layout.HEAD]), len(self.ring.data))
        return self.plan.arena.nbytes + steps * self.ring.data.strides[0]


def build(project: ProjectSpec, dataset: Dataset, examples: Examples, threads: int,
          shared: Shared | None = None, capacity: int = 0) -> Plan:
    """Return a plan of a project with room for what is usual, or for ``capacity`` examples."""
    return build_plan(project, examples.inputs, examples.targets,
                      max(capacity, least_capacity(project, dataset)), shared,
                      examples.image_shape, threads, examples.class_weights)


def least_capacity(project: ProjectSpec, dataset: Dataset) -> int:
    """Return for how many examples there is always room."""
    most = len(dataset.training)
    return max(capacity_for(project.network, dataset.n_inputs),
               min(project.training.batch_size or most, most))
