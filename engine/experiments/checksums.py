"""Whether two runs start equal: checksums of first weights and of the order of batches.

What is compared are the bytes themselves, by their digests; nothing is concluded from how the
projects read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.rows import are_same
from engine.messages import Message, say
from engine.spec import ProjectSpec

SHOWN = 8
"""Hexadecimal digits of a checksum that people read."""

FEWEST_SIGNS = 16
"""Numbers of which equal signs are no accident: one in 65,536 otherwise."""

SAMPLED = 64
"""Numbers of an array that are kept, so that their ratio to another array's can be had."""

STEADY = 1e-4
"""Ratios that differ by a smaller share are one ratio; rounding to 32 bits moves them by 1e-7."""


def digest(*parts: bytes | NDArray[Any]) -> str:
    """Return a checksum of bytes and arrays, hexadecimal; shape and type of an array count."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        if isinstance(part, bytes):
            found.update(part)
        else:
            found.update(f"{part.dtype.str}{part.shape}".encode())
            found.update(np.ascontiguousarray(part).data)
    return found.hexdigest()


@dataclass(frozen=True)
class ParameterSum:
    """The checksum of one array of first weights.

    Attributes
    ----------
    values : str
        Of its bytes.
    shape : tuple[int, ...]
        Its shape.
    signs : str
        Of its signs alone; empty where they are too few to say anything, or all alike.
    sample : tuple[float, ...]
        Some of its numbers, evenly spread.
    """

    values: str
    shape: tuple[int, ...]
    signs: str
    sample: tuple[float, ...]

    @classmethod
    def of(cls, array: NDArray[Any]) -> ParameterSum:
        """Return the checksum of an array."""
        negative = np.signbit(array)
        tells = array.size >= FEWEST_SIGNS and bool(negative.any()) and not bool(negative.all())
        sample = array.ravel()[::max(1, array.size // SAMPLED)]
        return cls(digest(array), array.shape, digest(np.packbits(negative)) if tells else "",
                   tuple(map(float, sample)))

    def is_scaled(self, other: ParameterSum) -> bool:
        """Say whether another array of its shape is this one times a number above 0, but 1."""
        if not self.signs or self.signs != other.signs:
            return False
        mine, its = np.array(self.sample), np.array(other.sample)
        if not (mine != 0).all():
            return False
        ratio = its / mine
        return bool(np.ptp(ratio) < STEADY * ratio[0] and abs(ratio[0] - 1) > STEADY)


def sums(weights: Mapping[str, NDArray[Any]]) -> dict[str, ParameterSum]:
    """Return the checksum of every array of `engine.training.trainer.Trainer.weights`."""
    return {name: ParameterSum.of(array) for name, array in weights.items()}


@dataclass(frozen=True)
class Start:
    """What a run starts with.

    Attributes
    ----------
    parameters : Mapping[str, ParameterSum]
        Of the first weights, by name, ``layer-id/w``.
    order : str
        Checksum of the rows of the first epochs, in the order in which the loop takes them.
    borders : str
        Checksum of the sizes of their batches, one after the other.
    seed : int
        Fixes first weights, order and dropout.
    dataset : Dataset
        Holds the rows; not copied.
    """

    parameters: Mapping[str, ParameterSum]
    order: str
    borders: str
    seed: int
    dataset: Dataset

    @classmethod
    def of(cls, project: ProjectSpec, dataset: Dataset, parameters: Mapping[str, ParameterSum],
           batches: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Start:
        """Return the checksums of a run's start.

        Parameters
        ----------
        project, dataset : ProjectSpec, Dataset
            What is trained, on what.
        parameters : Mapping[str, ParameterSum]
            What `sums` returns of its weights before the first step.
        batches : tuple[int64[...], int64[...]]
            What `engine.training.order.first_batches` returns.
        """
        rows, sizes = batches
        return cls(parameters, digest(rows), digest(sizes), project.training.seed, dataset)

    @cached_property
    def weights_sum(self) -> str:
        """Checksum of all first weights."""
        return digest(*(f"{name}={part.values}\n".encode()
                        for name, part in sorted(self.parameters.items())))[:SHOWN]

    @property
    def batches_sum(self) -> str:
        """Checksum of the order of batches."""
        return digest(self.order.encode(), self.borders.encode())[:SHOWN]

    @property
    def layers(self) -> dict[str, dict[str, ParameterSum]]:
        """The parameters of every layer, by its id."""
        found: dict[str, dict[str, ParameterSum]] = {}
        for name, part in self.parameters.items():
            layer, _, parameter = name.rpartition("/")
            found.setdefault(layer, {})[parameter] = part
        return found


@dataclass(frozen=True)
class SameStart:
    """What of two starts is equal. All of it is of layers that have parameters.

    Attributes
    ----------
    equal : tuple[str, ...]
        Ids of the layers whose first weights are equal to the byte.
    scaled : tuple[str, ...]
        Those whose weights are the other's times a number: the same ones were drawn, and brought
        to another size, as He's are to Xavier's.
    other : tuple[str, ...]
        Those of equal shapes that differ otherwise.
    reshaped : tuple[str, ...]
        Those whose shapes differ, so that they cannot be compared.
    lone : tuple[str, ...]
        Those that only one of the runs has.
    order : bool
        Whether the first epochs take the same examples in the same order.
    sizes : bool
        Whether they divide them into batches of the same sizes.
    inputs : bool
        Whether the same numbers go in; scaled otherwise, the same example does not.
    seeds : bool
        Whether the runs have the same seed.
    """

    equal: tuple[str, ...]
    scaled: tuple[str, ...]
    other: tuple[str, ...]
    reshaped: tuple[str, ...]
    lone: tuple[str, ...]
    order: bool
    sizes: bool
    inputs: bool
    seeds: bool

    @property
    def batches(self) -> bool:
        """Whether the first epochs see the same batches, number for number."""
        return self.order and self.sizes and self.inputs

    @property
    def weights(self) -> Literal["all", "some", "none"]:
        """How many of the layers start equal."""
        if not self.differing:
            return "all"
        return "some" if self.equal else "none"

    @property
    def differing(self) -> tuple[str, ...]:
        """Ids of the layers that do not start equal."""
        return (*self.scaled, *self.other, *self.reshaped, *self.lone)

    @property
    def all_equal(self) -> bool:
        """Whether the runs start alike and see the same, so that only what they learn differs."""
        return self.weights == "all" and self.batches

    @property
    def equals(self) -> Message | None:
        """What is equal, ``same start, same batches``; None if nothing is."""
        parts = tuple(_equal_parts(self))
        return say("start.parts", parts=parts) if parts else None

    @property
    def differs(self) -> Message | None:
        """What is not, ``first weights in 1 of 3 layers``; None if all is equal."""
        parts = tuple(_other_parts(self))
        return say("start.parts", parts=parts) if parts else None

    @property
    def sentence(self) -> Message:
        """Both in a line: ``= same seed, same batches; ≠ first weights in 1 of 3 layers``."""
        equals, differs = self.equals, self.differs
        if equals is None:
            return say("start.differs", told=differs)
        if differs is None:
            return say("start.equals", told=equals)
        return say("start.both", equal=equals, other=differs)


def same_start(a: Start, b: Start) -> SameStart:
    """Return what of two starts is equal."""
    of_a, of_b = a.layers, b.layers
    found: dict[str, list[str]] = {name: [] for name in (
        "equal", "scaled", "other", "reshaped", "lone")}
    for layer in dict.fromkeys((*of_a, *of_b)):
        found[_relation(of_a.get(layer), of_b.get(layer))].append(layer)
    return SameStart(**{name: tuple(layers) for name, layers in found.items()},
                     order=a.order == b.order and _same_examples(a.dataset, b.dataset),
                     sizes=a.borders == b.borders, inputs=_same_inputs(a.dataset, b.dataset),
                     seeds=a.seed == b.seed)


Parts = Mapping[str, ParameterSum]


def _relation(a: Parts | None, b: Parts | None) -> str:
    if a is None or b is None:
        return "lone"
    if a == b:
        return "equal"
    if a.keys() != b.keys() or any(a[name].shape != b[name].shape for name in a):
        return "reshaped"
    scaled = all(a[name].values == b[name].values or a[name].is_scaled(b[name]) for name in a)
    return "scaled" if scaled else "other"


def _same_examples(a: Dataset, b: Dataset) -> bool:
    """Say whether a row of one data set is the same example as that row of the other."""
    return a is b or (a.key == b.key and a.title == b.title and len(a.inputs) == len(b.inputs)
                      and np.array_equal(a.labels, b.labels))


def _same_inputs(a: Dataset, b: Dataset) -> bool:
    return a is b or are_same(a.inputs, b.inputs)


def _equal_parts(same: SameStart) -> Iterable[Message]:
    if same.weights == "all":
        yield say("start.all")
    elif same.seeds:
        yield say("start.seed")
    if same.batches:
        yield say("start.batches")
    elif same.order:
        yield say("start.order")


def _other_parts(same: SameStart) -> Iterable[Message]:
    if not same.seeds:
        yield say("start.other-seed")
    count, layers = len(same.differing), len(same.equal) + len(same.differing)
    if same.scaled and same.scaled == same.differing:
        yield say("start.scaled", count=count, layers=layers)
    elif same.differing:
        yield say("start.other", count=count, layers=layers)
    if not same.order:
        yield say("start.other-batches")
    elif not same.sizes:
        yield say("start.other-sizes")
    if same.order and not same.inputs:
        yield say("start.other-inputs")
