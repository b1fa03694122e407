"""PyTorch's contestant, eager or compiled: ``python -m tests.bench.pytorch CASE THREADS VARIANT``.

A variant is ``eager`` or ``compile``, behind which ``channels_last`` may stand. Needs torch and
NumPy.
"""

from __future__ import annotations

import sys

import torch
from torch import nn

from tests.bench.cases import (
    BATCH_NORM_EPSILON,
    BATCH_NORM_MOMENTUM,
    BETAS,
    EPSILON,
    GATES,
    LEARNING_RATE,
    POOL,
    Array,
    Case,
    Layer,
    data_of,
    measured,
    shapes,
    weights_of,
)
from tests.bench.contestant import Side, in_chunks, main, orders

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}
RECURRENT = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class States(nn.Module):
    """A recurrent layer that gives every state."""

    def __init__(self, kind: str, features: int, units: int) -> None:
        super().__init__()
        self.cells = RECURRENT[kind](features, units, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cells(x)[0]


def module_of(case: Case, layer: Layer, before: tuple[int, ...]) -> nn.Module:
    """Return a layer as a PyTorch user would write it, without its activation."""
    features, units = before[-1], layer.units
    if layer.kind == "dense":
        return nn.Linear(features, units, bias=layer.bias)
    if layer.kind == "conv":
        return nn.Conv2d(features, units, 3, padding=1, bias=layer.bias)
    if layer.kind == "norm":
        return nn.BatchNorm2d(features, eps=BATCH_NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM)
    if layer.kind == "embedding":
        return nn.Embedding(case.vocabulary, units)
    if layer.kind in GATES:
        return States(layer.kind, features, units)
    return {"relu": nn.ReLU, "flatten": nn.Flatten,
            "pool": lambda: nn.MaxPool2d(POOL)}[layer.kind]()


def parameters_of(layer: Layer, module: nn.Module) -> dict[str, nn.Parameter]:
    """Return a layer's parameters by the bench's names."""
    if layer.kind in GATES:
        cells = module.cells
        return {"w": cells.weight_ih_l0, "u": cells.weight_hh_l0, "b": cells.bias_ih_l0,
                "c": cells.bias_hh_l0}
    names = {"weight": "scale" if layer.kind == "norm" else "w",
             "bias": "shift" if layer.kind == "norm" else "b"}
    return {names[name]: value for name, value in module.named_parameters()}


def as_torch(layer: Layer, name: str, given: Array, image: tuple[int, ...]) -> torch.Tensor:
    """Return a first value in PyTorch's layout."""
    value = torch.tensor(given)
    if layer.kind == "conv" and name == "w":
        return value.permute(3, 2, 0, 1)
    if layer.kind == "dense" and name == "w" and image:
        # PyTorch flattens an image by channels, rows, columns.
        return value.reshape(*image, -1).permute(3, 2, 0, 1).flatten(1)
    if name == "c":
        return torch.cat([torch.zeros(2 * len(value)), value])
    return value.T if value.ndim == 2 and layer.kind != "embedding" else value


def network_of(case: Case) -> tuple[nn.Sequential, dict[str, list[nn.Parameter]]]:
    """Return the network, and the parameters of which each layer's gradient norm is taken."""
    first, modules, watched, image = weights_of(case), [], {}, ()
    for layer, before, _ in shapes(case):
        module = module_of(case, layer, before)
        image = before if layer.kind == "flatten" else image if layer.kind == "dense" else ()
        found = parameters_of(layer, module)
        for name, parameter in found.items():
            if given := (layer.id + "/" + name) in first:
                value = as_torch(layer, name, first[f"{layer.id}/{name}"], image)
            with torch.no_grad():
                parameter.copy_(value if given else torch.zeros_like(parameter))
            # LSTM and simple RNN have a second bias, which would learn the same as the first.
            parameter.requires_grad_(given)
        if measured(layer):
            watched[layer.id] = [found[name] for name in measured(layer)]
        modules.append(module)
        if layer.activation != "linear":
            modules.append(ACTIVATIONS[layer.activation]())
        image = image if layer.kind == "flatten" else ()
    return nn.Sequential(*modules), watched


def optimizer_of(case: Case, network: nn.Module) -> torch.optim.Optimizer:
    """Return the case's optimizer; fused is faster than not for Adam alone, measured."""
    learned = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if case.optimizer == "sgd":
        return torch.optim.SGD(learned, LEARNING_RATE)
    return torch.optim.Adam(learned, LEARNING_RATE, betas=BETAS, eps=EPSILON, fused=True)


def tensors(case: Case) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs and labels; channels are the second axis of images."""
    inputs, labels = map(torch.tensor, data_of(case))
    return inputs.permute(0, 3, 1, 2) if inputs.ndim == 4 else inputs, labels


def make(case: Case, threads: int, variant: str) -> Side:
    """Return PyTorch's side."""
    torch.set_num_threads(threads)
    layout = torch.channels_last if "channels_last" in variant else torch.contiguous_format
    (x, t), (network, watched) = tensors(case), network_of(case)
    if x.ndim == 4:
        x, network = x.contiguous(memory_format=layout), network.to(memory_format=layout)
    optimizer = optimizer_of(case, network)
    weights = [parameter for group in watched.values() for parameter in group]
    cross_entropy = nn.functional.cross_entropy

    def loss_of(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        z = network(x)
        return cross_entropy(z.flatten(0, 1), t.flatten()) if case.vocabulary else \
            cross_entropy(z, t)

    if "compile" in variant:
        loss_of = torch.compile(loss_of)
    next_order, left = orders(case), iter(())

    def step() -> tuple[torch.Tensor, list[torch.Tensor]]:
        nonlocal left
        batch = next(left, None)
        if batch is None:
            left = iter(torch.tensor(next_order()).split(case.batch))
            batch = next(left)
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(x[batch], t[batch])
        loss.backward()
        # One number for each tensor of weights, in one call for all.
        norms = torch._foreach_norm([parameter.grad for parameter in weights])
        optimizer.step()
        return loss, norms

    def steps(count: int) -> None:
        for _ in range(count):
            step()

    loss, found = step()
    values = iter(found)
    norms = {name: float(torch.stack([next(values) for _ in group]).square().sum().sqrt())
             for name, group in watched.items()}
    return Side(f"torch {torch.__version__}", loss.item(), norms, in_chunks(steps))


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    main(make)
