"""What helps against a finding in the network at hand."""

from __future__ import annotations

from engine.diagnosis.case import Case
from engine.layers import ACTIVATIONS, INITIALISERS

FREE = frozenset({"normal", "uniform", "playground", "zeros"})
"""Initial weights whose size does not follow from the layer's width."""

DEEP = 50
"""Layers from which the right activation and initial weights alone are not enough."""


def passes_it_on(case: Case) -> str:
    """Return what lets more of the gradient arrive at the first layer."""
    functions, schemes = case.activations, case.initialisers
    deep = len(case.measured) > DEEP
    if "sigmoid" in functions:
        return ("Fewer layers, with ReLU and He initial weights, pass it on." if deep
                else "ReLU with He initial weights passes it on.")
    if _arrived_at_first(case, case.thresholds.vanishing.warning, below=False):
        drawn = "" if "orthogonal" in schemes or "tanh" not in functions else (
            ", Orthogonal initial weights")
        return (f"More arrived when the run began: a smaller learning rate{drawn}, and less "
                "Regularization if there is any, keep it so.")
    if "tanh" in functions:
        better = "Xavier" if schemes & FREE else "Orthogonal" if "orthogonal" not in schemes else ""
        also = "fewer layers" if deep else "ReLU with He initial weights"
        return (f"{better} initial weights, or {also}, pass more of it on." if better
                else f"{also[0].upper()}{also[1:]} may pass more of it on.")
    wanted = _wanted(case)
    if schemes - _family(wanted):
        return f"{wanted} initial weights keep its size."
    return "Fewer or wider layers pass more of it on."


def keeps_it_in_range(case: Case) -> str:
    """Return what keeps the gradient from growing on its way to the first layer."""
    if _arrived_at_first(case, case.thresholds.exploding.warning, below=True):
        return "A smaller learning rate keeps the weights, and with them the gradient, in range."
    wanted = _wanted(case)
    if case.initialisers - _family(wanted):
        return f"Smaller initial weights, such as {wanted}, keep it in range."
    return "Smaller initial weights or a smaller learning rate keep it in range."


def keeps_units_alive(case: Case) -> str:
    """Return what keeps units from being zero for every example."""
    he = "" if case.initialisers <= _family("He") else "He initial weights or "
    return f"A smaller learning rate{', ' if he else ' or '}{he}Leaky ReLU keep units alive."


def _wanted(case: Case) -> str:
    """Return the initial weights that suit the network's activation functions: He or Xavier."""
    suited = {ACTIVATIONS[key].initialiser for key in case.activations if key != "linear"}
    return "He" if "he_normal" in suited else "Xavier"


def _family(name: str) -> frozenset[str]:
    return frozenset(key for key, scheme in INITIALISERS.items() if scheme.title.startswith(name))


def _arrived_at_first(case: Case, limit: float, *, below: bool) -> bool:
    """Say on which side of a limit the first layer's share was when the run was first seen."""
    first, last = (case.first_gradients.get(reading.layer_id, 0.0)
                   for reading in (case.measured[0], case.measured[-1]))
    return last > 0 and (first / last < limit if below else first / last > limit)
