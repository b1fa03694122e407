"""First weights that are done once a layer has seen training data."""

from __future__ import annotations

from collections.abc import Collection

from engine.arrays import Integers
from engine.layers import INITIALISERS, Value, kind
from engine.layers.initialisers import Initialiser
from engine.plan import Plan, PlannedLayer
from engine.training import lsuv, whitening
from engine.training.visit import undisturbed


def fit(plan: Plan, training: Integers, given: Collection[str] = ()) -> None:
    """Let every layer that asks for it look at training data, first to last.

    Parameters
    ----------
    plan : Plan
        A network whose weights are drawn.
    training : int64[...]
        Training examples.
    given : collection of str
        Ids of layers whose weights were not drawn, and stay.
    """
    outputs: dict[str, Value] = {}
    with undisturbed(plan):
        for place, layer in enumerate(plan.layers):
            outputs[layer.spec.id] = layer.output
            scheme = _scheme(layer)
            if layer.spec.id in given or scheme is None or not scheme.needs_data:
                continue
            if scheme.is_whitening:
                before = layer.spec.inputs or (plan.layers[place - 1].spec.id,)
                whitening.whiten(plan, layer, outputs[before[0]], training)
            elif layer.argument is not None:
                lsuv.scale(plan, layer, training)


def _scheme(layer: PlannedLayer) -> Initialiser | None:
    layer_kind = kind(layer.spec.kind)
    return INITIALISERS.get(layer_kind.initialiser(layer_kind.options(layer.spec)))
