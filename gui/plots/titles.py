"""Names of layers and numbers for people."""

from __future__ import annotations

import math

from engine.layers import kind
from engine.spec import NetworkSpec


def layer_title(network: NetworkSpec, layer_id: str) -> str:
    """Return ``Layer 3 · Dense``: the position, the input being 0, and the kind."""
    position = network.index(layer_id)
    return f"Layer {position} · {kind(network.layers[position].kind).title}"


def power_text(exponent: float) -> str:
    """Return 10 to ``exponent`` in two figures: ``1.3e-5``, ``0.042``; -inf is ``0``."""
    if not math.isfinite(exponent):
        return "0" if exponent == -math.inf else "none"
    value = 10.0**exponent
    if 1e-3 <= value < 1e3:
        return f"{value:.2g}"
    whole = math.floor(exponent)
    mantissa = f"{10.0 ** (exponent - whole):.1f}"
    return f"1.0e{whole + 1}" if mantissa == "10.0" else f"{mantissa}e{whole}"
