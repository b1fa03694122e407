"""What helps against a finding in the network at hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.diagnosis.case import Case
from engine.diagnosis.measures import Measure, Measures
from engine.layers import ACTIVATIONS, INITIALISERS
from engine.messages import Message, say

FREE = frozenset({"normal", "uniform", "playground", "zeros"})
"""Initial weights whose size does not follow from the layer's width."""

DEEP = 50
"""Layers from which the right activation and initial weights alone are not enough."""

NAMED: Mapping[str, tuple[str, ...]] = {
    "remedy.relu-and-fewer-layers": ("layers", "activation"),
    "remedy.relu": ("activation", "layers"),
    "remedy.keep": ("slower",),
    "remedy.keep-orthogonal": ("slower", "weights"),
    "remedy.weights-or-fewer-layers": ("weights", "layers"),
    "remedy.weights-or-relu": ("weights", "activation"),
    "remedy.fewer-layers": ("layers",),
    "remedy.relu-perhaps": ("activation",),
    "remedy.weights": ("weights",),
    "remedy.fewer-or-wider": ("layers", "capacity"),
    "remedy.smaller-rate": ("slower",),
    "remedy.smaller-weights": ("weights",),
    "remedy.smaller-both": ("weights", "slower"),
    "remedy.alive": ("slower", "activation"),
    "remedy.alive-from-start": ("weights", "activation"),
    "remedy.alive-he": ("weights", "slower", "activation"),
}
"""What each remedy names, by kinds of cures: these come first where they are offered."""


def passes_it_on(case: Case, measure: Measure) -> Message:
    """Return what lets more of the gradient arrive at the first layer."""
    functions, schemes = case.patient.activations, case.patient.initialisers
    deep = len(case.measured) > DEEP
    if "sigmoid" in functions:
        return say("remedy.relu-and-fewer-layers") if deep else say("remedy.relu")
    if _began_well(case, measure, small=True):
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
    if _began_well(case, measure, small=False):
        return say("remedy.smaller-rate")
    wanted = _wanted(case)
    if case.patient.initialisers - _family(wanted):
        return say("remedy.smaller-weights", scheme=wanted)
    return say("remedy.smaller-both")


def keeps_units_alive(case: Case, layer_id: str) -> Message:
    """Return what keeps units of a layer from being zero for every example."""
    first = next((one for one in case.first if one.layer_id == layer_id), None)
    if first is not None and case.thresholds.dead.above(first.dead_share) > 1:
        return say("remedy.alive-from-start")
    has_he = case.patient.initialisers <= _family("He")
    return say("remedy.alive") if has_he else say("remedy.alive-he")


def _wanted(case: Case) -> str:
    """Return the initial weights that suit the network's activation functions: He or Xavier."""
    suited = {ACTIVATIONS[key].initialiser for key in case.patient.activations if key != "linear"}
    return "He" if "he_normal" in suited else "Xavier"


def _family(name: str) -> frozenset[str]:
    """Return the keys of the initialisers of a name, such as ``Xavier``."""
    return frozenset(key for key in INITIALISERS if key.startswith(name.lower()))


def _began_well(case: Case, measure: Measure, *, small: bool) -> bool:
    """Say whether nothing of a layer was too small, or too large, when the run was first seen.

    Gradients of weights may look even while activations and what units receive do not.
    """
    first = next((one for one in case.first if one.layer_id == measure.layer_id), None)
    if first is None:
        return False
    measures = [one for one in Measures(case.first, case.thresholds).of(first)
                if not math.isnan(one.value) and not (small and one.is_beside_inputs)]
    limits = [(one.smallness if small else one.largeness)(case.thresholds) for one in measures]
    beyond = [limit.below(one.value) if small else limit.above(one.value)
              for one, limit in zip(measures, limits, strict=True)]
    return measure.quantity in {one.quantity for one in measures} and not any(beyond)
