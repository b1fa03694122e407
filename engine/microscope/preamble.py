"""Functions that the lines of a step's program may call, as NumPy that runs as it stands."""

from __future__ import annotations

import re

HELPERS: dict[str, str] = {
    "softmax": '''def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
''',
    "log_softmax": '''def log_softmax(z):
    below = z - z.max(axis=-1, keepdims=True)
    return below - np.log(np.exp(below).sum(axis=-1, keepdims=True))
''',
    "sigmoid": '''def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1.0) / (1 + e)
''',
    "softplus": '''def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
''',
    "normal_cdf": '''def normal_cdf(z):
    from math import erfc
    return 0.5 * np.vectorize(erfc, otypes=[float])(-np.sqrt(0.5) * z)
''',
    "normal_pdf": '''def normal_pdf(z):
    return np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
''',
}
"""Source by name; one that calls another stands behind it."""


def helpers_of(text: str) -> tuple[str, ...]:
    """Return the names of the helpers that a text calls, and of those that they call."""
    found: set[str] = set()
    waiting = [text]
    while waiting:
        source = waiting.pop()
        for name in HELPERS:
            if name not in found and re.search(rf"\b{name}\(", source):
                found.add(name)
                waiting.append(HELPERS[name])
    return tuple(name for name in HELPERS if name in found)
