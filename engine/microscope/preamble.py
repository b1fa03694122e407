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
    "windows": '''def windows(x, kernel, stride=1, pad=()):
    # What the kernel sees at every place: x[n, h, v, c] as [n, p, q, kh, kw, c].
    if pad:
        x = np.pad(x, ((0, 0), *pad, (0, 0)))
    rank = len(kernel)
    seen = np.lib.stride_tricks.sliding_window_view(x, kernel, tuple(range(1, rank + 1)))
    steps = (slice(None, None, stride),) * rank
    return np.moveaxis(seen[(slice(None), *steps)], rank + 1, -1)
''',
    "add_windows": '''def add_windows(y, size, stride=1, pad=()):
    # The way back: windows y[n, p, q, kh, kw, c] add up to x[n, h, v, c] where they overlap.
    rank = len(size)
    pad = pad or ((0, 0),) * rank
    x = np.zeros((len(y), *(s + a + b for s, (a, b) in zip(size, pad)), y.shape[-1]))
    for tap in np.ndindex(y.shape[rank + 1:-1]):
        seen = (slice(t, t + (p - 1) * stride + 1, stride) for t, p in zip(tap, y.shape[1:]))
        x[(slice(None), *seen)] += y[(slice(None),) * (rank + 1) + tap]
    return x[(slice(None), *(slice(a, a + s) for s, (a, b) in zip(size, pad)))]
''',
    "moved": '''def moved(a, by):
    # The numbers of every row so many places further on, or back; 0 where nothing comes to.
    found = np.zeros(a.shape)
    to, came = (slice(by, None), slice(-by)) if by > 0 else (slice(by), slice(-by, None))
    found[:, to] = a[:, came]
    return found
''',
    "ngram_rows": '''def ngram_rows(tokens, vocabulary, buckets, longest, distinct):
    # From every place the rows of the n-grams of one token, of two and so on; 0: there is none.
    n, steps = tokens.shape
    rows = np.zeros((n, steps, longest))
    for i, t, g in np.ndindex(rows.shape):
        gram = [int(token) for token in tokens[i, t:t + g + 1]]
        if len(gram) > g and all(gram):
            h = 0
            for token in gram:
                h = (h + token) * 0x9E3779B97F4A7C15 % 2**64
                h ^= h >> 32
            rows[i, t, g] = vocabulary + h % buckets if g else gram[0]
    rows = rows.reshape(n, -1)
    if distinct:
        rows = np.sort(rows, axis=1)
        rows[:, 1:] *= rows[:, 1:] != rows[:, :-1].copy()
    return rows
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
            if name not in found and re.search(rf"\b{name}\(", source):
                found.add(name)
                waiting.append(HELPERS[name])
    return tuple(name for name in HELPERS if name in found)
