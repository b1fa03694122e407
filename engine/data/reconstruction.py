"""Any data set of numbers with its own inputs as what is to be predicted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.data.dataset import Dataset
from engine.data.remark import remark
from engine.data.rows import ByteRows
from engine.errors import DataError
from engine.spec import DataSpec

MOST_NUMBERS = 100_000_000
"""Inputs of all examples together that are numbers twice, clean and as they are seen: 1.6 GB."""

_NOISE_STREAM = 2
"""Keeps this noise apart from the points and the split of the same seed."""


def to_reconstruct(dataset: Dataset, spec: DataSpec) -> Dataset:
    """Return a data set whose inputs are to be given back.

    Parameters
    ----------
    dataset : Dataset
        Any that consists of numbers, as its loader made it.
    spec : DataSpec
        Its noise, in percent, is the standard deviation of the normal numbers that are added to
        every input, and its seed fixes them; the values stay clean. Points in the plane were
        disturbed when they were drawn, so that nothing is added to them.

    Raises
    ------
    DataError
        If the inputs are the letters or words of a text, or too many bytes.
    """
    if dataset.tokens is not None:
        raise DataError("data.no-numbers", place=dataset.title)
    count = dataset.inputs.shape[0] * dataset.inputs.shape[1]
    if isinstance(dataset.inputs, ByteRows) and count > MOST_NUMBERS:
        raise DataError("data.many-numbers", place=dataset.title, count=count, most=MOST_NUMBERS)
    clean = np.asarray(dataset.inputs)
    inputs = clean
    remarks = dataset.remarks
    if spec.noise and dataset.points is None:
        rng = np.random.default_rng([spec.seed, _NOISE_STREAM])
        inputs = clean + spec.noise / 100 * rng.standard_normal(clean.shape)
        remarks = (*remarks, remark("note.noise", deviation=spec.noise / 100))
    use = (remark("note.reconstructed-colours") if dataset.class_names else
           remark("note.reconstructed"))
    return replace(
        dataset, task="reconstruction", inputs=inputs, values=clean,
        target_names=dataset.feature_names, features_of=None, units_of=None, is_series=False,
        windows=None, remarks=(*remarks, use))
