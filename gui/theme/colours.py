"""Colour scales: depth of a layer, sign of a number, class of an example."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from gui.theme.state import current

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Every sixteenth entry of matplotlib's viridis (CC0).
_VIRIDIS = (
    "#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e",
    "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219",
    "#fde725",
)
# The ends that vanish into the ground of either theme are left out.
_READABLE = {"light": (0.0, 0.86), "dark": (0.27, 1.0)}


def blended(first: str, second: str, share: float) -> QColor:
    """Return the mixture of two colours with ``share`` of the second, 0 to 1."""
    # A picture asks for the same few thousands of times; each has its own copy.
    return QColor(_blended(first, second, share))


@lru_cache(maxsize=4096)
def _blended(first: str, second: str, share: float) -> QColor:
    a, b = QColor(first), QColor(second)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    )


def sequential(position: float) -> QColor:
    """Return the perceptual scale's colour at ``position``, 0 to 1, readable on this theme."""
    low, high = _READABLE[current().name]
    exact = (low + (high - low) * min(max(position, 0.0), 1.0)) * (len(_VIRIDIS) - 1)
    index = min(int(exact), len(_VIRIDIS) - 2)
    return blended(_VIRIDIS[index], _VIRIDIS[index + 1], exact - index)


def depth_colours(n: int) -> list[QColor]:
    """Return a colour for each of ``n`` layers, first to last."""
    return [sequential(i / max(n - 1, 1)) for i in range(n)]


def class_colours(n: int) -> list[QColor]:
    """Return a colour for each of ``n`` classes; beyond ten they repeat, lighter or darker."""
    tokens = current()
    return [
        blended(tokens.classes[i % 10], tokens.text, min(0.3 * (i // 10), 0.9)) for i in range(n)
    ]


def signed_map(*, soft: bool = False) -> NDArray[np.uint8]:
    """Return the lookup from -1 (row 0) over 0 to +1 (row 255): orange, neutral, blue.

    Parameters
    ----------
    soft : bool
        Whether to use the softened colours for areas on which points are drawn.

    Returns
    -------
    uint8[256, 3]
        Red, green, blue.
    """
    tokens = current()
    if soft:
        return lookup((tokens.map_negative, tokens.map_neutral, tokens.map_positive))
    return lookup((tokens.negative, tokens.neutral, tokens.positive))


def sequential_map() -> NDArray[np.uint8]:
    """Return the perceptual scale as a lookup, uint8[256, 3], dark to light."""
    return lookup([sequential(i / 32).name() for i in range(33)])


def explosion_map() -> NDArray[np.uint8]:
    """Return a lookup for gradients that exploded, uint8[256, 3], from a little to without end."""
    tokens = current()
    return lookup([blended(tokens.surface, tokens.exploding, 0.22).name(),
                   blended(tokens.surface, tokens.exploding, 0.7).name(), tokens.exploding,
                   blended(tokens.exploding, tokens.text, 0.6).name()])


def lookup(colours: Sequence[str]) -> NDArray[np.uint8]:
    """Return uint8[256, 3] that runs evenly through ``colours``."""
    # NumPy is imported after the first paint, and this module before it.
    import numpy as np

    anchors = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours])
    at = np.linspace(0.0, len(colours) - 1.0, 256)
    channels = [np.interp(at, np.arange(len(colours)), anchors[:, i]) for i in range(3)]
    result: NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return result
