"""Make the golden runs of normalisation, schedules and clipping with PyTorch. Run by a person.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_training_golden
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tests.golden.cases import PRECISIONS
from tests.golden.recorded import (
    Arrays,
    Tensors,
    prepare,
    provenance,
    single,
)
from tests.golden.training_cases import (
    BASE_RATE,
    BATCH_SIZE,
    CLASSES,
    CLIPPING,
    EXAMPLES,
    FOLDER,
    INPUTS,
    NORM_SHAPES,
    PLAIN_SHAPES,
    RATES,
    SCHEDULED,
    SCHEDULES,
    STEPS,
    plateau_losses,
)

SEED = 11


def start(shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator) -> Arrays:
    """Return examples and initial parameters; scales lie around 1."""
    found: Arrays = {"inputs": single(2 + 3 * rng.standard_normal((EXAMPLES, INPUTS))),
                     "labels": rng.integers(0, CLASSES, EXAMPLES)}
    for name, shape in shapes.items():
        limit = math.sqrt(6 / sum(shape)) if len(shape) > 1 else 0.2
        drawn = rng.uniform(-limit, limit, shape)
        found[f"initial/{name}"] = single(drawn + name.endswith("/scale"))
    return found


class Normalised:
    """Dense, batch norm, tanh, dense, layer norm, sigmoid, dense."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.running = {"batch/running_mean": torch.zeros(10, dtype=dtype),
                        "batch/running_variance": torch.ones(10, dtype=dtype)}

    def __call__(self, p: Tensors, x: torch.Tensor, training: bool = True) -> torch.Tensor:
        """Return the output; training moves the running statistics."""
        x = torch.nn.functional.batch_norm(
            x @ p["dense-1/w"], *self.running.values(), p["batch/scale"], p["batch/shift"],
            training, 0.1, 1e-5)
        x = torch.tanh(x) @ p["dense-2/w"] + p["dense-2/b"]
        x = torch.nn.functional.layer_norm(x, (8,), p["layer/scale"], p["layer/shift"], 1e-5)
        return torch.sigmoid(x) @ p["output/w"] + p["output/b"]


class Plain:
    """Dense, tanh, dense."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.running: Tensors = {}

    def __call__(self, p: Tensors, x: torch.Tensor, training: bool = True) -> torch.Tensor:
        """Return the output."""
        return torch.tanh(x @ p["dense-1/w"] + p["dense-1/b"]) @ p["output/w"] + p["output/b"]


def clip(parameters: Tensors, limits: Mapping[str, float]) -> None:
    """Clip gradients by value, then by their common norm."""
    if limits.get("clip_value"):
        torch.nn.utils.clip_grad_value_(parameters.values(), limits["clip_value"])
    if limits.get("clip_norm"):
        torch.nn.utils.clip_grad_norm_(parameters.values(), limits["clip_norm"])


def norm(parameters: Tensors) -> float:
    """Return the norm of all gradients together."""
    return math.sqrt(sum(float((p.grad.double() ** 2).sum()) for p in parameters.values()
                         if p.grad is not None))


def run(given: Arrays, network: type[Normalised] | type[Plain], kind: str, precision: str,
        limits: Mapping[str, float]) -> Arrays:
    """Return losses, gradients, norms and running statistics of every step, and the end."""
    dtype = getattr(torch, precision)
    parameters = {name.removeprefix("initial/"): torch.tensor(value, dtype=dtype,
                                                              requires_grad=True)
                  for name, value in given.items() if name.startswith("initial/")}
    x, labels = torch.tensor(given["inputs"], dtype=dtype), torch.tensor(given["labels"])
    model = network(dtype)
    rule = torch.optim.Adam if kind == "adam" else torch.optim.SGD
    optimizer = rule(parameters.values(), RATES[kind])
    batches = list(pairwise([*range(0, EXAMPLES, BATCH_SIZE), EXAMPLES]))
    rows: dict[str, list[Any]] = {}
    for step in range(STEPS):
        begin, end = batches[step % len(batches)]
        loss = torch.nn.functional.cross_entropy(model(parameters, x[begin:end]),
                                                 labels[begin:end])
        optimizer.zero_grad()
        loss.backward()
        seen = {"losses": loss.item(), "norms": norm(parameters)}
        clip(parameters, limits)
        seen["clipped"] = norm(parameters)
        seen |= {f"gradient/{name}": p.grad.numpy().copy() for name, p in parameters.items()
                 if p.grad is not None}
        optimizer.step()
        seen |= {f"running/{name}": r.numpy().copy() for name, r in model.running.items()}
        for name, value in seen.items():
            rows.setdefault(name, []).append(value)
    with torch.no_grad():
        output = torch.softmax(model(parameters, x, training=False), 1).numpy()
    return {**{name: np.array(values) for name, values in rows.items()}, "output": output,
            **{f"final/{name}": p.detach().numpy() for name, p in parameters.items()}}


def schedule_of(kind: str, constants: Mapping[str, Any], optimizer: torch.optim.Optimizer) -> Any:
    """Return PyTorch's own schedule."""
    schedules = torch.optim.lr_scheduler
    c = constants
    match kind:
        case "step":
            return schedules.StepLR(optimizer, c["every"], c["decay"])
        case "exponential":
            return schedules.ExponentialLR(optimizer, c["decay"])
        case "cosine":
            return schedules.CosineAnnealingLR(optimizer, c["length"], BASE_RATE * c["final"])
        case "warm_up":
            return schedules.LinearLR(optimizer, c["start"], 1.0, c["length"])
        case "one_cycle":
            return schedules.OneCycleLR(
                optimizer, BASE_RATE, c["length"], pct_start=c["rise"], div_factor=1 / c["start"],
                final_div_factor=c["start"] / c["final"])
        case "plateau":
            return schedules.ReduceLROnPlateau(
                optimizer, factor=c["decay"], patience=c["patience"], threshold=c["threshold"],
                min_lr=BASE_RATE * c["final"], eps=0.0)
    return schedules.ConstantLR(optimizer, 1.0)


def rates(kind: str, constants: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the learning rate of every step."""
    parameter = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], BASE_RATE)
    schedule = schedule_of(kind, constants, optimizer)
    losses = plateau_losses()
    found = []
    for step in range(SCHEDULED):
        found.append(optimizer.param_groups[0]["lr"])
        parameter.grad = torch.zeros(1, dtype=torch.float64)
        optimizer.step()
        if kind == "plateau":
            schedule.step(losses[step])
        elif step + 1 < SCHEDULED:
            schedule.step()
    # A cosine of PyTorch's rises again after its length.
    until = constants.get("length", SCHEDULED) + 1
    return np.array(found[:until], np.float64)


def main() -> None:
    """Write the three files."""
    rng = np.random.default_rng(SEED)
    given = start(NORM_SHAPES, rng)
    content = {**provenance(__file__), **given}
    for kind in RATES:
        for precision in PRECISIONS:
            found = run(given, Normalised, kind, precision, {})
            content |= {f"{kind}/{precision}/{name}": array for name, array in found.items()}
    np.savez_compressed(FOLDER / "normalised.npz", **content)
    given = start(PLAIN_SHAPES, rng)
    content = {**provenance(__file__), **given}
    for name, limits in CLIPPING.items():
        for precision in PRECISIONS:
            found = run(given, Plain, "sgd", precision, limits)
            content |= {f"{name}/{precision}/{key}": array for key, array in found.items()}
    np.savez_compressed(FOLDER / "clipped.npz", **content)
    found = {kind: rates(kind, constants) for kind, constants in SCHEDULES.items()}
    np.savez_compressed(FOLDER / "scheduled.npz", **provenance(__file__), **found)


if __name__ == "__main__":
    prepare()
    main()
