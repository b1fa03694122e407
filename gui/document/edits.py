"""Edits as functions from one spec to the next, checked before they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from engine.errors import SpecError
from engine.layers import Field, kind, output_layer, place
from engine.messages import Message, say
from engine.spec import LayerSpec, Limits, NetworkSpec, Option, ProjectSpec
from engine.spec.limits import differing, limits_fault
from engine.spec.network import MOST_LAYERS
from gui.document.wiring import block, extended, followed, known_kind, usual_inputs

SpecT = TypeVar("SpecT", bound=msgspec.Struct)

WORDS = {"frozen": "freezing", "l1": "L1", "l2": "L2", "digest": "what the data are",
         "embedded": "whether the data travel"}
"""Fields whose names are not words."""

PLACES = {
    "training": say("place.training"), "data": say("place.data"),
    "optimizer": say("place.optimizer"), "schedule": say("place.schedule"),
    "stopping": say("place.stopping"), "augmentation": say("place.augmentation"),
    "averaging": say("place.averaging")}
"""How messages call the parts of a project."""


def hidden_layers(network: NetworkSpec, kind_key: str = "dense") -> tuple[LayerSpec, ...]:
    """Return the layers of a kind that are not the output layer, first to last."""
    output = output_layer(network)
    return tuple(layer for layer in network if layer.kind == kind_key and layer is not output)


def input_id(network: NetworkSpec) -> str:
    """Return the id of the layer where data enter; empty if the network does not begin with one."""
    first = network.layers[0] if network.layers else None
    layer_kind = known_kind(first) if first is not None else None
    return first.id if first is not None and layer_kind and not layer_kind.insertable else ""


def default_position(network: NetworkSpec, selected: str, widths: Sequence[int] = ()) -> int:
    """Return where a new layer goes: after the selected layer, not after the output layer.

    Parameters
    ----------
    network : NetworkSpec
        The network.
    selected : str
        Id of the selected layer; empty for none.
    widths : sequence of int
        Numbers of units that fit the data. While a network is built from nothing, its last layer
        is the output only once it has one of them; without any, it always is.
    """
    output = output_layer(network)
    if output is not None and widths and width(output) not in widths:
        output = None
    before_output = network.index(output.id) if output else len(network)
    ids = [layer.id for layer in network]
    if selected in ids and ids.index(selected) < before_output:
        return ids.index(selected) + 1
    return max(before_output, 1)


def width(layer: LayerSpec) -> Option | None:
    """Return how many numbers a layer gives if a person chooses that; else None."""
    layer_kind = known_kind(layer)
    if layer_kind is None or not layer_kind.width_option:
        return None
    return layer_kind.options(layer)[layer_kind.width_option]


def added(network: NetworkSpec, kind_key: str, position: int,
          n_inputs: int) -> tuple[NetworkSpec, str]:
    """Return the network with a new layer before ``position``, and the layer's id.

    The new layer takes its options from the nearest layer of its kind that is not the output. One
    that joins is fed by what fits; ``n_inputs`` numbers come in from the data.

    Raises
    ------
    SpecError
        If there is no such kind, people may not insert it, or the network is full.
    """
    layer_kind = kind(kind_key)
    if not layer_kind.insertable:
        raise SpecError("edit.second-input", title=layer_kind.title)
    _check_room(network, 1)
    position = min(max(position, 1), len(network))
    model = min(hidden_layers(network, kind_key), default=None,
                key=lambda layer: abs(network.index(layer.id) + 0.5 - position))
    layer_id = network.fresh_id(kind_key)
    layer = LayerSpec(layer_id, kind_key, dict(model.options) if model else {})
    layer = layer.with_inputs(*usual_inputs(network, layer, position, n_inputs))
    return extended(network, position, layer), layer_id


def removed(network: NetworkSpec, layer_id: str) -> NetworkSpec:
    """Return the network without a layer; what it fed is fed by what fed it.

    Raises
    ------
    SpecError
        If it is the input layer, or there is no such layer.
    """
    _check_not_input(network, layer_id, "edit.input-removed")
    after = followed(network, network.removed(layer_id))
    for layer in after:
        known = known_kind(layer)
        if known is not None and len(layer.inputs) > known.most_inputs:
            after = after.replaced(layer.with_inputs(*layer.inputs[:known.most_inputs]))
    return after


def moved(network: NetworkSpec, layer_id: str, position: int) -> NetworkSpec:
    """Return the network with a layer at ``position``, at the nearest one if that is the input's.

    What was fed by the layer right above it still is; other wires stay as they are.

    Raises
    ------
    SpecError
        If it is the input layer, or there is no such layer.
    """
    _check_not_input(network, layer_id, "edit.input-moved")
    return followed(network, network.moved(layer_id, min(max(position, 1), len(network) - 1)))


def repeated(network: NetworkSpec, layer_id: str, times: int) -> tuple[NetworkSpec, str]:
    """Return the network with ``times`` copies of a layer after it, and the id of the last copy.

    With a layer that joins, the whole path that it ends is repeated: the copy of what began the
    path is the joining layer before it.

    Raises
    ------
    SpecError
        If it is the input layer, there is no such layer, or the network gets too long.
    """
    _check_not_input(network, layer_id, "edit.input-repeated")
    layers = block(network, layer_id)
    _check_room(network, times * len(layers))
    position = network.index(layer_id) + 1
    entry = network.layers[position - len(layers) - 1].id
    after, last = network, layer_id
    for _ in range(times):
        # What the path comes from stands for the end of the copy before.
        names = {entry: last}
        for layer in layers:
            names[layer.id] = last = after.fresh_id(layer.kind)
            inputs = layer.inputs if len(layers) > 1 else ()
            copy = replace(layer, id=last, options=dict(layer.options),
                           inputs=tuple(names.get(name, name) for name in inputs))
            after = after.inserted(position, copy)
            position += 1
    return followed(network, after), last


def with_inputs(network: NetworkSpec, layer_id: str, inputs: Sequence[str]) -> NetworkSpec:
    """Return the network in which these layers feed a layer; none stands for the one above.

    Raises
    ------
    SpecError
        If there is no such layer, or one of them does not stand before it or is named twice.
    """
    _check_not_input(network, layer_id, "edit.input-fed")
    position = network.index(layer_id)
    before = [layer.id for layer in network.layers[:position]]
    layer = network.layers[position]
    if len(set(inputs)) < len(inputs) or not set(inputs) <= {*before, *layer.inputs}:
        raise SpecError("edit.inputs", place=place(position, layer))
    known = known_kind(layer)
    if known is not None and known.most_inputs == 1 and tuple(inputs) == (before[-1],):
        inputs = ()
    return network.replaced(layer.with_inputs(*inputs))


def with_layer(network: NetworkSpec, layer_id: str, **changes: object) -> NetworkSpec:
    """Return the network with fields of a layer set; raises SpecError if one is not allowed."""
    layer = network.layer(layer_id)
    where = place(network.index(layer_id), layer)
    return network.replaced(checked(replace(layer, **changes), where))


def with_option(network: NetworkSpec, layer_id: str, key: str, value: Option) -> NetworkSpec:
    """Return the network with one option of a layer set.

    Raises
    ------
    SpecError
        If the layer or the option does not exist, or the value is not allowed.
    """
    layer = network.layer(layer_id)
    _check_option(place(network.index(layer_id), layer), layer, key, value)
    return network.replaced(layer.with_options(**{key: value}))


def with_hidden_options(network: NetworkSpec, options: Mapping[str, Option],
                        kind_key: str = "dense") -> NetworkSpec:
    """Return the network with options of all its hidden layers set; raises as `with_option`."""
    for layer in hidden_layers(network, kind_key):
        for key, value in options.items():
            network = with_option(network, layer.id, key, value)
    return network


def frozen(network: NetworkSpec, layer_ids: Iterable[str]) -> NetworkSpec:
    """Return the network in which layers keep their parameters; raises SpecError."""
    for layer_id in layer_ids:
        network = with_layer(network, layer_id, frozen=True)
    return network


def style_fields(layer: LayerSpec) -> tuple[Field, ...]:
    """Return the fields that say how a layer works rather than how big it is.

    These are its choices, and the numbers that belong to a choice: for a dense layer activation,
    initial weights and their spread.
    """
    fields = kind(layer.kind).fields
    chosen = {field.key for field in fields if field.choices}
    return tuple(field for field in fields if field.key in chosen
                 or (field.shown_when is not None and field.shown_when[0] in chosen))


def selection_after(before: NetworkSpec, after: NetworkSpec, selected: str) -> str:
    """Return which layer to select when one network takes another's place.

    A single layer that has come in is selected; else the selection stays; else it goes to the
    layer that has taken the place of the one that went.
    """
    old, new = [layer.id for layer in before], [layer.id for layer in after]
    fresh = [layer_id for layer_id in new if layer_id not in old]
    if len(fresh) == 1 and len(new) == len(old) + 1:
        return fresh[0]
    if selected in new:
        return selected
    if not new:
        return ""
    return new[min(old.index(selected) if selected in old else 1, len(new) - 1)]


def _check_option(where: Message, layer: LayerSpec, key: str, value: Option) -> None:
    field = kind(layer.kind).field(key)
    if field is None:
        known = tuple(field.key for field in kind(layer.kind).fields)
        if known:
            raise SpecError("edit.no-option", place=where, option=key, known=known)
        raise SpecError("edit.no-options", place=where, option=key)
    if (fault := field.fault(value)) is not None:
        raise SpecError("edit.option", place=where, title=field.title, problem=fault)


def _check_not_input(network: NetworkSpec, layer_id: str, code: str) -> None:
    """Raise SpecError if a layer is the input; the code says what cannot be done with it."""
    position = network.index(layer_id)
    known = known_kind(network.layers[0])
    if position == 0 and known is not None and not known.insertable:
        raise SpecError(code, place=place(position, network.layers[0]))


def _check_room(network: NetworkSpec, more: int) -> None:
    if more < 0 or len(network) + more > MOST_LAYERS:
        raise SpecError("edit.too-many-layers", count=len(network) + more, most=MOST_LAYERS)


def with_limits(project: ProjectSpec, limits: Limits) -> ProjectSpec:
    """Return the project with other limits of the doctor, as far as they are not the defaults.

    Raises
    ------
    SpecError
        If one of them is unknown, or cannot be what it is to be.
    """
    fault = limits_fault(limits)
    if fault is not None:
        raise SpecError("edit.value", place=say("place.limits"), reason=fault)
    return replace(project, limits=differing(limits))


def checked(spec: SpecT, place: Message) -> SpecT:
    """Return a spec whose fields hold what they may hold.

    Parameters
    ----------
    spec : Struct
        What somebody wants.
    place : Message
        Its name in messages.

    Raises
    ------
    SpecError
        If a field does not hold what it may; the message names the field.
    """
    # Structs check their fields only when they are read, not when they are made.
    try:
        return msgspec.convert(msgspec.to_builtins(spec), type(spec))
    except msgspec.ValidationError as error:
        raise SpecError("edit.value", place=place, reason=str(error)) from error


def words(names: Iterable[str]) -> str:
    """Return the names of fields as people read them: ``training share and seed``."""
    return " and ".join(WORDS.get(name, name.replace("_", " ")) for name in names) or "nothing"
