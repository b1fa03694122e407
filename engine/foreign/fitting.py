"""Whether a group of arrays fits a layer, and what has to be done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.foreign.group import ONNX, OURS, PYTORCH, Group, Part
from engine.foreign.layouts import (
    LAYOUTS,
    ONNX_OPS,
    ONNX_SETTINGS,
    SHOWN_BY_SHAPE,
    Layout,
    Recipe,
)
from engine.foreign.target import Target
from engine.messages import Message, say

_TURNING = frozenset({PYTORCH, ONNX})
"""Frameworks that flatten images with the channels first."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A layer's arrays, made of a file's.

    Attributes
    ----------
    arrays : Mapping[str, real array]
        They, by what the layer calls them.
    parts : tuple[Part, ...]
        What they are made of.
    done : Mapping[Message, None]
        What was done to it, each once, in order.
    """

    arrays: Mapping[str, NDArray[Any]]
    parts: tuple[Part, ...]
    done: Mapping[Message, None]


@dataclass(frozen=True)
class Misfit:
    """Arrays do not fit a layer; the message says why, as the end of a sentence."""

    message: Message


def fitted(group: Group, layer: Target, flattens_last: bool) -> Fitted | Misfit:
    """Return a layer's arrays, made of those of a group, or why they do not fit.

    Parameters
    ----------
    group : Group
        Arrays of a file.
    layer : Target
        The layer.
    flattens_last : bool
        Whether the file's images were flattened with the channels innermost, as ours are.
    """
    if group.framework:
        return _in_layout(group, layer, group.framework, flattens_last)
    if layer.op not in SHOWN_BY_SHAPE:
        return Misfit(say("foreign.no-framework"))
    return _by_shape(group, layer)


def _by_shape(group: Group, layer: Target) -> Fitted | Misfit:
    """Return arrays of an unknown layout, where their shapes allow for one only."""
    tried = [_made(group, layer, _renamed(layout[layer.op], group))
             for framework, layout in LAYOUTS.items()
             if framework != ONNX and layer.op in layout]
    fits = [one for one in tried if isinstance(one, Fitted)]
    if not fits:
        return tried[0]
    first = fits[0]
    if any(not np.array_equal(array, other.arrays[own]) for other in fits[1:]
           for own, array in first.arrays.items()):
        return Misfit(say("foreign.either-way"))
    if layer.rows_of:
        return Misfit(say("foreign.flattened-somehow", shape=layer.rows_of))
    # What is alike both ways is best told as what was left as it is.
    return next((one for one in fits if not one.done), first)


def _renamed(layout: Layout, group: Group) -> Layout:
    """Return a layout that takes a group's arrays for what their axes make likely.

    The one with the most axes is the weights, the other one the biases.
    """
    names = sorted(group.parts, key=lambda name: -group.parts[name].array.ndim)
    renamed = dict(zip(("weight", "bias"), names, strict=False))
    return {role: Recipe((renamed.get(role, role),), recipe.make, recipe.told)
            for role, recipe in layout.items()}


def _in_layout(group: Group, layer: Target, framework: str, flattens_last: bool
               ) -> Fitted | Misfit:
    if framework == OURS:
        return _made(group, layer, {role: Recipe((own,), lambda array: array)
                                    for role, own in layer.own.items()})
    layout = LAYOUTS[framework].get(layer.op)
    if layout is None:
        return Misfit(say("foreign.no-layout"))
    if framework == ONNX and (problem := _unfit_node(group, layer)):
        return Misfit(problem)
    if group.settings.get("transB"):
        layout = LAYOUTS[PYTORCH][layer.op]
    if not layer.rows_of or framework not in _TURNING or flattens_last:
        return _made(group, layer, layout)
    if layer.turns is None:
        return Misfit(say("foreign.flattened-somehow", shape=layer.rows_of))
    found = _made(group, layer, layout)
    return _rows_turned(found, layer) if layer.turns and isinstance(found, Fitted) else found


def _unfit_node(group: Group, layer: Target) -> Message | None:
    """Say what a node does that no layer of ours does, or return None."""
    if group.op not in ONNX_OPS.get(layer.op, ()):
        return say("foreign.other-node", op=group.op)
    for name, (usual, wanted) in ONNX_SETTINGS.get(group.op, {}).items():
        if group.settings.get(name, usual) != wanted:
            return say("foreign.setting", op=group.op, name=name, found=str(
                group.settings.get(name, usual)), wanted=str(wanted))
    return None


def _made(group: Group, layer: Target, layout: Layout) -> Fitted | Misfit:
    arrays: dict[str, NDArray[Any]] = {}
    done: dict[Message, None] = {}
    used: dict[str, Part] = {}
    for role, own in layer.own.items():
        recipe = layout.get(role)
        missing = [part for part in recipe.parts if part not in group.parts] if recipe else [role]
        if recipe is None or missing:
            return Misfit(say("foreign.part-missing", own=own, part=missing[0], name=group.name))
        used |= {part: group.parts[part] for part in recipe.parts}
        array = recipe.make(*(group.parts[part].array for part in recipe.parts))
        if array.shape != layer.shapes[role]:
            return Misfit(say("foreign.shape", own=own, here=layer.shapes[role],
                              name=group.parts[recipe.parts[0]].name,
                              there=group.parts[recipe.parts[0]].array.shape))
        arrays[own] = np.ascontiguousarray(array)
        if recipe.told:
            done.setdefault(say(recipe.told, name=group.parts[recipe.parts[0]].name))
    if more := group.parts.keys() - used.keys():
        return Misfit(say("foreign.part-more", names=tuple(
            group.parts[part].name for part in sorted(more))))
    return Fitted(arrays, tuple(used.values()), done)


def _rows_turned(found: Fitted, layer: Target) -> Fitted:
    """Return weights whose rows follow rows, columns, channels; the file has channels first."""
    own = layer.own["weight"]
    *places, channels = layer.rows_of
    rows = found.arrays[own]
    turned = rows.reshape(channels, *places, -1)
    turned = np.moveaxis(turned, 0, len(places)).reshape(rows.shape)
    arrays = {**found.arrays, own: np.ascontiguousarray(turned)}
    return Fitted(arrays, found.parts, {**found.done, say("foreign.unflattened",
                                                          shape=layer.rows_of): None})
