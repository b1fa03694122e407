"""A data set in the form that the loop reads."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np

from engine.arrays import Doubles, Integers, Reals
from engine.data.class_counts import balanced_weights, class_counts
from engine.data.dataset import Dataset
from engine.data.late_rows import LateRows
from engine.data.learnable import check_codes, check_examples
from engine.data.rows import ByteRows, Inputs
from engine.data.transcription import text_lengths
from engine.errors import SpecError
from engine.layers import LOSSES, costs, diagnose, diagnose_alike, infer_shapes
from engine.layers.losses import OF_CLASSES
from engine.spec import NetworkSpec, ProjectSpec

MEASURED = 4096
"""Most examples of a set on which loss and accuracy are measured while training."""

MEASURED_STEPS = 4 * MEASURED
"""Most steps of sequences on which they are measured."""

FEWEST = 64
"""Examples that are always measured if there are so many; the probe batch."""

KEPT = 2**21
"""Numbers kept by layers for which there is always room, so as to look at many at once."""


def measured_examples(dataset: Dataset) -> int:
    """Return on how many examples of a set loss and accuracy are measured while training."""
    if isinstance(dataset.inputs, LateRows):
        return min(MEASURED, dataset.inputs.measured)
    if dataset.tokens is None:
        return MEASURED
    return max(min(MEASURED, MEASURED_STEPS // dataset.n_inputs), FEWEST)


def measured_rows(dataset: Dataset) -> tuple[Integers, Integers]:
    """Return the training and the validation examples that are measured, int64[...] each."""
    most = measured_examples(dataset)
    return (dataset.training[:most].astype(np.int64), dataset.validation[:most].astype(np.int64))


def capacity_for(network: NetworkSpec, n_inputs: int) -> int:
    """Return for how many examples a plan needs room, whatever the batch: some hundreds."""
    # Not what layers give: a recurrent one that gives its last state keeps every step's.
    numbers = n_inputs + sum(cost.kept for cost in costs(network, (n_inputs,)))
    return max(FEWEST, min(KEPT // numbers, 512))


SUMMED = 1024
"""Examples that a checksum is of."""


@dataclass(frozen=True)
class Examples:
    """Inputs and encoded targets, row by row in one precision.

    Attributes
    ----------
    inputs, targets : real[m, i] | ByteRows, real[m, o]
        All examples.
    variance : float
        What the error of an example is compared with, so that 1 less their quotient is the score.
        Of values, the mean squared deviation of the validation targets from their mean, over all
        outputs; of texts, the mean number of their characters. 0 where there are classes, whose
        score is the share of right ones; NaN when all targets are the same or there are none.
    image_shape : tuple[int, int, int] | None
        Height, width and channels when every example is an image.
    class_weights : float64[k] | None
        What an example of each class counts in the loss; None: all count alike.
    """

    inputs: Reals | ByteRows
    targets: Reals
    variance: float
    image_shape: tuple[int, int, int] | None = None
    class_weights: Doubles | None = None


def checksum(dataset: Dataset) -> int:
    """Return 32 bits that other examples have not: of all, or of some where there are many.

    Inputs and values are rounded first, so that a last digit in which two computers differ makes
    them no others.
    """
    count = len(dataset.inputs)
    rows = np.unique(np.linspace(0, max(count - 1, 0), min(count, SUMMED)).astype(np.int64))
    found = zlib.crc32(repr((dataset.task, dataset.inputs.shape)).encode())
    inputs: Inputs = dataset.inputs
    if isinstance(inputs, LateRows):
        # To read them for a checksum would hold up the first step.
        found = zlib.crc32(repr(inputs.signature).encode(), found)
        inputs = np.zeros((0, 0))
    for array, kind in ((inputs, np.float32), (dataset.values, np.float32),
                        (dataset.labels, np.int64)):
        if len(array) == count:
            with np.errstate(over="ignore"):
                found = zlib.crc32(np.ascontiguousarray(array[rows], kind).tobytes(), found)
    return found


def prepare(project: ProjectSpec, dataset: Dataset, measured: Integers) -> Examples:
    """Return a data set's examples for a project.

    Parameters
    ----------
    project : ProjectSpec
        Says precision, loss and, by its network, the width of the output.
    dataset : Dataset
        The data.
    measured : int64[...]
        The validation examples that are measured.

    Raises
    ------
    SpecError
        If the project cannot be trained on these data: the first of `diagnose`'s issues.
    DataError
        If there is nothing to learn from.
    """
    check_examples(dataset)
    issues = diagnose(project, dataset.task, dataset.n_inputs, dataset.n_outputs,
                      is_image=dataset.image_shape is not None,
                      vocabulary=dataset.vocabulary, target_range=dataset.target_range,
                      longest_text=dataset.longest_text)
    if issues:
        raise SpecError.of(issues[0].message)
    check_codes(dataset)
    width = infer_shapes(project.network, (dataset.n_inputs,))[-1][-1]
    variance = 0.0
    if dataset.task == "classification":
        loss = LOSSES[project.training.loss]
        targets = loss.encode(dataset.labels, dataset.n_outputs, width)
    elif dataset.task == "sequence":
        targets = dataset.labels.astype(np.float64)
    elif dataset.task == "transcription":
        targets = dataset.labels.astype(np.float64)
        variance = mean_length(dataset.labels[measured])
    else:
        targets = dataset.values
        variance = variance_of(targets[measured]) if len(measured) else math.nan
    dtype = np.dtype(project.training.precision)
    inputs = dataset.inputs
    return Examples(inputs if isinstance(inputs, ByteRows) else np.ascontiguousarray(inputs, dtype),
                    np.ascontiguousarray(targets, dtype), variance, dataset.image_shape,
                    class_weights(project, dataset))


def check_alike(project: ProjectSpec, dataset: Dataset) -> None:
    """Raise what `prepare` would, for a project of the form of another one that it has passed."""
    if issues := diagnose_alike(project, dataset.task):
        raise SpecError.of(issues[0].message)


def width_of_targets(project: ProjectSpec, dataset: Dataset) -> int:
    """Return how many numbers `prepare` makes of an example's target."""
    if dataset.task == "classification":
        return infer_shapes(project.network, (dataset.n_inputs,))[-1][-1]
    targets = dataset.labels if dataset.task in ("sequence", "transcription") else dataset.values
    return int(targets.shape[1])


def class_weights(project: ProjectSpec, dataset: Dataset) -> Doubles | None:
    """Return what an example of each class counts in the loss, float64[k]; None: all alike."""
    loss, chosen = LOSSES[project.training.loss], project.training.class_weights
    if chosen == "none" or not loss.weighted_op or dataset.task not in OF_CLASSES:
        return None
    return balanced_weights(class_counts(dataset))


def mean_length(labels: Integers) -> float:
    """Return how many characters texts have on average; NaN instead of 0.

    Where there is nothing to be read, the share of wrong characters has no value.
    """
    return float(np.mean(text_lengths(labels))) or math.nan if len(labels) else math.nan


def variance_of(values: Reals) -> float:
    """Return the mean squared deviation from each column's mean; NaN instead of 0.

    Targets that are all the same leave nothing to explain, so that R² has no value.
    """
    return float(np.mean((values - values.mean(axis=0)) ** 2)) or math.nan
