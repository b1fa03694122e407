"""Shapes of images and sequences. A sequence is an image of height 1: (1, steps, features)."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.layers.kind import Shape
from engine.messages import say
from engine.spec.fields import Choice

NAMES = {1: say("rank.row"), 2: say("rank.sequence"), 3: say("rank.image")}

PADDING_CHOICES = (
    Choice("same", "Same", "Zeros around the input; with stride 1 the output is as large as it."),
    Choice("valid", "Valid", "No zeros: the window stays inside the input."),
)


def text(shape: Shape) -> str:
    """Return ``8x8x1``."""
    return "x".join(map(str, shape))


def check_rank(title: str, shape: Shape, *ranks: int) -> None:
    """Raise ShapeError unless a shape has one of some numbers of axes.

    Parameters
    ----------
    title : str
        Title of the layer kind.
    shape : tuple[int, ...]
        What feeds it.
    ranks : int
        1 for flat rows, 2 for sequences, 3 for images.
    """
    if len(shape) not in ranks:
        raise ShapeError(
            "layer.rank", place=title,
            shape=say("shape.axes", shape=shape) if len(shape) > 1 else
            say("shape.row", size=shape[0]),
            wanted=tuple(NAMES[rank] for rank in ranks),
            remedy=say("layer.flatten-before") if 1 in ranks else say("layer.reshape-before"))


def as_image(shape: Shape) -> tuple[int, int, int]:
    """Return the shape of an image or sequence as height, width and channels."""
    height, width, channels = (1,) * (3 - len(shape)) + shape
    return height, width, channels


def window(shape: Shape, size: int) -> tuple[int, int]:
    """Return height and width of a window of a size, which is one high on a sequence."""
    return (size if len(shape) == 3 else 1), size


def windows_along(title: str, axis: int, size: int, stride: int, padding: str) -> int:
    """Return how many windows there are along an axis.

    Parameters
    ----------
    title : str
        Title of the layer kind.
    axis, size, stride : int
        Length of the axis, length of a window, distance from one to the next.
    padding : str
        ``same`` or ``valid``.

    Raises
    ------
    ShapeError
        If not even one fits.
    """
    if padding == "same":
        return -(-axis // stride)
    if axis < size:
        raise ShapeError("layer.window", place=title, axis=axis, size=size)
    return (axis - size) // stride + 1


def zeros_around(axis: int, places: int, size: int, stride: int) -> tuple[int, int]:
    """Return how many places windows need before an axis and behind it; the odd one is behind.

    Behind it, the number is negative where there are places that no window reaches.
    """
    needed = (places - 1) * stride + size - axis
    before = max(needed, 0) // 2
    return before, needed - before


def windowed(title: str, shape: Shape, size: int, stride: int, padding: str) -> Shape:
    """Return how many windows there are along every axis but the last; raises ShapeError."""
    return tuple(windows_along(title, axis, size, stride, padding) for axis in shape[:-1])
