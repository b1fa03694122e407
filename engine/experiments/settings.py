"""Every setting of a project that is in force, as data: what people call it, and its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, get_args

import msgspec

from engine.data import DRAWINGS, PAINTED, TABLE, TEXT, catalogue
from engine.data.importers.catalogue import IMPORTERS
from engine.layers import (
    ACTIVATIONS,
    AUGMENTATIONS,
    INITIALISERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    Choice,
    Field,
    LayerKind,
    kinds,
)
from engine.layers import training_fields as fields
from engine.messages import Message, say
from engine.spec import DataSpec, LayerSpec, ProjectSpec, TableSpec, TrainingSpec
from engine.spec.data import Goal

Settings = dict[str, "Setting"]


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes
    ----------
    field : Field
        Title, default, choices and unit.
    value : object
        What a project has.
    """

    field: Field
    value: Any

    @property
    def is_named(self) -> bool:
        """Whether its values say by themselves what they are, as ``ReLU`` does and ``none`` not."""
        return bool(self.field.choices) and all(choice.key in _NAMES for choice in
                                                self.field.choices)

    @property
    def shown(self) -> Message:
        """The value as people read it."""
        return _words(self.field, self.value)

    @property
    def exact(self) -> Message:
        """The value as Python writes it, for two that look the same otherwise."""
        return say("difference.name", name=repr(self.value))


def _words(field: Field, value: Any) -> Message:
    titles = {choice.key: choice.title for choice in field.choices}
    if isinstance(value, bool):
        return say("difference.on") if value else say("difference.off")
    if str(value) in titles:
        return say("difference.name", name=titles[str(value)])
    if value is None or value in ("", ()):
        return say("difference.automatic")
    if isinstance(value, tuple):
        return say("difference.list", parts=value)
    if not isinstance(value, int | float):
        # A folder says little, and every computer has another one.
        is_file = field.key in _FILES
        return say("difference.name", name=PurePath(value).name if is_file else str(value))
    if not value and field.minimum:
        # Below what the setting can be: it is switched off.
        return say("difference.none")
    if field.unit:
        return say("difference.quantity", value=value, unit=field.unit)
    return say("difference.number", value=value)


def _choices(items: Iterable[Any]) -> tuple[Choice, ...]:
    return tuple(Choice(item.key, item.title) for item in items)


def _plain(spec: type[msgspec.Struct], key: str, title: str, **more: Any) -> Field:
    default = next(f.default for f in msgspec.structs.fields(spec) if f.name == key)
    return Field(key, title, default, **more)


_LOSS = _plain(TrainingSpec, "loss", "Loss", choices=_choices(LOSSES.values()))
_OPTIMIZER = Field("kind", "Optimizer", "sgd", choices=_choices(OPTIMIZERS.values()))
_SCHEDULE = Field("kind", "Schedule", "constant", choices=_choices(SCHEDULES.values()))
_OF_TRAINING = (
    _plain(TrainingSpec, "learning_rate", "Learning rate"),
    _plain(TrainingSpec, "batch_size", "Batch size", choices=(Choice("0", "full"),)),
    _plain(TrainingSpec, "l1", "L1"), _plain(TrainingSpec, "l2", "L2"),
    fields.CLIP_VALUE, fields.CLIP_NORM, fields.MAX_NORM, fields.STEPS, fields.PRECISION,
    fields.SEED, fields.SHUFFLE)
_OF_LAYER = (
    _plain(LayerSpec, "frozen", "Frozen"),
    *(Field(key, title, "as training", choices=(Choice("None", "as training"),))
      for key, title in (("l1", "L1"), ("l2", "L2"), ("weight_decay", "Weight decay"))))
_OF_DATA = (
    _plain(DataSpec, "source", "Data", choices=(
        *_choices(catalogue()), Choice(TABLE, "a table"), Choice(TEXT, "a text"),
        Choice(DRAWINGS, "own drawings"), Choice(PAINTED, "painted points"))),
    _plain(DataSpec, "noise", "Noise", unit="%"), _plain(DataSpec, "seed", "Seed of the data"),
    Field("training_share", "Training share", 50.0, unit="%"),
    _plain(DataSpec, "scaling", "Scaling of inputs", choices=(
        Choice("auto", "automatic"), Choice("none", "none"), Choice("standard", "Standard"),
        Choice("minmax", "Min-max"))),
    _plain(DataSpec, "goal", "Goal", choices=tuple(Choice(key, key.title())
                                                   for key in get_args(Goal))))
_FEATURES = _plain(DataSpec, "features", "Features")
_WINDOW = _plain(DataSpec, "window", "Window", unit="steps")
_PATH = _plain(DataSpec, "path", "File")
_MORE = _plain(DataSpec, "more_paths", "Further files")
_CONTENT = _plain(DataSpec, "digest", "Content of the file")
_DRAWINGS, _PAINTED = Field("drawings", "Own drawings", 0), Field("painted", "Painted points", 0)
_START = Field("start_from", "First weights", "", choices=(Choice("", "drawn"),))
_FILES = ("path", "test_path", "start_from")
_TITLES = {"cells": "Range of cells", "missing": "Missing cells", "present": "Cells with a value",
           "more_targets": "More targets", "fewest": "Fewest examples of a class",
           "split": "Validation", "split_by": "Validation by", "test_path": "File for validation",
           "target_scaling": "Scaling of target"}
"""What fields of a table are called whose names are not words enough."""
_OF_TABLE = tuple(
    Field(field.name, _TITLES.get(field.name, field.name.replace("_", " ").capitalize()),
          field.default) for field in msgspec.structs.fields(TableSpec))

_NAMES = frozenset(ACTIVATIONS) | frozenset(INITIALISERS) | frozenset(LOSSES) | frozenset(
    OPTIMIZERS)
"""Keys of what has a name of its own."""

_KINDS = {kind.key: kind for kind in kinds()}


def known_kind(layer: LayerSpec) -> LayerKind | None:
    """Return a layer's kind; None for one of a newer version."""
    return _KINDS.get(layer.kind)


def of_layer(layer: LayerSpec) -> Settings:
    """Return the settings of a layer that are in force, by their keys."""
    kind = known_kind(layer)
    if kind is None:
        options = {key: Setting(Field(key, key, value), value)
                   for key, value in layer.options.items()}
    else:
        # As they are, also where this version knows no such choice.
        values = {**kind.options(layer), **layer.options}
        options = {field.key: Setting(field, values[field.key]) for field in kind.fields
                   if field.shown_when is None
                   or values.get(field.shown_when[0]) in field.shown_when[1]}
    return options | _read("layer", layer, _OF_LAYER)


def of_training(training: TrainingSpec) -> Settings:
    """Return the settings of a training that are in force, by their keys."""
    loss, rule = LOSSES.get(training.loss), OPTIMIZERS.get(training.optimizer.kind)
    schedule = SCHEDULES.get(training.schedule.kind)
    weights = (fields.CLASS_WEIGHTS,) if loss is not None and loss.weighted_op else ()
    return (_read("training", training, (_LOSS, *(loss.constants if loss else ()), *weights))
            | _read("optimizer", training.optimizer,
                    (_OPTIMIZER, *(rule.constants if rule else ())))
            | _read("training", training, _OF_TRAINING)
            | _read("schedule", training.schedule,
                    (_SCHEDULE, *(schedule.constants if schedule else ())))
            | _read("stopping", training.stopping, fields.STOPPING)
            | _read("augmentation", training.augmentation, AUGMENTATIONS)
            | _read("averaging", training.averaging, fields.averaging_fields(training.averaging)))


def of_data(data: DataSpec) -> Settings:
    """Return the settings of data that are in force, by their keys."""
    shown = _read("data", data, _OF_DATA)
    share = shown["data.training_share"]
    # 0.07 times 100 has sixteen digits.
    shown["data.training_share"] = Setting(share.field, round(100 * share.value, 9))
    for field, count in _drawn(data):
        shown[f"data.{field.key}"] = Setting(field, count)
    return shown | _read("data", data, _of_kind(data)) | _of_importer(data) | (
        _read("table", data.table, _OF_TABLE) if data.source == TABLE else {})


def _of_importer(data: DataSpec) -> Settings:
    """Return the options that an importer reads, by their keys."""
    if data.source not in IMPORTERS:
        return {}
    known = IMPORTERS[data.source].fields
    values = {field.key: data.options.get(field.key, field.default) for field in known}
    return {f"option.{field.key}": Setting(field, values[field.key]) for field in known
            if field.shown_when is None or values.get(field.shown_when[0]) in field.shown_when[1]}


def _drawn(data: DataSpec) -> Iterator[tuple[Field, int]]:
    """Yield what a person has drawn or painted that counts here, and how much of it there is."""
    kind = next((info.kind for info in catalogue() if info.key == data.source), data.source)
    if kind in ("images", DRAWINGS):
        yield _DRAWINGS, len(data.drawings)
    if kind == PAINTED:
        yield _PAINTED, len(data.painted.points)


def of_start(project: ProjectSpec) -> Settings:
    """Return what a network starts from, by its key."""
    return _read("project", project, (_START,))


def _of_kind(data: DataSpec) -> Iterator[Field]:
    """Yield the fields that only some kinds of data read."""
    kind = next((info.kind for info in catalogue() if info.key == data.source), data.source)
    if kind == "points":
        yield _FEATURES
    if kind in ("text", "series"):
        yield _WINDOW
    if kind in (TABLE, TEXT, *IMPORTERS) and data.path:
        yield from (_PATH, _MORE, _CONTENT)


def _read(part: str, spec: msgspec.Struct, read: Iterable[Field]) -> Settings:
    return {f"{part}.{field.key}": Setting(field, getattr(spec, field.key)) for field in read}
