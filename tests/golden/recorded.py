"""What the scripts that make golden runs share: this module needs PyTorch, the tests do not."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tests.golden.cases import PRECISIONS

TORCH = "2.13.0"
WELL_CONDITIONED = 6e-6
"""PyTorch's own float32 must be this near its float64, or the tests' 2e-5 would ask for luck."""

Arrays = dict[str, NDArray[Any]]
Tensors = dict[str, torch.Tensor]


def prepare() -> None:
    """Leave unless this is the PyTorch of all golden runs; sums are those of one thread."""
    if torch.__version__.split("+")[0] != TORCH:
        sys.exit(f"This makes the golden runs of torch {TORCH}; found {torch.__version__}.")
    torch.set_num_threads(1)


def single(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 numbers that float32 holds exactly, so that both precisions start alike."""
    return array.astype(np.float32).astype(np.float64)


def provenance(script: str) -> Arrays:
    """Return which script and which versions made a file."""
    digest = hashlib.sha256(Path(script).read_bytes()).hexdigest()[:16]
    return {"made_by": np.array(f"tests/golden/{Path(script).name} sha256:{digest}"),
            "versions": np.array(f"torch {torch.__version__}, numpy {np.__version__}, "
                                 f"python {sys.version.split()[0]}")}


def learned(start: Arrays, precision: str) -> Tensors:
    """Return parameters of a precision that take gradients."""
    return {name: torch.tensor(value, dtype=getattr(torch, precision), requires_grad=True)
            for name, value in start.items()}


def batches(examples: int, batch_size: int) -> list[tuple[int, int]]:
    """Return the first example of every batch and the one behind its last."""
    return list(pairwise([*range(0, examples, batch_size), examples]))


def followed(parameters: Tensors, losses: list[float],
             gradients: Mapping[str, list[NDArray[Any]]]) -> Arrays:
    """Return losses and gradients of every step, and final parameters, as files name them."""
    return {"losses": np.array(losses),
            **{f"gradient/{name}": np.stack(found) for name, found in gradients.items()},
            **{f"final/{name}": p.detach().numpy() for name, p in parameters.items()}}


def trained(parameters: Tensors, rule: type[torch.optim.Optimizer], rate: float,
            parts: list[tuple[int, int]], steps: int,
            loss_of: Callable[[int, int, int], torch.Tensor]) -> Arrays:
    """Train and return what `followed` does; a loss is of a batch's begin, end and step."""
    optimizer = rule(list(parameters.values()), rate)
    losses: list[float] = []
    gradients: dict[str, list[NDArray[Any]]] = {name: [] for name in parameters}
    for step in range(steps):
        optimizer.zero_grad()
        loss = loss_of(*parts[step % len(parts)], step)
        loss.backward()
        for name, parameter in parameters.items():
            gradients[name].append(parameter.grad.numpy().copy())
        optimizer.step()
        losses.append(loss.item())
    return followed(parameters, losses, gradients)


def rule_of(kind: str) -> type[torch.optim.Optimizer]:
    """Return plain SGD or Adam."""
    return torch.optim.SGD if kind == "sgd" else torch.optim.Adam


def spread(single_run: NDArray[np.float32], double_run: NDArray[np.float64]) -> float:
    """Return how far float32 is from float64, relative to the largest gradient of each step."""
    rows = np.abs(double_run).reshape(len(double_run), -1)
    apart = np.abs(single_run - double_run).reshape(len(double_run), -1)
    return float((apart.max(1) / rows.max(1)).max())


def write(script: str, file: Path, given: Arrays, start: Arrays,
          runs: Mapping[str, Callable[[str], Arrays]],
          well_conditioned: float = WELL_CONDITIONED) -> None:
    """Write what was given, and the runs of every precision if they are well conditioned.

    Parameters
    ----------
    script : str
        Path of the script, for the file's provenance.
    file : Path
        Where it is written.
    given, start : dict
        Examples, and initial parameters.
    runs : Mapping
        What every run's names begin with, and the run: arrays from the name of a precision.
    well_conditioned : float
        How far float32 may be from float64.
    """
    content = {**provenance(script), **given,
               **{f"initial/{name}": p for name, p in start.items()}}
    for place, run in runs.items():
        found = {precision: run(precision) for precision in PRECISIONS}
        for precision, arrays in found.items():
            content |= {f"{place}{precision}/{key}": array for key, array in arrays.items()}
        apart = max(spread(found["float32"][key], array) for key, array in found["float64"].items()
                    if key.startswith("gradient/"))
        sys.stdout.write(f"{file.stem:24} {place:11} float32 is within {apart:.1e} of float64\n")
        if apart > well_conditioned:
            sys.exit(f"{file.stem}: a sum nearly cancels in float32; choose another seed.")
    np.savez_compressed(file, **content)
