"""Which layers of two networks are the same one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.spec import NetworkSpec


@dataclass(frozen=True)
class Alignment:
    """Positions in networks A and B.

    Attributes
    ----------
    pairs : tuple[tuple[int, int], ...]
        Layers of one kind that are the same one, in the order of A.
    replaced : tuple[tuple[int, int], ...]
        Layers of which another kind has taken the place.
    moved : tuple[tuple[int, int], ...]
        Those of the pairs that stand elsewhere in the order.
    removed, added : tuple[int, ...]
        Layers that only A, or only B, has.
    """

    pairs: tuple[tuple[int, int], ...]
    replaced: tuple[tuple[int, int], ...]
    moved: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]


def align(a: NetworkSpec, b: NetworkSpec) -> Alignment:
    """Return which layers are the same one.

    Those of the same id and kind are. Where networks were built apart, ids differ: in a gap between
    two layers that are the same, those left over are taken in their order, kind by kind; and a gap
    in which just as many are left over on both sides has had them replaced.
    """
    places = {layer.id: place for place, layer in enumerate(b)}
    named = [(place, places[layer.id]) for place, layer in enumerate(a)
             if layer.id in places and b.layers[places[layer.id]].kind == layer.kind]
    steady = _longest_rise([place for _, place in named])
    in_order = [named[index] for index in steady]
    moved = tuple(sorted({*named}.difference(in_order)))
    pairs, replaced = list(named), []
    ends = [(-1, -1), *in_order, (len(a), len(b))]
    taken_a, taken_b = ({pair[side] for pair in named} for side in (0, 1))
    for (from_a, from_b), (to_a, to_b) in pairwise(ends):
        left_a = [place for place in range(from_a + 1, to_a) if place not in taken_a]
        left_b = [place for place in range(from_b + 1, to_b) if place not in taken_b]
        same = _by_kind(a, b, left_a, left_b)
        pairs += same
        same_a, same_b = ({pair[side] for pair in same} for side in (0, 1))
        rest_a = [place for place in left_a if place not in same_a]
        rest_b = [place for place in left_b if place not in same_b]
        if len(rest_a) == len(rest_b):
            replaced += list(zip(rest_a, rest_b, strict=True))
    known_a, known_b = ({pair[side] for pair in (*pairs, *replaced)} for side in (0, 1))
    return Alignment(tuple(sorted(pairs)), tuple(replaced), moved,
                     tuple(place for place in range(len(a)) if place not in known_a),
                     tuple(place for place in range(len(b)) if place not in known_b))


def _by_kind(a: NetworkSpec, b: NetworkSpec, left_a: Sequence[int], left_b: Sequence[int]
             ) -> list[tuple[int, int]]:
    """Return pairs of one kind, each after the one before on both sides."""
    found: list[tuple[int, int]] = []
    begin = 0
    for place in left_a:
        match = next((index for index in range(begin, len(left_b))
                      if b.layers[left_b[index]].kind == a.layers[place].kind), None)
        if match is not None:
            found.append((place, left_b[match]))
            begin = match + 1
    return found


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """Return the indices of a longest rising part of a sequence of different numbers."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = [-1] * len(numbers)
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before[index] = last[length - 1] if length else -1
        ends[length:length + 1] = [number]
        last[length:length + 1] = [index]
    found: list[int] = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(index)
        index = before[index]
    return found[::-1]
