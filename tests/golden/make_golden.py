"""Make the golden runs with PyTorch. Run by a person; tests only read what it wrote.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_golden [NAME ...]

Without names it makes all of them.
"""

from __future__ import annotations

import math
import sys
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from tests.golden.cases import CASES, CONSTANTS, DEEP, RATES, STEPS, Case
from tests.golden.recorded import (
    Arrays,
    Tensors,
    batches,
    followed,
    learned,
    prepare,
    single,
    write,
)

SEEDS = {"classifier": 7, "mixed": 2, "regression": 3, "penalised": 4, "deep_sigmoid": 5,
         "adaptive": 7, "adaptive_penalised": 9, "absolute": 4, "huber": 4, "hinge": 4,
         "hinge_single": 4, "smoothed": 4}
WELL_CONDITIONED = 3e-6
"""PyTorch's own float32 must be this near its float64, or the tests' 1e-5 would ask for luck."""


FUNCTIONS = {
    "linear": lambda z: z, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu, "elu": torch.nn.functional.elu,
    "gelu": torch.nn.functional.gelu, "selu": torch.nn.functional.selu,
    "silu": torch.nn.functional.silu, "softplus": torch.nn.functional.softplus,
    "softsign": torch.nn.functional.softsign, "hard_tanh": torch.nn.functional.hardtanh,
    "sine": torch.sin, "softmax": lambda z: torch.softmax(z, -1),
}


def hinge(z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Return the hinge of one unit for targets of -1 and 1, or PyTorch's of many."""
    if z.shape[1] == 1:
        return torch.nn.functional.relu(1 - t * z).mean()
    return torch.nn.functional.multi_margin_loss(z, t.argmax(1))


LOSSES = {
    "softmax_cross_entropy": torch.nn.functional.cross_entropy,
    "binary_cross_entropy": torch.nn.functional.binary_cross_entropy_with_logits,
    "mean_squared_error": torch.nn.functional.mse_loss,
    "mean_absolute_error": torch.nn.functional.l1_loss,
    "huber": torch.nn.functional.huber_loss,
    "hinge": hinge,
}
REGRESSIONS = ("mean_squared_error", "mean_absolute_error", "huber")
CONSTANT_NAMES = {"huber_delta": "delta", "label_smoothing": "label_smoothing"}
"""What PyTorch calls the constants of losses."""


def examples(case: Case, rng: np.random.Generator) -> tuple[Arrays, NDArray[np.float64]]:
    """Return what the file holds about the data, and the targets, float64[n, k]."""
    inputs = single(rng.standard_normal((case.examples, case.inputs)))
    if case.loss in REGRESSIONS:
        values = single(rng.standard_normal((case.examples, case.outputs)))
        return {"inputs": inputs, "values": values}, values
    labels = rng.integers(0, case.outputs, case.examples)
    targets = 2.0 * labels[:, None] - 1 if case.blocks[-1].units == 1 else \
        np.eye(case.outputs)[labels]
    return {"inputs": inputs, "labels": labels}, targets


def spiral(case: Case) -> tuple[Arrays, NDArray[np.float64]]:
    """Return TensorFlow Playground's spiral without noise, as `examples` does."""
    half = case.examples // 2
    radius = np.arange(half) / half * 5
    points = []
    for shift in (0.0, math.pi):
        angle = 1.75 * np.arange(half) / half * 2 * math.pi + shift
        points.append(np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1))
    labels = np.repeat([0, 1], half)
    return {"inputs": single(np.concatenate(points)), "labels": labels}, np.eye(2)[labels]


def initial(case: Case, rng: np.random.Generator) -> Arrays:
    """Return initial parameters: Xavier uniform weights, and biases that are not zero."""
    return {
        name: single(rng.uniform(-1, 1, shape) * (math.sqrt(6 / sum(shape)) if len(shape) > 1
                                                  else 0.0 if case is DEEP else 0.2))
        for name, shape in case.parameters().items()
    }


def forward(case: Case, parameters: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return the network's output."""
    for block in case.blocks:
        if block.units:
            x = x @ parameters[f"{block.id}/w"]
            if block.bias:
                x = x + parameters[f"{block.id}/b"]
        x = torch.nn.functional.prelu(x, parameters[f"{block.id}/slope"]) \
            if block.activation == "prelu" else FUNCTIONS[block.activation](x)
    return x


def make_optimizer(kind: str, parameters: Tensors) -> torch.optim.Optimizer:
    """Return PyTorch's own rule; only AdamW's weights decay, biases never."""
    decay = CONSTANTS["weight_decay"] if kind == "adamw" else 0.0
    groups = [
        {"params": [p for name, p in parameters.items() if name.endswith("/w")],
         "weight_decay": decay},
        {"params": [p for name, p in parameters.items() if not name.endswith("/w")],
         "weight_decay": 0.0},
    ]
    rate, betas = RATES[kind], (CONSTANTS["beta1"], CONSTANTS["beta2"])
    if kind in ("sgd", "momentum", "nesterov"):
        return torch.optim.SGD(groups, rate, nesterov=kind == "nesterov",
                               momentum=0.0 if kind == "sgd" else CONSTANTS["momentum"])
    if kind == "rmsprop":
        return torch.optim.RMSprop(groups, rate, alpha=CONSTANTS["rho"], eps=CONSTANTS["epsilon"])
    if kind == "adagrad":
        return torch.optim.Adagrad(groups, rate, eps=CONSTANTS["epsilon"])
    if kind == "adadelta":
        return torch.optim.Adadelta(groups, rate, rho=CONSTANTS["rho"], eps=CONSTANTS["epsilon"])
    rule = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "nadam": torch.optim.NAdam}[kind]
    return rule(groups, rate, betas=betas, eps=CONSTANTS["epsilon"])


def run(case: Case, kind: str, start: Arrays, inputs: NDArray[np.float64],
        targets: NDArray[np.float64], steps: int, precision: str) -> Arrays:
    """Return losses, gradients of every step and final parameters of one run."""
    dtype = getattr(torch, precision)
    parameters = learned(start, precision)
    x, t = torch.tensor(inputs, dtype=dtype), torch.tensor(targets, dtype=dtype)
    optimizer = make_optimizer(kind, parameters)
    constants = {CONSTANT_NAMES[key]: value for key, value in case.constants}
    parts = batches(case.examples, case.batch_size)
    losses: list[float] = []
    gradients: dict[str, list[NDArray[np.float64]]] = {name: [] for name in parameters}
    for step in range(steps):
        begin, end = parts[step % len(parts)]
        loss = LOSSES[case.loss](forward(case, parameters, x[begin:end]), t[begin:end],
                                 **constants)
        found = torch.autograd.grad(loss, list(parameters.values()), retain_graph=True)
        for name, gradient in zip(parameters, found, strict=True):
            gradients[name].append(gradient.numpy())
        weights = [p for name, p in parameters.items() if name.endswith("/w")]
        penalty = sum(case.l1 * w.abs().sum() + case.l2 / 2 * (w * w).sum() for w in weights)
        optimizer.zero_grad()
        (loss + penalty).backward()
        optimizer.step()
        losses.append(loss.item())
    return followed(parameters, losses, gradients)


def make(case: Case, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    data, targets = spiral(case) if case is DEEP else examples(case, rng)
    start = initial(case, rng)
    steps = 1 if case is DEEP else STEPS
    write(__file__, case.file, data, start,
          {f"{kind}/": partial(run, case, kind, start, data["inputs"], targets, steps)
           for kind in case.optimizers}, WELL_CONDITIONED)


if __name__ == "__main__":
    prepare()
    # NAdam keeps its product of momenta in this precision, whatever the parameters have.
    torch.set_default_dtype(torch.float64)
    for golden in (*CASES, DEEP):
        if golden.name in (sys.argv[1:] or SEEDS):
            make(golden, SEEDS[golden.name])
