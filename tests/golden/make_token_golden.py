"""Make the golden runs over tokens with PyTorch. Run by a person; tests only read what it wrote.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_token_golden
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
    learned,
    prepare,
    rule_of,
    single,
    trained,
    write,
)
from tests.golden.token_cases import RATES, STEPS, TOKEN_CASES, TOKENS, VOCABULARY, TokenCase

SEEDS = {"bag": 21, "whole_bag": 22, "steps": 23, "padded_steps": 24}
IGNORED = -1



def forward(case: TokenCase, parameters: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return logits: of every example, or of every step."""
    padding = 0 if case.padding else None
    if case.by_step:
        y = functional.embedding(x, parameters["embedding/w"], padding_idx=padding)
        y = torch.tanh(y @ parameters["hidden/w"] + parameters["hidden/b"])
    else:
        y = functional.embedding_bag(x, parameters["embedding/w"], mode="mean",
                                     padding_idx=padding)
    return y @ parameters["output/w"] + parameters["output/b"]


def loss_of(logits: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of what counts."""
    return functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), t.reshape(-1),
                                    ignore_index=IGNORED)


def run(case: TokenCase, kind: str, start: Arrays, data: Arrays, precision: str) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    parameters = learned(start, precision)
    x, t = torch.tensor(data["inputs"]), torch.tensor(data["labels"])
    outputs = forward(case, parameters, x).softmax(-1)

    def loss_at(begin: int, end: int, step: int) -> torch.Tensor:
        return loss_of(forward(case, parameters, x[begin:end]), t[begin:end])

    found = trained(parameters, rule_of(kind), RATES[kind],
                    batches(case.examples, case.batch_size), STEPS, loss_at)
    return {"outputs": outputs.detach().numpy(), **found}


def drawn(case: TokenCase, rng: np.random.Generator) -> Arrays:
    """Return tokens, padded to their full length if need be, and classes."""
    inputs = rng.integers(int(case.padding), VOCABULARY, (case.examples, TOKENS))
    if case.padding:
        lengths = rng.integers(1, TOKENS + 1, case.examples)
        inputs[np.arange(TOKENS) >= lengths[:, None]] = 0
    if not case.by_step:
        return {"inputs": inputs, "labels": rng.integers(0, case.classes, case.examples)}
    labels = rng.integers(0, case.classes, inputs.shape)
    labels[(inputs == 0) if case.padding else (rng.random(inputs.shape) < 0.2)] = IGNORED
    return {"inputs": inputs, "labels": labels}


def make(case: TokenCase, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    data = drawn(case, rng)
    start = {name: single(rng.uniform(-0.8, 0.8, shape)) for name, shape in case.shapes.items()}
    if case.padding:
        start["embedding/w"][0] = 0
    write(__file__, case.file, data, start,
          {f"{kind}/": partial(run, case, kind, start, data) for kind in RATES})


if __name__ == "__main__":
    prepare()
    for golden in TOKEN_CASES:
        make(golden, SEEDS[golden.name])
