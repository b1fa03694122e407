"""From the network's output on a grid to a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui import theme

Bytes = NDArray[np.uint8]
FINE = 3
# How far class colours are drawn towards the neutral one, so that points stand out on them.
SOFTENED = 0.42


def class_one(surface: NDArray[Any]) -> NDArray[np.float64]:
    """Return the probability of class 1, float64[g, g], from one or two outputs."""
    return np.asarray(surface[..., -1], np.float64)


def signed_picture(values: NDArray[Any]) -> Bytes:
    """Return uint8[g, g, 3] for values from -1 (orange) to 1 (blue); NaN is neutral."""
    finite = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0)
    index = np.rint((np.clip(finite, -1.0, 1.0) + 1.0) * 127.5).astype(np.uint8)
    shades: Bytes = theme.signed_map(soft=True)[index]
    return shades


def soft_class_colours(n: int) -> Bytes:
    """Return uint8[n, 3]: a softened colour for each of ``n`` classes."""
    neutral = theme.current().map_neutral
    softened = [theme.blended(c.name(), neutral, SOFTENED) for c in theme.class_colours(n)]
    return np.array([(c.red(), c.green(), c.blue()) for c in softened], np.uint8)


def blended_picture(probabilities: NDArray[Any]) -> Bytes:
    """Return uint8[g, g, 3]: class colours mixed by probability, float[g, g, k]."""
    colours = soft_class_colours(probabilities.shape[-1])
    finite = np.nan_to_num(probabilities, posinf=1.0, neginf=0.0)
    mixed = finite @ colours.astype(np.float64)
    pixels: Bytes = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return pixels


def finer(surface: NDArray[Any], factor: int = FINE) -> NDArray[np.float32]:
    """Return the surface on a grid ``factor`` times as fine, linear between its points."""
    g = len(surface)
    at = np.linspace(0.0, g - 1.0, (g - 1) * factor + 1)
    below = np.minimum(at.astype(np.int64), g - 2)
    share = (at - below).astype(np.float32)
    surface = surface.astype(np.float32)
    # Beside what has diverged, 0 times infinity is no number, and is shown as none.
    with np.errstate(invalid="ignore"):
        rows = (surface[below] * (1 - share)[:, None, None]
                + surface[below + 1] * share[:, None, None])
        return np.asarray(
            rows[:, below] * (1 - share)[:, None] + rows[:, below + 1] * share[:, None], np.float32)


def picture(surface: NDArray[Any], task: str, *, discrete: bool) -> Bytes:
    """Return the picture of a surface, its top row being the largest x2.

    Parameters
    ----------
    surface : float[g, g, k]
        Probabilities for classification, values for regression; row 0 is the smallest x2.
    task : str
        ``classification`` or ``regression``.
    discrete : bool
        Whether to show the decision alone: the class, or the sign.

    Returns
    -------
    uint8[h, w, 3]
        Red, green, blue.
    """
    if discrete and len(surface) > 1:
        surface = finer(surface)
    upright = surface[::-1]
    if task == "regression" or surface.shape[-1] <= 2:
        values = upright[..., 0] if task == "regression" else 2.0 * class_one(upright) - 1.0
        return signed_picture(np.where(values >= 0, 1.0, -1.0) if discrete else values)
    if discrete:
        decided: Bytes = soft_class_colours(surface.shape[-1])[np.argmax(upright, axis=-1)]
        return decided
    return blended_picture(upright)
