"""Make the golden run of averaged weights with PyTorch. Run by a person.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_averaging_golden
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn, get_swa_avg_fn

from tests.golden.averaging_cases import (
    BATCH_SIZE,
    CLASSES,
    DECAY,
    EXAMPLES,
    FILE,
    FOLDER,
    HIDDEN,
    INPUTS,
    KINDS,
    RATE,
    SHAPES,
    START,
    STEPS,
)
from tests.golden.recorded import Arrays, prepare, provenance, single

SEED = 17


def network(given: Arrays) -> nn.Sequential:
    """Return dense, batch norm, tanh, dense, in float64."""
    first, norm = nn.Linear(INPUTS, HIDDEN, bias=False), nn.BatchNorm1d(HIDDEN)
    # A counter, of which there is no average.
    norm.register_buffer("num_batches_tracked", None)
    last = nn.Linear(HIDDEN, CLASSES)
    model = nn.Sequential(first, norm, nn.Tanh(), last).double()
    with torch.no_grad():
        for parameter, name in ((first.weight, "dense/w"), (norm.weight, "norm/scale"),
                                (norm.bias, "norm/shift"), (last.weight, "output/w"),
                                (last.bias, "output/b")):
            parameter.copy_(torch.tensor(given[f"initial/{name}"].T))
    return model


def arrays_of(model: nn.Sequential) -> Arrays:
    """Return everything that is averaged, by the engine's names."""
    first, norm, _, last = model
    found: dict[str, Any] = {
        "dense/w": first.weight.T, "norm/scale": norm.weight, "norm/shift": norm.bias,
        "norm/running_mean": norm.running_mean, "norm/running_variance": norm.running_var,
        "output/w": last.weight.T, "output/b": last.bias}
    return {name: value.detach().numpy().copy() for name, value in found.items()}


def averaged(given: Arrays, kind: str) -> Arrays:
    """Return the averages after every step that is in them."""
    model = network(given)
    # Not the rules for many arrays at once: the equal one divides in float32.
    rule = get_ema_avg_fn(DECAY) if kind == "exponential" else get_swa_avg_fn()
    average = AveragedModel(model, avg_fn=rule, use_buffers=True)
    optimizer = torch.optim.SGD(model.parameters(), RATE)
    x, labels = torch.tensor(given["inputs"]).double(), torch.tensor(given["labels"])
    found: Arrays = {}
    per_epoch = EXAMPLES // BATCH_SIZE
    for step in range(STEPS):
        begin = step % per_epoch * BATCH_SIZE
        rows = slice(begin, begin + BATCH_SIZE)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[rows]), labels[rows]).backward()
        optimizer.step()
        if step // per_epoch >= START:
            average.update_parameters(model)
            found |= {f"{kind}/{step}/{name}": value
                      for name, value in arrays_of(average.module).items()}
    return found | {f"{kind}/end/{name}": value for name, value in arrays_of(model).items()}


def main() -> None:
    """Write the file."""
    prepare()
    rng = np.random.default_rng(SEED)
    given: Arrays = {"inputs": single(1 + 2 * rng.standard_normal((EXAMPLES, INPUTS))),
                     "labels": rng.integers(0, CLASSES, EXAMPLES)}
    for name, shape in SHAPES.items():
        drawn = 0.5 * rng.standard_normal(shape)
        given[f"initial/{name}"] = single(drawn + name.endswith("/scale"))
    for kind in KINDS:
        given |= averaged(given, kind)
    np.savez_compressed(FOLDER / FILE, **given, **provenance(__file__))


if __name__ == "__main__":
    main()
