"""Parameters by name: drawn, given, taken out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import numpy as np

from engine.arrays import Reals
from engine.bundles.weights import check_fit
from engine.layers import Value, resolve
from engine.plan import Plan
from engine.spec import ProjectSpec


def views(plan: Plan, gradients: bool = False) -> Iterator[tuple[str, Reals]]:
    """Yield every parameter's name, ``layer-id/w``, and its place in the arena.

    Parameters
    ----------
    plan : Plan
        The network.
    gradients : bool
        Yield dL/d(parameter) instead, of those that are learned.
    """
    for layer in plan.layers:
        for name, value in layer.parameters.items():
            if gradients and value.gradient < 0:
                continue
            yield f"{layer.spec.id}/{name}", _view(plan, value, gradients)


def _view(plan: Plan, value: Value, gradient: bool) -> Reals:
    begin = value.gradient if gradient else value.data
    return plan.arena[begin:begin + value.size].reshape(value.shape)


def draw(plan: Plan, project: ProjectSpec, n_inputs: int) -> None:
    """Fill the parameters with the initial values that the project asks for.

    Every parameter has random numbers of its own, fixed by the seed and its name: changing one
    layer leaves what the others draw as it was.
    """
    places = dict(views(plan))
    for layer in resolve(project.network, (n_inputs,)):
        for parameter in layer.parameters():
            name = f"{layer.spec.id}/{parameter.name}"
            if (constant := parameter.draw.constant) is not None:
                # To seed a generator takes as long as to draw some hundreds of numbers.
                places[name].fill(constant)
                continue
            rng = np.random.default_rng([project.training.seed, zlib.crc32(name.encode())])
            places[name][...] = parameter.draw(rng)


def load(plan: Plan, given: Mapping[str, Reals]) -> None:
    """Fill the parameters with given values.

    Raises
    ------
    FormatError
        If a name is missing or unknown, a shape differs, or a number is not finite.
    """
    places = dict(views(plan))
    check_fit(given, {name: place.shape for name, place in places.items()}, str(plan.arena.dtype))
    for name, place in places.items():
        place[...] = given[name]
