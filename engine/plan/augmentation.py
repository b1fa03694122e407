"""Random changes of a batch of inputs, behind its copying out of the data set."""

from __future__ import annotations

from engine.kernels.runtime import layout
from engine.layers import Value
from engine.layers.augmentation import CHANGES, OF_IMAGES
from engine.plan.table import Line, Table
from engine.spec import AugmentationSpec


def is_redrawn(augmentation: AugmentationSpec, image_shape: tuple[int, int, int] | None) -> bool:
    """Return whether examples are drawn anew, from a batch of their own as the data have them."""
    return image_shape is not None and any(getattr(augmentation, key) for key in CHANGES)


def add_augmentation(table: Table, layer: str, value: Value, copied: Value,
                     augmentation: AugmentationSpec, image_shape: tuple[int, int, int] | None
                     ) -> None:
    """Append what changes a batch of inputs while training.

    Parameters
    ----------
    table : Table
        Of the plan.
    layer : str
        Id of the layer that takes the batch.
    value : Value
        Place of the batch.
    copied : Value
        Where it was copied to: the same place, unless it `is_redrawn`.
    augmentation : AugmentationSpec
        What is done.
    image_shape : tuple[int, int, int] | None
        Height, width and channels of every example; None for what is no image: noise alone.
    """
    drawn = {key: float(getattr(augmentation, key)) for key in OF_IMAGES}
    if image_shape is not None and is_redrawn(augmentation, image_shape):
        height, width, _ = image_shape
        # The probability of being mirrored.
        drawn["flip"] /= 2
        table.add(layout.GATHER, Line("augment_image", {
            "y": value.data, "x": copied.data, "n": value.size, "height": height, "width": width,
            **drawn}, layer=layer))
    if augmentation.noise:
        table.add(layout.GATHER, Line("augment_noise", {
            "y": value.data, "n": value.size, "deviation": float(augmentation.noise)},
            layer=layer))
