"""A project: everything that a run is made from."""

from __future__ import annotations

from typing import Annotated

import msgspec

from engine.spec.data import DataSpec
from engine.spec.limits import LimitValue, limits_fault
from engine.spec.network import LayerSpec, NetworkSpec, Option
from engine.spec.training import OptimizerSpec, TrainingSpec

FORMAT_VERSION = 1
"""Version of the project file; `engine.spec.files` reads this one and all before it."""


class ProjectSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Data, network and training under one name.

    Attributes
    ----------
    version : int
        Version of the file format.
    name : str
        What the window's title shows.
    data : DataSpec
        The examples.
    network : NetworkSpec
        The layers.
    training : TrainingSpec
        Loss, optimizer, batches, penalties, precision and seed.
    start_from : str
        File of another project whose weights layers of the same name and shape start with; relative
        to the project file; empty for none.
    limits : dict
        The doctor's limits by their keys, where they are others than the defaults: one number, or
        two, from which on a figure is amber and red.
    """

    version: Annotated[int, msgspec.Meta(ge=1)] = FORMAT_VERSION
    name: str = "Untitled"
    data: DataSpec = DataSpec()
    network: NetworkSpec = NetworkSpec()
    training: TrainingSpec = TrainingSpec()
    start_from: str = ""
    limits: dict[str, LimitValue] = {}

    def __post_init__(self) -> None:
        fault = limits_fault(self.limits)
        if fault is not None:
            raise ValueError(fault.text)


def default_project() -> ProjectSpec:
    """Return what the window opens with: the spiral, and a network that learns it.

    What people see first should work, and give the doctor no cause for alarm: as few tanh units
    saturate on the spiral, ReLU units die, and larger steps of Adam than these are too large. The
    penalty holds the loss above 0, where gradients would fade for ever once all is learned.
    """
    hidden: dict[str, Option] = {"units": 12, "activation": "silu", "weights": "he_normal"}
    layers = (
        LayerSpec("input", "input"),
        *(LayerSpec(f"dense-{number}", "dense", dict(hidden)) for number in (1, 2, 3)),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"}),
    )
    return ProjectSpec(name="Spiral", network=NetworkSpec(layers), training=TrainingSpec(
        optimizer=OptimizerSpec("adam"), learning_rate=0.003, l2=0.001))
