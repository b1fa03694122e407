"""PyTorch's phase diagram: ``python -m tests.bench.pytorch_sweep ASKED``. Needs torch and NumPy.

Eager, as people write it, on one thread, which is the fastest for networks of this size. Of every
depth it trains one scale; the share that this is of the work is told with the seconds.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise

import numpy as np
import torch
from torch import nn


def network(inputs: int, depth: int, width: int, gain: float) -> nn.Sequential:
    """Return a network whose first weights are scaled."""
    sizes = [inputs, *[width] * depth]
    layers: list[nn.Module] = []
    for fan_in, units in pairwise(sizes):
        layers += [nn.Linear(fan_in, units), nn.Tanh()]
    layers.append(nn.Linear(width, 10))
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=gain / layer.in_features**0.5)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def train(asked: dict, x: torch.Tensor, y: torch.Tensor, depth: int, gain: float) -> float:
    """Train a network; return its loss."""
    model = network(x.shape[1], depth, asked["width"], gain)
    optimizer = torch.optim.SGD(model.parameters(), lr=asked["rate"])
    loss_of = nn.CrossEntropyLoss()
    weights = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
    norms = []
    order = torch.randperm(len(x))
    for step in range(asked["steps"]):
        begin = step * asked["batch"] % (len(x) - asked["batch"])
        rows = order[begin:begin + asked["batch"]]
        optimizer.zero_grad()
        loss = loss_of(model(x[rows]), y[rows])
        loss.backward()
        norms.append([weight.grad.square().mean().sqrt() for weight in weights])
        optimizer.step()
    with torch.no_grad():
        return float(loss_of(model(x), y))


def main() -> None:
    asked = json.loads(sys.argv[1])
    torch.set_num_threads(1)
    data = np.load(asked["data"])
    x, y = torch.from_numpy(data["inputs"]), torch.from_numpy(data["labels"].astype(np.int64))
    train(asked, x, y, 2, 1.0)
    begin = time.perf_counter()
    for place, depth in enumerate(asked["depths"]):
        train(asked, x, y, depth, asked["gains"][place % len(asked["gains"])])
    seconds = time.perf_counter() - begin
    sys.stdout.write(json.dumps({"seconds": seconds, "share": len(asked["gains"])}) + "\n")


if __name__ == "__main__":
    main()
