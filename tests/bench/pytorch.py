"""PyTorch's contestant: ``python -m tests.bench.pytorch CASE THREADS``. Needs torch and NumPy."""

from __future__ import annotations

import sys
import time

import torch

from tests.bench.cases import CASES, EXAMPLES, LEARNING_RATE, Case
from tests.bench.contestant import data_of, serve

ACTIVATIONS = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}


def network_of(case: Case) -> torch.nn.Sequential:
    """Return the case's network as a PyTorch user would write it."""
    layers: list[torch.nn.Module] = []
    for inputs, units in zip(case.sizes[:-2], case.sizes[1:-1], strict=True):
        layers += [torch.nn.Linear(inputs, units), ACTIVATIONS[case.activation]()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(*case.sizes[-2:]))


def main(case: Case, threads: int) -> None:
    """Serve rounds of one case."""
    torch.set_num_threads(threads)
    inputs, labels = data_of(case)
    x, t = torch.tensor(inputs, dtype=torch.float32), torch.tensor(labels)
    network = network_of(case)
    weights = [p for p in network.parameters() if p.ndim == 2]
    kind = torch.optim.SGD if case.optimizer == "sgd" else torch.optim.Adam
    optimizer = kind(network.parameters(), LEARNING_RATE)
    loss_of = torch.nn.functional.cross_entropy
    position, order = 0, torch.randperm(EXAMPLES)

    def run(seconds: float) -> int:
        nonlocal position, order
        steps, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            if position >= EXAMPLES:
                position, order = 0, torch.randperm(EXAMPLES)
            batch = order[position:position + case.batch]
            position += case.batch
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(network(x[batch]), t[batch])
            loss.backward()
            # What the lab measures at every step: one number per layer, in one call for all.
            torch._foreach_norm([w.grad for w in weights])
            optimizer.step()
            steps += 1
        return steps

    serve(f"torch {torch.__version__}", run)


if __name__ == "__main__":
    main(CASES[sys.argv[1]], int(sys.argv[2]))
