"""JAX's phase diagram: ``python -m tests.bench.jax_sweep ASKED``. Needs jax and NumPy.

All scales of a depth at once, by ``vmap``; all steps in one ``lax.scan``; compiled once for every
depth, which counts.
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Layers = list[dict[str, Any]]


def drawn(key: Any, gain: Any, inputs: int, depth: int, width: int) -> Layers:
    """Return first weights that are scaled."""
    sizes = [inputs, *[width] * depth, 10]
    keys = jax.random.split(key, depth + 1)
    return [{"w": gain * jax.random.normal(k, (i, o)) / i**0.5, "b": jnp.zeros(o)}
            for k, i, o in zip(keys, sizes[:-1], sizes[1:], strict=True)]


def loss_of(layers: Layers, x: Any, y: Any) -> Any:
    for layer in layers[:-1]:
        x = jnp.tanh(x @ layer["w"] + layer["b"])
    logits = jax.nn.log_softmax(x @ layers[-1]["w"] + layers[-1]["b"])
    return -jnp.take_along_axis(logits, y[:, None], 1).mean()


def train(key: Any, gain: Any, x: Any, y: Any, rows: Any, *, depth: int, width: int, rate: float
          ) -> tuple[Any, Any]:
    """Train one network; return its loss, and the norms of all gradients."""
    def step(layers: Layers, row: Any) -> tuple[Layers, Any]:
        gradients = jax.grad(loss_of)(layers, x[row], y[row])
        norms = jnp.stack([jnp.sqrt(jnp.mean(layer["w"]**2)) for layer in gradients])
        return jax.tree.map(lambda w, dw: w - rate * dw, layers, gradients), norms

    layers, norms = lax.scan(step, drawn(key, gain, x.shape[1], depth, width), rows)
    return loss_of(layers, x, y), norms


def main() -> None:
    asked = json.loads(sys.argv[1])
    data = np.load(asked["data"])
    x, y = jnp.asarray(data["inputs"]), jnp.asarray(data["labels"].astype(np.int32))
    gains = jnp.asarray(asked["gains"], jnp.float32)
    rng = np.random.default_rng(0)
    rows = jnp.asarray(np.concatenate([rng.permutation(len(x)) for _ in range(9)])[
        :asked["steps"] * asked["batch"]].reshape(asked["steps"], asked["batch"]))
    keys = jax.random.split(jax.random.key(0), len(gains))
    begin = time.perf_counter()
    for depth in asked["depths"]:
        one = partial(train, depth=depth, width=asked["width"], rate=asked["rate"])
        loss, norms = jax.jit(jax.vmap(one, in_axes=(0, 0, None, None, None)))(
            keys, gains, x, y, rows)
        jax.block_until_ready((loss, norms))
    seconds = time.perf_counter() - begin
    sys.stdout.write(json.dumps({"seconds": seconds, "share": 1}) + "\n")


if __name__ == "__main__":
    main()
