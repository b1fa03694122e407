"""Make the golden runs of variational autoencoders with PyTorch. Run by a person.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_generative_golden

PyTorch draws other normal numbers than the engine; it is given those of the float64 twin.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tests.golden.generative_cases import (
    CODE,
    GENERATIVE_CASES,
    RATES,
    SAMPLING,
    SEED,
    STEPS,
    GenerativeCase,
)
from tests.reference.randomness import WORD, mixed, normal

TORCH = "2.13.0"
SEEDS = {"variational_binary": 21, "variational_squared": 22, "variational_absolute": 23}
PRECISIONS = ("float32", "float64")
WELL_CONDITIONED = 6e-6
"""PyTorch's own float32 must be this near its float64, or the tests' 2e-5 would ask for luck."""

LOSSES = {"binary_cross_entropy": functional.binary_cross_entropy_with_logits,
          "mean_squared_error": functional.mse_loss, "mean_absolute_error": functional.l1_loss}

Arrays = dict[str, NDArray[np.float64]]
Tensors = dict[str, torch.Tensor]


def single(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 numbers that float32 holds exactly, so that both precisions start alike."""
    return array.astype(np.float32).astype(np.float64)


def drawn(step: int, batch: int) -> NDArray[np.float64]:
    """Return what the sampling layer draws at a step, float64[batch, CODE]."""
    stream = zlib.crc32(SAMPLING.encode())
    key = mixed((mixed((SEED + stream) % WORD) + step) % WORD)
    return np.array([normal(key, place) for place in range(batch * CODE)]).reshape(batch, CODE)


def moments(parameters: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return means, then logarithms of variances."""
    hidden = torch.tanh(x @ parameters["encoder/w"] + parameters["encoder/b"])
    return hidden @ parameters["moments/w"] + parameters["moments/b"]


def decoded(parameters: Tensors, z: torch.Tensor) -> torch.Tensor:
    """Return what is drawn of a code, before any sigmoid."""
    hidden = torch.tanh(z @ parameters["decoder/w"] + parameters["decoder/b"])
    return hidden @ parameters["output/w"] + parameters["output/b"]


def loss_of(case: GenerativeCase, parameters: Tensors, x: torch.Tensor, t: torch.Tensor, step: int
            ) -> torch.Tensor:
    """Return the loss of a training step."""
    mean, logarithm = moments(parameters, x).chunk(2, dim=1)
    e = torch.tensor(drawn(step, len(x)), dtype=x.dtype)
    output = decoded(parameters, mean + torch.exp(logarithm / 2) * e)
    code = torch.distributions.Normal(mean, torch.exp(logarithm / 2))
    standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    apart = torch.distributions.kl_divergence(code, standard).sum(dim=1).mean()
    return LOSSES[case.loss](output, t) + case.weight * apart


def run(case: GenerativeCase, kind: str, precision: str, start: Arrays, data: Arrays) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    dtype = getattr(torch, precision)
    parameters = {name: torch.tensor(value, dtype=dtype, requires_grad=True)
                  for name, value in start.items()}
    x, t = (torch.tensor(data[name], dtype=dtype) for name in ("inputs", "values"))
    rule = torch.optim.SGD if kind == "sgd" else torch.optim.Adam
    optimizer = rule(list(parameters.values()), RATES[kind])
    batches = list(pairwise([*range(0, case.examples, case.batch_size), case.examples]))
    outputs = decoded(parameters, moments(parameters, x)[:, :CODE])
    if case.loss == "binary_cross_entropy":
        outputs = outputs.sigmoid()
    losses: list[float] = []
    gradients: dict[str, list[NDArray[np.float64]]] = {name: [] for name in parameters}
    for step in range(STEPS):
        begin, end = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = loss_of(case, parameters, x[begin:end], t[begin:end], step)
        loss.backward()
        for name, parameter in parameters.items():
            gradients[name].append(parameter.grad.numpy().copy())
        optimizer.step()
        losses.append(loss.item())
    return {"losses": np.array(losses), "outputs": outputs.detach().numpy(),
            **{f"gradient/{name}": np.stack(found) for name, found in gradients.items()},
            **{f"final/{name}": p.detach().numpy() for name, p in parameters.items()}}


def spread(single_run: NDArray[np.float32], double_run: NDArray[np.float64]) -> float:
    """Return how far float32 is from float64, relative to the largest gradient of each step."""
    rows = np.abs(double_run).reshape(len(double_run), -1)
    apart = np.abs(single_run - double_run).reshape(len(double_run), -1)
    return float((apart.max(1) / rows.max(1)).max())


def make(case: GenerativeCase, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    values = single(rng.uniform(0, 1, (case.examples, case.width)))
    data: Arrays = {"values": values,
                    "inputs": single(values + 0.2 * rng.standard_normal(values.shape))}
    start: Arrays = {}
    for name, shape in case.units.items():
        start[f"{name}/w"] = single(rng.uniform(-1, 1, shape))
        start[f"{name}/b"] = single(rng.uniform(-0.3, 0.3, shape[1]))
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
        sys.stdout.write(f"{case.name:20} {kind:5} float32 is within {apart:.1e} of float64\n")
        if apart > WELL_CONDITIONED:
            sys.exit(f"{case.name}: a sum nearly cancels in float32; choose another seed.")
    np.savez_compressed(case.file, **content)


if __name__ == "__main__":
    if torch.__version__.split("+")[0] != TORCH:
        sys.exit(f"This makes the golden runs of torch {TORCH}; found {torch.__version__}.")
    torch.set_num_threads(1)
    for golden in GENERATIVE_CASES:
        make(golden, SEEDS[golden.name])
