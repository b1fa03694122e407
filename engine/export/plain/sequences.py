"""Layers of tokens and of time as NumPy text."""

from __future__ import annotations

LAYERS: dict[str, str] = {
    "Embedding": '''class Embedding:
    """A vector for every token."""

    def __init__(self, w, padding=False):
        self.parameters = {"w": w}
        self.padding = padding

    def forward(self, tokens, training):
        self.tokens = tokens
        return self.parameters["w"][tokens]

    def backward(self, dy):
        dw = np.zeros(self.parameters["w"].shape)
        np.add.at(dw, self.tokens, dy)
        if self.padding:
            dw[0] = 0
        self.gradients = {"w": dw}
        self.used = np.unique(self.tokens)
        if self.padding:
            self.used = self.used[self.used > 0]
        return np.zeros(self.tokens.shape)''',
    "NgramBag": '''class NgramBag:
    """The sum or mean of the vectors of a text's tokens and of all that stand in a row."""

    def __init__(self, w, ratio=None, vocabulary=1, buckets=1, longest=1, mean=True,
                 distinct=False):
        self.parameters = {"w": w}
        self.ratio = np.ones(len(w)) if ratio is None else ratio
        self.rows_are = vocabulary, buckets, longest, distinct
        self.mean = mean

    def forward(self, tokens, training):
        self.rows = ngram_rows(tokens, *self.rows_are).astype(int)
        self.shares = self.ratio[self.rows] * (self.rows != 0)
        if self.mean:
            self.shares = self.shares / np.maximum(
                (self.rows != 0).sum(axis=1, keepdims=True), 1)
        return (self.parameters["w"][self.rows] * self.shares[..., None]).sum(axis=1)

    def backward(self, dy):
        dw = np.zeros(self.parameters["w"].shape)
        np.add.at(dw, self.rows, self.shares[..., None] * dy[:, None])
        dw[0] = 0
        self.gradients = {"w": dw}
        self.used = np.unique(self.rows[self.rows > 0])
        return np.zeros(self.rows.shape[:1])''',
    "Recurrent": '''class Recurrent:
    """Walks through a sequence, and back; a subclass says what happens in a step.

    Steps that do not count leave the state as it is. `truncation` is after how many steps that
    count gradients are cut off, and 0 never; a state that is carried over starts the next batch.
    """

    states = 1

    def __init__(self, w, u, b=None, c=None, last=True, masked=False, truncation=0,
                 carried=False):
        given = {"w": w, "u": u, "b": b, "c": c}
        self.parameters = {name: array for name, array in given.items() if array is not None}
        self.last, self.masked, self.truncation = last, masked, truncation
        self.carried, self.kept = carried, None

    def forward(self, x, training):
        n, steps = x.shape[:2]
        if not self.masked:
            self.counts = np.ones((n, steps), bool)
        begins = self.kept if self.carried and training else None
        state = begins or (np.zeros((n, len(self.parameters["u"]))),) * self.states
        self.x, self.walked, outputs = x, [], []
        for t in range(steps):
            counts = self.counts[:, t, None]
            found, seen = self.step(x[:, t], state)
            self.walked.append((state, seen))
            state = tuple(np.where(counts, new, old) for new, old in zip(found, state))
            outputs.append(state[0])
        if self.carried and training:
            self.kept = state
        return outputs[-1] if self.last else np.stack(outputs, axis=1)

    def backward(self, dy):
        self.gradients = {name: np.zeros(array.shape) for name, array in self.parameters.items()}
        dx = np.zeros(self.x.shape)
        back = tuple(np.zeros(one.shape) for one in self.walked[0][0])
        before = self.counts.cumsum(axis=1) - self.counts
        for t in reversed(range(self.x.shape[1])):
            if not self.last or t == self.x.shape[1] - 1:
                back = (back[0] + (dy if self.last else dy[:, t]), *back[1:])
            counts = self.counts[:, t, None]
            state, seen = self.walked[t]
            found, dx[:, t] = self.step_back(
                self.x[:, t], state, seen, tuple(one * counts for one in back))
            if self.truncation:
                goes_on = before[:, t, None] % self.truncation != 0
                found = tuple(one * goes_on for one in found)
            back = tuple(np.where(counts, new, old) for new, old in zip(found, back))
        return dx

    def add(self, x, h, of_x, of_h):
        """Add a step's part of the gradients; return what goes on to x and to the state."""
        for name, part in (("w", x.T @ of_x), ("u", h.T @ of_h), ("b", of_x.sum(axis=0))):
            if name in self.gradients:
                self.gradients[name] += part
        return of_x @ self.parameters["w"].T, of_h @ self.parameters["u"].T''',
    "SimpleRNN": '''class SimpleRNN(Recurrent):
    """h = f(x W + h U + b)."""

    def step(self, x, state):
        w, u, b = (self.parameters.get(name, 0) for name in "wub")
        h = {value}
        return (h,), h

    def step_back(self, x, state, h, back):
        dz = back[0] * {slope}
        dx, dh = self.add(x, state[0], dz, dz)
        return (dh,), dx''',
    "LSTM": '''class LSTM(Recurrent):
    """c = f c + i g and h = o tanh c."""

    states = 2

    def step(self, x, state):
        w, u, b = (self.parameters.get(name, 0) for name in "wub")
        i, f, g, o = np.split(x @ w + state[0] @ u + b, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * state[1] + i * g
        return (o * np.tanh(c), c), (i, f, g, o, np.tanh(c))

    def step_back(self, x, state, seen, back):
        i, f, g, o, y = seen
        dh, dc = back
        dc = dc + dh * o * (1 - y**2)
        dz = np.concatenate([dc * g * i * (1 - i), dc * state[1] * f * (1 - f),
                             dc * i * (1 - g**2), dh * y * o * (1 - o)], axis=1)
        dx, before = self.add(x, state[0], dz, dz)
        return (before, dc * f), dx''',
    "GRU": '''class GRU(Recurrent):
    """h = (1 - z) n + z h with n = tanh(x W + b + r (h U + c))."""

    def step(self, x, state):
        w, u, b, c = (self.parameters.get(name, 0) for name in "wubc")
        of_x = np.split(x @ w + b, 3, axis=1)
        of_h = np.split(state[0] @ u, 3, axis=1)
        r, z = sigmoid(of_x[0] + of_h[0]), sigmoid(of_x[1] + of_h[1])
        q = of_h[2] + c
        new = np.tanh(of_x[2] + r * q)
        return ((1 - z) * new + z * state[0],), (r, z, new, q)

    def step_back(self, x, state, seen, back):
        r, z, new, q = seen
        (dh,) = back
        dn = dh * (1 - z) * (1 - new**2)
        gates = [dn * q * r * (1 - r), dh * (state[0] - new) * z * (1 - z)]
        if "c" in self.gradients:
            self.gradients["c"] += (dn * r).sum(axis=0)
        dx, before = self.add(x, state[0], np.concatenate([*gates, dn], axis=1),
                              np.concatenate([*gates, dn * r], axis=1))
        return (before + dh * z,), dx''',
}
"""By name, in the order in which they stand."""

CELLS = {"tanh": ("np.tanh(x @ w + state[0] @ u + b)", "(1 - h**2)"),
         "relu": ("np.maximum(x @ w + state[0] @ u + b, 0)", "(h > 0)")}
"""By function, what a step of a simple recurrent layer computes, and its slope."""

NEEDED = {"SimpleRNN": ("Recurrent",), "LSTM": ("Recurrent",), "GRU": ("Recurrent",)}
"""Which others some of them build on."""
