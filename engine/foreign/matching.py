"""Which arrays of a file belong to which layer of a network; what cannot be told is left out.

1. Names: a layer and a group of arrays that have the same one belong together; but not by a number
   that Keras has given, which calls the first of a kind ``dense`` and the second ``dense_1``.
2. Order: of the others, if there are as many groups as layers, each fits its partner, and the file
   has an order: it is an ONNX model, or its names differ in their numbers alone (``net.0``,
   ``net.2``).
3. Shapes: of the others, a layer takes the one group that fits it, if that fits no other layer.

Whose layout a group has, its framework says; where no name tells the framework, a shape does if it
fits in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from engine.foreign.fitting import Fitted, Misfit, fitted
from engine.foreign.group import Group, WeightsFile
from engine.foreign.target import Target
from engine.messages import Message, say
from engine.telemetry.transfer import LeftLayer, TransferReport


@dataclass(frozen=True, eq=False)
class FirstWeights:
    """What a network starts with.

    Attributes
    ----------
    arrays : Mapping[str, real array]
        Parameters by our names, ``layer-id/w``, in our layout.
    sources : Mapping[str, Message]
        By layer, where its arrays come from and what was done to them; none for those of another
        project.
    reasons : Mapping[str, Message]
        By layer, why it has none.
    unused : tuple[str, ...]
        What of the file nobody takes.
    """

    arrays: Mapping[str, NDArray[Any]]
    sources: Mapping[str, Message] = field(default_factory=dict)
    reasons: Mapping[str, Message] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def explained(self, report: TransferReport) -> TransferReport:
        """Return a report that says where the arrays of a file come from."""
        left = tuple(LeftLayer(layer.layer_id, self.reasons.get(layer.layer_id, layer.message))
                     for layer in report.left)
        return TransferReport(report.matched, left, self.sources, self.unused)


def matched(file: WeightsFile, layers: Sequence[Target]) -> FirstWeights:
    """Return the arrays of a file under the names of a network's layers.

    Parameters
    ----------
    file : WeightsFile
        What was read.
    layers : sequence of Target
        What the network has room for.
    """
    search = _Search(file, layers)
    for step in (search.by_name, search.by_order, search.by_shape):
        step()
    return search.found()


class _Search:
    """Pairs layers with groups, step by step.

    Parameters
    ----------
    file, layers : WeightsFile, sequence of Target
        As `matched` has them.
    """

    def __init__(self, file: WeightsFile, layers: Sequence[Target]) -> None:
        self._file = file
        self._layers = list(layers)
        self._groups = list(file.groups)
        self._called = {_plain(layer.layer_id) for layer in layers}
        self._beginnings = {words[:place] for group in file.groups
                            for words in (_words(group.name),)
                            for place in range(1, len(words) + 1)}
        self._taken: dict[str, tuple[Fitted, Message]] = {}
        self._reasons: dict[str, Message] = {}

    def by_name(self) -> None:
        """Pair what has the same name, whether or not it fits."""
        for layer in list(self._layers):
            own = [group for group in self._groups if _is_called(group.name, layer.layer_id)
                   and not self._is_counted(group)]
            if len(own) != 1:
                continue
            result = self._fit(own[0], layer)
            self._layers.remove(layer)
            self._groups.remove(own[0])
            if isinstance(result, Misfit):
                self._reasons[layer.layer_id] = result.message
            else:
                self._take(layer, own[0], result, "foreign.by-name")

    def _is_counted(self, group: Group) -> bool:
        """Say whether a number in a name counts from the second of a kind on, as Keras does."""
        words = _words(group.name)
        for place, word in enumerate(words):
            first, _, number = word.rpartition("_")
            if number.isdigit() and first not in self._called \
                    and (*words[:place], first) in self._beginnings:
                return True
        return False

    def by_order(self) -> None:
        """Pair the rest one by one, if all of it fits."""
        in_order = sorted(self._groups, key=_numbered)
        has_order = self._file.is_ordered or _differ_in_numbers(in_order)
        if self._file.is_ordered:
            in_order = self._groups
        if not has_order or len(in_order) != len(self._layers):
            return
        results = [self._fit(group, layer)
                   for group, layer in zip(in_order, self._layers, strict=True)]
        if any(isinstance(result, Misfit) for result in results):
            return
        for layer, group, result in zip(self._layers, in_order, results, strict=True):
            assert isinstance(result, Fitted)
            self._take(layer, group, result, "foreign.by-order")
        self._layers, self._groups = [], []

    def by_shape(self) -> None:
        """Pair what fits nothing else."""
        fits = {(place, number): result for place, layer in enumerate(self._layers)
                for number, group in enumerate(self._groups)
                if not isinstance(result := self._fit(group, layer), Misfit)}
        taken = set()
        for place, layer in enumerate(self._layers):
            mine = [number for at, number in fits if at == place]
            rivals = [at for at, number in fits if [number] == mine]
            if len(mine) == 1 and len(rivals) == 1:
                self._take(layer, self._groups[mine[0]], fits[place, mine[0]], "foreign.by-shape")
                taken.add(mine[0])
            elif mine:
                names = tuple(self._groups[number].name for number in mine)
                self._reasons[layer.layer_id] = say("foreign.several", names=names)
            else:
                self._reasons[layer.layer_id] = self._why_none(layer)
        self._groups = [group for number, group in enumerate(self._groups) if number not in taken]

    def found(self) -> FirstWeights:
        """Return what has been paired."""
        arrays = {f"{layer_id}/{own}": array for layer_id, (result, _) in self._taken.items()
                  for own, array in result.arrays.items()}
        used = {part.name for result, _ in self._taken.values() for part in result.parts}
        unused = [part.name for group in self._file.groups for part in group.parts.values()
                  if part.name not in used]
        sources = {layer_id: told for layer_id, (_, told) in self._taken.items()}
        return FirstWeights(arrays, sources, self._reasons, (*unused, *self._file.loose))

    def _fit(self, group: Group, layer: Target) -> Fitted | Misfit:
        return fitted(group, layer, self._file.flattens_last)

    def _take(self, layer: Target, group: Group, result: Fitted, how: str) -> None:
        names = tuple(part.name for part in result.parts)
        done = tuple(result.done)
        self._taken[layer.layer_id] = result, (
            say("foreign.taken-changed", names=names, done=done, how=say(how)) if done
            else say("foreign.taken", names=names, how=say(how)))

    def _why_none(self, layer: Target) -> Message:
        """Say why no group fits: of a single one, in what it differs."""
        if len(self._groups) == 1 == len(self._layers):
            result = self._fit(self._groups[0], layer)
            if isinstance(result, Misfit):
                return result.message
        return say("foreign.none-fits", shapes=tuple(
            say("foreign.array", name=own, shape=layer.shapes[role])
            for role, own in layer.own.items()))


def _is_called(name: str, layer_id: str) -> bool:
    """Say whether a group has a layer's name: as a whole, or as one of its words."""
    return _plain(layer_id) in {_plain(name), *_words(name)}


def _words(name: str) -> tuple[str, ...]:
    return tuple(_plain(word) for word in re.split(r"[./]", name))


def _plain(name: str) -> str:
    # No language lets a minus stand in a name.
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def _numbered(group: Group) -> tuple[tuple[int, int, str], ...]:
    """Return what groups are sorted by: 2 comes before 10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part)
                 for part in re.split(r"(\d+)", group.name) if part)


def _differ_in_numbers(groups: Sequence[Group]) -> bool:
    """Say whether names are alike but for one number, which then counts them."""
    stems = {re.sub(r"\d+", "#", group.name) for group in groups}
    counted = {tuple(re.findall(r"\d+", group.name)) for group in groups}
    varying = [len(set(column)) for column in zip(*counted, strict=False)] if counted else []
    return len(stems) == 1 and len(counted) == len(groups) and sum(
        count > 1 for count in varying) <= 1
