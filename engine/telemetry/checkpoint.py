"""All that decides the further bytes of a run: a value to keep, to put back and to save."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.arrays import Doubles, Reals
from engine.layers import OPTIMIZERS
from engine.spec import TrainingSpec
from engine.statistics import LAYER_COLUMNS, RUN_COLUMNS
from engine.telemetry.stored_arrays import Held, Stored, is_finite, put, wrong

Array = NDArray[Any]

VERSION = 1
"""Of the arrays that `Checkpoint.to_arrays` returns."""

PARAMETERS, GRADIENTS, MEMORIES, AVERAGE, BEST, CARRIED = (
    "parameters/", "gradients/", ("memory-1/", "memory-2/"), "average/", "best/", "carried/")
"""How names of arrays begin: what follows is the name of a parameter, or of a carried state."""


COUNTED = LAYER_COLUMNS.index("gradient_nonfinite")
"""The column of a layer's figures that is a whole number."""


class Place(NamedTuple):
    """Where a parameter stands in each region.

    Attributes
    ----------
    begin : int
        Place of its first number.
    shape : tuple[int, ...]
        Its shape.
    is_learned : bool
        Whether it has a gradient.
    """

    begin: int
    shape: tuple[int, ...]
    is_learned: bool


@dataclass(frozen=True)
class Counters:
    """Where a run stands, in whole numbers.

    Attributes
    ----------
    step, epoch : int
        Completed steps and epochs.
    position : int
        The next example of the running epoch.
    optimizer_step : int
        Steps since the optimizer's memory was zero.
    examples : int
        Examples of an epoch.
    capacity : int
        Examples that are measured at once: sums of losses are rounded accordingly.
    best_epoch, waited : int
        Of early stopping: the epoch of the smallest loss, 0 before there is one, and the epochs
        since without a smaller one.
    data : int
        A checksum of the examples, 32 bits.
    """

    step: int = 0
    epoch: int = 0
    position: int = 0
    optimizer_step: int = 0
    examples: int = 1
    capacity: int = 1
    best_epoch: int = 0
    waited: int = 0
    data: int = 0


@dataclass(frozen=True)
class Figures:
    """What a run remembers, in real numbers.

    Attributes
    ----------
    trained_s : float
        Seconds of training.
    epoch_sum, epoch_items : float
        Sum of the losses of the running epoch, and over how many.
    epoch_loss : float
        Mean training loss of the last epoch.
    reduced, smallest, waited : float
        Of the plateau schedule: its factor, the smallest loss, the epochs since.
    best_loss, last_loss : float
        Of the stopping rules: the smallest loss, infinite before there is one, and the last
        epoch's, NaN before there is one.
    begin_s : float
        Seconds of training from which on a limit of time counts.
    """

    trained_s: float = 0.0
    epoch_sum: float = 0.0
    epoch_items: float = 0.0
    epoch_loss: float = 0.0
    reduced: float = 1.0
    smallest: float = np.inf
    waited: float = 0.0
    best_loss: float = np.inf
    last_loss: float = np.nan
    begin_s: float = 0.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Checkpoint:
    """A run at one step, in read-only copies; going on from it gives the bytes of the run itself.

    Random numbers need no place here: order of examples, dropout and augmentation are functions of
    seed, step, epoch and example alone.

    Attributes
    ----------
    training : TrainingSpec
        How it was trained at this step; seed and precision among it.
    counters, figures : Counters, Figures
        Where it stands, and what it remembers.
    places : Mapping[str, Place]
        Where every parameter stands, by name, ``layer-id/w``, layer by layer.
    regions : real[2 + memories, n] or real[3 + memories, n]
        Parameters, gradients of the last step, as many memories as the optimizer has, and the
        average of the parameters if steps are in it.
    carried : Mapping[str, real[batch, units]]
        What recurrent layers carry over to the next batch, as ``layer-id/state`` and
        ``layer-id/cells``.
    row : float64[...]
        Figures of the last step, in the columns of `engine.telemetry.ring.Ring`.
    order : int32[m]
        Training examples in the order of the running epoch; checkpoints of an epoch share it.
    best : real[n] | None
        Parameters that early stopping would bring back; shared as long as there are none better.
    averaged : int
        Steps that are in the average of the parameters.
    """

    training: TrainingSpec
    counters: Counters
    figures: Figures
    places: Mapping[str, Place]
    regions: Reals
    carried: Mapping[str, Reals]
    row: Doubles
    order: NDArray[np.int32]
    best: Reals | None
    averaged: int = 0

    def __post_init__(self) -> None:
        for array in self.arrays:
            array.flags.writeable = False

    @property
    def step(self) -> int:
        """Completed steps."""
        return self.counters.step

    @property
    def epoch(self) -> int:
        """Completed epochs."""
        return self.counters.epoch

    @property
    def epochs(self) -> float:
        """Completed epochs, and the part of the running one."""
        return self.epoch + self.counters.position / self.counters.examples

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parameters, ``layer-id/w``, layer by layer."""
        return tuple(self.places)

    @property
    def learning(self) -> tuple[str, ...]:
        """Ids of the layers that learn, first to last."""
        return tuple(dict.fromkeys(layer_of(name) for name, place in self.places.items()
                                   if place.is_learned))

    @property
    def arrays(self) -> tuple[Array, ...]:
        """Everything that takes memory; an array may be that of another checkpoint, too."""
        found: list[Array] = [self.regions, self.row, self.order, *self.carried.values()]
        return tuple(found if self.best is None else [*found, self.best])

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, what it shares with others included."""
        return sum(array.nbytes for array in self.arrays)

    def array(self, name: str) -> Reals:
        """Return a parameter, read-only; raises KeyError where there is none of this name."""
        return self._view(self.regions[0], name)

    def gradient(self, name: str) -> Reals:
        """Return dL/d(parameter) of the last step, as the update saw it.

        Raises
        ------
        KeyError
            Where there is no parameter of this name, or it is not learned.
        """
        if not self.places[name].is_learned:
            raise KeyError(name)
        return self._view(self.regions[1], name)

    def memory(self, name: str) -> tuple[Reals, ...]:
        """Return what the optimizer remembers of a parameter: as many arrays as its rule has."""
        return tuple(self._view(region, name) for region in self._memories)

    @property
    def _memories(self) -> Reals:
        return self.regions[2:len(self.regions) - (self.averaged > 0)]

    @property
    def average(self) -> Reals | None:
        """The average of the parameters, real[n], laid out alike; None where there is none."""
        return self.regions[-1] if self.averaged else None

    def weights(self) -> dict[str, Reals]:
        """Return every parameter by name, read-only."""
        return {name: self.array(name) for name in self.places}

    def best_array(self, name: str) -> Reals:
        """Return a parameter as early stopping would bring it back; KeyError if it has none."""
        if self.best is None:
            raise KeyError(name)
        return self._view(self.best, name)

    def _view(self, region: Reals, name: str) -> Reals:
        place = self.places[name]
        return region[place.begin:place.begin + math.prod(place.shape)].reshape(place.shape)

    def to_arrays(self) -> dict[str, Array]:
        """Return everything as plain arrays of numbers by name.

        Of gradients that are not finite, those of a step that failed, zeros are left.
        """
        learned = [name for name, place in self.places.items() if place.is_learned]
        gradients = self.regions[1]
        if not is_finite(gradients):
            gradients = np.zeros_like(gradients)
        found: dict[str, Array] = {
            "counters": np.array([VERSION, *astuple(self.counters)], np.int64),
            "figures": np.array(astuple(self.figures)), "row": self.row, "order": self.order,
            "training": np.frombuffer(msgspec.json.encode(self.training), np.uint8)}
        found |= {PARAMETERS + name: self.array(name) for name in self.places}
        for prefix, region in zip((GRADIENTS, *MEMORIES), (gradients, *self._memories),
                                  strict=False):
            found |= {prefix + name: self._view(region, name) for name in learned}
        if self.average is not None:
            found["averaged"] = np.array([self.averaged], np.int64)
            found |= {AVERAGE + name: self._view(self.average, name) for name in self.places}
        if self.best is not None:
            found |= {BEST + name: self.best_array(name) for name in self.places}
        return found | {CARRIED + name: array for name, array in self.carried.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Held]) -> Self:
        """Return a checkpoint from what `to_arrays` has returned.

        Parameters
        ----------
        arrays : mapping of str to array
            In memory, or still in a file: those are read into their places one after the other.

        Raises
        ------
        FormatError
            If an array is missing or unknown, has a wrong type or length, or holds a number that
            cannot be right.
        """
        told = _told(arrays)
        places, precision = told.places, np.dtype(told.training.precision)
        width = sum(math.prod(place.shape) for place in places.values())
        regions = np.zeros((len(told.groups), width), precision)
        for region, (prefix, group) in zip(regions, told.groups.items(), strict=True):
            _fill(region, places, group, prefix)
        best = np.zeros(width, precision) if told.best else None
        if best is not None:
            _fill(best, places, told.best, BEST)
        carried = {}
        for name, array in told.carried.items():
            carried[name] = np.zeros(array.shape, precision)
            put(array, carried[name])
            if not is_finite(carried[name]):
                raise wrong(CARRIED + name)
        return cls(training=told.training, counters=told.counters, figures=told.figures,
                   places=places, regions=regions, averaged=told.averaged, carried=carried,
                   row=told.row, order=told.order, best=best)

    @staticmethod
    def check_arrays(arrays: Mapping[str, Held]) -> None:
        """Raise FormatError where `from_arrays` does; nothing is kept of those in a file."""
        told = _told(arrays)
        for prefix, group in {**told.groups, BEST: told.best, CARRIED: told.carried}.items():
            for name, array in group.items():
                if not is_finite(array):
                    raise wrong(prefix + name)


@dataclass(frozen=True)
class _Told:
    """What arrays say of a checkpoint, the large ones among them not read yet.

    Attributes
    ----------
    groups : dict[str, dict[str, array]]
        What the regions hold, by prefix, in their order: every array that is needed, in shape.
    best, carried : dict[str, array]
        Those of early stopping and of recurrent layers.
    """

    training: TrainingSpec
    counters: Counters
    figures: Figures
    places: dict[str, Place]
    groups: dict[str, dict[str, Held]]
    best: dict[str, Held]
    carried: dict[str, Held]
    row: Doubles
    order: NDArray[np.int32]
    averaged: int


def _told(arrays: Mapping[str, Held]) -> _Told:
    stored = Stored(arrays)
    counters, training = _counters(stored), stored.training("training")
    rule = OPTIMIZERS.get(training.optimizer.kind)
    if rule is None:
        raise wrong("training")
    precision = np.dtype(training.precision)
    parameters, best = stored.group(PARAMETERS, precision), stored.group(BEST, precision)
    groups = {PARAMETERS: parameters, **{
        prefix: stored.group(prefix, precision)
        for prefix in (GRADIENTS, *MEMORIES[:len(rule.memory)])}}
    carried, average = stored.group(CARRIED, precision), stored.group(AVERAGE, precision)
    averaged = _averaged(stored) if average else 0
    figures, order = _figures(stored), _order(stored, counters)
    row = stored.array("row", np.float64, 1)
    stored.demand_nothing_else()
    layers = len({layer_of(name) for name in groups[GRADIENTS]})
    if len(row) != len(RUN_COLUMNS) + len(LAYER_COLUMNS) * layers or not (
            row[len(RUN_COLUMNS) + COUNTED::len(LAYER_COLUMNS)] >= 0).all():
        raise wrong("row")
    places = _places(parameters, groups[GRADIENTS])
    learned = [name for name, place in places.items() if place.is_learned]
    for name, array in carried.items():
        if array.ndim != 2:
            raise wrong(CARRIED + name)
    if average:
        groups[AVERAGE] = average
    for prefix, group in groups.items():
        _check_shapes(places, group, prefix,
                      places if prefix in (PARAMETERS, AVERAGE) else learned)
    if best:
        _check_shapes(places, best, BEST, places)
    return _Told(training, counters, figures, places, groups, best, carried, row, order, averaged)


def _averaged(stored: Stored) -> int:
    """Return how many steps are in the average that is stored."""
    (steps,) = stored.array("averaged", np.int64, 1, 1).tolist()
    if steps < 1:
        raise wrong("averaged")
    return int(steps)


def layer_of(name: str) -> str:
    """Return the id of the layer that a parameter belongs to."""
    return name.rpartition("/")[0]


def nbytes_together(checkpoints: Iterable[Checkpoint]) -> int:
    """Return the bytes that checkpoints take together: what they share counts once."""
    arrays = {id(array): array.nbytes for one in checkpoints for array in one.arrays}
    return sum(arrays.values())


def _counters(stored: Stored) -> Counters:
    """Return the counters, none of which is out of the range that the others leave it."""
    version, *numbers = stored.array("counters", np.int64, 1,
                                     1 + len(Counters.__dataclass_fields__)).tolist()
    found = Counters(*numbers)
    if (version != VERSION or min(numbers) < 0 or found.examples < 1 or found.capacity < 1
            or found.position >= found.examples
            or not max(found.epoch, found.optimizer_step) <= found.step < 2**62
            or found.best_epoch > found.epoch or found.waited > found.epoch
            or found.data >= 2**32):
        raise wrong("counters")
    return found


def _figures(stored: Stored) -> Figures:
    numbers = stored.array("figures", np.float64, 1, len(Figures.__dataclass_fields__))
    found = Figures(*numbers.tolist())
    finite = (found.trained_s, found.epoch_sum, found.epoch_items, found.epoch_loss,
              found.reduced, found.waited, found.begin_s)
    if (not np.isfinite(finite).all() or min(found.trained_s, found.epoch_items, found.waited) < 0
            or not 0 <= found.reduced <= 1 or np.isnan((found.smallest, found.best_loss)).any()
            or not 0 <= found.begin_s <= found.trained_s or np.isinf(found.last_loss)):
        raise wrong("figures")
    return found


def _order(stored: Stored, counters: Counters) -> NDArray[np.int32]:
    order = stored.array("order", np.int32, 1)
    if len(order) < counters.examples or order.min() < 0:
        raise wrong("order")
    return order


def _places(parameters: Mapping[str, Held], learned: Collection[str]) -> dict[str, Place]:
    begin, places = 0, {}
    for name, array in parameters.items():
        places[name] = Place(begin, array.shape, name in learned)
        begin += array.size
    return places


def _check_shapes(places: Mapping[str, Place], group: Mapping[str, Held], prefix: str,
                  needed: Collection[str]) -> None:
    """Raise FormatError where an array is missing, is one too many, or is of another shape."""
    if odd := group.keys() ^ set(needed):
        raise wrong(prefix + min(odd))
    for name, array in group.items():
        if array.shape != places[name].shape:
            raise wrong(prefix + name)


def _fill(region: Reals, places: Mapping[str, Place], group: Mapping[str, Held], prefix: str
          ) -> None:
    """Put the arrays of a group into their places; raises FormatError for what is not finite."""
    for name, array in group.items():
        begin = places[name].begin
        part = region[begin:begin + array.size]
        put(array, part)
        if not is_finite(part):
            raise wrong(prefix + name)
