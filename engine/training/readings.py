"""Every layer's instruments at one step."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from engine.arrays import Integers, Reals
from engine.kernels.ops.statistics import (
    BINS_PER_OCTAVE,
    LOWEST_EXPONENT,
    MAGNITUDE_BINS,
    activation_statistics,
    gradient_statistics,
    magnitude_histogram,
)
from engine.kernels.runtime import layout
from engine.layers import ACTIVATIONS, kind
from engine.plan import Plan, PlannedLayer
from engine.statistics import NAN, layer_statistics
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import (
    MAGNITUDE_STEP,
    MAGNITUDES_PER_OCTAVE,
    LayerReading,
    frozen,
)
from engine.training.examples import FEWEST
from engine.training.visit import run, run_between, undisturbed

BINS = 24

OF_LAST_STEP: Wanted = frozenset({Part.READINGS, Part.MAGNITUDES})
"""What the gradients of the last step are looked at for."""

PROBED: Wanted = OF_LAST_STEP | {Part.STEP_GRADIENTS}
"""What the probe batch is sent forward and back for."""

FINE_PER_COARSE = BINS_PER_OCTAVE // MAGNITUDES_PER_OCTAVE


def probe_readings(plan: Plan, training: Integers, wanted: Wanted = PROBED
                   ) -> tuple[LayerReading, ...]:
    """Return the reading of every layer.

    Gradients are those of the last training batch; before the first step, those of the probe batch.

    Parameters
    ----------
    plan : Plan
        The network between two steps.
    training : int64[...]
        Training examples; the first 64 are the probe batch.
    wanted : Wanted
        Of what is `PROBED`; the rest is left at its default.
    """
    measures = Part.READINGS in wanted
    started = plan.shared.control[layout.STEP] > 0
    gradients: list[dict[str, Any]] = [{}] * len(plan.layers)
    if wanted & OF_LAST_STEP and started:
        gradients = _last_steps(plan, wanted)
    with undisturbed(plan, gradients=True):
        batch = min(FEWEST, len(training))
        plan.shared.control[layout.ORDER] = training.ctypes.data
        plan.shared.control[layout.POSITION] = 0
        run(plan, batch, layout.GATHER, layout.FORWARD, layout.LOSS_SECTION)
        sent_back = _backward(plan, batch)
        if wanted & OF_LAST_STEP and not started:
            run(plan, batch, layout.MEASURE)
            first = layout.FIRST_STATISTIC + layout.UPDATE_RATIO
            plan.shared.results[first::layout.STATISTICS] = np.nan
            gradients = _last_steps(plan, wanted)
        found = [_reading(plan, layer, {**gradient, "activation_gradient_rms": rms}, batch)
                 if measures else LayerReading(layer.spec.id, **gradient)
                 for layer, gradient, rms in zip(plan.layers, gradients, sent_back, strict=True)]
        if Part.STEP_GRADIENTS in wanted:
            found = [replace(reading, step_gradients=_step_gradients(plan, layer, batch))
                     for reading, layer in zip(found, plan.layers, strict=True)]
        return tuple(found)


def _backward(plan: Plan, batch: int) -> list[float]:
    """Run the backward pass; return the root mean square of dL/da for every layer.

    Each is measured when all that reads the layer, and the layer itself, has sent back: one that
    only passes numbers on shares its gradient's memory with the layer before, and where that is a
    recurrent one, it adds what later steps send to earlier ones there.
    """
    found = [NAN] * len(plan.layers)
    for position, layer in reversed(tuple(enumerate(plan.layers))):
        run_between(plan, batch, *layer.backward, layout.BACKWARD)
        value = layer.output
        if value.gradient >= 0:
            sent = plan.arena[value.gradient:value.gradient + batch * value.size]
            found[position] = float(gradient_statistics(sent)[0])
    return found


def _last_steps(plan: Plan, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the figures of every layer's gradient."""
    counts = np.zeros(MAGNITUDE_BINS, np.int64)
    return [_last_step(plan, layer, wanted, counts) for layer in plan.layers]


def _last_step(plan: Plan, layer: PlannedLayer, wanted: Wanted, counts: Integers
               ) -> dict[str, Any]:
    """Return the figures of a layer's gradient; none for a layer that does not learn."""
    if layer.statistic < 0:
        return {}
    first = layout.FIRST_STATISTIC + layer.statistic * layout.STATISTICS
    figures = plan.shared.results[first:first + layout.STATISTICS]
    gradient = plan.arena[layer.first + plan.parameters:][:layer.measured]
    magnitude_histogram(counts, gradient)
    # Most bins are of numbers that nobody meets: to look through them takes the most time.
    begin = _bin_of(float(np.finfo(gradient.dtype).smallest_subnormal))
    end = _bin_of(float(figures[layout.GRADIENT_MAX])) + 2
    filled = begin + np.flatnonzero(counts[begin:end])
    found: dict[str, Any] = {}
    if Part.READINGS in wanted:
        found = layer_statistics(figures)
        found["gradient_low"], found["gradient_high"] = _band(counts, filled)
        found |= _sizes(plan.arena[layer.first:][:layer.measured], found["update_ratio"])
    if Part.MAGNITUDES in wanted and len(filled):
        low, high = filled[0] // FINE_PER_COARSE, filled[-1] // FINE_PER_COARSE + 1
        coarse = counts[low * FINE_PER_COARSE:high * FINE_PER_COARSE].reshape(-1, FINE_PER_COARSE)
        found["magnitudes"] = frozen(coarse.sum(axis=1))
        found["magnitudes_from"] = float(
            (low + LOWEST_EXPONENT * MAGNITUDES_PER_OCTAVE) * MAGNITUDE_STEP)
    return found


def _bin_of(magnitude: float) -> int:
    """Return the bin that a magnitude is counted in, or nearly; of what has none, the last."""
    if not 0 < magnitude < math.inf:
        return MAGNITUDE_BINS if magnitude != 0 else 0
    return int((math.log2(magnitude) - LOWEST_EXPONENT) * BINS_PER_OCTAVE)


def _band(counts: Integers, filled: Integers) -> tuple[float, float]:
    """Return the 5 % and 95 % quantiles of the magnitudes; zeros do not count."""
    if not len(filled):
        return NAN, NAN
    total = np.cumsum(counts[filled])
    places = filled[np.searchsorted(total, np.array([0.05, 0.95]) * total[-1])]
    low, high = np.exp2((places + 0.5) / BINS_PER_OCTAVE + LOWEST_EXPONENT)
    return float(low), float(high)


def _sizes(weights: Reals, update_ratio: float) -> dict[str, float]:
    """Return how large the weights of a layer and their last update are."""
    summary, bin_of_all = np.zeros(6), np.zeros(1, np.int64)
    activation_statistics(summary, bin_of_all, weights.reshape(1, -1), -math.inf, math.inf)
    mean, deviation = float(summary[0]), float(summary[1])
    return {"weight_rms": math.hypot(mean, deviation),
            "update_std": 10.0 ** update_ratio * deviation}


def _reading(plan: Plan, layer: PlannedLayer, gradients: dict[str, Any], batch: int
             ) -> LayerReading:
    """Return a layer's reading, the probe batch's activations being in the arena."""
    value = layer.output
    layer_kind = kind(layer.spec.kind)
    function = ACTIVATIONS[layer_kind.activation(layer_kind.options(layer.spec))]
    summary, histogram = np.zeros(6), np.zeros(BINS, np.int64)
    # A unit is a number of a flat layer, but a channel of an image, whatever the place.
    activations = plan.arena[value.data:value.data + batch * value.size].reshape(
        -1, value.shape[-1])
    activation_statistics(
        summary, histogram, activations,
        -math.inf if function.flat_below is None else function.flat_below,
        math.inf if function.flat_above is None else function.flat_above)
    saturates = function.flat_below is not None or function.flat_above is not None
    mean, deviation, smallest, largest, flat, dead = (float(figure) for figure in summary)
    return LayerReading(
        layer.spec.id, activation_mean=mean, activation_std=deviation,
        saturated_share=flat if saturates else NAN, dead_share=dead if function.can_die else NAN,
        values=value.size, histogram=frozen(histogram),
        histogram_range=(smallest, largest), **gradients)


def _step_gradients(plan: Plan, layer: PlannedLayer, batch: int) -> Reals | None:
    """Return the root mean square of dL/d(state) for every step of time, of a recurrent layer."""
    states = layer.states
    if states is None:
        return None
    gradients = plan.arena[states.gradient:states.gradient + batch * states.size].reshape(
        batch, *states.shape).astype(np.float64)
    return frozen(np.sqrt(np.mean(gradients**2, axis=(0, 2))))
