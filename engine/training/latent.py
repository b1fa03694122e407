"""What a network draws of its latent numbers, and where it puts examples among them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.arrays import Doubles, Integers
from engine.errors import ShapeError, SpecError
from engine.kernels.runtime import layout
from engine.layers import kind, place
from engine.layers.shapes import sources
from engine.plan import Plan
from engine.spec import NetworkSpec
from engine.telemetry.snapshot import Latent, frozen
from engine.training.visit import blocks, rows_of, run, run_between, undisturbed

GRID = 12
"""Nodes of the latent plane along an axis."""

HALF_SPAN = 2.5
"""Largest coordinate of the latent plane; N(0, 1) puts 99 % of each number inside."""

CODES = 300
"""Examples whose code a snapshot carries."""


def is_cut(network: NetworkSpec, position: int) -> bool:
    """Say whether what follows a layer sees nothing of what stands before it."""
    return all(source >= position for later in range(position + 1, len(network))
               for source in sources(network, later))


def latent_layer(plan: Plan) -> int | None:
    """Return the position of the last layer whose output is a code that all the rest depends on."""
    network = NetworkSpec(tuple(layer.spec for layer in plan.layers))
    found = [position for position, layer in enumerate(plan.layers)
             if kind(layer.spec.kind).is_latent and is_cut(network, position)]
    return found[-1] if found else None


def decode(plan: Plan, layer_id: str, codes: Doubles) -> Doubles:
    """Return what the last layer makes of given outputs of another layer.

    Parameters
    ----------
    plan : Plan
        The network between two steps.
    layer_id : str
        The layer whose output is given.
    codes : float64[m, k]
        Its outputs, each as one row.

    Returns
    -------
    float64[m, o]
        Predictions: behind the loss's sigmoid or softmax if it has one.

    Raises
    ------
    SpecError
        If there is no such layer, or a later layer reads what stands before it.
    ShapeError
        If a row has not as many numbers as the layer's output.
    """
    network = NetworkSpec(tuple(layer.spec for layer in plan.layers))
    position = network.index(layer_id)
    name = place(position, network.layers[position])
    layer = plan.layers[position]
    # What looks a layer's output up reads the tokens that stand before it.
    if not is_cut(network, position) or any(
            line.slots.get("tokens", -1) >= 0 and line.slots.get("x") == layer.output.data
            for line in plan.lines):
        raise SpecError("training.not-through", place=name)
    if codes.ndim != 2 or codes.shape[1] != layer.output.size:
        raise ShapeError("training.codes-shape", place=name, shape=codes.shape,
                         size=layer.output.size)
    outputs = [np.zeros((0, plan.prediction.size))]
    with undisturbed(plan):
        for begin, batch in blocks(plan, len(codes)):
            block = codes[begin:begin + batch]
            plan.arena[layer.output.data:layer.output.data + block.size] = block.ravel()
            run_between(plan, batch, layer.forward[1])
            run(plan, batch, layout.OUTPUT)
            outputs.append(rows_of(plan, plan.prediction, batch))
    return np.concatenate(outputs)


def encode(plan: Plan, layer_id: str, order: Integers) -> Doubles:
    """Return a layer's output for some examples, float64[m, k].

    Parameters
    ----------
    plan : Plan
        The network between two steps.
    layer_id : str
        The layer.
    order : int64[m]
        Rows of the data set.

    Raises
    ------
    SpecError
        If there is no such layer.
    """
    network = NetworkSpec(tuple(layer.spec for layer in plan.layers))
    layer = plan.layers[network.index(layer_id)]
    codes = [np.zeros((0, layer.output.size))]
    with undisturbed(plan):
        plan.shared.control[layout.ORDER] = order.ctypes.data
        for begin, batch in blocks(plan, len(order)):
            plan.shared.control[layout.POSITION] = begin
            run(plan, batch, layout.GATHER)
            run_between(plan, batch, 0, layer.forward[1])
            codes.append(rows_of(plan, layer.output, batch))
    return np.concatenate(codes)


def latent_plane(plan: Plan, output_of: Callable[[Doubles], Doubles], order: Integers
                 ) -> Latent | None:
    """Return the plane of the first two latent numbers, or None without a latent layer.

    Parameters
    ----------
    plan : Plan
        The network between two steps.
    output_of : callable
        Makes of predictions what a person calls the output.
    order : int64[m]
        Rows of the data set; the first 300 are put into the plane.

    Notes
    -----
    A code of one number fills the plane in columns; the second coordinate of its examples is 0.
    """
    position = latent_layer(plan)
    if position is None:
        return None
    layer = plan.layers[position]
    edge = np.linspace(-HALF_SPAN, HALF_SPAN, GRID)
    nodes = np.stack(np.meshgrid(edge, edge), axis=-1).reshape(-1, 2)
    axes = min(2, layer.output.size)
    codes = np.zeros((len(nodes), layer.output.size))
    codes[:, :axes] = nodes[:, :axes]
    drawn = output_of(decode(plan, layer.spec.id, codes))
    rows = order[:CODES].copy()
    places = np.zeros((len(rows), 2))
    places[:, :axes] = encode(plan, layer.spec.id, rows)[:, :axes]
    return Latent(frozen(drawn.reshape(GRID, GRID, -1)), (-HALF_SPAN, HALF_SPAN), frozen(places),
                  frozen(rows))
