"""What networks do before their first step: one pass there and back over the probe batch."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from engine.data.dataset import Dataset
from engine.layers.initialisers import PROBE
from engine.layers.weighted import without_starts
from engine.plan import Plan, build_plan
from engine.spec import NetworkSpec, ProjectSpec
from engine.telemetry.parts import Wanted
from engine.telemetry.snapshot import LayerReading
from engine.training import from_data, naive_bayes, warmup, weights
from engine.training.examples import FEWEST, class_weights, prepare
from engine.training.readings import PROBED, probe_readings

EXAMPLES = max(FEWEST, PROBE)
"""Training examples that are looked at: those of the probe batch, and what scales weights."""


class FirstPass:
    """Measures a project as it would begin, without training it, on a plan of its own.

    Networks that differ only in how their parameters are drawn share that plan, so that one after
    the other costs little more than drawing and one pass. What is measured is what a run of the
    project shows at step 0.

    Parameters
    ----------
    project : ProjectSpec
        Whose network is measured; seed, loss and precision are its.
    dataset : Dataset
        Its data; the first training examples are looked at.

    Raises
    ------
    SpecError
        If the project cannot be trained on these data.
    DataError
        If there is nothing to learn from.
    """

    def __init__(self, project: ProjectSpec, dataset: Dataset) -> None:
        self._project = project
        self._dataset = _beginning(dataset)
        counted = class_weights(project, dataset)
        self._examples = replace(prepare(project, self._dataset, self._dataset.validation),
                                 class_weights=counted)
        self._plan: Plan | None = None
        self._built_for: NetworkSpec | None = None

    def measure(self, network: NetworkSpec, wanted: Wanted = PROBED) -> tuple[LayerReading, ...]:
        """Return the reading of every layer of a network whose weights have just been drawn.

        Parameters
        ----------
        network : NetworkSpec
            The project's, or another one that fits the same data.
        wanted : Wanted
            Of what is `engine.training.readings.PROBED`.
        """
        project = msgspec.structs.replace(self._project, network=network)
        plan = self._plan_for(project)
        weights.draw(plan, project, self._dataset.n_inputs)
        naive_bayes.weigh(plan, self._dataset)
        from_data.fit(plan, project.network, self._dataset.n_inputs, self._dataset.training)
        return probe_readings(plan, self._dataset.training, wanted)

    def _plan_for(self, project: ProjectSpec) -> Plan:
        """Return a plan of the project's network, an earlier one where that will do."""
        form = without_starts(project.network)
        if self._plan is None or form != self._built_for:
            examples = self._examples
            warmup.compile_for(project, examples, None)
            self._plan = build_plan(project, examples.inputs, examples.targets,
                                    len(examples.inputs), None, examples.image_shape,
                                    class_weights=examples.class_weights)
            self._built_for = form
        return self._plan.of(project.network)


def _beginning(dataset: Dataset) -> Dataset:
    """Return the first training examples alone."""
    rows = dataset.training[:EXAMPLES]
    places = np.arange(len(rows), dtype=np.int64)
    return replace(dataset, inputs=dataset.inputs[rows], training=places, validation=places[:0],
                   labels=dataset.labels[rows] if len(dataset.labels) else dataset.labels,
                   values=dataset.values[rows] if dataset.values.size else dataset.values)
