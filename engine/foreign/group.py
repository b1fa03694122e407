"""What a file of weights holds: arrays, those of one layer together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

OURS, PYTORCH, KERAS, ONNX = "ours", "pytorch", "keras", "onnx"
KERAS_CELL = "keras_cell"
"""Conventions in which arrays are laid out; the last one is of cells that `engine.export` writes
for Keras, with our gates and biases."""

FORMAT, FLATTENING = "format", "images_are_flattened"
"""Remarks that files make: which framework has written them, and how it flattens images."""

CHANNELS_LAST = "channels_last"
"""What is said of images that are flattened as ours are: channels innermost."""

_ENDING = re.compile(r"^(?:(?P<layer>.*)[./])?(?P<part>[^./]+?)(?::0)?$", re.DOTALL)
_STACKED = re.compile(r"^(?P<part>(?:weight|bias)_(?:ih|hh))_l(?P<level>\d+)(?P<way>_reverse)?$")

_PARTS = {
    KERAS_CELL: frozenset({"candidate"}),
    KERAS: frozenset({"kernel", "recurrent_kernel", "embeddings", "gamma", "beta", "moving_mean",
                      "moving_variance", "alpha"}),
    PYTORCH: frozenset({"weight", "weight_ih", "weight_hh", "running_mean", "running_var"}),
    OURS: frozenset({"w"}),
}
"""Names of parts of a layer by which a framework shows: ``bias`` is everybody's."""

_PASSED_OVER = frozenset({"num_batches_tracked"})
"""Parts that are no weights."""


@dataclass(frozen=True, eq=False)
class Part:
    """An array of a layer.

    Attributes
    ----------
    name : str
        What the file calls it.
    array : numpy array
        Its numbers.
    """

    name: str
    array: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Group:
    """The arrays of one layer of a file.

    Attributes
    ----------
    name : str
        What they have in common: ``encoder.fc1``; of an ONNX file, the node.
    framework : str
        Whose layout they have; empty where nothing says it.
    parts : Mapping[str, Part]
        The arrays by what the framework calls them in a layer: ``weight``, ``bias``.
    op : str
        What they are for, where the file says so: ``Gemm``.
    settings : Mapping[str, object]
        What else the file says of it, such as whether a matrix is to be turned.
    """

    name: str
    framework: str
    parts: Mapping[str, Part]
    op: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class WeightsFile:
    """What was read of a file.

    Attributes
    ----------
    name : str
        The file's.
    groups : tuple[Group, ...]
        Its layers' arrays.
    is_ordered : bool
        Whether they stand as the data flow through them.
    flattens_last : bool
        Whether it says that images were flattened with the channels innermost.
    loose : tuple[str, ...]
        Arrays that belong to no layer.
    """

    name: str
    groups: tuple[Group, ...]
    is_ordered: bool
    flattens_last: bool = False
    loose: tuple[str, ...] = ()


def grouped(arrays: Mapping[str, NDArray[Any]], *, is_foreign: bool = False) -> tuple[Group, ...]:
    """Return the arrays of a file that knows nothing but their names, layer by layer.

    Parameters
    ----------
    arrays : Mapping[str, array]
        They, by name.
    is_foreign : bool
        Whether the file says that it comes from a framework whose layouts are not known here.
    """
    found: dict[str, dict[str, Part]] = {}
    nameless: dict[str, NDArray[Any]] = {}
    for name, array in arrays.items():
        match = _ENDING.match(name)
        layer, part = (match["layer"] or "", match["part"]) if match else ("", name)
        if part in _PASSED_OVER:
            continue
        if not layer and not any(part in names for names in (*_PARTS.values(), {"bias"})):
            nameless[name] = array
            continue
        if stacked := _STACKED.match(part):
            layer += f".l{stacked['level']}" if stacked["level"] != "0" else ""
            part = stacked["part"] + (stacked["way"] or "")
        found.setdefault(layer, {})[part] = Part(name, array)
    # Of a network of ours, some layers have names that others have, too.
    is_ours = any(framework_of(parts) == OURS for parts in found.values())
    named = (Group(layer, "" if is_foreign else OURS if is_ours else framework_of(parts), parts)
             for layer, parts in found.items())
    return (*named, *_counted(nameless))


def _counted(arrays: Mapping[str, NDArray[Any]]) -> Iterator[Group]:
    """Yield arrays without names of layers: by number, as ``W1`` and ``b1``, else one by one.

    Of arrays one by one, a row of numbers belongs to the matrix before it.
    """
    stems = {re.sub(r"\d+", "#", name) for name in arrays}
    numbers = {name: "".join(re.findall(r"\d+", name)) for name in arrays}
    groups: dict[str, dict[str, Part]] = {}
    latest = ""
    for name, array in arrays.items():
        if len(stems) > 1 and all(numbers.values()):
            latest = numbers[name]
        elif array.ndim > 1 or not latest or len(groups[latest]) > 1:
            latest = name
        groups.setdefault(latest, {})[name] = Part(name, array)
    for latest, parts in groups.items():
        yield Group(latest, "", parts)


def layer_name(name: str) -> str:
    """Return which layer an array belongs to by its name: ``fc1`` of ``fc1.weight``."""
    match = _ENDING.match(name)
    return (match["layer"] or "") if match else ""


def framework_of(parts: Mapping[str, Part]) -> str:
    """Return whose names a layer's arrays have; empty where they are nobody's."""
    return next((framework for framework, names in _PARTS.items() if names & parts.keys()), "")
