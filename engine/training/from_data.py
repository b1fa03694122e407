"""First weights that are done once a layer has seen training data."""

from __future__ import annotations

from collections.abc import Collection

from engine.arrays import Integers
from engine.layers import INITIALISERS, ResolvedLayer, Value, resolve
from engine.layers.initialisers import Initialiser
from engine.plan import Plan
from engine.spec import NetworkSpec
from engine.training import lsuv, whitening
from engine.training.visit import undisturbed


def fit(plan: Plan, network: NetworkSpec, n_inputs: int, training: Integers,
        given: Collection[str] = ()) -> None:
    """Let every layer that asks for it look at training data, first to last.

    Parameters
    ----------
    plan : Plan
        A network whose weights are drawn.
    network, n_inputs : NetworkSpec, int
        The layers that it was built of, and numbers of an example.
    training : int64[...]
        Training examples.
    given : collection of str
        Ids of layers whose weights were not drawn, and stay.
    """
    schemes = [_scheme(layer) for layer in resolve(network, (n_inputs,))]
    if not any(scheme is not None and scheme.needs_data for scheme in schemes):
        return
    outputs: dict[str, Value] = {}
    with undisturbed(plan):
        for place, (layer, scheme) in enumerate(zip(plan.layers, schemes, strict=True)):
            outputs[layer.spec.id] = layer.output
            if layer.spec.id in given or scheme is None or not scheme.needs_data:
                continue
            if scheme.is_whitening:
                before = layer.spec.inputs or (plan.layers[place - 1].spec.id,)
                whitening.whiten(plan, layer, outputs[before[0]], training)
            elif layer.argument is not None:
                lsuv.scale(plan, layer, training)


def _scheme(layer: ResolvedLayer) -> Initialiser | None:
    return INITIALISERS.get(layer.kind.initialiser(layer.options))
