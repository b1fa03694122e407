"""Whether a project has the form that one from a file has.

What a file holds was checked when it was read; a project made in Python may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.layers.issue import Issue
from engine.messages import Message, say
from engine.spec import LayerSpec, NetworkSpec, TrainingSpec
from engine.spec.values import shown

PARTS: dict[str, tuple[type, Message]] = {
    "id": (str, say("part.text")), "kind": (str, say("part.text")),
    "inputs": (tuple, say("part.ids")), "options": (dict, say("part.options"))}
"""What a layer's fields have to be, and in words; all hold texts."""


def training_form(training: object) -> Iterator[Issue]:
    """Yield what keeps the training part from being written to a file and read again."""
    if not isinstance(training, TrainingSpec):
        yield Issue("", say("training.form", value=shown(training)))
        return
    try:
        msgspec.convert(msgspec.to_builtins(training), TrainingSpec)
    except (TypeError, OverflowError, msgspec.ValidationError) as error:
        yield Issue("", _said(training, str(error)))


def network_form(network: object) -> Iterator[Issue]:
    """Yield what is of a wrong type in a network, so that nothing else could be looked at."""
    layers = getattr(network, "layers", network)
    if not isinstance(network, NetworkSpec) or not _is_of(layers, tuple, object):
        yield Issue("", say("network.form", value=shown(layers)))
        return
    for position, layer in enumerate(network.layers):
        if _is_of(layer, LayerSpec):
            yield from _layer_forms(position, layer)
        else:
            yield Issue("", say("network.layer-form", position=position, value=shown(layer)))


def _is_of(value: object, kind: type, items: type = str) -> bool:
    """Say whether a value is of a type, and if it is a collection, what it holds is of another."""
    if isinstance(value, tuple | dict) and not all(isinstance(item, items) for item in value):
        return False
    return isinstance(value, kind)


def _layer_forms(position: int, layer: LayerSpec) -> Iterator[Issue]:
    name = layer.id if _is_of(layer.id, str) else ""
    for key, (wanted, expected) in PARTS.items():
        if not _is_of(value := getattr(layer, key), wanted):
            yield Issue(name, say("network.layer-part", position=position, key=key,
                                  value=shown(value), expected=expected))


def _said(training: object, error: str) -> Message:
    """Return msgspec's words, such as "Expected `float` >= 0.0 - at `$.l1`", with what it found."""
    wanted, _, path = error.rstrip("`").partition(" - at `$.")
    if not path:
        return say("training.unreadable", problem=error)
    found = training
    for name in path.split("."):
        found = getattr(found, name, found)
    return say("training.value", path=path, value=shown(found), wanted=_wanted(wanted))


def _wanted(words: str) -> str | Message:
    if words == "Number out of range":
        return say("value.finite")
    return words.removeprefix("Expected ")
