"""Augmentation: which changes of training examples there are, and which data they fit."""

from __future__ import annotations

from collections.abc import Iterator

from engine.layers.issue import Issue
from engine.messages import say
from engine.spec import AugmentationSpec, Task
from engine.spec.fields import Field

AUGMENTATIONS = (
    Field("shift", "Shift", 0.0,
          "Largest shift along each side, as a share of its length, in whole pixels; what comes in "
          "is 0, or the image reflected.", 0.0, 0.5),
    Field("rotation", "Rotation", 0.0, "Largest rotation to either side.", 0.0, 180.0, "°"),
    Field("flip", "Flip", False, "Mirrors half of the images left to right, each by chance."),
    Field("alternate", "Alternate", False,
          "Mirrors every image in every other epoch, half of them in the first, so that none is "
          "seen the same way round twice running (Jordan 2024); takes the place of Flip."),
    Field("reflect", "Reflect", False,
          "What a shift or a rotation brings in at the edges is the image reflected there, instead "
          "of 0."),
    Field("brightness", "Brightness", 0.0,
          "Largest number that is added to all pixels of an image, or taken off.", 0.0),
    Field("cutout", "Cutout", 0.0,
          "Side of a square that is set to 0, as a share of the image's shorter side (DeVries and "
          "Taylor 2017).", 0.0, 1.0),
    Field("noise", "Noise", 0.0,
          "Standard deviation of a normal number that is added to every number.", 0.0),
)
"""The fields of `AugmentationSpec`, in the order of the form."""

CHANGES = ("shift", "rotation", "flip", "alternate", "brightness", "cutout")
"""Those for which an image is drawn anew."""

OF_IMAGES = (*CHANGES, "reflect")
"""Those that images alone can have."""

MOVES = ("shift", "rotation", "flip", "alternate", "reflect")
"""Those that put pixels elsewhere, where what is to be reconstructed would not follow."""


def augmentation_issues(augmentation: AugmentationSpec, task: Task, is_image: bool, is_text: bool
                        ) -> Iterator[Issue]:
    """Yield what does not fit the data.

    Parameters
    ----------
    augmentation : AugmentationSpec
        What is chosen.
    task : str
        The data set's task.
    is_image, is_text : bool
        Whether every example is an image; whether the numbers that go in stand for tokens.
    """
    chosen = [field for field in AUGMENTATIONS if getattr(augmentation, field.key)]
    if is_text:
        if chosen:
            yield Issue("", say("augmentation.of-tokens", titles=_titles(chosen)))
        return
    if not is_image and (odd := [field for field in chosen if field.key in OF_IMAGES]):
        yield Issue("", say("augmentation.of-images", titles=_titles(odd)))
    if is_image and task == "reconstruction" and (
            odd := [field for field in chosen if field.key in MOVES]):
        yield Issue("", say("augmentation.of-reconstruction", titles=_titles(odd)))


def _titles(fields: list[Field]) -> tuple[str, ...]:
    return tuple(field.title.lower() for field in fields)
