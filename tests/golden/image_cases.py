"""What the golden runs over images and sequences are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 10
RATES = {"sgd": 0.1, "adam": 0.01}

Option = bool | int | float | str


@dataclass(frozen=True)
class Step:
    """A layer: its kind, its id and those of its options that differ from the defaults."""

    kind: str
    id: str
    options: dict[str, Option]


@dataclass(frozen=True)
class ImageCase:
    """A network in a line, its data and how it is trained.

    Attributes
    ----------
    name : str
        Name of its file.
    inputs, outputs : int
        Numbers per example; classes, or values when ``regression``.
    layers : tuple[Step, ...]
        The network behind its input layer.
    regression : bool
        Mean squared error instead of cross-entropy.
    examples, batch_size : int
        Size of the training set, which ends in a smaller batch, and of a batch.
    """

    name: str
    inputs: int
    outputs: int
    layers: tuple[Step, ...]
    regression: bool = False
    examples: int = 10
    batch_size: int = 4

    @property
    def file(self) -> Path:
        """Where its runs are kept."""
        return FOLDER / f"{self.name}.npz"


def _image(height: int, width: int, channels: int) -> Step:
    return Step("reshape", "image", {"form": "image", "height": height, "width": width,
                                     "channels": channels})


def _output(units: int) -> Step:
    return Step("dense", "output", {"units": units, "activation": "linear"})


def _conv(kind: str, name: str, filters: int, kernel: int, stride: int, padding: str,
          activation: str, bias: bool = True) -> Step:
    return Step(kind, name, {"filters": filters, "kernel": kernel, "stride": stride,
                             "padding": padding, "activation": activation, "bias": bias})


_FLAT = Step("flatten", "flat", {})

IMAGE_CASES = (
    ImageCase("convolutions", 64, 3, (
        _image(8, 8, 1),
        _conv("conv2d", "conv-1", 5, 3, 1, "same", "tanh"),
        Step("max_pooling", "pool-1", {"size": 2, "stride": 2}),
        _conv("conv2d", "conv-2", 4, 3, 2, "same", "tanh"),
        _FLAT, _output(3))),
    ImageCase("strides", 7 * 9 * 2, 4, (
        _image(7, 9, 2),
        _conv("conv2d", "conv-1", 3, 3, 2, "valid", "sigmoid"),
        _conv("conv2d", "conv-2", 4, 2, 1, "same", "tanh", bias=False),
        _conv("conv2d_transpose", "grow-1", 3, 3, 2, "same", "tanh"),
        Step("average_pooling", "pool-1", {"size": 3, "stride": 2}),
        _conv("conv2d", "conv-3", 2, 5, 3, "same", "linear"),
        _FLAT, _output(4))),
    ImageCase("sequence", 36, 3, (
        Step("reshape", "steps", {"form": "sequence", "steps": 12, "features": 3}),
        _conv("conv1d", "conv-1", 6, 4, 1, "same", "tanh"),
        _conv("conv1d", "conv-2", 5, 3, 2, "valid", "tanh"),
        Step("upsampling", "grow-1", {"factor": 2}),
        Step("max_pooling", "pool-1", {"size": 3, "stride": 1}),
        Step("average_pooling", "pool-2", {"size": 2, "stride": 2}),
        Step("global_average_pooling", "mean", {}),
        _output(3))),
    ImageCase("decoder", 5, 2, (
        Step("dense", "dense-1", {"units": 12, "activation": "tanh"}),
        _image(2, 3, 2),
        Step("upsampling", "grow-1", {"factor": 2}),
        _conv("conv2d", "conv-1", 3, 3, 1, "same", "tanh"),
        _conv("conv2d_transpose", "grow-2", 4, 4, 2, "valid", "tanh", bias=False),
        _conv("conv2d_transpose", "grow-3", 3, 2, 3, "valid", "linear"),
        Step("max_pooling", "pool-1", {"size": 3, "stride": 2}),
        Step("global_average_pooling", "mean", {}),
        _output(2)), regression=True),
)
