"""Make the golden runs over images with PyTorch. Run by a person; tests only read what it wrote.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_image_golden
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import torch
from torch.nn import functional

from tests.golden.image_cases import IMAGE_CASES, RATES, STEPS, ImageCase, Step
from tests.golden.recorded import (
    Arrays,
    Tensors,
    batches,
    learned,
    prepare,
    rule_of,
    single,
    trained,
    write,
)

SEEDS = {"convolutions": 11, "strides": 12, "sequence": 13, "decoder": 16}
FUNCTIONS = {"linear": lambda z: z, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def padding(sizes: tuple[int, ...], step: Step) -> list[tuple[int, int]]:
    """Return the zeros before and behind every axis; the odd one stands behind."""
    kernel, stride = int(step.options["kernel"]), int(step.options["stride"])
    if step.options["padding"] == "valid":
        return [(0, 0)] * len(sizes)
    wanted = [max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in sizes]
    return [(total // 2, total - total // 2) for total in wanted]


def convolved(x: torch.Tensor, step: Step, w: torch.Tensor, b: torch.Tensor | None
              ) -> torch.Tensor:
    """Return PyTorch's convolution; tensors have channels first, weights are as files have them."""
    stride, rank = int(step.options["stride"]), x.dim() - 2
    if step.kind == "conv2d_transpose":
        kernel = int(step.options["kernel"])
        y = functional.conv_transpose2d(x, w.permute(3, 2, 0, 1), b, stride)
        if step.options["padding"] == "same":
            sizes = [size * stride for size in x.shape[2:]]
            missing = [max(size - full, 0) for size, full in zip(sizes, y.shape[2:], strict=True)]
            before = max(kernel - stride, 0) // 2
            y = functional.pad(y, (0, missing[1], 0, missing[0]))
            y = y[:, :, before:before + sizes[0], before:before + sizes[1]]
        return y
    edges = [edge for pair in reversed(padding(tuple(x.shape[2:]), step)) for edge in pair]
    order = (3, 2, 0, 1) if rank == 2 else (2, 1, 0)
    convolution = functional.conv2d if rank == 2 else functional.conv1d
    return convolution(functional.pad(x, edges), w.permute(order), b, stride)


def pooled(x: torch.Tensor, step: Step) -> torch.Tensor:
    """Return what a layer without weights makes of an image or sequence with channels first."""
    rank = x.dim() - 2
    if step.kind == "global_average_pooling":
        return x.mean(dim=tuple(range(2, x.dim())))
    if step.kind == "upsampling":
        return functional.interpolate(x, scale_factor=int(step.options["factor"]), mode="nearest")
    name = {"max_pooling": "max_pool", "average_pooling": "avg_pool"}[step.kind]
    return getattr(functional, f"{name}{rank}d")(x, int(step.options["size"]),
                                                 int(step.options["stride"]))


def forward(case: ImageCase, parameters: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return the network's output. Values have channels last between layers, as the engine's."""
    for step in case.layers:
        w, b = parameters.get(f"{step.id}/w"), parameters.get(f"{step.id}/b")
        if step.kind == "reshape":
            keys = ("height", "width", "channels") if step.options["form"] == "image" else \
                ("steps", "features")
            x = x.reshape(len(x), *(int(step.options[key]) for key in keys))
        elif step.kind == "flatten":
            x = x.reshape(len(x), -1)
        elif step.kind == "dense":
            x = FUNCTIONS[str(step.options["activation"])](x @ w + b)
        else:
            x = x.movedim(-1, 1)
            x = FUNCTIONS[str(step.options["activation"])](convolved(x, step, w, b)) \
                if w is not None else pooled(x, step)
            x = x.movedim(1, -1)
    return x


def initial(case: ImageCase, rng: np.random.Generator) -> Arrays:
    """Return initial parameters; a network is run once to learn the shapes of the weights."""
    parameters: Arrays = {}
    x = torch.zeros(1, case.inputs, dtype=torch.float64)
    for step in case.layers:
        if "activation" in step.options:
            channels = x.shape[-1]
            if step.kind == "dense":
                shape: tuple[int, ...] = (channels, int(step.options["units"]))
            else:
                kernel = (int(step.options["kernel"]),) * (x.dim() - 2)
                pair = (channels, int(step.options["filters"]))
                shape = (*kernel, *(pair[::-1] if step.kind == "conv2d_transpose" else pair))
            limit = math.sqrt(6 / (math.prod(shape[:-2]) * sum(shape[-2:])))
            units = shape[-2] if step.kind == "conv2d_transpose" else shape[-1]
            parameters[f"{step.id}/w"] = single(rng.uniform(-1, 1, shape) * limit * 1.5)
            if step.options.get("bias", True):
                parameters[f"{step.id}/b"] = single(rng.uniform(-0.2, 0.2, units))
        here = ImageCase("one", 0, 0, (step,))
        x = forward(here, {name: torch.tensor(p) for name, p in parameters.items()}, x)
    return parameters


def run(case: ImageCase, kind: str, start: Arrays, data: Arrays, precision: str) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    dtype = getattr(torch, precision)
    parameters = learned(start, precision)
    x = torch.tensor(data["inputs"], dtype=dtype)
    t = torch.tensor(data["values"], dtype=dtype) if case.regression else \
        torch.tensor(data["labels"])
    loss_of = functional.mse_loss if case.regression else functional.cross_entropy
    outputs = forward(case, parameters, x)
    if not case.regression:
        outputs = outputs.softmax(1)

    def loss_at(begin: int, end: int, step: int) -> torch.Tensor:
        return loss_of(forward(case, parameters, x[begin:end]), t[begin:end])

    found = trained(parameters, rule_of(kind), RATES[kind],
                    batches(case.examples, case.batch_size), STEPS, loss_at)
    return {"outputs": outputs.detach().numpy(), **found}


def make(case: ImageCase, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    data: Arrays = {"inputs": single(rng.standard_normal((case.examples, case.inputs)))}
    if case.regression:
        data["values"] = single(rng.standard_normal((case.examples, case.outputs)))
    else:
        data["labels"] = rng.integers(0, case.outputs, case.examples)
    start = initial(case, rng)
    write(__file__, case.file, data, start,
          {f"{kind}/": partial(run, case, kind, start, data) for kind in RATES})


if __name__ == "__main__":
    prepare()
    for golden in IMAGE_CASES:
        make(golden, SEEDS[golden.name])
