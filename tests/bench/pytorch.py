"""PyTorch's contestant: ``python -m tests.bench.pytorch CASE THREADS MODE``. Needs torch and NumPy.

MODE is ``eager``, ``channels_last`` (images in the order that its convolutions like best) or
``compile``.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import torch
from torch import nn

from tests.bench.cases import LEARNING_RATE, VOCABULARY, Case, Layer
from tests.bench.contestant import Array, Order, begin, data_of, serve

ACTIVATIONS = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU, "linear": nn.Identity}
RECURRENT = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class EveryState(nn.Module):
    """A recurrent layer that gives the state after every step, and nothing else."""

    def __init__(self, kind: str, inputs: int, units: int) -> None:
        super().__init__()
        self.cells = RECURRENT[kind](inputs, units, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cells(x)[0]


def modules(layer: Layer, shape: tuple[int, ...]) -> tuple[list[nn.Module], tuple[int, ...]]:
    """Return a layer as a PyTorch user would write it, and the shape that comes out."""
    *places, width = shape
    match layer.kind:
        case "dense":
            made: list[nn.Module] = [nn.Linear(width, layer.units), ACTIVATIONS[layer.activation]()]
            return made, (*places, layer.units)
        case "conv":
            made = [nn.Conv2d(width, layer.units, layer.kernel, padding=layer.padding,
                              bias=layer.bias), ACTIVATIONS[layer.activation]()]
            lost = layer.kernel - 1 if layer.padding == "valid" else 0
            return made, (places[0] - lost, places[1] - lost, layer.units)
        case "norm":
            return [nn.BatchNorm2d(width)], shape
        case "relu":
            return [nn.ReLU()], shape
        case "pool":
            return [nn.MaxPool2d(2)], (places[0] // 2, places[1] // 2, width)
        case "flatten":
            return [nn.Flatten()], (places[0] * places[1] * width,)
        case "embedding":
            return [nn.Embedding(VOCABULARY, layer.units)], (*shape, layer.units)
        case kind:
            return [EveryState(kind, width, layer.units)], (*places, layer.units)


def network_of(case: Case) -> nn.Sequential:
    """Return the case's network."""
    found, shape = [], case.shape
    for layer in case.layers:
        made, shape = modules(layer, shape)
        found += [module for module in made if not isinstance(module, nn.Identity)]
    return nn.Sequential(*found)


class Training:
    """Network, data and optimizer of a case.

    Parameters
    ----------
    case : Case
        The work.
    mode : str
        See the module.
    """

    def __init__(self, case: Case, mode: str) -> None:
        self.case = case
        self.network = network_of(case)
        inputs, labels = data_of(case)
        self.x = torch.tensor(inputs) if case.is_text else torch.tensor(inputs, dtype=torch.float32)
        self.t = torch.tensor(labels)
        if len(case.shape) == 3:
            self.x = self.x.reshape(-1, *case.shape).permute(0, 3, 1, 2).contiguous()
        if mode == "channels_last":
            self.x = self.x.to(memory_format=torch.channels_last)
            self.network = self.network.to(memory_format=torch.channels_last)
        self.weights = [p for p in self.network.parameters() if p.ndim >= 2]
        kind = torch.optim.SGD if case.optimizer == "sgd" else torch.optim.Adam
        self.optimizer = kind(self.network.parameters(), LEARNING_RATE)
        self.call = torch.compile(self.network) if mode == "compile" else self.network
        self.order = Order(case.examples, case.batch)

    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the loss of a batch."""
        z, t = self.call(self.x[rows]), self.t[rows]
        if self.case.is_text:
            z, t = z.flatten(0, 1), t.flatten()
        return nn.functional.cross_entropy(z, t)

    def step(self) -> None:
        """Do what our engine does in a step."""
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(torch.from_numpy(self.order.next())).backward()
        # What the lab measures at every step: one number per layer, in one call for all.
        torch._foreach_norm([w.grad for w in self.weights])
        self.optimizer.step()

    def run(self, seconds: float) -> int:
        """Train for about so long; return the steps done."""
        steps, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.step()
            steps += 1
        return steps

    def first(self, weights: dict[str, Array]) -> dict[str, Any]:
        """Return loss and gradient norms of the first batch, from weights by our names."""
        names = self.load(weights)
        loss = self.loss(torch.arange(self.case.batch))
        loss.backward()
        norms: dict[str, float] = {}
        for name, parameter in names:
            assert parameter.grad is not None
            norms[name] = float(torch.hypot(torch.tensor(norms.get(name, 0.0)),
                                            parameter.grad.norm()))
        return {"loss": loss.item(), "norms": norms}

    def load(self, weights: dict[str, Array]) -> list[tuple[str, torch.Tensor]]:
        """Take over weights; return the name of ours that each parameter belongs to.

        PyTorch's recurrent layers have a second bias, which stays 0 and has the first one's
        gradient; only the GRU's candidate needs it, as ours does.
        """
        pairs: list[tuple[str, torch.Tensor]] = []
        weights = {**weights, **self._flattened(weights)}
        numbered = [f"{layer.kind}-{number}" for number, layer in enumerate(self.case.layers)
                    if layer.kind not in ("relu", "pool", "flatten")]
        layers = [module for module in self.network
                  if any(True for _ in module.parameters())]
        for name, module in zip(numbered, layers, strict=True):
            pairs += _loaded(name, module, weights)
        return pairs


    def _flattened(self, weights: dict[str, Array]) -> dict[str, Array]:
        """Return weights behind a flattened image in PyTorch's order: channel by channel."""
        shape = self.case.shape
        for number, layer in enumerate(self.case.layers):
            if layer.kind == "flatten":
                name = f"dense-{number + 1}/w"
                units = weights[name].shape[1]
                places = weights[name].reshape(*shape, units).transpose(2, 0, 1, 3)
                return {name: places.reshape(-1, units)}
            _, shape = modules(layer, shape)
        return {}


def _loaded(name: str, module: nn.Module, weights: dict[str, Array]
            ) -> list[tuple[str, torch.Tensor]]:
    part = {key.removeprefix(f"{name}/"): torch.tensor(value, dtype=torch.float32)
            for key, value in weights.items() if key.startswith(f"{name}/")}
    given: dict[str, tuple[str, torch.Tensor]] = {}
    if isinstance(module, nn.Linear):
        given = {"weight": ("w", part["w"].T), "bias": ("b", part["b"])}
    elif isinstance(module, nn.Conv2d):
        given = {"weight": ("w", part["w"].permute(3, 2, 0, 1))}
        given |= {"bias": ("b", part["b"])} if "b" in part else {}
    elif isinstance(module, nn.BatchNorm2d):
        given = {"weight": ("scale", part["scale"]), "bias": ("shift", part["shift"])}
    elif isinstance(module, nn.Embedding):
        given = {"weight": ("w", part["w"])}
    else:
        given = {"cells.weight_ih_l0": ("w", part["w"].T), "cells.weight_hh_l0": ("u", part["u"].T),
                 "cells.bias_ih_l0": ("b", part["b"])}
        second = torch.zeros_like(part["b"])
        if "c" in part:
            second[-len(part["c"]):] = part["c"]
        dict(module.named_parameters())["cells.bias_hh_l0"].data.copy_(second)
    found = dict(module.named_parameters())
    for key, (_, value) in given.items():
        found[key].data.copy_(value)
    return [(f"{name}/{ours}", found[key]) for key, (ours, _) in given.items()]


def main() -> None:
    """Serve rounds of one case."""
    case, threads = begin()
    mode = sys.argv[3]
    torch.set_num_threads(threads)
    training = Training(case, mode)
    if mode == "compile":
        training.step()
    serve(f"PyTorch {torch.__version__}", training.run, training.first)


if __name__ == "__main__":
    main()
