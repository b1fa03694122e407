"""Make the golden gradients of deep networks with PyTorch. Run by a person; tests only read them.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_depth_golden
"""

from __future__ import annotations

import hashlib
import math
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy

from tests.golden.depth_cases import (
    BRANCHED_WIDTH,
    BRANCHES,
    CLASSES,
    DEPTH,
    EXAMPLES,
    FILE,
    INPUTS,
    NETWORKS,
    PRECISIONS,
    WIDTH,
)

TORCH = "2.13.0"

Arrays = dict[str, NDArray[np.float64]]


def initial(rng: np.random.Generator, layers: list[tuple[str, int, int]]) -> Arrays:
    """Return weights and biases as torch.nn.Linear draws them: uniform in ±1 / √(fan in)."""
    found: Arrays = {}
    for name, fan_in, units in layers:
        bound = 1 / math.sqrt(fan_in)
        found[f"{name}/w"] = rng.uniform(-bound, bound, (fan_in, units))
        found[f"{name}/b"] = rng.uniform(-bound, bound, units)
    return found


def gradients(network: str, start: Arrays, inputs: NDArray[np.float64],
              labels: NDArray[np.int64]) -> Arrays:
    """Return dL/d(parameter) of every layer, in float64."""
    p = {name: torch.tensor(array, requires_grad=True) for name, array in start.items()}
    h = torch.tanh(torch.tensor(inputs) @ p["stem/w"] + p["stem/b"])
    for i in range(DEPTH):
        made = torch.tanh(h @ p[f"dense-{i}/w"] + p[f"dense-{i}/b"])
        h = h + made if network == "residual" else made
    cross_entropy(h @ p["output/w"] + p["output/b"], torch.tensor(labels)).backward()
    return {name: parameter.grad.numpy() for name, parameter in p.items()}


def branched(start: Arrays, inputs: NDArray[np.float64], labels: NDArray[np.int64],
             precision: str) -> Arrays:
    """Return dL/d(parameter) of a network whose branches meet side by side."""
    real = getattr(torch, precision)
    p = {name: torch.tensor(array, dtype=real, requires_grad=True)
         for name, array in start.items()}

    def dense(name: str, x: torch.Tensor) -> torch.Tensor:
        return x @ p[f"{name}/w"] + p[f"{name}/b"]

    stem = torch.tanh(dense("stem", torch.tensor(inputs, dtype=real)))
    left, right = (torch.tanh(dense(name, stem)) for name in BRANCHES)
    cross_entropy(dense("output", torch.cat([left, stem, right], 1)),
                  torch.tensor(labels)).backward()
    return {name: parameter.grad.numpy() for name, parameter in p.items()}


def main() -> None:
    """Write weights, data and the root mean square of every layer's gradient."""
    rng = np.random.default_rng(12)
    stem = "stem", INPUTS, WIDTH
    start = initial(rng, [stem, *((f"dense-{i}", WIDTH, WIDTH) for i in range(DEPTH)),
                          ("output", WIDTH, CLASSES)])
    inputs = rng.standard_normal((EXAMPLES, INPUTS))
    labels = rng.integers(0, CLASSES, EXAMPLES)
    script = Path(__file__)
    digest = hashlib.sha256(script.read_bytes()).hexdigest()[:16]
    content = {"made_by": np.array(f"tests/golden/{script.name} sha256:{digest}"),
               "versions": np.array(f"torch {torch.__version__}, numpy {np.__version__}, "
                                    f"python {sys.version.split()[0]}"),
               "inputs": inputs, "labels": labels,
               **{f"initial/{name}": array for name, array in start.items()}}
    for network in NETWORKS:
        found = gradients(network, start, inputs, labels)
        sizes = np.array([np.sqrt(np.mean(found[f"dense-{i}/w"]**2)) for i in range(DEPTH)])
        content[f"{network}/rms"] = sizes
        content |= {f"{network}/gradient/{name}": found[name] for name in ("stem/w", "output/w")}
        sys.stdout.write(f"{network:8}: first / last {sizes[0] / sizes[-1]:.1e}, "
                         f"smallest {sizes.min():.1e}, largest {sizes.max():.1e}\n")
    start = initial(rng, [stem, *((name, WIDTH, units) for name, units in BRANCHES.items()),
                          ("output", BRANCHED_WIDTH, CLASSES)])
    start = {name: array.astype(np.float32).astype(np.float64) for name, array in start.items()}
    content |= {f"branched/initial/{name}": array for name, array in start.items()}
    for precision in PRECISIONS:
        found = branched(start, inputs, labels, precision)
        content |= {f"branched/{precision}/gradient/{name}": g for name, g in found.items()}
    np.savez_compressed(FILE, **content)


if __name__ == "__main__":
    if torch.__version__.split("+")[0] != TORCH:
        sys.exit(f"This makes the golden runs of torch {TORCH}; found {torch.__version__}.")
    torch.set_num_threads(1)
    main()
