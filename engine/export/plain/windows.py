"""Layers of images and sequences as NumPy text: windows and shapes."""

from __future__ import annotations

LAYERS: dict[str, str] = {
    "Convolution": '''class Convolution:
    """Every filter looks through the same window at every place."""

    def __init__(self, w, b=None, stride=1, pad=()):
        self.parameters = {"w": w} if b is None else {"w": w, "b": b}
        self.kernel, self.stride, self.pad = w.shape[:-2], stride, pad

    def forward(self, x, training):
        self.size = x.shape[1:-1]
        self.seen = windows(x, self.kernel, self.stride, self.pad)
        w = self.parameters["w"]
        return np.tensordot(self.seen, w, axes=w.ndim - 1) + self.parameters.get("b", 0)

    def backward(self, dy):
        places = tuple(range(dy.ndim - 1))
        self.gradients = {"w": np.tensordot(self.seen, dy, axes=(places, places)),
                          "b": dy.sum(axis=places)}
        back = np.tensordot(dy, self.parameters["w"], axes=(-1, -1))
        return add_windows(back, self.size, self.stride, self.pad)''',
    "TransposedConvolution": '''class TransposedConvolution:
    """Every place is spread over a window: a convolution run backwards."""

    def __init__(self, w, b=None, stride=1, size=(), pad=()):
        self.parameters = {"w": w} if b is None else {"w": w, "b": b}
        self.kernel, self.stride, self.size, self.pad = w.shape[:-2], stride, size, pad

    def forward(self, x, training):
        self.x = x
        spread = np.tensordot(x, self.parameters["w"], axes=(-1, -1))
        return (add_windows(spread, self.size, self.stride, self.pad)
                + self.parameters.get("b", 0))

    def backward(self, dy):
        seen = windows(dy, self.kernel, self.stride, self.pad)
        places = tuple(range(dy.ndim - 1))
        self.gradients = {"w": np.tensordot(seen, self.x, axes=(places, places)),
                          "b": dy.sum(axis=places)}
        w = self.parameters["w"]
        return np.tensordot(seen, w, axes=(range(-3, 0), range(3)))''',
    "MaxPooling": '''class MaxPooling:
    """The largest number of every window; the gradient goes back to it alone."""

    parameters = {}

    def __init__(self, size, stride):
        self.size, self.stride = size, stride

    def forward(self, x, training):
        rank = x.ndim - 2
        seen = windows(x, (self.size,) * rank, self.stride)
        self.of, self.shape = x.shape[1:-1], seen.shape
        seen = seen.reshape(*seen.shape[:rank + 1], -1, x.shape[-1])
        self.at = seen.argmax(axis=-2)[..., None, :]
        return np.take_along_axis(seen, self.at, axis=-2)[..., 0, :]

    def backward(self, dy):
        back = np.zeros((*dy.shape[:-1], self.size**(dy.ndim - 2), dy.shape[-1]))
        np.put_along_axis(back, self.at, dy[..., None, :], axis=-2)
        return add_windows(back.reshape(self.shape), self.of, self.stride)''',
    "AveragePooling": '''class AveragePooling:
    """The mean of every window."""

    parameters = {}

    def __init__(self, size, stride):
        self.size, self.stride = size, stride

    def forward(self, x, training):
        rank = x.ndim - 2
        seen = windows(x, (self.size,) * rank, self.stride)
        self.of, self.shape = x.shape[1:-1], seen.shape
        return seen.mean(axis=tuple(range(rank + 1, 2 * rank + 1)))

    def backward(self, dy):
        rank = dy.ndim - 2
        share = dy.reshape(*dy.shape[:-1], *[1] * rank, dy.shape[-1]) / self.size**rank
        return add_windows(np.broadcast_to(share, self.shape), self.of, self.stride)''',
    "GlobalAverage": '''class GlobalAverage:
    """The mean over all places, or over the steps that count."""

    parameters = {}

    def __init__(self, masked=False):
        self.masked = masked

    def forward(self, x, training):
        places = tuple(range(1, x.ndim - 1))
        shares = np.full(x.shape[:-1], 1 / np.prod(x.shape[1:-1]))
        if self.masked:
            shares = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        self.shares = shares[..., None]
        return (x * self.shares).sum(axis=places)

    def backward(self, dy):
        rank = self.shares.ndim - 2
        return self.shares * dy.reshape(len(dy), *[1] * rank, dy.shape[-1])''',
    "Upsampling": '''class Upsampling:
    """Every place several times."""

    parameters = {}

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x, training):
        for axis in range(1, x.ndim - 1):
            x = x.repeat(self.factor, axis=axis)
        return x

    def backward(self, dy):
        for axis in range(1, dy.ndim - 1):
            shape = (*dy.shape[:axis], -1, self.factor, *dy.shape[axis + 1:])
            dy = dy.reshape(shape).sum(axis=axis + 1)
        return dy''',
    "Reshape": '''class Reshape:
    """The same numbers in another shape."""

    parameters = {}

    def __init__(self, *shape):
        self.shape = shape

    def forward(self, x, training):
        self.before = x.shape
        return x.reshape(len(x), *self.shape)

    def backward(self, dy):
        return dy.reshape(self.before)''',
}
"""By name, in the order in which they stand."""
