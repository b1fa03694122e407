"""Weights in an archive: every array is a parameter of the project's network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import largest
from engine.bundles.archive import Broken, Section
from engine.bundles.npz import (
    ENDING,
    REALS,
    Arrays,
    StoredArray,
    npz,
    stored_in,
    unfit_array,
    unfit_name,
)
from engine.bundles.pieces import Part
from engine.errors import FormatError
from engine.layers import Shape, resolve
from engine.messages import Message, say
from engine.spec import NetworkSpec, ProjectSpec


def packed_weights(weights: Mapping[str, NDArray[Any]], project: ProjectSpec) -> Part:
    """Return the archive of a project's weights; raises `Broken` at those that are none."""
    for name, array in weights.items():
        problem = _problem(name, array, project)
        if problem or not math.isfinite(largest(array)):
            raise Broken(problem or say("bundle.not-finite", name=name))
    return npz(weights)


def stored_weights(archive: Section, project: ProjectSpec) -> dict[str, StoredArray]:
    """Return the weights in an archive, not read; raises one of the archive's `BROKEN`."""
    return stored_in(archive, lambda name, array: _problem(name, array, project))


def read_weights(stored: Mapping[str, StoredArray]) -> Arrays:
    """Return stored weights; raises one of `engine.bundles.archive.BROKEN`, as for NaN."""
    found = {}
    for name, array in stored.items():
        found[name] = array.read()
        check_finite(name, largest(found[name]))
    return found


def check_finite(name: str, extreme: float) -> None:
    """Raise `Broken` for a stored parameter whose largest number is none."""
    if not math.isfinite(extreme):
        raise Broken(say("bundle.member", member=name + ENDING,
                         problem=say("bundle.not-finite", name=name)))


def check_fit(given: Mapping[str, NDArray[Any] | StoredArray], shapes: Mapping[str, Shape],
              precision: str) -> None:
    """Raise FormatError unless these are all the parameters of a network.

    Parameters
    ----------
    given : mapping of str to real array
        What is to be put into it; what is stored is looked through, and not kept.
    shapes : mapping of str to tuple[int, ...]
        Its parameters, ``layer-id/w``.
    precision : str
        ``float32`` or ``float64``.
    """
    for name in sorted(shapes.keys() | given.keys()):
        if name not in given:
            raise FormatError("weights.missing", name=name)
        if name not in shapes:
            raise FormatError("weights.unknown", name=name, known=tuple(shapes))
        array = given[name]
        if not isinstance(array, StoredArray):
            array = np.asarray(array)
        if array.shape != shapes[name]:
            raise FormatError("weights.shape", name=name, shape=array.shape, wanted=shapes[name])
        if array.dtype.kind not in "fiu" or not fits(array, np.dtype(precision)):
            raise FormatError("weights.not-finite", name=name, dtype=precision)


def fits(array: NDArray[Any] | StoredArray, dtype: np.dtype[Any]) -> bool:
    """Say whether every number is finite in this precision."""
    extreme = array.largest if isinstance(array, StoredArray) else largest(array)
    with np.errstate(over="ignore"):
        return bool(np.isfinite(np.float64(extreme).astype(dtype)))


def parameter_shapes(network: NetworkSpec, n_inputs: int) -> dict[str, Shape]:
    """Return the shape of every parameter by its name; raises ShapeError."""
    return {f"{layer.spec.id}/{parameter.name}": parameter.shape
            for layer in resolve(network, (n_inputs,)) for parameter in layer.parameters()}


def _problem(name: str, array: NDArray[Any] | StoredArray, project: ProjectSpec
             ) -> Message | None:
    """Say what keeps an array from being a parameter, whatever its numbers, or return None."""
    layer, _, parameter = name.partition("/")
    if layer not in {other.id for other in project.network} or not parameter.isidentifier():
        return say("bundle.no-parameter", name=name[:200])
    return unfit_name(name) or unfit_array(name, array, REALS)
