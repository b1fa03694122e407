"""A sweep: a project, and axes along which knobs of it are turned."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Annotated, NamedTuple

import msgspec
from msgspec.structs import replace

from engine.errors import EngineError
from engine.experiments.knobs import KNOBS, Scale, knob
from engine.experiments.paths import Value
from engine.messages import say
from engine.spec import ProjectSpec
from engine.spec.values import is_finite

FORMAT_VERSION = 1
"""Version of sweep files, and of what a cell's key is made from."""

MOST_VALUES = 1000
MOST_SEEDS = 1000
MOST_CELLS = 200_000
"""More than a sweep can hold."""

MEASURES = ("loss", "validation_loss", "accuracy", "validation_accuracy", "step", "epoch",
            "seconds")
"""Figures of a cell that a sweep can be about."""

SEED = "training.seed"
"""What no axis turns: seeds are counted, so that they can be told from what is tried."""

Rectangle = tuple[tuple[int, int], ...]
"""Of every axis the first and the last index, both within."""


class Cell(NamedTuple):
    """One network of a sweep.

    Attributes
    ----------
    place : tuple[int, ...]
        Of every axis the index of the value.
    seed : int
        Which of the seeds, from 0.
    """

    place: tuple[int, ...]
    seed: int


class Axis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A knob and the values at which it is tried.

    Attributes
    ----------
    knob : str
        Key or path, as `engine.experiments.knobs.knob` takes it.
    values : tuple[Value, ...]
        The values, in the order in which they are shown.
    """

    knob: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        fault = None
        if not 0 < len(self.values) <= MOST_VALUES:
            fault = say("sweep.values", knob=self.knob, count=len(self.values), most=MOST_VALUES)
        elif len({(type(value) is bool, value) for value in self.values}) < len(self.values):
            fault = say("sweep.twice", knob=self.knob)
        if fault is not None:
            raise ValueError(fault.text)

    @property
    def scale(self) -> Scale:
        """How far values lie apart: the knob's scale, as far as the values allow it."""
        if not all(map(is_finite, self.values)):
            return "names"
        scale = knob(self.knob).scale
        if scale == "names" and not knob(self.knob).suggested:
            return "linear"
        is_positive = all(isinstance(value, int | float) and value > 0 for value in self.values)
        return scale if scale != "log" or is_positive else "linear"

    @property
    def levels(self) -> tuple[int, ...]:
        """Of every value how early it is tried: 0 is first, and the halves of what is between."""
        count = len(self.values)
        if self.scale == "names":
            return (0,) * count
        levels = [0] * count
        gaps = [(0, count - 1, 1)]
        for first, last, level in gaps:
            if last - first > 1:
                middle = (first + last) // 2
                levels[middle] = level
                gaps += [(first, middle, level + 1), (middle, last, level + 1)]
        return tuple(levels)

    def refined(self, first: int, last: int) -> Axis:
        """Return the axis with another value between any two neighbours from first to last.

        Names have nothing between; whole numbers have something where one lies between.
        """
        scale = self.scale
        if scale == "names" or not 0 <= first < last < len(self.values):
            return self
        values: list[Value] = list(self.values[:first + 1])
        is_whole = knob(self.knob).is_whole or all(isinstance(one, int) for one in self.values)
        for one, two in itertools.pairwise(self.values[first:last + 1]):
            between = _between(float(one), float(two), scale, is_whole)
            values += [] if between is None else [between]
            values.append(two)
        values += self.values[last + 1:]
        return Axis(self.knob, tuple(values[:MOST_VALUES]))


def _between(one: float, two: float, scale: Scale, is_whole: bool) -> Value | None:
    middle = math.sqrt(one * two) if scale == "log" else (one + two) / 2
    # A sixteenth digit would say nothing, and stand in every table.
    middle = round(middle) if is_whole else float(f"{middle:.6g}")
    return None if middle in (one, two) else middle


class Sweep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project at every place of a grid, with some seeds each.

    Attributes
    ----------
    name : str
        What its files are called.
    project : ProjectSpec
        What is trained where no axis says otherwise; paths in it are absolute once it was read.
    axes : tuple[Axis, ...]
        What differs.
    seeds : int
        How often every place is trained, each time with another seed.
    steps : int
        Steps that a cell is trained; 0 ends it where the project ends. Limits of time are left
        out, since what is reached by then depends on the computer.
    goal_loss : float
        A cell ends when the mean training loss of an epoch is at most this; 0 never.
    measure : str
        The figure that it is about, one of `MEASURES`.
    version : int
        Version of the file format.
    """

    name: str
    project: ProjectSpec
    axes: tuple[Axis, ...]
    seeds: Annotated[int, msgspec.Meta(ge=1, le=MOST_SEEDS)] = 1
    steps: Annotated[int, msgspec.Meta(ge=0)] = 0
    goal_loss: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    measure: str = "loss"
    version: Annotated[int, msgspec.Meta(ge=1)] = FORMAT_VERSION

    def __post_init__(self) -> None:
        fault = None
        if self.measure not in MEASURES:
            fault = say("sweep.measure", name=self.measure, known=MEASURES)
        elif len({axis.knob for axis in self.axes}) < len(self.axes):
            fault = say("sweep.axes", knobs=tuple(axis.knob for axis in self.axes))
        elif any(axis.knob == SEED for axis in self.axes):
            fault = say("sweep.seed")
        elif self.size > MOST_CELLS:
            fault = say("sweep.cells", count=self.size, most=MOST_CELLS)
        if fault is not None:
            raise ValueError(fault.text)

    @property
    def shape(self) -> tuple[int, ...]:
        """Values of every axis."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many cells there are."""
        return math.prod(self.shape) * self.seeds

    def check(self) -> None:
        """Raise SpecError if an axis turns nothing that there is, or to what can never be."""
        for axis in self.axes:
            turned = knob(axis.knob)
            turned.read(self.project)
            for value in axis.values:
                turned.check(value)

    def cells(self) -> list[Cell]:
        """Return every cell once: coarse to fine, and among equals those that take less time first.

        All places have a first seed before any has a second, so that a map is whole early.
        """
        return sorted(self._all(), key=self._rank())

    def within(self, rectangle: Rectangle) -> list[Cell]:
        """Return the cells whose places lie in a rectangle, in the order of `cells`."""
        return [cell for cell in self.cells()
                if all(first <= index <= last for index, (first, last)
                       in zip(cell.place, rectangle, strict=True))]

    def values_at(self, cell: Cell) -> tuple[Value, ...]:
        """Return the coordinates of a cell, axis by axis."""
        return tuple(axis.values[index]
                     for axis, index in zip(self.axes, cell.place, strict=True))

    def cost_at(self, cell: Cell) -> float:
        """Return how long a cell takes beside another one, as far as its axes say."""
        return math.prod(_cost(axis, value) for axis, value
                         in zip(self.axes, self.values_at(cell), strict=True))

    def seed_at(self, cell: Cell) -> int:
        """Return the seed of a cell's network, which hangs on its coordinates alone.

        Not on their indices, so that finer axes leave it as it is.
        """
        told = sorted([axis.knob, *plain((value,))] for axis, value
                      in zip(self.axes, self.values_at(cell), strict=True))
        return int.from_bytes(_digest([self.project.training.seed, told, cell.seed], 4), "little")

    def project_at(self, cell: Cell) -> ProjectSpec:
        """Return the project of a cell.

        Raises
        ------
        SpecError
            If a knob cannot be turned so: the cell is refused.
        """
        project = self.project
        stopping = replace(project.training.stopping, seconds=0.0)
        if self.goal_loss:
            stopping = replace(stopping, loss=self.goal_loss)
        training = replace(project.training, seed=self.seed_at(cell), stopping=stopping)
        if self.steps:
            training = replace(training, steps=self.steps, stopping=replace(stopping, epochs=0))
        project = replace(project, training=training)
        for axis, value in self._in_order(cell):
            project = knob(axis.knob).apply(project, value)
        return project

    def key_at(self, cell: Cell, project: ProjectSpec | None = None) -> str:
        """Return what names a cell's result: a digest of all that its bytes hang on.

        Parameters
        ----------
        cell : Cell
            The cell.
        project : ProjectSpec | None
            What `project_at` returned of it, where that is known already.
        """
        if project is not None:
            return key_of(project)
        try:
            return key_of(self.project_at(cell))
        except EngineError:
            refused = [key_of(self.project), plain(self.values_at(cell)), self.seed_at(cell)]
            return _digest(refused, 16).hex()

    @property
    def digest(self) -> str:
        """A digest of all that the bytes of its cells hang on."""
        axes = [[axis.knob, plain(axis.values)] for axis in self.axes]
        return _digest([key_of(self.project), axes, self.seeds, self.steps, self.goal_loss],
                       16).hex()

    def refined(self, rectangle: Rectangle) -> Sweep:
        """Return the sweep with finer axes between the borders of a rectangle.

        All cells of before are in it, with the keys that they had.
        """
        axes = tuple(axis.refined(*ends) for axis, ends in zip(self.axes, rectangle, strict=True))
        return replace(self, axes=axes)

    def moved(self, rectangle: Rectangle, finer: Sweep) -> Rectangle:
        """Return a rectangle of this sweep in the indices of a finer one."""
        return tuple(
            (_index(after, before.values[first]), _index(after, before.values[last]))
            for before, after, (first, last) in zip(self.axes, finer.axes, rectangle, strict=True))

    def _all(self) -> Iterator[Cell]:
        for place in itertools.product(*map(range, self.shape)):
            for seed in range(self.seeds):
                yield Cell(place, seed)

    def _rank(self) -> _Rank:
        return _Rank([axis.levels for axis in self.axes],
                     [[_cost(axis, value) for value in axis.values] for axis in self.axes])

    def _in_order(self, cell: Cell) -> list[tuple[Axis, Value]]:
        """Return axes and values as they are applied: the network first, paths last."""
        order = {key: place for place, key in enumerate(KNOBS)}
        return sorted(zip(self.axes, self.values_at(cell), strict=True),
                      key=lambda turned: (order.get(turned[0].knob, len(order)), turned[0].knob))


class _Rank:
    """Says of a cell when its turn is."""

    def __init__(self, levels: Sequence[Sequence[int]], costs: Sequence[Sequence[float]]) -> None:
        self._levels = levels
        self._costs = costs

    def __call__(self, cell: Cell) -> tuple[int, int, float, tuple[int, ...]]:
        level = max((levels[index] for levels, index
                     in zip(self._levels, cell.place, strict=True)), default=0)
        cost = math.prod(costs[index] for costs, index
                         in zip(self._costs, cell.place, strict=True))
        return cell.seed, level, cost, cell.place


def _cost(axis: Axis, value: Value) -> float:
    if not knob(axis.knob).is_costly or not isinstance(value, int | float):
        return 1.0
    return max(float(value), 1.0)


def _index(axis: Axis, value: Value) -> int:
    return next(index for index, one in enumerate(axis.values)
                if one == value and isinstance(one, bool) == isinstance(value, bool))


def plain(values: Sequence[Value]) -> list[Value]:
    """Return values in one form each: 1.0 and 1 are the same coordinate, True is another."""
    return [int(value) if isinstance(value, float) and value.is_integer() else value
            for value in values]


def key_of(project: ProjectSpec) -> str:
    """Return a digest of all of a project that its bytes hang on: not its name, nor folders."""
    data = project.data
    data = replace(data, path=PurePath(data.path).name if data.path else "", more_paths=tuple(
        PurePath(path).name for path in data.more_paths))
    told = replace(project, name="", limits={}, data=data)
    return _digest(told, 16).hex()


def _digest(told: object, size: int) -> bytes:
    content = msgspec.json.encode([FORMAT_VERSION, told])
    return hashlib.blake2b(content, digest_size=size).digest()
