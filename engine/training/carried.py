"""What recurrent layers carry over from one batch to the next, taken out of a plan and put back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from engine.arrays import Reals
from engine.plan import Plan

KEEPING = {"keep_state": "state", "keep_cells": "cells"}
"""Ops that keep what is carried over, and what it is called."""


class Carried(NamedTuple):
    """Where something that a layer carries over lies.

    Attributes
    ----------
    name, layer : str
        ``layer-id/state`` or ``layer-id/cells``, and the layer.
    kept, held : int
        Places of the numbers, and of how many examples they are of.
    units : int
        Numbers of an example.
    """

    name: str
    layer: str
    kept: int
    held: int
    units: int


def carried(plan: Plan) -> Iterator[Carried]:
    """Yield everything that the layers of a plan carry over."""
    for line in plan.lines:
        if line.op in KEEPING:
            yield Carried(f"{line.layer}/{KEEPING[line.op]}", line.layer,
                          *(int(line.slots[slot]) for slot in ("kept", "count", "units")))


def taken(plan: Plan) -> dict[str, Reals]:
    """Return copies by name, real[examples, units]; of no examples where nothing is kept."""
    found = {}
    for one in carried(plan):
        count = int(plan.arena[one.held])
        kept = plan.arena[one.kept:one.kept + count * one.units]
        found[one.name] = kept.reshape(count, one.units).copy()
    return found


def put_back(plan: Plan, given: Mapping[str, Reals], matched: Collection[str]) -> None:
    """Fill in what ``matched`` layers carry over; all others begin with nothing."""
    for one in carried(plan):
        array = given.get(one.name) if one.layer in matched else None
        fits = array is not None and array.shape[1] == one.units and len(array) <= plan.capacity
        plan.arena[one.held] = len(array) if array is not None and fits else 0
        if array is not None and fits:
            plan.arena[one.kept:one.kept + array.size] = array.ravel()
