"""Make the golden runs over tokens with PyTorch. Run by a person; tests only read what it wrote.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_token_golden
"""

from __future__ import annotations

import hashlib
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tests.golden.token_cases import RATES, STEPS, TOKEN_CASES, TOKENS, VOCABULARY, TokenCase

TORCH = "2.13.0"
SEEDS = {"bag": 21, "whole_bag": 22, "steps": 23, "padded_steps": 24}
PRECISIONS = ("float32", "float64")
WELL_CONDITIONED = 6e-6
"""PyTorch's own float32 must be this near its float64, or the tests' 2e-5 would ask for luck."""

IGNORED = -1

Arrays = dict[str, NDArray[np.float64]]
Tensors = dict[str, torch.Tensor]


def single(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 numbers that float32 holds exactly, so that both precisions start alike."""
    return array.astype(np.float32).astype(np.float64)


def forward(case: TokenCase, parameters: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return logits: of every example, or of every step."""
    padding = 0 if case.padding else None
    if case.by_step:
        y = functional.embedding(x, parameters["embedding/w"], padding_idx=padding)
        y = torch.tanh(y @ parameters["hidden/w"] + parameters["hidden/b"])
    else:
        y = functional.embedding_bag(x, parameters["embedding/w"], mode="mean",
                                     padding_idx=padding)
    return y @ parameters["output/w"] + parameters["output/b"]


def loss_of(logits: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of what counts."""
    return functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), t.reshape(-1),
                                    ignore_index=IGNORED)


def run(case: TokenCase, kind: str, precision: str, start: Arrays, data: Arrays) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    dtype = getattr(torch, precision)
    parameters = {name: torch.tensor(value, dtype=dtype, requires_grad=True)
                  for name, value in start.items()}
    x, t = torch.tensor(data["inputs"]), torch.tensor(data["labels"])
    rule = torch.optim.SGD if kind == "sgd" else torch.optim.Adam
    optimizer = rule(list(parameters.values()), RATES[kind])
    batches = list(pairwise([*range(0, case.examples, case.batch_size), case.examples]))
    losses: list[float] = []
    gradients: dict[str, list[NDArray[np.float64]]] = {name: [] for name in parameters}
    outputs = forward(case, parameters, x).softmax(-1)
    for step in range(STEPS):
        begin, end = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = loss_of(forward(case, parameters, x[begin:end]), t[begin:end])
        loss.backward()
        for name, parameter in parameters.items():
            gradients[name].append(parameter.grad.numpy().copy())
        optimizer.step()
        losses.append(loss.item())
    return {"losses": np.array(losses), "outputs": outputs.detach().numpy(),
            **{f"gradient/{name}": np.stack(found) for name, found in gradients.items()},
            **{f"final/{name}": p.detach().numpy() for name, p in parameters.items()}}


def drawn(case: TokenCase, rng: np.random.Generator) -> Arrays:
    """Return tokens, padded to their full length if need be, and classes."""
    inputs = rng.integers(int(case.padding), VOCABULARY, (case.examples, TOKENS))
    if case.padding:
        lengths = rng.integers(1, TOKENS + 1, case.examples)
        inputs[np.arange(TOKENS) >= lengths[:, None]] = 0
    if not case.by_step:
        return {"inputs": inputs, "labels": rng.integers(0, case.classes, case.examples)}
    labels = rng.integers(0, case.classes, inputs.shape)
    labels[(inputs == 0) if case.padding else (rng.random(inputs.shape) < 0.2)] = IGNORED
    return {"inputs": inputs, "labels": labels}


def spread(single_run: NDArray[np.float32], double_run: NDArray[np.float64]) -> float:
    """Return how far float32 is from float64, relative to the largest gradient of each step."""
    rows = np.abs(double_run).reshape(len(double_run), -1)
    apart = np.abs(single_run - double_run).reshape(len(double_run), -1)
    return float((apart.max(1) / rows.max(1)).max())


def make(case: TokenCase, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    data = drawn(case, rng)
    start = {name: single(rng.uniform(-0.8, 0.8, shape)) for name, shape in case.shapes.items()}
    if case.padding:
        start["embedding/w"][0] = 0
    script = Path(__file__)
    digest = hashlib.sha256(script.read_bytes()).hexdigest()[:16]
    content = {"made_by": np.array(f"tests/golden/{script.name} sha256:{digest}"),
               "versions": np.array(f"torch {torch.__version__}, numpy {np.__version__}, "
                                    f"python {sys.version.split()[0]}"),
               **data, **{f"initial/{name}": p for name, p in start.items()}}
    for kind in RATES:
        found = {precision: run(case, kind, precision, start, data) for precision in PRECISIONS}
        for precision, arrays in found.items():
            content |= {f"{kind}/{precision}/{key}": array for key, array in arrays.items()}
        apart = max(spread(found["float32"][key], array) for key, array in found["float64"].items()
                    if key.startswith("gradient/"))
        sys.stdout.write(f"{case.name:12} {kind:5} float32 is within {apart:.1e} of float64\n")
        if apart > WELL_CONDITIONED:
            sys.exit(f"{case.name}: a sum nearly cancels in float32; choose another seed.")
    np.savez_compressed(case.file, **content)


if __name__ == "__main__":
    if torch.__version__.split("+")[0] != TORCH:
        sys.exit(f"This makes the golden runs of torch {TORCH}; found {torch.__version__}.")
    torch.set_num_threads(1)
    for golden in TOKEN_CASES:
        make(golden, SEEDS[golden.name])
