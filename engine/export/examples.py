"""The examples that come along: all of a data set, or as many as a file can hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.arrays import Integers
from engine.data.dataset import Dataset
from engine.data.late_rows import LateRows
from engine.data.rows import ByteRows, Inputs
from engine.export.graph import GraphData
from engine.spec import ProjectSpec
from engine.training.examples import Examples

MOST_NUMBERS = 2**23
"""Numbers of the inputs that come along at most."""

FEWEST = 64
"""Examples that come along in any case, if there are so many."""

VALIDATION_SHARE = 5
"""Of examples of which only some come along, every so many are for validation."""


def taken_along(dataset: Dataset) -> Dataset:
    """Return the data set itself, or its first examples where all would be too many.

    The first to learn from come along, and of those to validate on a fifth as many at most.
    """
    most = max(MOST_NUMBERS // dataset.n_inputs, FEWEST)
    if len(dataset.training) + len(dataset.validation) <= most and not isinstance(
            dataset.inputs, LateRows):
        return dataset
    validation = dataset.validation[:most // VALIDATION_SHARE]
    training = dataset.training[:most - len(validation)]
    rows = np.concatenate([training, validation]).astype(np.int64)
    numbers = np.arange(len(rows), dtype=np.int64)

    def some(array: Integers) -> Integers:
        return array[rows] if len(array) == len(dataset.inputs) else array[:0]
    return replace(
        dataset, inputs=_rows_of(dataset.inputs, rows), labels=some(dataset.labels),
        values=dataset.values[rows] if len(dataset.values) == len(dataset.inputs) else
        np.zeros((len(rows), 0)),
        training=numbers[:len(training)], validation=numbers[len(training):], points=None,
        windows=None)


def _rows_of(inputs: Inputs, rows: Integers) -> Inputs:
    if isinstance(inputs, LateRows):
        inputs.need(rows)
    if isinstance(inputs, ByteRows):
        return ByteRows(np.ascontiguousarray(inputs.content[rows]), inputs.scale, inputs.shift)
    return inputs[rows]


def graph_data(project: ProjectSpec, dataset: Dataset, examples: Examples, total: int) -> GraphData:
    """Return the examples as writers read them.

    Parameters
    ----------
    project : ProjectSpec
        Says how they were scaled.
    dataset : Dataset
        What `taken_along` returns.
    examples : Examples
        The same, prepared for the network.
    total : int
        How many there are where these come from.
    """
    image = dataset.image_shape
    return GraphData(
        dataset.title, dataset.task, examples.inputs, examples.targets,
        dataset.training.astype(np.int64), dataset.validation.astype(np.int64),
        image if image is not None else dataset.example.shape, project.data.scaling, dataset.scaler,
        dataset.feature_names, dataset.class_names, dataset.target_names, total)
