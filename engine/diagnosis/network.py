"""What a network's description alone tells a diagnosis."""

from __future__ import annotations

import math
from itertools import pairwise

from engine.layers import INITIALISERS, Options, kind
from engine.spec import NetworkSpec, Task


def symmetric_layers(network: NetworkSpec) -> frozenset[str]:
    """Return the ids of layers whose units start equal and stay so.

    That is the case when all weights into the units are equal and all weights out of them too:
    then every unit computes the same and gets the same gradient. Dropout and
    noise break the tie.
    """
    if any({"rate", "deviation"} & _options(network, i).keys() for i in range(len(network))):
        return frozenset()
    learning = [i for i in range(len(network)) if "weights" in _options(network, i)]
    return frozenset(
        network.layers[i].id
        for i, following in pairwise(learning)
        if int(_options(network, i).get("units", 1)) > 1
        and _starts_constant(_options(network, i))
        and _starts_constant(_options(network, following))
    )


def _options(network: NetworkSpec, position: int) -> Options:
    layer = network.layers[position]
    return kind(layer.kind).options(layer)


def _starts_constant(options: Options) -> bool:
    scheme = INITIALISERS[str(options["weights"])]
    return scheme.key == "zeros" or (scheme.has_spread and options["spread"] == 0)


def chance_loss(network: NetworkSpec, task: Task, n_classes: int, loss: str) -> float:
    """Return the loss of guessing equally frequent classes; NaN where there is no such number.

    Parameters
    ----------
    network : NetworkSpec
        Its last layer with units tells whether one unit stands for two classes.
    task : str
        What is learned; to predict or reconstruct values has none, since R² = 0 says the same.
    n_classes : int
        Number of classes.
    loss : str
        Key of the loss.
    """
    if task not in ("classification", "sequence") or n_classes < 2:
        return math.nan
    share = 1 / n_classes
    widths = [int(_options(network, i)["units"]) for i in range(len(network))
              if "units" in _options(network, i)]
    single = bool(widths) and widths[-1] == 1
    if loss in ("softmax_cross_entropy", "sequence_cross_entropy"):
        return -math.log(share)
    if loss == "binary_cross_entropy":
        return math.log(2) if single else (
            -share * math.log(share) - (1 - share) * math.log(1 - share))
    if loss == "hinge":
        return 1.0 if single else 1 - share
    if loss == "mean_squared_error":
        return 1.0 if single else share * (1 - share)
    return math.nan


def hidden_activations(network: NetworkSpec) -> frozenset[str]:
    """Return the activation functions that a gradient passes on its way to the first weights."""
    learning = [i for i in range(len(network)) if "weights" in _options(network, i)]
    return frozenset(kind(layer.kind).activation(kind(layer.kind).options(layer))
                     for layer in network.layers[learning[0]:learning[-1]]) if learning else (
                         frozenset())


def hidden_initialisers(network: NetworkSpec) -> frozenset[str]:
    """Return how the weights of all layers but the last are drawn, as keys."""
    drawn = [str(_options(network, i)["weights"]) for i in range(len(network))
             if "weights" in _options(network, i)]
    return frozenset(drawn[:-1])
