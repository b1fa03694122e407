"""What is measured at every step, in one table: the fields of two classes, in the order of a row.

The loop writes them, the ring and the history name their columns after them, and a layer's reading
has the last ones. A field that is added here has its place in all of these; what computes it writes
to ``engine.kernels.runtime.layout.RUN_COLUMNS.index(name)`` of the results, or that of
`LAYER_COLUMNS` among those of its layer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

NAN = float("nan")

MAGNITUDE = {"scale": "magnitude"}
"""Of a figure that runs over many powers of ten: its logarithm is what a mean is taken of."""

LOGARITHM = {"scale": "logarithm"}
"""Of a figure that is log10 of something already."""


@dataclass(frozen=True, kw_only=True)
class RunStatistics:
    """Figures of a step, whatever the network. What was not measured is NaN.

    Attributes
    ----------
    loss : float
        Of the training batch, penalties left out.
    validation_loss, validation_accuracy : float
        At the end of an epoch: mean loss of the validation examples, and share of right classes or,
        for values, the coefficient of determination R², of texts 1 less the share of wrong
        characters.
    learning_rate : float
        Of the step, its schedule's factor included.
    gradient_norm, clipped_norm : float
        Of all gradients together, before and after clipping.
    """

    loss: float = NAN
    validation_loss: float = NAN
    validation_accuracy: float = NAN
    learning_rate: float = NAN
    gradient_norm: float = NAN
    clipped_norm: float = NAN


@dataclass(frozen=True, kw_only=True)
class LayerStatistics:
    """Figures of a step about what one layer learns. Those of a layer that does not are NaN.

    Attributes
    ----------
    gradient_rms, gradient_max : float
        Root mean square and largest magnitude of dL/dW on the last training batch; of dL/db or
        whatever else is learned where a layer has no weights.
    gradient_zero_share : float
        Share of weights whose gradient is exactly zero, 0 to 1.
    gradient_nonfinite : int
        Number of NaN or infinite gradients.
    update_ratio : float
        log10(std(update) / std(weight)) of the last step.
    """

    gradient_rms: float = field(default=NAN, metadata=MAGNITUDE)
    gradient_max: float = NAN
    gradient_zero_share: float = NAN
    gradient_nonfinite: int = 0
    update_ratio: float = field(default=NAN, metadata=LOGARITHM)


RUN_COLUMNS = tuple(column.name for column in fields(RunStatistics))
LAYER_COLUMNS = tuple(column.name for column in fields(LayerStatistics))


def layer_columns(scale: dict[str, str]) -> tuple[str, ...]:
    """Return the columns of a layer whose figures are of a scale."""
    return tuple(column.name for column in fields(LayerStatistics) if column.metadata == scale)


def layer_statistics(numbers: Any) -> dict[str, Any]:
    """Return the figures of a layer by name, from as many numbers as `LAYER_COLUMNS`."""
    return {column.name: int(number) if column.type == "int" else float(number)
            for column, number in zip(fields(LayerStatistics), numbers, strict=True)}
