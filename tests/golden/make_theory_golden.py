"""Measure gradients of deep networks that begin as PyTorch lets them. Run by a person.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_theory_golden
"""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tests.golden.recorded import prepare, provenance
from tests.golden.theory_cases import (
    BATCH,
    CLASSES,
    DEPTH,
    FILE,
    FUNCTIONS,
    INPUTS,
    SEEDS,
    WIDTH,
)

FUNCTION = {"relu": nn.ReLU, "tanh": nn.Tanh}


def measured(function: str, seed: int, inputs: NDArray[np.float64], labels: NDArray[np.int64]
             ) -> list[float]:
    """Return the root mean square of dL/dW of every layer, with nothing set by hand."""
    torch.manual_seed(seed)
    sizes = [INPUTS, *([WIDTH] * DEPTH)]
    layers = [part for into, out in pairwise(sizes)
              for part in (nn.Linear(into, out), FUNCTION[function]())]
    network = nn.Sequential(*layers, nn.Linear(WIDTH, CLASSES)).double()
    rows = torch.randperm(len(inputs))[:BATCH]
    loss = nn.functional.cross_entropy(network(torch.tensor(inputs)[rows]),
                                       torch.tensor(labels)[rows])
    loss.backward()
    return [float(part.weight.grad.square().mean().sqrt()) for part in network
            if isinstance(part, nn.Linear)]


def main() -> None:
    """Write data and sizes of gradients, a row for every seed."""
    rng = np.random.default_rng(18)
    # As float32 holds them exactly: half the file.
    inputs = rng.standard_normal((4 * BATCH, INPUTS)).astype(np.float32)
    labels = (inputs @ rng.standard_normal((INPUTS, CLASSES))).argmax(axis=1)
    content = {**provenance(__file__), "inputs": inputs, "labels": labels.astype(np.int8)}
    for function in FUNCTIONS:
        found = np.array([measured(function, seed, inputs.astype(np.float64), labels)
                          for seed in range(SEEDS)])
        content[f"{function}/rms"] = found
        middle = np.median(found, axis=0)
        sys.stdout.write(f"{function}: first / last {middle[0] / middle[-1]:.2e}\n")
    np.savez_compressed(FILE, **content)


if __name__ == "__main__":
    prepare()
    main()
