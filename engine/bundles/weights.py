"""Weights in an archive: every array is a parameter of the project's network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.bundles.archive import Broken
from engine.bundles.npz import REALS, Arrays, arrays_in, npz, unfit_array, unfit_name
from engine.errors import FormatError
from engine.layers import Shape, resolve
from engine.messages import Message, say
from engine.spec import NetworkSpec, ProjectSpec


def packed_weights(weights: Mapping[str, NDArray[Any]], project: ProjectSpec) -> bytes:
    """Return the archive of a project's weights; raises `Broken` at those that are none."""
    for name, array in weights.items():
        if problem := _problem(name, array, project):
            raise Broken(problem)
    return npz(weights)


def weights_in(content: bytes, project: ProjectSpec) -> Arrays:
    """Return the weights in an archive; raises one of `engine.bundles.archive.BROKEN`."""
    return arrays_in(content, lambda name, array: _problem(name, array, project))


def check_fit(given: Mapping[str, NDArray[Any]], shapes: Mapping[str, Shape],
              precision: str) -> None:
    """Raise FormatError unless these are all the parameters of a network.

    Parameters
    ----------
    given : mapping of str to real array
        What is to be put into it.
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
        array = np.asarray(given[name])
        if array.shape != shapes[name]:
            raise FormatError("weights.shape", name=name, shape=array.shape, wanted=shapes[name])
        if array.dtype.kind not in "fiu" or not fits(array, np.dtype(precision)):
            raise FormatError("weights.not-finite", name=name, dtype=precision)


def fits(array: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    """Say whether every number is finite in this precision."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(array.astype(dtype)).all())


def parameter_shapes(network: NetworkSpec, n_inputs: int) -> dict[str, Shape]:
    """Return the shape of every parameter by its name; raises ShapeError."""
    return {f"{layer.spec.id}/{parameter.name}": parameter.shape
            for layer in resolve(network, (n_inputs,)) for parameter in layer.parameters()}


def _problem(name: str, array: NDArray[Any], project: ProjectSpec) -> Message | None:
    """Say what keeps an array from being a parameter, or return None."""
    layer, _, parameter = name.partition("/")
    if layer not in {other.id for other in project.network} or not parameter.isidentifier():
        return say("bundle.no-parameter", name=name[:200])
    if problem := unfit_name(name) or unfit_array(name, array, REALS):
        return problem
    return None if np.isfinite(array).all() else say("bundle.not-finite", name=name)
