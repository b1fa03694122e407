"""Seconds of a PyTorch step of the network in `tests.mnist`.

``python -m tests.bench.pytorch_lenet EXAMPLES THREADS``: examples of a batch. Needs torch alone.
"""

from __future__ import annotations

import statistics
import sys
import time

import torch
from torch import nn

ROUNDS, ROUND_S = 5, 2.0


def network() -> nn.Sequential:
    """Return the network as a PyTorch user would write it."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding="same"), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(32 * 5 * 5, 128), nn.ReLU(), nn.Linear(128, 10))


def step_s(batch: int, layout: torch.memory_format) -> float:
    """Return the seconds of a step with Adam; the images stay the same."""
    model = network().to(memory_format=layout)
    images = torch.randn(batch, 1, 28, 28).to(memory_format=layout)
    labels = torch.randint(0, 10, (batch,))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    weights = [p for p in model.parameters() if p.ndim >= 2]
    found = []
    for _ in range(1 + ROUNDS):
        begin, steps = time.perf_counter(), 0
        while (spent := time.perf_counter() - begin) < ROUND_S:
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(images), labels).backward()
            torch._foreach_norm([w.grad for w in weights])
            optimizer.step()
            steps += 1
        found.append(spent / steps)
    return statistics.median(found[1:])


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[2]))
    sys.stdout.write(str(min(step_s(int(sys.argv[1]), layout) for layout in (
        torch.contiguous_format, torch.channels_last))) + "\n")
