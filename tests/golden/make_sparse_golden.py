"""Make the golden runs of sparse gradients with PyTorch. Run by a person; tests only read them.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_sparse_golden
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from torch.nn import functional

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
from tests.golden.sparse_cases import (
    BATCH,
    BUCKETS,
    CLASSES,
    EPSILON,
    EXAMPLES,
    RATES,
    SPARSE_CASES,
    STEPS,
    TOKENS,
    UNITS,
    VOCABULARY,
    SparseCase,
)
from tests.reference.ngrams import ngram_rows

SEEDS = {"embedding": 31, "mean_bag": 32, "sum_bag": 33}


def forward(case: SparseCase, parameters: Tensors, rows: torch.Tensor) -> torch.Tensor:
    """Return logits; the table's gradient is sparse."""
    y = functional.embedding_bag(rows, parameters["table/w"], mode=case.combine, padding_idx=0,
                                 sparse=True)
    return y @ parameters["output/w"] + parameters["output/b"]


def rules(kind: str, parameters: Tensors) -> list[torch.optim.Optimizer]:
    """Return what updates the table, and what updates the rest."""
    table = [parameters["table/w"]]
    others = [parameter for name, parameter in parameters.items() if name != "table/w"]
    rate = RATES[kind]
    if kind == "adam":
        return [torch.optim.SparseAdam(table, rate, eps=EPSILON),
                torch.optim.Adam(others, rate, eps=EPSILON)]
    if kind == "adagrad":
        return [torch.optim.Adagrad([*table, *others], rate, eps=EPSILON)]
    return [torch.optim.SGD([*table, *others], rate)]


def run(case: SparseCase, kind: str, start: Arrays, data: Arrays, rows: torch.Tensor,
        precision: str) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    parameters = learned(start, precision)
    labels = torch.tensor(data["labels"])
    outputs = forward(case, parameters, rows).softmax(-1).detach().numpy()
    optimizers = rules(kind, parameters)
    parts = batches(EXAMPLES, BATCH)
    losses, gradients = [], {name: [] for name in parameters}
    for step in range(STEPS):
        begin, end = parts[step % len(parts)]
        for parameter in parameters.values():
            parameter.grad = None
        loss = functional.cross_entropy(forward(case, parameters, rows[begin:end]),
                                        labels[begin:end])
        loss.backward()
        for name, parameter in parameters.items():
            gradients[name].append(parameter.grad.to_dense().numpy().copy())
        for optimizer in optimizers:
            optimizer.step()
        losses.append(loss.item())
    return {"outputs": outputs, **followed(parameters, losses, gradients)}


def make(case: SparseCase, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    inputs = rng.integers(1, VOCABULARY, (EXAMPLES, TOKENS))
    lengths = rng.integers(1, TOKENS + 1, EXAMPLES)
    inputs[np.arange(TOKENS) >= lengths[:, None]] = 0
    data = {"inputs": inputs, "labels": rng.integers(0, CLASSES, EXAMPLES)}
    rows = inputs.astype(float)
    if case.longest:
        rows = np.zeros((EXAMPLES, TOKENS * case.longest))
        ngram_rows(rows, inputs.astype(float), VOCABULARY, BUCKETS, case.longest)
    shapes = {"table/w": (case.rows, UNITS), "output/w": (UNITS, CLASSES), "output/b": (CLASSES,)}
    start = {name: single(rng.uniform(-0.8, 0.8, shape)) for name, shape in shapes.items()}
    start["table/w"][0] = 0
    write(__file__, case.file, data, start, {
        f"{kind}/": partial(run, case, kind, start, data, torch.tensor(rows.astype(np.int64)))
        for kind in RATES})


if __name__ == "__main__":
    prepare()
    for golden in SPARSE_CASES:
        make(golden, SEEDS[golden.name])
