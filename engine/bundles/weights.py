"""Weights in an archive: every array is a parameter of the project's network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.bundles.archive import Broken
from engine.bundles.npz import REALS, Arrays, arrays_in, npz, unfit_array, unfit_name
from engine.messages import Message, say
from engine.spec import ProjectSpec


def packed_weights(weights: Mapping[str, NDArray[Any]], project: ProjectSpec) -> bytes:
    """Return the archive of a project's weights; raises `Broken` at those that are none."""
    for name, array in weights.items():
        if problem := _problem(name, array, project):
            raise Broken(problem)
    return npz(weights)


def weights_in(content: bytes, project: ProjectSpec) -> Arrays:
    """Return the weights in an archive; raises one of `engine.bundles.archive.BROKEN`."""
    return arrays_in(content, lambda name, array: _problem(name, array, project))


def _problem(name: str, array: NDArray[Any], project: ProjectSpec) -> Message | None:
    """Say what keeps an array from being a parameter, or return None."""
    layer, _, parameter = name.partition("/")
    if layer not in {other.id for other in project.network} or not parameter.isidentifier():
        return say("bundle.no-parameter", name=name[:200])
    if problem := unfit_name(name) or unfit_array(name, array, REALS):
        return problem
    return None if np.isfinite(array).all() else say("bundle.not-finite", name=name)
