"""Examples, ready for a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.data.late_rows import LateRows
from engine.data.modality import Modality
from engine.data.remark import Remark
from engine.data.rows import ByteRows, Inputs
from engine.data.scaling import Scaler
from engine.data.transcription import steps_needed
from engine.data.waveform import Waveform
from engine.data.windows import Windows
from engine.spec import Task

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples with their split, after scaling and encoding.

    Attributes
    ----------
    key : str
        Key of its source, as `engine.spec.DataSpec.source` has it.
    title : str
        Name for people: ``Spiral``, ``penguins.csv``.
    task : str
        ``classification``, ``regression``, ``reconstruction``, ``sequence`` or ``transcription``.
    inputs : float64[n, d] | ByteRows
        What the network sees.
    labels : int64[n]
        Class of every example; empty for regression. To be reconstructed: the class of each, which
        only colours what is shown, or empty. Sequence: int64[n, d], class of every step, -1 for a
        step that does not count. Transcription: int64[n, m], the characters of every text as
        classes, -1 behind its end.
    values : float64[n, k]
        Target of every example; empty (k = 0) for classes and characters; what is to be
        reconstructed, without the noise of the inputs.
    class_names : tuple[str, ...]
        Names of the classes, in the order of their numbers; empty where there are none. Of texts,
        the characters, without the blank that stands before them in a network's output.
    feature_names : tuple[str, ...]
        Names of the d inputs.
    target_names : tuple[str, ...]
        Name of the target column, or of every value for regression.
    training, validation : int64[...]
        Rows of ``inputs`` to learn from and to validate on; disjoint, in a shuffled order.
    modality : Modality | None
        What the numbers of an example are; None for numbers in no order, or tokens.
    points : float64[n, 2] | None
        Coordinates before features are made of them, when the data are points in the plane.
    features_of : callable | None
        Maps points of the plane, float64[m, 2], to inputs, float64[m, d].
    inputs_of : callable | None
        Maps pictures, float64[m, d] from 0 to 1, to inputs, where images that are no bytes are
        scaled.
    scaler : Scaler | None
        What made inputs of the file's numbers, column by column; None where that is not all that
        was done, or inputs are bytes, which say it themselves.
    units_of : callable | None
        Maps targets and predictions of a regression, float64[m, k], back to the units of the file.
    tokens : tuple[str, ...] | None
        Names of the numbers 0, 1, 2, ... that stand in ``inputs``, when these are a text; joined by
        ``joint`` they can be read.
    padding : str
        Name of token 0 where it fills examples up to the same length; else empty.
    joint : str
        What stands between two tokens: nothing between letters, a space between words.
    is_series : bool
        Whether the rows are windows of a series; the validation rows are then the last ones. Each
        is a step later than the one before, unless ``windows`` says otherwise.
    windows : Windows | None
        What the rows of a series are windows of; None for those of one column and its next value.
    sound_of : callable | None
        Gives what is heard of an example by its row; raises DataError if that can no longer be
        read.
    remarks : tuple[Remark, ...]
        What was done to the data: dropped rows, filled gaps, encoded columns.
    """

    key: str
    title: str
    task: Task
    inputs: Inputs
    labels: Indices
    values: Reals
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    training: Indices
    validation: Indices
    modality: Modality | None = None
    points: Reals | None = None
    features_of: Callable[[Reals], Reals] | None = None
    inputs_of: Callable[[Reals], Reals] | None = None
    scaler: Scaler | None = None
    units_of: Callable[[Reals], Reals] | None = None
    tokens: tuple[str, ...] | None = None
    padding: str = ""
    joint: str = ""
    is_series: bool = False
    windows: Windows | None = None
    sound_of: Callable[[int], Waveform] | None = None
    remarks: tuple[Remark, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the data, a sentence each."""
        return tuple(remark.text for remark in (*self.remarks, *self.found_later))

    @property
    def found_later(self) -> tuple[Remark, ...]:
        """What was found out while training, where examples are read on demand."""
        return self.inputs.remarks if isinstance(self.inputs, LateRows) else ()

    def in_units(self, values: Reals) -> Reals:
        """Return targets or predictions, float64[m, k], in the units that people know."""
        return values if self.units_of is None else self.units_of(values)

    def as_inputs(self, pictures: Reals) -> Reals:
        """Return pictures, float64[m, d] from 0 to 1, as the network sees its images."""
        if isinstance(self.inputs, ByteRows):
            return 255 * pictures * self.inputs.scale + self.inputs.shift
        return pictures if self.inputs_of is None else self.inputs_of(pictures)

    @property
    def example(self) -> Modality:
        """What an example is."""
        if self.modality is not None:
            return self.modality
        return Modality("tokens" if self.tokens is not None else "numbers", (self.n_inputs,))

    @property
    def image_shape(self) -> tuple[int, int, int] | None:
        """Height, width and channels when every example is an image, row by row."""
        return self.example.image_shape

    @property
    def n_inputs(self) -> int:
        """Numbers per example that the network sees."""
        return int(self.inputs.shape[1])

    @property
    def vocabulary(self) -> int:
        """Different tokens that the inputs stand for; 0 when they are just numbers."""
        return len(self.tokens or ())

    @cached_property
    def target_range(self) -> tuple[float, float] | None:
        """Smallest and largest value that is learned from; None where there are only classes."""
        if not len(self.training) or not self.values.size:
            return None
        # Row by row, without a copy of what may be hundreds of megabytes.
        lowest, highest = self.values.min(axis=1), self.values.max(axis=1)
        return float(lowest[self.training].min()), float(highest[self.training].max())

    @cached_property
    def longest_text(self) -> int:
        """Steps that the longest of the texts to be read needs; 0 where there are none."""
        if self.task != "transcription" or not self.labels.size:
            return 0
        return int(steps_needed(self.labels).max())

    @property
    def is_continued(self) -> bool:
        """Whether it is a text of which the network learns how it goes on."""
        return self.task == "sequence" and self.tokens is not None

    @property
    def n_outputs(self) -> int:
        """Classes, characters, or values to predict: the width of a target that is not a text."""
        by_class = self.task in ("classification", "sequence", "transcription")
        return len(self.class_names) if by_class else self.values.shape[1]
