"""Parameters by name: drawn, given, taken out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

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
                places[name].fill(constant)
            else:
                places[name][...] = parameter.draw(_generator(project.training.seed, name))


def _generator(seed: int, name: str) -> np.random.Generator:
    """Return what NumPy's ``default_rng([seed, crc32(name)])`` is, sooner where it comes again."""
    # NumPy's types say less than its documentation: any `ISeedSequence` will do.
    words = cast(np.random.SeedSequence, _Mixed(_mixed(seed, name)))
    return np.random.Generator(np.random.PCG64(words))


@lru_cache(1024)
def _mixed(seed: int, name: str) -> NDArray[np.uint64]:
    # Networks of a sweep share seeds and names, and to mix them takes as long as to draw some
    # hundreds of numbers.
    sequence = np.random.SeedSequence([seed, zlib.crc32(name.encode())])
    return sequence.generate_state(4, np.uint64).astype(np.uint64, copy=False)


class _Mixed(ISeedSequence):
    """The words that a generator asks of a seed, known already."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: object = np.uint32) -> NDArray[np.uint64]:
        """Return them, which are what PCG64 asks for and nothing else."""
        assert (n_words, dtype) == (4, np.uint64)
        return self._words


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
