"""What is compared from layer to layer: two gradients and the activations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from engine.diagnosis.rules import Limit, Thresholds
from engine.messages.numbers import shown
from engine.telemetry.snapshot import LayerReading, Snapshot

Quantity = Literal["weights", "activations", "signal"]
"""Of which figure: RMS of dL/dW, of dL/da, or of the activations themselves."""


class Measure(NamedTuple):
    """A layer's figure beside that of the layer with which it is compared.

    Attributes
    ----------
    quantity : str
        ``weights`` (dL/dW, beside the last layer's), ``activations`` (dL/da, beside the last hidden
        layer's) or ``signal`` (activations, beside the first layer's).
    layer_id, reference_id : str
        The two layers.
    figure, reference : float
        Their figures; of inputs that are smaller than 1 it is 1.
    is_beside_inputs : bool
        Whether activations are compared with the inputs: they may be smaller than those.
    """

    quantity: Quantity
    layer_id: str
    reference_id: str
    figure: float
    reference: float
    is_beside_inputs: bool = False

    @property
    def value(self) -> float:
        """The one over the other; NaN if that makes no sense."""
        if self.reference == 0 or not math.isfinite(self.figure / self.reference):
            return math.nan
        return self.figure / self.reference

    @property
    def shown(self) -> float:
        """The same of both figures as the rows show them; NaN as `value`."""
        if math.isnan(self.value):
            return math.nan
        return shown(self.figure) / shown(self.reference)

    def smallness(self, thresholds: Thresholds) -> Limit:
        """Return below which value it is too small."""
        return (thresholds.activation_small if self.quantity == "signal" else
                thresholds.vanishing)

    def largeness(self, thresholds: Thresholds) -> Limit:
        """Return above which value it is too large."""
        return (thresholds.activation_large if self.quantity == "signal" else
                thresholds.exploding)


def figure_of(reading: LayerReading, quantity: Quantity) -> float:
    """Return the figure of a layer that a quantity is about."""
    if quantity == "weights":
        return reading.gradient_rms
    return reading.activation_gradient_rms if quantity == "activations" else reading.activation_rms


def weight_readings(snapshot: Snapshot) -> tuple[LayerReading, ...]:
    """Return the readings of layers that have a gradient, from input to output."""
    return tuple(reading for reading in snapshot.layers if not math.isnan(reading.gradient_rms))


class Measures:
    """All comparisons of the layers of a moment.

    Parameters
    ----------
    layers : sequence of LayerReading
        All of them, from input to output.
    thresholds : Thresholds
        Say which layers are alike enough in size to be compared.
    """

    def __init__(self, layers: Sequence[LayerReading], thresholds: Thresholds) -> None:
        self._comparable = thresholds.comparable
        self._weighted = tuple(one for one in layers if not math.isnan(one.gradient_rms))
        self._last = layers[-1].layer_id if layers else ""
        # Numbers that a network is given may be of any size; a layer that enlarges small ones is
        # not to be blamed.
        given = layers[0].activation_rms if layers else math.nan
        self._given = max(1.0, given) if math.isfinite(given) else 1.0
        self._given_id = layers[0].layer_id if layers else ""
        self._values: dict[str, tuple[tuple[Measure, float], ...]] = {}

    def of(self, reading: LayerReading) -> tuple[Measure, ...]:
        """Return what is compared of one layer, gradients first; of what it lacks, nothing."""
        return tuple(measure for measure, _ in self.valued(reading))

    def valued(self, reading: LayerReading) -> tuple[tuple[Measure, float], ...]:
        """Return the same, each with its value; of a layer that was asked for, what was found."""
        found = self._values.get(reading.layer_id)
        if found is None:
            found = tuple((measure, measure.value) for measure in self._compared(reading))
            self._values[reading.layer_id] = found
        return found

    def _compared(self, reading: LayerReading) -> tuple[Measure, ...]:
        if not self._weighted:
            return ()
        found = []
        last = self._weighted[-1]
        if not math.isnan(reading.gradient_rms):
            found.append(_measure("weights", reading, last))
        if reading.layer_id in (self._last, self._given_id):
            return tuple(found)
        if len(self._weighted) > 2 and self._alike(reading, self._weighted[-2]):
            found.append(_measure("activations", reading, self._weighted[-2]))
        if self._alike(reading, self._weighted[0]):
            found.append(_measure("signal", reading, self._weighted[0]))
        found.append(Measure("signal", reading.layer_id, self._given_id, reading.activation_rms,
                             self._given, is_beside_inputs=True))
        return tuple(measure for measure in found if not math.isnan(measure.figure))

    def _alike(self, one: LayerReading, other: LayerReading) -> bool:
        return (one.values * self._comparable >= other.values
                and other.values * self._comparable >= one.values)


def _measure(quantity: Quantity, reading: LayerReading, reference: LayerReading) -> Measure:
    return Measure(quantity, reading.layer_id, reference.layer_id, figure_of(reading, quantity),
                   figure_of(reference, quantity))


def passages(readings: Sequence[LayerReading], measure: Measure) -> tuple[float, ...]:
    """Return by what each layer on the way multiplies the figure; empty if one of them is missing.

    Parameters
    ----------
    readings : sequence of LayerReading
        Those of the layers that learn, from input to output.
    measure : Measure
        Says which quantity, and between which layers.
    """
    ids = [reading.layer_id for reading in readings]
    if measure.layer_id not in ids or measure.reference_id not in ids:
        return ()
    here, there = ids.index(measure.layer_id), ids.index(measure.reference_id)
    low, high = sorted((here, there))
    figures = [figure_of(reading, measure.quantity) for reading in readings[low:high + 1]]
    if here < there:
        figures.reverse()
    if not all(figure > 0 and math.isfinite(figure) for figure in figures):
        return ()
    return tuple(later / earlier for earlier, later in pairwise(figures))
