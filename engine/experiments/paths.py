"""Any field of a project by its path: ``training.schedule.kind``, ``layers.dense-2.units``."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec.structs import replace

from engine.errors import SpecError
from engine.layers.registry import kinds
from engine.messages import Message, say
from engine.spec import DataSpec, LayerSpec, ProjectSpec, TrainingSpec
from engine.spec.values import shown

LAYERS = "layers"
"""What the path of a layer's option begins with."""

PARTS: dict[str, type[msgspec.Struct]] = {"data": DataSpec, "training": TrainingSpec}
"""What all other paths begin with."""

Value = bool | int | float | str
"""What an axis may hold."""

Spec = TypeVar("Spec", bound=msgspec.Struct)

_KINDS = {kind.key: kind for kind in kinds()}
_OF_LAYER = ("frozen", "l1", "l2", "weight_decay")
"""What a layer has beside the options of its kind."""


class Place(NamedTuple):
    """What a path leads to.

    Attributes
    ----------
    is_whole : bool
        Whether it holds whole numbers.
    choices : tuple[Value, ...]
        What it can hold; empty for numbers and free texts.
    is_text : bool
        Whether it holds a text.
    """

    is_whole: bool = False
    choices: tuple[Value, ...] = ()
    is_text: bool = False


def place_of(path: str) -> Place:
    """Return what can be said of a path without a project.

    Raises
    ------
    SpecError
        If no project has such a field.
    """
    first, *rest = path.split(".")
    if first == LAYERS and len(rest) >= 2:
        return Place()
    if first not in PARTS or not rest:
        raise _unknown(path, (*PARTS, LAYERS))
    return _told(_field_type(PARTS[first], tuple(rest), path))


def value_at(project: ProjectSpec, path: str) -> Any:
    """Return what a project has at a path; raises SpecError if there is no such place."""
    first, _, rest = path.partition(".")
    if first == LAYERS:
        layer, key = _layer_of(project, path, rest)
        if key in _OF_LAYER:
            return getattr(layer, key)
        return _KINDS[layer.kind].options(layer)[key]
    place_of(path)
    found: Any = project
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else getattr(found, name)
    return found


def with_value(project: ProjectSpec, path: str, value: Value) -> ProjectSpec:
    """Return the project with another value at a path.

    Raises
    ------
    SpecError
        If there is no such place, or it cannot hold the value.
    """
    first, _, rest = path.partition(".")
    if first != LAYERS:
        place_of(path)
        return _put(project, path.split("."), value, path)
    layer, key = _layer_of(project, path, rest)
    if key in _OF_LAYER:
        layer = replace(layer, **{key: _fitting(_types(LayerSpec)[key], value, path)})
    else:
        layer = layer.with_options(**{key: value})
    return replace(project, network=project.network.replaced(layer))


def _layer_of(project: ProjectSpec, path: str, rest: str) -> tuple[LayerSpec, str]:
    """Return the layer that a path names, and the option; raises SpecError if it has none such."""
    name, _, key = rest.rpartition(".")
    layer = project.network.layer(name)
    known = (*(field.key for field in _KINDS[layer.kind].fields), *_OF_LAYER) if (
        layer.kind in _KINDS) else _OF_LAYER
    if key not in known:
        raise _unknown(path, known)
    return layer, key


def _put(spec: Spec, names: list[str], value: Value, path: str) -> Spec:
    name, *rest = names
    now = getattr(spec, name)
    if isinstance(now, dict) and rest:
        return replace(spec, **{name: {**now, ".".join(rest): value}})
    if rest:
        return replace(spec, **{name: _put(now, rest, value, path)})
    return replace(spec, **{name: _fitting(_types(type(spec))[name], value, path)})


def _fitting(wanted: Any, value: Value, path: str) -> Any:
    """Return a value in the type of its field; raises SpecError if it does not fit."""
    try:
        return msgspec.convert(value, wanted)
    except (msgspec.ValidationError, OverflowError) as error:
        raise SpecError("knob.value", knob=path, value=shown(value),
                        wanted=_wanted(str(error))) from error


def _wanted(words: str) -> str | Message:
    """Return what msgspec, which says "Expected `float` >= 0.0", would have wanted."""
    if not words.startswith("Expected "):
        return say("knob.choice")
    return words.removeprefix("Expected ").partition(" - at ")[0].partition(", got ")[0]


@cache
def _types(spec: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(spec)}


def _field_type(spec: Any, names: tuple[str, ...], path: str) -> Any:
    name, *rest = names
    known = _types(spec)
    if name not in known:
        raise _unknown(path, tuple(known))
    found = known[name]
    if not rest:
        return found
    if get_origin(found) is dict:
        return str
    if not (isinstance(found, type) and issubclass(found, msgspec.Struct)):
        raise _unknown(path, tuple(known))
    return _field_type(found, tuple(rest), path)


def _told(found: Any) -> Place:
    """Return what a type says of the values that a field holds."""
    while get_origin(found) is Annotated:
        found = get_args(found)[0]
    if get_origin(found) in (Union, UnionType):
        found = next(part for part in get_args(found) if part is not type(None))
        return _told(found)
    if get_origin(found) is Literal:
        return Place(choices=get_args(found), is_text=True)
    if found is bool:
        return Place(choices=(False, True))
    return Place(is_whole=found is int, is_text=found is str)


def _unknown(path: str, known: tuple[str, ...]) -> SpecError:
    return SpecError("knob.path", path=path, known=known)
