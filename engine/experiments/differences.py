"""What differs between two projects, knob by knob, in words.

A knob is what a person turns once: the same option, changed alike in nine layers, is one; an
activation and the initial weights that go with it are two. A project's name is none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.experiments.alignment import Alignment, align
from engine.experiments.settings import (
    Setting,
    Settings,
    known_kind,
    of_data,
    of_layer,
    of_start,
    of_training,
)
from engine.layers import output_layer
from engine.messages import Message, say
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec

NOTHING = say("difference.none")
_OF_ORDER = ("presence", "order")
"""Keys of changes that are nothing without their place."""

Held = Counter[tuple[str, str]]
"""How many layers have a value, by option and value."""


@dataclass(frozen=True)
class Difference:
    """One knob.

    Attributes
    ----------
    where : Message
        ``9 layers``, ``Layer 3 (Dense)``, ``Training``, ``Data``.
    what : Message
        ``Activation``, ``Learning rate``.
    a, b : Message
        What each project has: ``Sigmoid``, ``0.03``, ``none``.
    brief : Message
        All of it but where: ``ReLU instead of Sigmoid``.
    told : Message
        All of it: ``ReLU instead of Sigmoid in 9 layers``.
    layers : tuple[str, ...]
        Ids of the layers, those of project A where it has them; empty for training and data.
    everywhere : bool
        Whether it says all without saying where: no layer that had A's value kept it.
    """

    where: Message
    what: Message
    a: Message
    b: Message
    brief: Message
    told: Message
    layers: tuple[str, ...] = ()
    everywhere: bool = True

    @property
    def text(self) -> str:
        """The difference as a phrase: ``ReLU instead of Sigmoid in 9 layers``."""
        return self.told.text


@dataclass(frozen=True)
class Row:
    """A line of a table of runs that shows only what differs.

    Attributes
    ----------
    where, what : Message
        As of `Difference`.
    present : Message
        What the present project has.
    values : tuple[Message, ...]
        What every other has; equal to ``present`` where it does not differ.
    """

    where: Message
    what: Message
    present: Message
    values: tuple[Message, ...]


def differences(a: ProjectSpec, b: ProjectSpec) -> tuple[Difference, ...]:
    """Return what differs between two projects: network first, then training, data and start."""
    groups: dict[tuple[object, ...], list[_Change]] = defaultdict(list)
    for change in _changes(a, b):
        groups[change.how, change.key, change.a, change.b].append(change)
    held = _held(a.network) if any(changes[0].layer for changes in groups.values()) else Counter()
    return tuple(_difference(changes, a.network, held) for changes in groups.values())


def title(found: Sequence[Difference]) -> Message:
    """Return the name of a pair by what differs: ``B: ReLU instead of Sigmoid``, ``B: 2 changes``.

    Parameters
    ----------
    found : Sequence[Difference]
        What `differences` found from A to B.
    """
    if not found:
        return say("difference.title-none")
    if len(found) > 1:
        return say("difference.title-many", count=len(found))
    return say("difference.title", told=found[0].brief if found[0].everywhere else found[0].told)


def table(present: ProjectSpec, others: Sequence[ProjectSpec]) -> tuple[Row, ...]:
    """Return a line for every knob by which any project differs from the present one.

    Parameters
    ----------
    present : ProjectSpec
        The project that the others are held against.
    others : Sequence[ProjectSpec]
        A column each.
    """
    cells: dict[tuple[str, str], dict[int, _Change]] = defaultdict(dict)
    for column, other in enumerate(others):
        for change in _changes(present, other):
            cells[change.layer, change.key][column] = change
    rows: dict[tuple[object, ...], list[_Change]] = defaultdict(list)
    for found in cells.values():
        first = next(iter(found.values()))
        values = tuple(found[column].b if column in found else first.a
                       for column in range(len(others)))
        rows[first.key, first.a, values].append(first)
    return tuple(Row(_where(changes), changes[0].what, changes[0].a, _values(key))
                 for key, changes in rows.items())


def _values(key: tuple[object, ...]) -> tuple[Message, ...]:
    values = key[2]
    assert isinstance(values, tuple)
    return values


@dataclass(frozen=True)
class _Change:
    """One setting of one layer, or of the training or the data.

    Attributes
    ----------
    how : str
        Which of `_TOLD` tells it.
    key : str
        The setting.
    what, a, b : Message
        As of `Difference`.
    place : Message
        Where it is, alone: ``Layer 3 (Dense)``, or ``behind layer 2`` of what is added.
    layer : str
        Id of the layer; empty for training and data.
    position : int
        Its place in A; of one that only B has, that of the layer before it.
    """

    how: str
    key: str
    what: Message
    a: Message
    b: Message
    place: Message
    layer: str = ""
    position: int = -1


def _changes(a: ProjectSpec, b: ProjectSpec) -> Iterator[_Change]:
    yield from sorted(_of_networks(a.network, b.network), key=lambda change: change.position)
    for place, of_a, of_b in (
            (say("place.training"), of_training(a.training), of_training(b.training)),
            (say("place.data"), of_data(a.data), of_data(b.data)),
            (say("place.network"), of_start(a), of_start(b))):
        yield from _of_settings(of_a, of_b, place)


def _of_settings(a: Settings, b: Settings, place: Message, layer: str = "", position: int = -1
                 ) -> Iterator[_Change]:
    """Yield the settings that differ; one that is not in force differs from what is unusual."""
    for key in dict.fromkeys((*a, *b)):
        of_a, of_b = a.get(key), b.get(key)
        known = of_a or of_b
        assert known is not None
        if of_a is None or of_b is None:
            if known.value == known.field.default:
                continue
        # 1 == True, and a whole number may stand where another project has the same one as float.
        elif of_a.value == of_b.value:
            continue
        shown = [setting.shown if setting else NOTHING for setting in (of_a, of_b)]
        if shown[0].text == shown[1].text:
            shown = [setting.exact if setting else NOTHING for setting in (of_a, of_b)]
        yield _Change(_how(known), key, _name(known.field.title),
                      shown[0], shown[1], place, layer, position)


def _how(setting: Setting) -> str:
    if setting.is_named:
        return "named"
    return "switched" if isinstance(setting.value, bool) else "set"


def _of_networks(a: NetworkSpec, b: NetworkSpec) -> Iterator[_Change]:
    found = align(a, b)
    for at_a, at_b in found.pairs:
        layer, other = a.layers[at_a], b.layers[at_b]
        place = _place(at_a, layer)
        yield from _of_settings(of_layer(layer), of_layer(other), place, layer.id, at_a)
        if layer.id != other.id:
            # Not which: networks built apart would have as many knobs as layers.
            yield _Change("renamed", "id", _name("Name"), say("difference.own"),
                          say("difference.other"), place, layer.id, at_a)
    for at_a, at_b in found.replaced:
        layer = a.layers[at_a]
        yield _Change("named", "kind", _name("Layer"), _label(layer), _label(b.layers[at_b]),
                      _place(at_a, layer), layer.id, at_a)
    yield from _of_order(a, b, found)


def _of_order(a: NetworkSpec, b: NetworkSpec, found: Alignment) -> Iterator[_Change]:
    """Yield what was removed, added, moved, or is fed by other layers."""
    for at_a in found.removed:
        layer = a.layers[at_a]
        yield _Change("removed", "presence", _title(layer), _label(layer), NOTHING,
                      _behind(at_a - 1), layer.id, at_a)
    before = _before(b, found)
    for at_b in found.added:
        layer = b.layers[at_b]
        yield _Change("added", "presence", _title(layer), NOTHING, _label(layer),
                      _behind(before[at_b]), layer.id, before[at_b])
    for at_a, at_b in found.moved:
        layer = a.layers[at_a]
        yield _Change("set", "order", _title(layer), _behind(at_a - 1), _behind(before[at_b]),
                      _place(at_a, layer), layer.id, at_a)
    yield from _of_wiring(a, b, found)


def _before(b: NetworkSpec, found: Alignment) -> list[int]:
    """Return for every layer of B where, in A, the last one before it stands that A has too."""
    in_a = {at_b: at_a for at_a, at_b in (*found.pairs, *found.replaced)}
    before, last = [], -1
    for at_b in range(len(b)):
        before.append(last)
        last = in_a.get(at_b, last)
    return before


def _of_wiring(a: NetworkSpec, b: NetworkSpec, found: Alignment) -> Iterator[_Change]:
    """Yield layers that read others than before, beyond what follows from layers that came or went.

    What is read through such a layer counts as read; a layer before which one was put reads the
    same as before.
    """
    pairs = (*found.pairs, *found.replaced)
    to_a = {b.layers[at_b].id: a.layers[at_a].id for at_a, at_b in pairs}
    known_a = {a.layers[at_a].id for at_a, _ in pairs}
    of_a, of_b = _sources(a, known_a), _sources(b, set(to_a))
    moved = {at_a for at_a, _ in found.moved}
    for at_a, at_b in found.pairs:
        explicit = a.layers[at_a].inputs or b.layers[at_b].inputs
        read_a, read_b = of_a[at_a], {to_a[name] for name in of_b[at_b]}
        if explicit and at_a not in moved and not (read_a <= read_b or read_b <= read_a):
            layer = a.layers[at_a]
            yield _Change("set", "inputs", _name("Inputs"),
                          _names(read_a), _names(read_b), _place(at_a, layer), layer.id, at_a)


def _sources(network: NetworkSpec, known: set[str]) -> list[set[str]]:
    """Return for every layer which of the known ones feed it, directly or through others."""
    through: dict[str, set[str]] = {}
    found: list[set[str]] = []
    before: tuple[str, ...] = ()
    for layer in network:
        names = layer.inputs or before
        found.append(set().union(*(through.get(name, set()) for name in names)))
        through[layer.id] = {layer.id} if layer.id in known else found[-1]
        before = (layer.id,)
    return found


def _place(position: int, layer: LayerSpec) -> Message:
    # Not `engine.layers.place`, which knows no layer of a newer version.
    kind = known_kind(layer)
    return say("place.layer", position=position, title=kind.title if kind else layer.kind)


def _behind(position: int) -> Message:
    if position < 0:
        return say("difference.first")
    return say("difference.behind", layer=position) if position else say("difference.behind-input")


def _name(text: str) -> Message:
    return say("difference.name", name=text)


def _names(ids: set[str]) -> Message:
    return say("difference.list", parts=tuple(sorted(ids)))


def _title(layer: LayerSpec) -> Message:
    kind = known_kind(layer)
    return _name(kind.title if kind else layer.kind)


def _label(layer: LayerSpec) -> Message:
    kind = known_kind(layer)
    if kind is None:
        return _name(layer.kind)
    try:
        return _name(kind.label(kind.options(layer)))
    except (KeyError, TypeError, ValueError):
        # A project may hold what no option can be; `engine.layers.diagnose` tells of it.
        return _title(layer)


_TOLD: Mapping[str, Callable[[_Change], Message]] = MappingProxyType({
    "named": lambda change: say("difference.named", a=change.a, b=change.b),
    "set": lambda change: say("difference.set", what=change.what, a=change.a, b=change.b),
    "switched": lambda change: say("difference.switched", what=change.what, b=change.b),
    "added": lambda change: say("difference.added", b=change.b),
    "removed": lambda change: say("difference.removed", a=change.a),
    "renamed": lambda change: say("difference.renamed"),
})
"""What is said of a change, but for its place."""


def _difference(changes: Sequence[_Change], a: NetworkSpec, held: Held) -> Difference:
    first = changes[0]
    brief = _TOLD[first.how](first)
    found = Difference(_where(changes), first.what, first.a, first.b, brief, brief)
    if not first.layer:
        return found
    return replace(found, told=_placed(brief, changes), everywhere=_is_everywhere(changes, a, held),
                   layers=tuple(change.layer for change in changes))


def _where(changes: Sequence[_Change]) -> Message:
    if len(changes) == 1 or not changes[0].layer:
        return changes[0].place
    return say("difference.layers", count=len(changes))


def _placed(brief: Message, changes: Sequence[_Change]) -> Message:
    """Return a difference with its place."""
    first, count = changes[0], len(changes)
    if first.key == "order":
        return brief
    if first.key == "presence":
        return (say("difference.beside", told=brief, place=first.place) if count == 1
                else say("difference.behind-layers", told=brief, count=count))
    if count > 1:
        return say("difference.in-layers", told=brief, count=count)
    return say("difference.in-layer", told=brief, layer=first.position)


def _held(a: NetworkSpec) -> Held:
    """Return how many layers have a value, by option and value; the output layer is left out.

    Its activation is the loss's business: ``ReLU instead of linear`` would be said of it alone.
    """
    output = output_layer(a)
    return Counter((key, setting.shown.text) for layer in a if layer is not output
                   for key, setting in of_layer(layer).items())


def _is_everywhere(changes: Sequence[_Change], a: NetworkSpec, held: Held) -> bool:
    """Say whether no layer but the output has kept the value that A had in all of these."""
    first, output = changes[0], output_layer(a)
    if first.key in _OF_ORDER:
        return False
    changed = sum(output is None or change.layer != output.id for change in changes)
    return held[first.key, first.a.text] == changed
