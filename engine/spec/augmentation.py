"""How training examples are changed each time that they are seen."""

from __future__ import annotations

from typing import Annotated

import msgspec

NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Half = Annotated[float, msgspec.Meta(ge=0, le=0.5)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Angle = Annotated[float, msgspec.Meta(ge=0, le=180)]


class AugmentationSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Random changes of the inputs while training; all but ``noise`` are for images alone.

    Attributes
    ----------
    shift : float
        Largest shift along each side, as a share of its length, in whole pixels; what comes in
        is 0, unless `reflect`.
    rotation : float
        Largest rotation to either side, in degrees.
    flip : bool
        Whether half of the images are mirrored left to right, each by chance.
    alternate : bool
        Whether every image is mirrored in every other epoch, half of them in the first; `flip` then
        changes nothing.
    reflect : bool
        Whether what comes in at the edges by a shift or a rotation is the image reflected there.
    brightness : float
        Largest number that is added to all pixels of an image, or taken off.
    cutout : float
        Side of a square that is set to 0, as a share of the image's shorter side; at least a
        pixel.
    noise : float
        Standard deviation of a normal number that is added to every number.
    """

    shift: Half = 0.0
    rotation: Angle = 0.0
    flip: bool = False
    alternate: bool = False
    reflect: bool = False
    brightness: NotNegative = 0.0
    cutout: Share = 0.0
    noise: NotNegative = 0.0
