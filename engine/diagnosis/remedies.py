"""What helps against a finding in the network at hand."""

from __future__ import annotations

import math
from dataclasses import replace

from engine.diagnosis.case import Case
from engine.diagnosis.measures import Measure, figure_of
from engine.layers import ACTIVATIONS, INITIALISERS
from engine.messages import Message, say

FREE = frozenset({"normal", "uniform", "playground", "zeros"})
"""Initial weights whose size does not follow from the layer's width."""

DEEP = 50
"""Layers from which the right activation and initial weights alone are not enough."""


def passes_it_on(case: Case, measure: Measure) -> Message:
    """Return what lets more of the gradient arrive at the first layer."""
    functions, schemes = case.patient.activations, case.patient.initialisers
    deep = len(case.measured) > DEEP
    if "sigmoid" in functions:
        return say("remedy.relu-and-fewer-layers") if deep else say("remedy.relu")
    at_first = _value_at_first(case, measure)
    if at_first > measure.smallness(case.thresholds).warning:
        drawn = "orthogonal" in schemes or "tanh" not in functions
        return say("remedy.keep") if drawn else say("remedy.keep-orthogonal")
    if "tanh" in functions:
        return _of_tanh(schemes, deep)
    wanted = _wanted(case)
    if schemes - _family(wanted):
        return say("remedy.weights", scheme=wanted)
    return say("remedy.fewer-or-wider")


def _of_tanh(schemes: frozenset[str], deep: bool) -> Message:
    if schemes & FREE or "orthogonal" not in schemes:
        scheme = "Xavier" if schemes & FREE else "Orthogonal"
        return (say("remedy.weights-or-fewer-layers", scheme=scheme) if deep else
                say("remedy.weights-or-relu", scheme=scheme))
    return say("remedy.fewer-layers") if deep else say("remedy.relu-perhaps")


def keeps_it_in_range(case: Case, measure: Measure) -> Message:
    """Return what keeps a gradient, or the activations, from growing through the layers."""
    if _value_at_first(case, measure) < measure.largeness(case.thresholds).warning:
        return say("remedy.smaller-rate")
    wanted = _wanted(case)
    if case.patient.initialisers - _family(wanted):
        return say("remedy.smaller-weights", scheme=wanted)
    return say("remedy.smaller-both")


def keeps_units_alive(case: Case) -> Message:
    """Return what keeps units from being zero for every example."""
    has_he = case.patient.initialisers <= _family("He")
    return say("remedy.alive") if has_he else say("remedy.alive-he")


def _wanted(case: Case) -> str:
    """Return the initial weights that suit the network's activation functions: He or Xavier."""
    suited = {ACTIVATIONS[key].initialiser for key in case.patient.activations if key != "linear"}
    return "He" if "he_normal" in suited else "Xavier"


def _family(name: str) -> frozenset[str]:
    """Return the keys of the initialisers of a name, such as ``Xavier``."""
    return frozenset(key for key in INITIALISERS if key.startswith(name.lower()))


def _value_at_first(case: Case, measure: Measure) -> float:
    """Return what a measure was when the run was first seen; NaN if it was not to be had."""
    first = {reading.layer_id: reading for reading in case.first}
    here, there = first.get(measure.layer_id), first.get(measure.reference_id)
    if here is None or there is None:
        return math.nan
    quantity = measure.quantity
    reference = measure.reference if measure.is_beside_inputs else figure_of(there, quantity)
    return replace(measure, figure=figure_of(here, quantity), reference=reference).value
