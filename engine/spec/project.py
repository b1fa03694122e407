"""A project: everything that a run is made from."""

from __future__ import annotations

from typing import Annotated

import msgspec

from engine.spec.data import DataSpec
from engine.spec.network import LayerSpec, NetworkSpec
from engine.spec.training import TrainingSpec

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
    """

    version: Annotated[int, msgspec.Meta(ge=1)] = FORMAT_VERSION
    name: str = "Untitled"
    data: DataSpec = DataSpec()
    network: NetworkSpec = NetworkSpec()
    training: TrainingSpec = TrainingSpec()
    start_from: str = ""


def default_project() -> ProjectSpec:
    """Return what the window opens with: the spiral and TensorFlow Playground's first network."""
    layers = (
        LayerSpec("input", "input"),
        LayerSpec("dense-1", "dense", {"units": 4, "activation": "tanh"}),
        LayerSpec("dense-2", "dense", {"units": 2, "activation": "tanh"}),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"}),
    )
    return ProjectSpec(name="Spiral", network=NetworkSpec(layers))
