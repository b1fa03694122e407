"""What a person may choose for images: size, how they fit it, colour, background, split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.spec import Option
from engine.spec.fields import Choice, Field

LONGEST_SIDE = 512
"""Pixels of a side that a network is given at most."""

FIELDS = (
    Field("size", "Size", "auto", "Height and width that every image is brought to.", choices=(
        Choice("auto", "Automatic", "As they are where all agree and no side has more than 128 "
                                    "pixels, else at most 64."),
        Choice("original", "As they are", "The size of the first images; others are brought to "
                                          "it."),
        Choice("chosen", "Chosen", "Height and width below."))),
    Field("height", "Height", 32, "Rows of every image.", 1, LONGEST_SIDE, "pixels",
          shown_when=("size", ("chosen",))),
    Field("width", "Width", 32, "Columns of every image.", 1, LONGEST_SIDE, "pixels",
          shown_when=("size", ("chosen",))),
    Field("fit", "Fit", "crop", "What becomes of an image of another shape.", choices=(
        Choice("crop", "Crop", "Scaled until it covers the size; what sticks out is cut off evenly "
                               "on both sides."),
        Choice("pad", "Pad", "Scaled until it fits into the size; the rest is background."),
        Choice("stretch", "Stretch", "Scaled to the size, whatever becomes of its shape."))),
    Field("colour", "Colour", "auto", "Numbers of every pixel.", choices=(
        Choice("auto", "Automatic", "Grey where no image has a colour."),
        Choice("grey", "Grey", "One: 0.299 red + 0.587 green + 0.114 blue."),
        Choice("colour", "Colour", "Three: red, green and blue."))),
    Field("background", "Background", "white", "What shows through transparent pixels, and "
                                               "beside padded images.",
          choices=(Choice("white", "White"), Choice("black", "Black")), is_rare=True),
    Field("split", "Validation", "auto", "Which images are for validation.", choices=(
        Choice("auto", "Automatic", "Those that come apart for it, where there are any; else some "
                                    "at random."),
        Choice("given", "As they come", "The folder or file test, else val, or what a column "
                                        "named split says."),
        Choice("random", "At random", "The share that is set, of all images together."))),
    Field("class_folder", "Class", "outer", "Which folder names the class of an image, where "
                                            "folders lie in one another.",
          choices=(Choice("outer", "Outermost", "animals/cats/1.png is one of animals."),
                   Choice("inner", "Innermost", "animals/cats/1.png is one of cats.")),
          is_rare=True),
    Field("file_column", "File column", "", "Column of the table beside the images that names "
                                            "their files; empty finds it.", is_rare=True),
    Field("label_column", "Target column", "", "Column of that table to be predicted; empty finds "
                                               "it.", is_rare=True),
)
"""The options of images."""


@dataclass(frozen=True)
class Choices:
    """What was chosen, by the keys of `FIELDS`."""

    size: str
    height: int
    width: int
    fit: str
    colour: str
    background: str
    split: str
    class_folder: str
    file_column: str
    label_column: str

    @classmethod
    def of(cls, options: Mapping[str, Option]) -> Choices:
        """Return the choices that every option of an importer makes."""
        return cls(**options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Form:
    """What every image is brought to.

    Attributes
    ----------
    height, width, channels : int
        Its shape; one channel is grey, three are red, green and blue.
    fit : str
        ``crop``, ``pad`` or ``stretch``.
    background : int
        Behind what is transparent and beside what is padded: 0 black, 255 white.
    """

    height: int
    width: int
    channels: int
    fit: str
    background: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return self.height, self.width, self.channels

    @property
    def size(self) -> int:
        """Numbers of an image."""
        return self.height * self.width * self.channels
