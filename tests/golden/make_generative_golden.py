"""Make the golden runs of variational autoencoders with PyTorch. Run by a person.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_generative_golden

PyTorch draws other normal numbers than the engine; it is given those of the float64 twin.
"""

from __future__ import annotations

import zlib
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tests.golden.generative_cases import (
    CODE,
    GENERATIVE_CASES,
    RATES,
    SAMPLING,
    SEED,
    STEPS,
    GenerativeCase,
)
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
from tests.reference.randomness import WORD, mixed, normal

SEEDS = {"variational_binary": 21, "variational_squared": 22, "variational_absolute": 23}
LOSSES = {"binary_cross_entropy": functional.binary_cross_entropy_with_logits,
          "mean_squared_error": functional.mse_loss, "mean_absolute_error": functional.l1_loss}



def drawn(step: int, batch: int) -> NDArray[np.float64]:
    """Return what the sampling layer draws at a step, float64[batch, CODE]."""
    stream = zlib.crc32(SAMPLING.encode())
    key = mixed((mixed((SEED + stream) % WORD) + step) % WORD)
    return np.array([normal(key, place) for place in range(batch * CODE)]).reshape(batch, CODE)


def moments(parameters: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return means, then logarithms of variances."""
    hidden = torch.tanh(x @ parameters["encoder/w"] + parameters["encoder/b"])
    return hidden @ parameters["moments/w"] + parameters["moments/b"]


def decoded(parameters: Tensors, z: torch.Tensor) -> torch.Tensor:
    """Return what is drawn of a code, before any sigmoid."""
    hidden = torch.tanh(z @ parameters["decoder/w"] + parameters["decoder/b"])
    return hidden @ parameters["output/w"] + parameters["output/b"]


def loss_of(case: GenerativeCase, parameters: Tensors, x: torch.Tensor, t: torch.Tensor, step: int
            ) -> torch.Tensor:
    """Return the loss of a training step."""
    mean, logarithm = moments(parameters, x).chunk(2, dim=1)
    e = torch.tensor(drawn(step, len(x)), dtype=x.dtype)
    output = decoded(parameters, mean + torch.exp(logarithm / 2) * e)
    code = torch.distributions.Normal(mean, torch.exp(logarithm / 2))
    standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    apart = torch.distributions.kl_divergence(code, standard).sum(dim=1).mean()
    return LOSSES[case.loss](output, t) + case.weight * apart


def run(case: GenerativeCase, kind: str, start: Arrays, data: Arrays, precision: str) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    dtype = getattr(torch, precision)
    parameters = learned(start, precision)
    x, t = (torch.tensor(data[name], dtype=dtype) for name in ("inputs", "values"))
    outputs = decoded(parameters, moments(parameters, x)[:, :CODE])
    if case.loss == "binary_cross_entropy":
        outputs = outputs.sigmoid()

    def loss_at(begin: int, end: int, step: int) -> torch.Tensor:
        return loss_of(case, parameters, x[begin:end], t[begin:end], step)

    found = trained(parameters, rule_of(kind), RATES[kind],
                    batches(case.examples, case.batch_size), STEPS, loss_at)
    return {"outputs": outputs.detach().numpy(), **found}


def make(case: GenerativeCase, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    values = single(rng.uniform(0, 1, (case.examples, case.width)))
    data: Arrays = {"values": values,
                    "inputs": single(values + 0.2 * rng.standard_normal(values.shape))}
    start: Arrays = {}
    for name, shape in case.units.items():
        start[f"{name}/w"] = single(rng.uniform(-1, 1, shape))
        start[f"{name}/b"] = single(rng.uniform(-0.3, 0.3, shape[1]))
    write(__file__, case.file, data, start,
          {f"{kind}/": partial(run, case, kind, start, data) for kind in RATES})


if __name__ == "__main__":
    prepare()
    for golden in GENERATIVE_CASES:
        make(golden, SEEDS[golden.name])
