"""Random changes of a batch of inputs, behind its copying out of the data set."""

from __future__ import annotations

from engine.kernels.runtime import layout
from engine.layers import OF_IMAGES, Value
from engine.plan.table import Line, Table
from engine.spec import AugmentationSpec


def add_augmentation(table: Table, value: Value, address: int, augmentation: AugmentationSpec,
                     image_shape: tuple[int, int] | None) -> None:
    """Append what changes a batch of inputs while training.

    Parameters
    ----------
    table : Table
        Of the plan.
    value : Value
        Place of the batch.
    address : int
        Where all inputs lie: an image is drawn anew from the one that was copied.
    augmentation : AugmentationSpec
        What is done.
    image_shape : tuple[int, int] | None
        Height and width of every example; None for what is no image, which has noise alone.
    """
    drawn = {key: float(getattr(augmentation, key)) for key in OF_IMAGES}
    if image_shape is not None and any(drawn.values()):
        height, width = image_shape
        # The probability of being mirrored.
        drawn["flip"] /= 2
        table.add(layout.GATHER, Line("augment_image", {
            "y": value.data, "x": address, "n": value.size, "height": height, "width": width,
            **drawn}))
    if augmentation.noise:
        table.add(layout.GATHER, Line("augment_noise", {
            "y": value.data, "n": value.size, "deviation": float(augmentation.noise)}))
