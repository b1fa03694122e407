"""Functions that the lines of a step's program may call, as NumPy that runs as it stands."""

from __future__ import annotations

HELPERS: dict[str, str] = {
    "softmax": '''def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
''',
    "sigmoid": '''def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)
''',
    "add_rows": '''def add_rows(tokens, errors, count):
    total = np.zeros((count, errors.shape[-1]))
    np.add.at(total, tokens.astype(int), errors)
    return total
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
            if name not in found and f"{name}(" in source:
                found.add(name)
                waiting.append(HELPERS[name])
    return tuple(name for name in HELPERS if name in found)
