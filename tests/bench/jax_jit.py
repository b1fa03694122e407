"""JAX's contestant: ``python -m tests.bench.jax_jit CASE THREADS VARIANT``. Needs jax and NumPy.

One jitted function is a step: it takes its batch from the data on the device, and its state is
donated. A variant of recurrent cases is the number of steps that ``lax.scan`` unrolls.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from tests.bench.cases import (
    BATCH_NORM_EPSILON,
    BATCH_NORM_MOMENTUM,
    BETAS,
    EPSILON,
    GATES,
    LEARNING_RATE,
    POOL,
    Case,
    Layer,
    data_of,
    measured,
    weights_of,
)
from tests.bench.contestant import Side, in_chunks, main, orders

Tree = dict[str, Any]
ACTIVATIONS = {"linear": lambda x: x, "tanh": jnp.tanh, "relu": jax.nn.relu,
               "sigmoid": jax.nn.sigmoid}


def rnn(z: Any, p: Tree, state: tuple[Any, ...]) -> tuple[Any, ...]:
    return (jnp.tanh(z + state[0] @ p["u"]),)


def lstm(z: Any, p: Tree, state: tuple[Any, ...]) -> tuple[Any, ...]:
    h, c = state
    i, f, g, o = jnp.split(z + h @ p["u"], 4, -1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def gru(z: Any, p: Tree, state: tuple[Any, ...]) -> tuple[Any, ...]:
    (h,) = state
    r, u, n = jnp.split(z, 3, -1)
    hr, hu, hn = jnp.split(h @ p["u"], 3, -1)
    r, u = jax.nn.sigmoid(r + hr), jax.nn.sigmoid(u + hu)
    n = jnp.tanh(n + r * (hn + p["c"]))
    return ((1 - u) * n + u * h,)


CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru}


def states(layer: Layer, p: Tree, x: Any, unroll: int) -> Any:
    """Return every state of a recurrent layer; its inputs are multiplied for all steps at once."""
    z = x.swapaxes(0, 1) @ p["w"] + p["b"]
    start = (jnp.zeros((len(x), layer.units)),) * (2 if layer.kind == "lstm" else 1)

    def one(state: tuple[Any, ...], z: Any) -> tuple[tuple[Any, ...], Any]:
        state = CELLS[layer.kind](z, p, state)
        return state, state[0]

    return lax.scan(one, start, z, unroll=unroll)[1].swapaxes(0, 1)


def batch_norm(p: Tree, x: Any) -> tuple[Any, dict[str, Any]]:
    """Return the normalised x, and mean and variance of the batch."""
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    y = (x - mean) * lax.rsqrt(variance + BATCH_NORM_EPSILON) * p["scale"] + p["shift"]
    return y, {"running_mean": mean, "running_variance": variance}


def pooled(x: Any) -> Any:
    """Return the largest of every square; far faster here than ``reduce_window`` is, backward."""
    n, height, width, channels = x.shape
    return x.reshape(n, height // POOL, POOL, width // POOL, POOL, channels).max((2, 4))


def apply(layer: Layer, p: Tree, x: Any, unroll: int) -> Any:
    """Return a layer's output; batch norm stands elsewhere."""
    if layer.kind in GATES:
        return states(layer, p, x, unroll)
    if layer.kind == "embedding":
        return p["w"][x]
    if layer.kind == "pool":
        return pooled(x)
    if layer.kind == "flatten":
        return x.reshape(len(x), -1)
    if layer.kind == "relu":
        return jax.nn.relu(x)
    z = x @ p["w"] if layer.kind == "dense" else lax.conv_general_dilated(
        x, p["w"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return ACTIVATIONS[layer.activation](z + p["b"] if "b" in p else z)


def loss_of(learned: Tree, case: Case, x: Any, t: Any, unroll: int) -> tuple[Any, Tree]:
    """Return the mean cross-entropy, and the moments that batch norms have seen."""
    moments = {}
    for layer in case.layers:
        p = learned.get(layer.id, {})
        if layer.kind == "norm":
            x, moments[layer.id] = batch_norm(p, x)
        else:
            x = apply(layer, p, x, unroll)
    log_shares = jax.nn.log_softmax(x)
    return -jnp.mean(jnp.take_along_axis(log_shares, t[..., None], -1)), moments


def updated(case: Case, state: Tree, gradients: Tree) -> Tree:
    """Return learned parameters and the optimizer's memory after a step."""
    if case.optimizer == "sgd":
        return {"learned": jax.tree.map(lambda p, g: p - LEARNING_RATE * g, state["learned"],
                                        gradients)}
    (beta1, beta2), count = BETAS, state["count"] + 1
    m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, state["m"], gradients)
    v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, state["v"], gradients)
    rate, scale = LEARNING_RATE / (1 - beta1**count), 1 / jnp.sqrt(1 - beta2**count)
    learned = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) * scale + EPSILON),
                           state["learned"], m, v)
    return {"learned": learned, "m": m, "v": v, "count": count}


def first_state(case: Case) -> Tree:
    """Return parameters, the optimizer's memory, running moments and the place in the epoch."""
    learned: Tree = {}
    running: Tree = {}
    for name, value in weights_of(case).items():
        layer, _, parameter = name.partition("/")
        place = running if parameter.startswith("running") else learned
        place.setdefault(layer, {})[parameter] = jnp.array(value)
    state = {"learned": learned, "running": running, "position": jnp.int32(0)}
    if case.optimizer == "adam":
        state |= {name: jax.tree.map(jnp.zeros_like, learned) for name in ("m", "v")}
        state["count"] = jnp.float32(0)
    return state


def make(case: Case, threads: int, variant: str) -> Side:
    """Return JAX's side; its process was given so many processors, hence so many threads."""
    x, t = map(jnp.asarray, data_of(case))
    unroll = int(variant or 1)

    @partial(jax.jit, donate_argnums=0)
    def step(state: Tree, x: Any, t: Any, order: Any) -> tuple[Tree, Any, Tree]:
        begin = state["position"]
        batch = lax.dynamic_slice(order, (begin,), (case.batch,))
        (loss, moments), gradients = jax.value_and_grad(loss_of, has_aux=True)(
            state["learned"], case, x[batch], t[batch], unroll)
        norms = {layer.id: jnp.sqrt(sum(jnp.sum(jnp.square(gradients[layer.id][name]))
                                        for name in measured(layer)))
                 for layer in case.layers if measured(layer)}
        running = jax.tree.map(lambda old, new: old + BATCH_NORM_MOMENTUM * (new - old),
                               state["running"], moments)
        return {**updated(case, state, gradients), "running": running,
                "position": (begin + case.batch) % case.examples}, loss, norms

    state, left, next_order = first_state(case), case.batches - 1, orders(case)
    order = jnp.asarray(next_order(), jnp.int32)
    state, first_loss, first_norms = step(state, x, t, order)

    def steps(count: int) -> None:
        nonlocal state, left, order
        for _ in range(count):
            if not left:
                left, order = case.batches, jnp.asarray(next_order(), jnp.int32)
            state, loss, _ = step(state, x, t, order)
            left -= 1
        loss.block_until_ready()

    return Side(f"jax {jax.__version__}", float(first_loss),
                {name: float(value) for name, value in first_norms.items()}, in_chunks(steps))


if __name__ == "__main__":
    main(make)
