"""What an example is: its axes, and how it is drawn, scaled and changed at random."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.spec import Scaling

Kind = Literal["numbers", "image", "sound", "tokens", "steps"]
Drawn = Literal["bars", "picture", "spectrogram", "text", "curves"]

IMAGE_AXES = 3


class _Traits(NamedTuple):
    """What a kind of example has in common."""

    axes: tuple[str, ...]
    drawn: Drawn
    usual_scaling: Scaling
    is_changed: bool


_TRAITS: Mapping[Kind, _Traits] = MappingProxyType({
    "numbers": _Traits(("number",), "bars", "standard", False),
    "image": _Traits(("row", "column", "channel"), "picture", "none", True),
    "sound": _Traits(("frame", "band"), "spectrogram", "none", False),
    "tokens": _Traits(("token",), "text", "none", False),
    "steps": _Traits(("step", "feature"), "curves", "standard", False),
})


@dataclass(frozen=True)
class Modality:
    """What the numbers of an example are, in the order in which they stand in its row.

    Attributes
    ----------
    kind : str
        ``numbers`` that stand in no order, an ``image``, a ``sound`` as a spectrogram, the
        ``tokens`` of a text, or ``steps`` of time with numbers each.
    shape : tuple[int, ...]
        Length of each axis: image (height, width, channels), sound (frames, bands), tokens
        (length,), steps (steps, features), numbers (d,).
    """

    kind: Kind
    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.shape) != len(self.axes):
            raise ValueError(f"{self.kind} has the axes {self.axes}, not {len(self.shape)}")

    @property
    def axes(self) -> tuple[str, ...]:
        """What is counted along each axis."""
        return _TRAITS[self.kind].axes

    @property
    def size(self) -> int:
        """Numbers of an example."""
        return math.prod(self.shape)

    @property
    def channels(self) -> int:
        """Numbers that stand at the same place: colours of a pixel, features of a step."""
        return self.shape[-1] if len(self.shape) > 1 else 1

    @property
    def drawn(self) -> Drawn:
        """How an example is drawn."""
        return _TRAITS[self.kind].drawn

    @property
    def usual_scaling(self) -> Scaling:
        """What the scaling ``auto`` is; pixels and spectrograms come in a common size."""
        return _TRAITS[self.kind].usual_scaling

    @property
    def is_changed(self) -> bool:
        """Whether it may be shifted, turned or mirrored and stay what it was."""
        return _TRAITS[self.kind].is_changed

    @property
    def image_shape(self) -> tuple[int, int, int] | None:
        """Height, width and channels of an image; None for anything else."""
        if self.kind != "image":
            return None
        height, width, channels = self.shape
        return height, width, channels

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Height and width of the `picture`; None for what is not drawn as one."""
        if self.kind == "sound":
            frames, bands = self.shape
            return bands, frames
        return self.shape[:2] if self.kind == "image" else None  # type: ignore[return-value]

    def picture(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return an example as it is drawn.

        Parameters
        ----------
        values : number[..., d]
            Rows of an image or a sound.

        Returns
        -------
        number[..., height, width, channels]
            An image as it is; a spectrogram with time from left to right and low bands below.
        """
        drawn = values.reshape(*values.shape[:-1], *self.shape)
        if self.kind == "sound":
            drawn = np.swapaxes(drawn, -1, -2)[..., ::-1, :, None]
        return drawn


def image(height: int, width: int, channels: int = 1) -> Modality:
    """Return the modality of images, row by row, a pixel's channels side by side."""
    return Modality("image", (height, width, channels))
