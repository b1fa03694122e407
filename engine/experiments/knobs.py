"""What an axis of a sweep turns: named knobs, and any field of a project by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from msgspec.structs import replace

from engine.errors import SpecError
from engine.experiments import network_knobs as networks
from engine.experiments import paths
from engine.experiments.paths import Value
from engine.layers import ACTIVATIONS, INITIALISERS, LOSSES, OPTIMIZERS, SCHEDULES
from engine.messages import say
from engine.spec import AugmentationSpec, ProjectSpec
from engine.spec.values import is_finite, shown

Scale = Literal["log", "linear", "names"]


@dataclass(frozen=True)
class Knob:
    """One thing that is turned, wherever it is in the project.

    Attributes
    ----------
    key : str
        Name in files and on the command line; a path where it is a field of the project.
    title : str
        What people read.
    unit : str
        Behind its numbers; empty if there is none.
    scale : str
        ``log`` or ``linear`` for numbers, ``names`` for what has no distance.
    turn : callable
        Returns a project with the knob at a value; `apply` calls it.
    read : callable
        Returns a project's value; None where it has none, or several that differ.
    suggested : tuple[Value, ...]
        Values of a first sweep; of names, all that there are.
    is_whole : bool
        Whether its numbers are whole.
    is_costly : bool
        Whether a cell takes longer in proportion to its number.
    """

    key: str
    title: str
    unit: str
    scale: Scale
    turn: Callable[[ProjectSpec, Any], ProjectSpec]
    read: Callable[[ProjectSpec], Value | None]
    suggested: tuple[Value, ...] = ()
    is_whole: bool = False
    is_costly: bool = False

    def apply(self, project: ProjectSpec, value: Value) -> ProjectSpec:
        """Return the project with the knob at a value.

        Raises
        ------
        SpecError
            If the knob cannot be at that value, or the project has nothing that it turns.
        """
        self.check(value)
        if self.is_whole and isinstance(value, float):
            value = int(value)
        return self.turn(project, value)

    def check(self, value: Value) -> None:
        """Raise SpecError if no project can have the knob at a value."""
        if self.scale == "names":
            if self.suggested and value not in self.suggested:
                raise SpecError("knob.value", knob=self.key, value=shown(value), wanted=say(
                    "knob.any", values=tuple(map(str, self.suggested))))
        elif not is_finite(value):
            raise SpecError("knob.value", knob=self.key, value=shown(value),
                            wanted=say("knob.number"))
        elif self.is_whole and value != int(value):
            raise SpecError("knob.value", knob=self.key, value=shown(value),
                            wanted=say("knob.whole"))


def _path_knob(path: str, title: str, scale: Scale, suggested: tuple[Value, ...] = (), *,
               key: str = "", unit: str = "", is_whole: bool = False, is_costly: bool = False
               ) -> Knob:
    """Return the knob that turns one field."""
    return Knob(key or path, title, unit, scale,
                lambda project, value: paths.with_value(project, path, value),
                lambda project: paths.value_at(project, path), suggested, is_whole, is_costly)


def _with_optimizer(project: ProjectSpec, kind: str) -> ProjectSpec:
    training = project.training
    return replace(project, training=replace(training, optimizer=replace(
        training.optimizer, kind=kind)))


AUGMENTED: Mapping[str, AugmentationSpec] = MappingProxyType({
    "none": AugmentationSpec(),
    "shift": AugmentationSpec(shift=0.1),
    "rotation": AugmentationSpec(rotation=15.0),
    "flip": AugmentationSpec(flip=True),
    "brightness": AugmentationSpec(brightness=0.2),
    "cutout": AugmentationSpec(cutout=0.3),
    "noise": AugmentationSpec(noise=0.1),
    "shift and rotation": AugmentationSpec(shift=0.1, rotation=15.0),
})
"""What examples are changed by, in usual measure."""


def _with_augmentation(project: ProjectSpec, name: str) -> ProjectSpec:
    return replace(project, training=replace(project.training, augmentation=AUGMENTED[name]))


def _augmentation(project: ProjectSpec) -> str | None:
    now = project.training.augmentation
    return next((name for name, measure in AUGMENTED.items() if measure == now), None)


_TENTHS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)

_OF_NETWORK = (
    Knob("depth", "Depth", "hidden layers", "linear", networks.with_depth,
         lambda project: networks.depth_of(project.network), (2, 4, 8, 16, 30),
         is_whole=True, is_costly=True),
    Knob("width", "Width", "units", "log", networks.with_width,
         lambda project: networks.width_of(project.network), (4, 8, 16, 32, 64),
         is_whole=True, is_costly=True),
    Knob("activation", "Activation", "", "names", networks.with_activation,
         lambda project: networks.activation_of(project.network), tuple(ACTIVATIONS)),
    Knob("initialiser", "Initial weights", "", "names", networks.with_initialiser,
         lambda project: networks.option_of(project.network, "weights"), tuple(INITIALISERS)),
    Knob("gain", "Initial scale", "", "log", networks.with_gain,
         lambda project: networks.option_of(project.network, "gain"),
         (0.25, 0.5, 1.0, 2.0, 4.0)),
    Knob("dropout", "Dropout rate", "", "linear", networks.with_dropout,
         lambda project: networks.dropout_of(project.network), _TENTHS),
)
_OF_TRAINING = (
    _path_knob("training.learning_rate", "Learning rate", "log",
               (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), key="learning_rate"),
    _path_knob("training.batch_size", "Batch size", "log", (1, 8, 16, 32, 64), key="batch_size",
               unit="examples", is_whole=True, is_costly=True),
    Knob("optimizer", "Optimizer", "", "names", _with_optimizer,
         lambda project: project.training.optimizer.kind, tuple(OPTIMIZERS)),
    _path_knob("training.loss", "Loss", "names", tuple(LOSSES), key="loss"),
    _path_knob("training.schedule.kind", "Schedule", "names", tuple(SCHEDULES), key="schedule"),
    _path_knob("training.optimizer.momentum", "Momentum", "linear", (0.0, 0.5, 0.9, 0.99),
               key="momentum"),
    _path_knob("training.l1", "L1", "log", _PENALTIES, key="l1"),
    _path_knob("training.l2", "L2", "log", _PENALTIES, key="l2"),
    _path_knob("training.optimizer.weight_decay", "Weight decay", "log", _PENALTIES,
               key="weight_decay"),
    _path_knob("training.steps", "Steps", "log", (100, 300, 1000, 3000), key="steps",
               unit="steps", is_whole=True, is_costly=True),
    _path_knob("training.stopping.epochs", "Epochs", "log", (1, 3, 10, 30, 100), key="epochs",
               unit="epochs", is_whole=True, is_costly=True),
    Knob("augmentation", "Augmentation", "", "names", _with_augmentation, _augmentation,
         tuple(AUGMENTED)),
)
_OF_DATA = (
    _path_knob("data.noise", "Noise", "linear", (0.0, 10.0, 20.0, 30.0, 40.0, 50.0), key="noise",
               unit="%"),
    _path_knob("data.training_share", "Training share", "linear", (0.1, 0.3, 0.5, 0.7, 0.9),
               key="training_share"),
)

KNOBS: Mapping[str, Knob] = MappingProxyType(
    {knob.key: knob for knob in (*_OF_NETWORK, *_OF_TRAINING, *_OF_DATA)})
"""Every named knob by its key, in the order in which they are turned and lists show them."""


def knob(path: str) -> Knob:
    """Return a knob by its key, or the one that turns the field at a path.

    Parameters
    ----------
    path : str
        ``learning_rate``, or ``training.schedule.kind``, ``data.noise``, ``layers.dense-2.units``.

    Raises
    ------
    SpecError
        If there is no such knob and no such field.
    """
    if path in KNOBS:
        return KNOBS[path]
    if "." not in path:
        raise SpecError("knob.unknown", knob=path, known=tuple(KNOBS))
    place = paths.place_of(path)
    title = path.removeprefix("layers.").replace(".", " ").replace("_", " ")
    scale: Scale = "names" if place.choices or place.is_text else "linear"
    if path.startswith(paths.LAYERS + "."):
        return _layer_knob(path, title)
    return _path_knob(path, title[:1].upper() + title[1:], scale, place.choices,
                      is_whole=place.is_whole)


def _layer_knob(path: str, title: str) -> Knob:
    """Return the knob of a layer's option, whose type only a project's layer tells."""
    return Knob(path, title, "", "names", lambda project, value: paths.with_value(
        project, path, value), lambda project: paths.value_at(project, path))
