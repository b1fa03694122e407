"""What theory expects of a run's layers, as views show it beside what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.messages import Message


class Expected(Protocol):
    """What is expected of one layer; see `engine.theory.LayerPrediction`."""

    @property
    def layer_id(self) -> str:
        """The layer."""

    @property
    def gradient_rms(self) -> float:
        """Root mean square of dL/dW; NaN where there is no rule, or nothing to learn."""

    @property
    def low(self) -> float:
        """Below which 5 % of all seeds lie."""

    @property
    def high(self) -> float:
        """Above which 5 % of all seeds lie."""

    @property
    def activation_rms(self) -> float:
        """Root mean square of what the layer gives."""

    @property
    def chi(self) -> float:
        """Factor of the mean squared error signal through the layer, on its way back."""

    @property
    def reason(self) -> Message | None:
        """Why the layer has no rule; None where it has one."""


@dataclass(frozen=True)
class Theory:
    """What theory expects of every layer of a network.

    Attributes
    ----------
    layers : Mapping[str, Expected]
        By the layers' ids.
    step : int | None
        The step whose weights it is of; None for the random ones that a project asks for.
    """

    layers: Mapping[str, Expected] = field(default_factory=dict)
    step: int | None = None

    def of(self, layer_id: str) -> Expected | None:
        """Return what is expected of a layer; None if nothing is known of it."""
        return self.layers.get(layer_id)

    def gradient(self, layer_id: str) -> float:
        """Return the gradient that is expected of a layer; NaN if none is."""
        expected = self.layers.get(layer_id)
        return math.nan if expected is None else expected.gradient_rms

    def gradients(self) -> Iterator[float]:
        """Yield the gradients that are expected of layers, where one is."""
        found = (one.gradient_rms for one in self.layers.values())
        return (value for value in found if not math.isnan(value))

    @property
    def whose(self) -> str:
        """Of which weights it is, in words."""
        return "at the start" if self.step is None else f"for the weights of step {self.step:,}"

    def sentences(self, layer_id: str, measured: float) -> tuple[str, ...]:
        """Return what there is to say of a layer: predicted, measured, their ratio and chi.

        Parameters
        ----------
        layer_id : str
            The layer.
        measured : float
            Its gradient as the run has it; NaN if it has none.
        """
        expected = self.layers.get(layer_id)
        if expected is None:
            return ()
        if math.isnan(expected.gradient_rms):
            return () if expected.reason is None else (
                f"Theory has no rule here: {expected.reason.text}",)
        said = f"Theory expects {short(expected.gradient_rms)} {self.whose}"
        if expected.low < expected.high:
            said += f", from {short(expected.low)} to {short(expected.high)} for 90 % of seeds"
        ratio = measured / expected.gradient_rms if expected.gradient_rms > 0 else math.nan
        times = f"; measured is {factor(ratio)} that." if ratio > 0 else "."
        lines = [said + times]
        if not math.isnan(expected.chi):
            lines.append(f"χ {short(expected.chi)}: so much of the mean squared error signal "
                         "passes through this layer on its way back.")
        return tuple(lines)


NO_THEORY = Theory()
"""Nothing is known, or nothing is to be shown."""


def short(value: float) -> str:
    """Return a size in two figures: ``0.41``, ``12``, ``3.1e-05``."""
    if 0.01 <= value < 1000:
        return f"{float(f'{value:.2g}'):g}"
    return f"{value:.1e}"


def factor(ratio: float) -> str:
    """Return a ratio in two figures: ``1.2 times``."""
    return f"{short(ratio)} times"
