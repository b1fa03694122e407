"""Make the golden run of CTC with PyTorch. Run by a person; tests only read what it wrote.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_transcription_golden
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
from tests.golden.transcription_cases import (
    BATCH_SIZE,
    CHARACTERS,
    EXAMPLES,
    FILE,
    LONGEST,
    RATES,
    SHAPES,
    STEPS,
    TOKENS,
    VOCABULARY,
)

SEED = 31


def forward(parameters: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return logits of every step."""
    y = functional.embedding(x, parameters["embedding/w"], padding_idx=0)
    y = torch.tanh(y @ parameters["hidden/w"] + parameters["hidden/b"])
    return y @ parameters["output/w"] + parameters["output/b"]


def loss_of(logits: torch.Tensor, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Return the loss, its mean over examples and characters; padding belongs to no example."""
    return functional.ctc_loss(
        logits.log_softmax(-1).transpose(0, 1), torch.clamp(t + 1, min=0), (x != 0).sum(1),
        (t >= 0).sum(1), blank=0, reduction="mean")


def run(kind: str, start: Arrays, data: Arrays, precision: str) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    parameters = learned(start, precision)
    x, t = torch.tensor(data["inputs"]), torch.tensor(data["labels"])
    outputs = forward(parameters, x).softmax(-1)

    def loss_at(begin: int, end: int, step: int) -> torch.Tensor:
        return loss_of(forward(parameters, x[begin:end]), x[begin:end], t[begin:end])

    found = trained(parameters, rule_of(kind), RATES[kind], batches(EXAMPLES, BATCH_SIZE), STEPS,
                    loss_at)
    return {"outputs": outputs.detach().numpy(), **found}


def drawn(rng: np.random.Generator) -> Arrays:
    """Return tokens and texts, both padded; some texts have equal characters side by side."""
    labels = rng.integers(0, CHARACTERS, (EXAMPLES, LONGEST))
    labels[np.arange(LONGEST) >= rng.integers(1, LONGEST + 1, EXAMPLES)[:, None]] = -1
    inputs = rng.integers(1, VOCABULARY, (EXAMPLES, TOKENS))
    # No text needs more steps than twice its characters.
    inputs[np.arange(TOKENS) >= rng.integers(2 * LONGEST - 1, TOKENS + 1, EXAMPLES)[:, None]] = 0
    return {"inputs": inputs, "labels": labels}


def make() -> None:
    """Write the file."""
    rng = np.random.default_rng(SEED)
    data = drawn(rng)
    start = {name: single(rng.uniform(-0.8, 0.8, shape)) for name, shape in SHAPES.items()}
    start["embedding/w"][0] = 0
    write(__file__, FILE, data, start,
          {f"{kind}/": partial(run, kind, start, data) for kind in RATES})


if __name__ == "__main__":
    prepare()
    make()
