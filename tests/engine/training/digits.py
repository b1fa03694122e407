"""Networks and settings for digits, all chosen on the splits 1 to 8 of the shipped ones."""

from __future__ import annotations

from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    TrainingSpec,
)
from engine.training import Trainer

RELU = {"activation": "relu", "weights": "he_normal"}


def network(*layers: LayerSpec) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), *layers))


def dense(name: str, units: int, **options: bool | float | str) -> LayerSpec:
    return LayerSpec(name, "dense", {"units": units, **(options or RELU)})


def convolution(kind: str, name: str, filters: int, **options: bool | int | float | str
                ) -> LayerSpec:
    return LayerSpec(name, kind, {"filters": filters, **RELU, **options})


IMAGE = LayerSpec("image", "reshape", {"height": 8, "width": 8})
FLAT = LayerSpec("flat", "flatten")

LENET = network(
    IMAGE,
    convolution("conv2d", "conv-1", 32), LayerSpec("pool-1", "max_pooling"),
    convolution("conv2d", "conv-2", 64), LayerSpec("pool-2", "max_pooling"),
    FLAT, LayerSpec("dropout-1", "dropout", {"rate": 0.5}), dense("dense-1", 128),
    LayerSpec("dropout-2", "dropout", {"rate": 0.5}), dense("output", 10, activation="linear"))
"""Two pairs of convolution and pooling before dense layers, as LeCun et al. (1998) have them."""

DENOISING = network(
    IMAGE,
    convolution("conv2d", "conv-1", 16, stride=2), convolution("conv2d", "conv-2", 32, stride=2),
    convolution("conv2d_transpose", "grow-1", 16),
    convolution("conv2d_transpose", "grow-2", 1, activation="linear"), FLAT)
"""8x8 to 2x2 and back."""

VARIATIONAL = network(
    dense("encoder-1", 128), dense("encoder-2", 64), dense("moments", 4, activation="linear"),
    LayerSpec("code", "sampling", {"weight": 1 / 64}),
    dense("decoder-1", 64), dense("decoder-2", 128), dense("output", 64, activation="linear"))
"""Two latent numbers."""


def project(layers: NetworkSpec, data: DataSpec, loss: str, epochs: int) -> ProjectSpec:
    """Return a project that is trained for so many epochs of the digits' 45 batches."""
    return ProjectSpec(data=data, network=layers, training=TrainingSpec(
        loss=loss, optimizer=OptimizerSpec("adam"), learning_rate=0.002, batch_size=32, seed=1,
        schedule=ScheduleSpec("cosine", length=45 * epochs)))


def lenet(split: int) -> ProjectSpec:
    """Return the project that tells digits apart."""
    return project(LENET, DataSpec("digits", seed=split, training_share=0.8),
                   "softmax_cross_entropy", 40)


def denoising(split: int) -> ProjectSpec:
    """Return the project that takes noise of standard deviation 0.3 out of digits."""
    data = DataSpec("digits", seed=split, training_share=0.8, goal="reconstruct", noise=30.0)
    return project(DENOISING, data, "binary_cross_entropy", 40)


def variational(split: int) -> ProjectSpec:
    """Return the project that draws digits."""
    data = replace(lenet(split).data, goal="reconstruct")
    return project(VARIATIONAL, data, "binary_cross_entropy", 60)


def trained(wanted: ProjectSpec, data: Dataset | None = None) -> Trainer:
    """Return the project's trainer at the end of its schedule."""
    run = Trainer(wanted, load(wanted.data) if data is None else data)
    steps = wanted.training.schedule.length
    while run.step < steps:
        run.run(steps - run.step, budget_s=1.0)
    return run
