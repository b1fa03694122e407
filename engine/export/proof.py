"""What our engine computes of a network, so that another program can be held against it."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from contextlib import suppress

import numpy as np
from msgspec.structs import replace

from engine.arrays import Doubles, Integers, Reals
from engine.data.dataset import Dataset
from engine.errors import DivergedError, EngineError
from engine.export.graph import GraphLayer, GraphTraining, Proof
from engine.kernels.runtime import layout
from engine.layers import kind
from engine.microscope.draws import key_of, normals
from engine.spec import AugmentationSpec, NetworkSpec, OptimizerSpec, ProjectSpec, StoppingSpec
from engine.training import Trainer
from engine.training.averaging import averaged
from engine.training.examples import Examples
from engine.training.order import continued
from engine.training.visit import rows_of, run, undisturbed

TOLERANCES = {"float32": 1e-5, "float64": 1e-10}
"""Largest difference that rounding explains, as a share of numbers larger than 1."""

ASKED = 5
"""Examples whose outputs are compared."""

STEPS = 20
"""Steps of training after which they are compared again."""


BUDGET_S = 1.0
"""Seconds of a chunk of them."""


class _Witness(Trainer):
    """A trainer that also says what the last layer gives, before softmax or sigmoid."""

    def outputs(self, rows: Integers) -> Doubles:
        """Return that for some rows of the data set, float64[m, ...]."""
        plan = self._plan
        asked = np.ascontiguousarray(rows, np.int64)
        with averaged(plan), undisturbed(plan):
            plan.shared.control[layout.ORDER] = asked.ctypes.data
            plan.shared.control[layout.POSITION] = 0
            run(plan, len(asked), layout.GATHER, layout.FORWARD)
            return rows_of(plan, plan.layers[-1].output, len(asked))


def without_chance(project: ProjectSpec) -> ProjectSpec:
    """Return a project that does the same every time: nothing dropped, blurred or augmented."""
    layers = []
    for layer in project.network:
        layer_kind = kind(layer.kind)
        changes = layer_kind.without_chance(layer_kind.options(layer))
        layers.append(layer.with_options(**changes) if changes else layer)
    training = replace(project.training, augmentation=AugmentationSpec(), shuffle=False,
                       stopping=StoppingSpec())
    return replace(project, network=NetworkSpec(tuple(layers)), training=training)


def prove(project: ProjectSpec, dataset: Dataset, examples: Examples,
          layers: tuple[GraphLayer, ...], training: GraphTraining, weights: Mapping[str, Reals],
          steps: int = STEPS) -> Proof:
    """Return what our engine computes of a network with given weights.

    Parameters
    ----------
    project : ProjectSpec
        The project.
    dataset, examples : Dataset, Examples
        What comes along.
    layers, training : tuple[GraphLayer, ...], GraphTraining
        The graph's.
    weights : Mapping[str, real array]
        Parameters by name.
    steps : int
        Of training, after which outputs are computed again.

    Raises
    ------
    EngineError
        If numbers overflow: then there is nothing that could be compared.
    """
    project = without_chance(project)
    order = _order(dataset, training)
    batch, asked = order[:training.batch_size], _asked(dataset)
    loss, gradients = _first_step(project, dataset, examples, layers, weights)
    witness = _Witness(project, dataset, weights=weights, examples=examples, threads=1)
    outputs = witness.outputs(asked)
    # A network that is about to explode can be exported all the same.
    with suppress(DivergedError):
        _take(witness, steps)
    return Proof(
        batch, loss, gradients, asked, outputs, _draws(project, layers, len(batch)),
        witness.outputs(asked), witness.step, TOLERANCES[project.training.precision])


def _take(trainer: Trainer, steps: int) -> None:
    """Train for so many steps; what is not finite any more is told by its own words."""
    while trainer.step < steps:
        trainer.run(steps - trainer.step, BUDGET_S)


def _order(dataset: Dataset, training: GraphTraining) -> Integers:
    """Return the rows in the order in which an epoch takes them, where nothing is shuffled."""
    rows = dataset.training.astype(np.int64)
    return continued(np.sort(rows), training.batch_size) if training.carries else rows


def _asked(dataset: Dataset) -> Integers:
    rows = dataset.validation if len(dataset.validation) >= ASKED else dataset.training
    return rows[:ASKED].astype(np.int64)


def _first_step(project: ProjectSpec, dataset: Dataset, examples: Examples,
                layers: tuple[GraphLayer, ...], weights: Mapping[str, Reals]
                ) -> tuple[float, dict[str, float]]:
    """Return loss and norms of the gradients on the first batch."""
    training = replace(project.training, optimizer=OptimizerSpec("sgd"), learning_rate=0.0,
                       clip_value=0.0, clip_norm=0.0, max_norm=0.0)
    run_once = Trainer(replace(project, training=training), dataset, weights=weights,
                       examples=examples, threads=1)
    _take(run_once, 1)
    row = run_once.ring.read(0)[1][-1]
    loss = float(row[run_once.ring.columns.index("loss")])
    gradients = run_once.gradients()
    norms = {}
    for layer in layers:
        learned = [gradients[one.name].astype(np.float64).ravel() for one in layer.parameters
                   if one.is_learned]
        if learned and not layer.frozen:
            norms[layer.id] = float(np.linalg.norm(np.concatenate(learned)))
    if not math.isfinite(loss + sum(norms.values())):
        raise EngineError("export.overflow")
    return loss, norms


def _draws(project: ProjectSpec, layers: tuple[GraphLayer, ...], batch: int) -> dict[str, Reals]:
    """Return what sampling layers draw in every step, real[steps, batch, k]."""
    found = {}
    for layer in layers:
        if any(node.op == "sampling" for node in layer.nodes):
            stream, count = zlib.crc32(layer.id.encode()), batch * math.prod(layer.shape)
            drawn = [normals(key_of(project.training.seed, stream, step), count)
                     for step in range(STEPS)]
            found[layer.id] = np.reshape(drawn, (STEPS, batch, *layer.shape)).astype(
                project.training.precision)
    return found

