"""Parameters by name: drawn, given, taken out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.layers import Value, resolve
from engine.plan import Plan
from engine.spec import ProjectSpec

Array = NDArray[np.float64]


def views(plan: Plan, gradients: bool = False) -> Iterator[tuple[str, Array]]:
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


def _view(plan: Plan, value: Value, gradient: bool) -> Array:
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
            rng = np.random.default_rng([project.training.seed, zlib.crc32(name.encode())])
            places[name][...] = parameter.draw(rng)


def load(plan: Plan, given: Mapping[str, Array]) -> None:
    """Fill the parameters with given values.

    Raises
    ------
    FormatError
        If a name is missing or unknown, a shape differs, or a number is not finite.
    """
    places = dict(views(plan))
    for name in sorted(places.keys() | given.keys()):
        if name not in given:
            raise FormatError("weights.missing", name=name)
        if name not in places:
            raise FormatError("weights.unknown", name=name, known=tuple(places))
        array = np.asarray(given[name])
        if array.shape != places[name].shape:
            raise FormatError("weights.shape", name=name, shape=array.shape,
                              wanted=places[name].shape)
        if array.dtype.kind not in "fiu" or not fits(array, plan.arena.dtype):
            raise FormatError("weights.not-finite", name=name, dtype=str(plan.arena.dtype))
        places[name][...] = array


def fits(array: Array, dtype: np.dtype[Any]) -> bool:
    """Say whether every number is finite in this precision."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(array.astype(dtype)).all())
