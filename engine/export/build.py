"""From a project to its graph: layers, examples, weights, and what our engine makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.arrays import Reals
from engine.data.dataset import Dataset
from engine.export.examples import graph_data, taken_along
from engine.export.graph import Graph, graph_layers, graph_training
from engine.export.proof import STEPS, prove
from engine.spec import ProjectSpec
from engine.training import Trainer
from engine.training.examples import class_weights, prepare
from engine.training.order import carries_state


def build_graph(project: ProjectSpec, dataset: Dataset,
                weights: Mapping[str, Reals] | None = None,
                start: Mapping[str, Reals] | None = None, steps: int = STEPS) -> Graph:
    """Return a project as every writer reads it.

    Parameters
    ----------
    project : ProjectSpec
        The project.
    dataset : Dataset
        Its data.
    weights : Mapping[str, real array], optional
        Parameters by name, ``layer-id/w``; None draws the first ones.
    start : Mapping[str, real array], optional
        Parameters of another network with which layers that match start; not asked where
        ``weights`` are given.
    steps : int
        Of training, whose end is proved too; no script says anything of it.

    Raises
    ------
    EngineError
        If the project cannot be trained on these data, the weights do not fit it, a layer does not
        say what it computes, or numbers overflow.
    """
    some = taken_along(dataset)
    examples = replace(prepare(project, some, some.validation),
                       class_weights=class_weights(project, dataset))
    layers = graph_layers(project, some.n_inputs)
    is_trained = weights is not None
    if weights is None:
        weights = Trainer(project, dataset, start=start, threads=1).weights()
    training = graph_training(
        project.training, examples=len(some.training), carries=carries_state(project.network),
        class_weights=examples.class_weights)
    dtype = project.training.precision
    given = {name: array.astype(dtype) for name, array in weights.items()}
    return Graph(
        project.name, dtype, project.training.seed, layers, training,
        graph_data(project, some, examples, len(dataset.training) + len(dataset.validation)),
        given, is_trained,
        prove(project, some, examples, layers, training, given, steps))
