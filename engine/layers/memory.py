"""Whether a network may be too large for the memory that it can have, without counting exactly."""

from __future__ import annotations

from engine.layers.cost import costs
from engine.spec import NetworkSpec

NEAR = 2**30
"""Bytes from which on only a plan can tell: a quarter of what one may have."""

COPIES = 8
"""Most numbers that a plan has room for, for each number that is learned or kept on the way: its
gradient, and what the optimizer, readers of their own and an op's work remember of it."""

_LARGEST_NUMBER = 8
"""Bytes."""


def may_be_too_large(network: NetworkSpec, n_inputs: int, n_outputs: int, examples: int) -> bool:
    """Say whether a network could come near the largest memory; raises ShapeError.

    Parameters
    ----------
    network : NetworkSpec
        The layers.
    n_inputs, n_outputs : int
        Numbers of an example, and of its target.
    examples : int
        Largest batch, or how many examples are looked at together.
    """
    found = costs(network, (n_inputs,))
    learned = sum(cost.parameters for cost in found)
    kept = n_inputs + n_outputs + sum(cost.kept for cost in found)
    return _LARGEST_NUMBER * COPIES * (learned + examples * kept) > NEAR
