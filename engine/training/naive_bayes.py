"""What every n-gram counts by how unevenly the classes use it: naive Bayes' log-count ratios."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from engine.arrays import Doubles, Integers
from engine.data.dataset import Dataset
from engine.kernels.runtime import layout
from engine.layers.ngrams import RATIO
from engine.plan import Plan, PlannedLayer
from engine.plan.table import Line
from engine.training.visit import blocks, run, run_between, undisturbed

ALPHA = 1.0
"""Added to every count, so that none is 0: as in the paper."""

OP = "ngram_rows"


def weigh(plan: Plan, dataset: Dataset, given: Collection[str] = ()) -> None:
    """Fill in the log-count ratios of every bag of n-grams that asks for them.

    Parameters
    ----------
    plan : Plan
        A network whose weights are drawn.
    dataset : Dataset
        Says the class of every example; without classes, everything counts 1. All training
        examples are looked at, and no other.
    given : collection of str
        Ids of layers whose parameters were not drawn, and stay.

    Notes
    -----
    With f[c, j] the number of times that examples of class c have n-gram j, and p[c] and q[c] the
    distributions over j of ``ALPHA + f[c]`` and of ``ALPHA + f`` of all other classes, j counts
    ``max over c of |log(p[c, j] / q[c, j])|``. Source: Wang and Manning (2012), sec. 2.
    """
    if dataset.task != "classification":
        return
    for layer in plan.layers:
        if RATIO in layer.parameters and layer.spec.id not in given:
            value = layer.parameters[RATIO]
            counts = _counts(plan, layer, dataset, dataset.training.astype(np.int64))
            plan.arena[value.data:value.data + value.size] = _ratios(counts)


def _counts(plan: Plan, layer: PlannedLayer, dataset: Dataset, training: Integers) -> Doubles:
    """Return how often the training examples of every class have every row, float64[c, r]."""
    line, place = next(_lines(plan, layer))
    uses = int(line.slots["steps"]) * int(line.slots["longest"])
    counts = np.zeros((dataset.n_outputs, layer.parameters[RATIO].size))
    with undisturbed(plan):
        plan.shared.control[layout.ORDER] = training.ctypes.data
        for begin, batch in blocks(plan, len(training)):
            plan.shared.control[layout.POSITION] = begin
            run(plan, batch, layout.GATHER)
            run_between(plan, batch, place, place + 1)
            rows = plan.arena[int(line.slots["rows"]):][:batch * uses].reshape(batch, uses)
            labels = dataset.labels[training[begin:begin + batch]]
            for label in np.unique(labels):
                found, times = np.unique(rows[labels == label], return_counts=True)
                counts[label, found.astype(np.int64)] += times
    counts[:, 0] = 0
    return counts


def _lines(plan: Plan, layer: PlannedLayer) -> Iterator[tuple[Line, int]]:
    """Yield the line that finds a layer's rows, and its place in the forward pass."""
    begin = int(plan.sections[layout.FORWARD])
    for place in range(*layer.forward):
        if plan.lines[begin + place].op == OP:
            yield plan.lines[begin + place], place


def _ratios(counts: Doubles) -> Doubles:
    """Return what every row counts, float64[r]; 0 for row 0, which stands for no n-gram."""
    found = np.zeros(counts.shape[1])
    whole = counts.sum(axis=0)
    for own in counts:
        p, q = ALPHA + own, ALPHA + whole - own
        found = np.maximum(found, np.abs(np.log(p / p[1:].sum()) - np.log(q / q[1:].sum())))
    found[0] = 0
    return found
