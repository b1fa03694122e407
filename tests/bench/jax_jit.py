"""JAX's contestant, one jitted step: ``python -m tests.bench.jax_jit CASE THREADS``. Needs jax."""

from __future__ import annotations

import math
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.bench.cases import LEARNING_RATE, VOCABULARY, Case, Layer
from tests.bench.contestant import Array, Order, begin, data_of, serve

ACTIVATIONS = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu,
               "linear": lambda z: z}
GATES = {"lstm": 4, "gru": 3, "rnn": 1}
QUEUE = 20
"""Steps that are asked for before the last one's end is awaited: they overlap, as in use."""

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def drawn(layer: Layer, shape: tuple[int, ...], rng: np.random.Generator
          ) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Return a layer's parameters, by our names, and the shape that comes out."""
    def normal(*size: int) -> Array:
        return (rng.standard_normal(size) / math.sqrt(math.prod(size[:-1]))).astype(np.float32)

    *places, width = shape
    units, kind = layer.units, layer.kind
    if kind == "dense":
        return {"w": normal(width, units), "b": np.zeros(units, np.float32)}, (*places, units)
    if kind == "conv":
        weights = {"w": normal(layer.kernel, layer.kernel, width, units)}
        lost = layer.kernel - 1 if layer.padding == "valid" else 0
        if layer.bias:
            weights["b"] = np.zeros(units, np.float32)
        return weights, (places[0] - lost, places[1] - lost, units)
    if kind == "norm":
        return {"scale": np.ones(width, np.float32), "shift": np.zeros(width, np.float32)}, shape
    if kind == "pool":
        return {}, (places[0] // 2, places[1] // 2, width)
    if kind == "flatten":
        return {}, (math.prod(shape),)
    if kind == "embedding":
        return {"w": normal(VOCABULARY, units)}, (*shape, units)
    if kind in GATES:
        gates = GATES[kind]
        weights = {"w": normal(width, gates * units), "u": normal(units, gates * units),
                   "b": np.zeros(gates * units, np.float32)}
        if kind == "gru":
            weights["c"] = np.zeros(units, np.float32)
        return weights, (*places, units)
    return {}, shape


def cell(kind: str, p: dict[str, Any], state: Any, z: Any) -> Any:
    """Return the next state of a recurrent layer, given the input product of a step."""
    if kind == "lstm":
        h, c = state
        i, f, g, o = jnp.split(z + h @ p["u"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c
    (h,) = state
    if kind == "rnn":
        return (jnp.tanh(z + h @ p["u"]),)
    r, k, n = jnp.split(z, 3, axis=-1)
    ur, uk, un = jnp.split(h @ p["u"], 3, axis=-1)
    k = jax.nn.sigmoid(k + uk)
    n = jnp.tanh(n + jax.nn.sigmoid(r + ur) * (un + p["c"]))
    return ((1 - k) * n + k * h,)


def applied(layer: Layer, p: dict[str, Any], x: Any) -> Any:
    """Return what a layer makes of a batch."""
    kind = layer.kind
    if kind == "dense":
        return ACTIVATIONS[layer.activation](x @ p["w"] + p["b"])
    if kind == "conv":
        y = jax.lax.conv_general_dilated(x, p["w"], (1, 1), layer.padding.upper(),
                                         dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return ACTIVATIONS[layer.activation](y + p["b"] if layer.bias else y)
    if kind == "norm":
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * p["scale"] + p["shift"]
    if kind == "relu":
        return jax.nn.relu(x)
    if kind == "pool":
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    if kind == "flatten":
        return x.reshape(len(x), -1)
    if kind == "embedding":
        return p["w"][x]
    units = layer.units
    state = tuple(jnp.zeros((len(x), units), jnp.float32) for _ in range(1 + (kind == "lstm")))

    def step(carried: Any, z: Any) -> Any:
        carried = cell(kind, p, carried, z)
        return carried, carried[0]

    _, states = jax.lax.scan(step, state, jnp.swapaxes(x @ p["w"] + p["b"], 0, 1))
    return jnp.swapaxes(states, 0, 1)


class Training:
    """Network, data and optimizer of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        rng, shape = np.random.default_rng(0), case.shape
        weights = []
        for layer in case.layers:
            made, shape = drawn(layer, shape, rng)
            weights.append(jax.tree.map(jnp.asarray, made))
        zeros = jax.tree.map(jnp.zeros_like, weights)
        self.state = (weights, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.float32(0))
        inputs, labels = data_of(case)
        self.x = jnp.asarray(inputs, jnp.int32 if case.is_text else jnp.float32)
        self.t = jnp.asarray(labels)
        self.order = Order(case.examples, case.batch)
        self._step = jax.jit(self._make_step, donate_argnums=0)

    def loss(self, weights: Any, rows: Any) -> Any:
        """Return the loss of a batch."""
        a = self.x[rows].reshape(-1, *self.case.shape)
        for layer, p in zip(self.case.layers, weights, strict=True):
            a = applied(layer, p, a)
        of_right = jnp.take_along_axis(jax.nn.log_softmax(a), self.t[rows][..., None], -1)
        return -jnp.mean(of_right)

    def _make_step(self, state: Any, rows: Any) -> Any:
        weights, v, s, count = state
        loss, g = jax.value_and_grad(self.loss)(weights, rows)
        norms = [jnp.linalg.norm(leaf) for leaf in jax.tree.leaves(g) if leaf.ndim > 1]
        if self.case.optimizer == "sgd":
            weights = jax.tree.map(lambda w, d: w - LEARNING_RATE * d, weights, g)
            return (weights, v, s, count), loss, norms
        count = count + 1
        v = jax.tree.map(lambda a, d: BETA1 * a + (1 - BETA1) * d, v, g)
        s = jax.tree.map(lambda a, d: BETA2 * a + (1 - BETA2) * d * d, s, g)
        first, second = 1 - BETA1 ** count, 1 - BETA2 ** count
        weights = jax.tree.map(
            lambda w, a, b: w - LEARNING_RATE * (a / first) / (jnp.sqrt(b / second) + EPSILON),
            weights, v, s)
        return (weights, v, s, count), loss, norms

    def run(self, seconds: float) -> int:
        """Train for about so long; return the steps done."""
        steps, end = 0, time.perf_counter() + seconds
        loss = jnp.float32(0)
        while time.perf_counter() < end:
            self.state, loss, _ = self._step(self.state, self.order.next())
            steps += 1
            if steps % QUEUE == 0:
                loss.block_until_ready()
        loss.block_until_ready()
        return steps

    def first(self, given: dict[str, Array]) -> dict[str, Any]:
        """Return loss and gradient norms of the first batch, from weights by our names."""
        weights = [
            {name: jnp.asarray(given[f"{layer.kind}-{number}/{name}"], jnp.float32) for name in p}
            for number, (layer, p) in enumerate(
                zip(self.case.layers, self.state[0], strict=True))]
        loss, g = jax.value_and_grad(self.loss)(weights, np.arange(self.case.batch))
        return {"loss": float(loss), "norms": {
            f"{layer.kind}-{number}/{name}": float(jnp.linalg.norm(value))
            for number, (layer, p) in enumerate(zip(self.case.layers, g, strict=True))
            for name, value in p.items()}}


def main() -> None:
    """Serve rounds of one case."""
    case, _ = begin()
    training = Training(case)
    serve(f"JAX {jax.__version__}", training.run, training.first)


if __name__ == "__main__":
    main()
