"""How long a script trains."""

from __future__ import annotations

from engine.export.graph import Graph
from engine.export.source import Source

STEPS = 2000
"""Steps, where neither the project nor one of its rules says it."""

REPORTS = 20
"""How often a script tells how far it is."""


def steps_of(graph: Graph) -> int:
    """Return how many steps a script takes; its stopping rules may end it before."""
    training, stopping = graph.training, graph.training.stopping
    if training.steps:
        return training.steps
    per_epoch = -(-len(graph.data.training) // training.batch_size)
    return per_epoch * stopping.epochs if stopping.epochs else STEPS


def write_report(source: Source, graph: Graph, *told: str) -> None:
    """Append what is printed of an epoch, of some epochs alone where there are many."""
    every = epochs_between_reports(graph)
    if every == 1:
        source.add(*told)
        return
    with source.block(f"if epoch % {every} == 0:"):
        source.add(*told)


def epochs_between_reports(graph: Graph) -> int:
    """Return how many epochs there are from one report to the next."""
    training = graph.training
    epochs = steps_of(graph) * training.batch_size / len(graph.data.training)
    return max(1, round(min(epochs, training.stopping.epochs or epochs) / REPORTS))
