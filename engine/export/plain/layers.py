"""Layers of units as NumPy text: sums, functions, joins, norms, chance."""

from __future__ import annotations

FUNCTION = '''class Function:
    """a = f(z), number by number, with its slope."""

    parameters = {}

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def forward(self, z, training):
        self.z = z
        self.a = self.value(z)
        return self.a

    def backward(self, da):
        return da * self.slope(self.z, self.a)'''

FUNCTIONS: dict[str, str] = {
    "relu": '''def relu(z):
    return np.maximum(z, 0)


def relu_slope(z, a):
    return z > 0''',
    "tanh": '''def tanh(z):
    return np.tanh(z)


def tanh_slope(z, a):
    return 1 - a**2''',
    "sigmoid": '''def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1.0) / (1 + e)


def sigmoid_slope(z, a):
    return a * (1 - a)''',
    "leaky_relu": '''def leaky_relu(z):
    return np.where(z > 0, z, {slope} * z)


def leaky_relu_slope(z, a):
    return np.where(z > 0, 1.0, {slope})''',
    "elu": '''def elu(z):
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def elu_slope(z, a):
    return np.where(z > 0, 1.0, a + 1)''',
    "gelu": '''def normal_share(z):
    return 0.5 * np.vectorize(erfc, otypes=[float])(-z / np.sqrt(2))


def gelu(z):
    return z * normal_share(z)


def gelu_slope(z, a):
    return normal_share(z) + z * np.exp(-z**2 / 2) / np.sqrt(2 * np.pi)''',
    "selu": '''SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def selu(z):
    return SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0)))


def selu_slope(z, a):
    return np.where(z > 0, SCALE, a + SCALE * ALPHA)''',
    "silu": '''def silu(z):
    return z * sigmoid(z)


def silu_slope(z, a):
    s = sigmoid(z)
    return s * (1 + z * (1 - s))''',
    "softplus": '''def softplus(z):
    return np.logaddexp(0, z)


def softplus_slope(z, a):
    return sigmoid(z)''',
    "softsign": '''def softsign(z):
    return z / (1 + np.abs(z))


def softsign_slope(z, a):
    return 1 / (1 + np.abs(z))**2''',
    "hard_tanh": '''def hard_tanh(z):
    return np.clip(z, -1, 1)


def hard_tanh_slope(z, a):
    return np.abs(z) < 1''',
    "sine": '''def sine(z):
    return np.sin(z)


def sine_slope(z, a):
    return np.cos(z)''',
}
"""By op, the function and its slope."""

CALLED = {"silu": ("sigmoid",), "softplus": ("sigmoid",)}
"""Which functions others call."""

LAYERS: dict[str, str] = {
    "Function": FUNCTION,
    "Dense": '''class Dense:
    """y = x W + b, for a row of numbers or for every step of a sequence."""

    def __init__(self, w, b=None):
        self.parameters = {"w": w} if b is None else {"w": w, "b": b}

    def forward(self, x, training):
        self.x = x
        return x @ self.parameters["w"] + self.parameters.get("b", 0)

    def backward(self, dy):
        x, rows = self.x.reshape(-1, self.x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        self.gradients = {"w": x.T @ rows, "b": rows.sum(axis=0)}
        return dy @ self.parameters["w"].T''',
    "PReLU": '''class PReLU:
    """y = x for x > 0, else slope x, with a learned slope for every unit."""

    def __init__(self, slope):
        self.parameters = {"slope": slope}

    def forward(self, x, training):
        self.x = x
        return np.where(x > 0, x, self.parameters["slope"] * x)

    def backward(self, dy):
        below = np.where(self.x > 0, 0, self.x) * dy
        self.gradients = {"slope": below.reshape(-1, dy.shape[-1]).sum(axis=0)}
        return np.where(self.x > 0, dy, self.parameters["slope"] * dy)''',
    "Softmax": '''class Softmax:
    """Shares that sum to 1 along the last axis."""

    parameters = {}

    def forward(self, x, training):
        self.y = softmax(x)
        return self.y

    def backward(self, dy):
        return self.y * (dy - (dy * self.y).sum(axis=-1, keepdims=True))''',
    "Dropout": '''class Dropout:
    """While training, sets a share of the numbers to 0 and enlarges the others."""

    parameters = {}

    def __init__(self, rate):
        self.rate = rate

    def forward(self, x, training):
        drops = training and self.rate > 0
        self.kept = (RANDOM.random(x.shape) >= self.rate) / (1 - self.rate) if drops else 1.0
        return x * self.kept

    def backward(self, dy):
        return dy * self.kept''',
    "GaussianNoise": '''class GaussianNoise:
    """While training, adds normal numbers."""

    parameters = {}

    def __init__(self, deviation):
        self.deviation = deviation

    def forward(self, x, training):
        return x + self.deviation * RANDOM.standard_normal(x.shape) if training else x

    def backward(self, dy):
        return dy''',
    "Add": '''class Add:
    """The sum of its inputs."""

    parameters = {}

    def forward(self, *inputs, training):
        self.count = len(inputs)
        return sum(inputs)

    def backward(self, dy):
        return (dy,) * self.count''',
    "Concatenate": '''class Concatenate:
    """Its inputs side by side along the last axis."""

    parameters = {}

    def forward(self, *inputs, training):
        self.ends = np.cumsum([x.shape[-1] for x in inputs])[:-1]
        return np.concatenate(inputs, axis=-1)

    def backward(self, dy):
        return tuple(np.split(dy, self.ends, axis=-1))''',
    "BatchNorm": '''class BatchNorm:
    """Mean 0 and variance 1 over the batch, then a learned scale and shift."""

    def __init__(self, scale, shift, running_mean, running_variance, epsilon, momentum,
                 frozen=False):
        self.parameters = {"scale": scale, "shift": shift}
        self.running = {"running_mean": running_mean, "running_variance": running_variance}
        self.epsilon, self.momentum, self.frozen = epsilon, momentum, frozen

    def forward(self, x, training):
        rows = x.reshape(-1, x.shape[-1])
        # One row has no variance: the running one takes its place, as it does outside training.
        self.of_batch = training and len(rows) > 1 and not self.frozen
        mean, variance = self.running["running_mean"], self.running["running_variance"]
        if self.of_batch:
            mean, variance = rows.mean(axis=0), rows.var(axis=0)
            unbiased = variance * len(rows) / (len(rows) - 1)
            for name, found in (("running_mean", mean), ("running_variance", unbiased)):
                self.running[name] = ((1 - self.momentum) * self.running[name]
                                      + self.momentum * found)
        self.deviation = np.sqrt(variance + self.epsilon)
        self.normal = (x - mean) / self.deviation
        return self.normal * self.parameters["scale"] + self.parameters["shift"]

    def backward(self, dy):
        rows = (-1, dy.shape[-1])
        normal = self.normal.reshape(rows)
        self.gradients = {"scale": (dy.reshape(rows) * normal).sum(axis=0),
                          "shift": dy.reshape(rows).sum(axis=0)}
        d = (dy * self.parameters["scale"]).reshape(rows)
        if self.of_batch:
            d = d - d.mean(axis=0) - normal * (d * normal).mean(axis=0)
        return (d / self.deviation).reshape(dy.shape)''',
    "LayerNorm": '''class LayerNorm:
    """Mean 0 and variance 1 over the features of every row, then a learned scale and shift."""

    def __init__(self, scale, shift, epsilon):
        self.parameters = {"scale": scale, "shift": shift}
        self.epsilon = epsilon

    def forward(self, x, training):
        self.deviation = np.sqrt(x.var(axis=-1, keepdims=True) + self.epsilon)
        self.normal = (x - x.mean(axis=-1, keepdims=True)) / self.deviation
        return self.normal * self.parameters["scale"] + self.parameters["shift"]

    def backward(self, dy):
        rows = (-1, dy.shape[-1])
        self.gradients = {"scale": (dy * self.normal).reshape(rows).sum(axis=0),
                          "shift": dy.reshape(rows).sum(axis=0)}
        d = dy * self.parameters["scale"]
        return (d - d.mean(axis=-1, keepdims=True)
                - self.normal * (d * self.normal).mean(axis=-1, keepdims=True)) / self.deviation''',
    "Sampling": '''class Sampling:
    """Draws a code from its means and logarithms of variances; keeps its term of the loss."""

    parameters = {}

    def __init__(self, weight):
        self.weight, self.draws = weight, None

    def forward(self, x, training):
        mean, log_variance = np.split(x, 2, axis=-1)
        divergence = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=-1) / 2
        self.penalty = self.weight * divergence.mean()
        self.x, self.drawn = x, np.zeros(mean.shape)
        if training:
            self.drawn = RANDOM.standard_normal(mean.shape) if self.draws is None \\
                else next(self.draws)[:len(mean)]
        return mean + np.exp(log_variance / 2) * self.drawn

    def backward(self, dz):
        mean, log_variance = np.split(self.x, 2, axis=-1)
        share = self.weight / len(mean)
        of_variance = dz * self.drawn * np.exp(log_variance / 2) / 2
        return np.concatenate([
            dz + share * mean, of_variance + share * (np.exp(log_variance) - 1) / 2], axis=-1)''',
}
"""By name, in the order in which they stand."""
