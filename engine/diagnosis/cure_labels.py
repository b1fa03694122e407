"""What an edit of a project does, in words: read off the project before and the one after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from engine.diagnosis.edits import family
from engine.layers import (
    ACTIVATIONS,
    INITIALISERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    Field,
    LayerKind,
    kind,
)
from engine.messages import Message, say
from engine.spec import DataSpec, LayerSpec, NetworkSpec, Option, ProjectSpec, Task, TrainingSpec

Pair = tuple[LayerSpec, LayerSpec]
"""A layer before and after."""

_NAMES = {"l1": say("advice.name-l1"), "l2": say("advice.name-l2"),
          "weight_decay": say("advice.name-weight-decay"), "max_norm": say("cure.name-max-norm")}
"""Penalties and limits by the names that people know."""


def told(before: ProjectSpec, after: ProjectSpec, task: Task = "classification") -> Message:
    """Return what an edit does: ``Tanh → ReLU in 9 layers, Xavier → He``.

    Parameters
    ----------
    before, after : ProjectSpec
        The project and the edited one.
    task : str
        The data set's: scaling scales what is to be predicted as well.
    """
    parts = (*_data_parts(before.data, after.data, task),
             *_network_parts(before.network, after.network),
             *_training_parts(before.training, after.training))
    return say("cure.label", parts=parts)


def _data_parts(before: DataSpec, after: DataSpec, task: Task) -> Iterator[Message]:
    if before.scaling != after.scaling:
        if task == "regression" and before.scaling == "none":
            yield say("cure.scale-both")
        elif after.scaling == "minmax":
            yield say("cure.scale-minmax")
        else:
            yield say("cure.scale")
    if before.training_share != after.training_share:
        yield say("cure.data", before=100 * before.training_share, after=after.training_share)


def _network_parts(before: NetworkSpec, after: NetworkSpec) -> Iterator[Message]:
    old = {layer.id: layer for layer in before}
    new = {layer.id: layer for layer in after}
    pairs = [(layer, new[layer.id]) for layer in before if layer.id in new]
    yield from _function_parts(pairs)
    yield from _option_parts(pairs)
    yield from _own_penalties(pairs)
    yield from _inserted(layer for layer in after if layer.id not in old)
    gone = [layer for layer in before if layer.id not in new]
    if len(gone) > 1:
        yield say("cure.fewer", count=len(gone))
    elif gone:
        yield say("cure.removed", title=_label(gone[0]))


def _label(layer: LayerSpec) -> str:
    layer_kind = kind(layer.kind)
    return layer_kind.label(layer_kind.options(layer))


def _function_parts(pairs: Sequence[Pair]) -> Iterator[Message]:
    """Say which functions and which initial weights take the place of others."""
    functions, schemes = _Changes(), _Changes()
    for old, new in pairs:
        layer_kind = kind(old.kind)
        was, is_now = layer_kind.options(old), layer_kind.options(new)
        functions.note(ACTIVATIONS[layer_kind.activation(was)].title,
                       ACTIVATIONS[layer_kind.activation(is_now)].title)
        if layer_kind.initialiser(was):
            schemes.note(*_named(layer_kind.initialiser(was), layer_kind.initialiser(is_now)))
    if functions.count:
        yield say("cure.swap", before=functions.before, after=functions.after,
                  count=functions.count)
    if schemes.count and schemes.count == functions.count:
        yield say("cure.swap-too", before=schemes.before, after=schemes.after)
    elif schemes.count:
        yield say("cure.swap", before=schemes.before, after=schemes.after, count=schemes.count)


def _named(before: str, after: str) -> tuple[str, str]:
    """Return the names of two schemes, in full where their first words are the same."""
    if before == after:
        return "", ""
    if family(before) == family(after):
        return INITIALISERS[before].title, INITIALISERS[after].title
    return family(before), family(after)


class _Changes:
    """What takes the place of what, over all layers."""

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[str, None] = {}
        self._after: dict[str, None] = {}

    def note(self, before: str, after: str) -> None:
        """Add a layer, if anything changes in it."""
        if before != after:
            self.count += 1
            self._before[before] = self._after[after] = None

    @property
    def before(self) -> tuple[str, ...]:
        return tuple(self._before)

    @property
    def after(self) -> tuple[str, ...]:
        return tuple(self._after)


def _option_parts(pairs: Sequence[Pair]) -> Iterator[Message]:
    """Say which other options change, each with the layers in which it does."""
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for old, new in pairs:
        layer_kind = kind(old.kind)
        was, is_now = layer_kind.options(old), layer_kind.options(new)
        for field in layer_kind.fields:
            if field.key in (layer_kind.function_option, "weights"):
                continue
            if was[field.key] != is_now[field.key] and _counts(field, was, is_now):
                counts[_title(layer_kind, field), _written(field, was[field.key]),
                       _written(field, is_now[field.key])] += 1
    for (title, before, after), count in counts.items():
        yield say("cure.option", title=title, before=before, after=after, count=count)


def _title(layer_kind: LayerKind, field: Field) -> str:
    """Return the name of an option, with that of its kind where others have no such thing."""
    name = field.title.lower()
    is_usual = layer_kind.width_option or layer_kind.function_option
    return name if is_usual else f"{layer_kind.title.lower()} {name}"


def _counts(field: Field, *options: Mapping[str, Option]) -> bool:
    """Say whether a field is seen before or after: what no choice shows has no effect."""
    return field.shown_when is None or any(one[field.shown_when[0]] in field.shown_when[1]
                                           for one in options)


def _written(field: Field, value: Option) -> str:
    chosen = next((choice.title for choice in field.choices if choice.key == value), None)
    if chosen is not None:
        return chosen
    return say("cure.number", value=value).text if isinstance(value, int | float) else str(value)


def _own_penalties(pairs: Sequence[Pair]) -> Iterator[Message]:
    """Say which layers get other penalties of their own."""
    for key in ("l1", "l2", "weight_decay"):
        changed = [(getattr(old, key), getattr(new, key)) for old, new in pairs
                   if getattr(old, key) != getattr(new, key)]
        if changed:
            yield say("cure.penalty-of-layers", name=_NAMES[key], before=changed[0][0] or 0.0,
                      after=changed[0][1] or 0.0, count=len(changed))


def _inserted(layers: Iterator[LayerSpec]) -> Iterator[Message]:
    """Say what is put in, and how often."""
    counts: dict[tuple[str, bool], int] = defaultdict(int)
    for layer in layers:
        counts[_label(layer), kind(layer.kind).fewest_inputs > 1] += 1
    for (label, joins), count in counts.items():
        yield (say("cure.residual", count=count) if joins else
               say("cure.inserted", title=label, count=count))


def _training_parts(before: TrainingSpec, after: TrainingSpec) -> Iterator[Message]:
    if before.loss != after.loss:
        yield say("cure.swap-too", before=(LOSSES[before.loss].title,),
                  after=(LOSSES[after.loss].title,))
    if before.optimizer.kind != after.optimizer.kind:
        yield say("cure.swap-too", before=(OPTIMIZERS[before.optimizer.kind].title,),
                  after=(OPTIMIZERS[after.optimizer.kind].title,))
    if before.learning_rate != after.learning_rate:
        yield say("cure.rate", before=before.learning_rate, after=after.learning_rate)
    yield from _limits(before, after)
    if before.batch_size != after.batch_size:
        yield say("cure.batches", before=before.batch_size, after=after.batch_size)
    yield from _schedule(before, after)
    if before.stopping.patience != after.stopping.patience:
        yield say("cure.stop", patience=after.stopping.patience)
    if before.class_weights != after.class_weights:
        yield say("cure.weigh")


def _limits(before: TrainingSpec, after: TrainingSpec) -> Iterator[Message]:
    """Say which limits and penalties change."""
    if before.clip_norm != after.clip_norm:
        yield (say("cure.clip-instead", before=before.clip_norm, norm=after.clip_norm)
               if before.clip_norm else say("cure.clip", norm=after.clip_norm))
    if before.clip_value != after.clip_value:
        yield say("cure.clip-value", before=before.clip_value)
    old = {key: getattr(before, key) for key in ("l1", "l2", "max_norm")}
    new = {key: getattr(after, key) for key in old}
    if after.optimizer.kind == before.optimizer.kind:
        old["weight_decay"] = before.optimizer.weight_decay
        new["weight_decay"] = after.optimizer.weight_decay
    for key, value in new.items():
        if value != old[key]:
            yield (say("cure.penalty", name=_NAMES[key], before=old[key], after=value)
                   if old[key] else say("cure.new-penalty", name=_NAMES[key], value=value))


def _schedule(before: TrainingSpec, after: TrainingSpec) -> Iterator[Message]:
    old, new = before.schedule, after.schedule
    if old.kind != new.kind:
        yield say("cure.schedule", before=SCHEDULES[old.kind].title,
                  after=SCHEDULES[new.kind].title)
    for key in ("length", "every"):
        if old.kind == new.kind and getattr(old, key) != getattr(new, key):
            yield say("cure.stretched", schedule=SCHEDULES[old.kind].title,
                      before=getattr(old, key), after=getattr(new, key))
