"""Make the golden runs of recurrent networks with PyTorch. Run by a person; tests only read them.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_recurrent_golden
"""

from __future__ import annotations

import math
import sys
from functools import partial

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from tests.golden.recorded import (
    Arrays,
    Tensors,
    batches,
    learned,
    prepare,
    provenance,
    single,
    trained,
    write,
)
from tests.golden.recurrent_cases import (
    CLASSES,
    FEATURES,
    LONG,
    LONG_EXAMPLES,
    LONG_FILE,
    LONG_KINDS,
    LONG_UNITS,
    MASK,
    RATE,
    RECURRENT_CASES,
    SEQUENCE,
    STEPS,
    TRUNCATION,
    Recurrence,
    RecurrentCase,
)

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
FORGET_BIAS = 5.0

FUNCTIONS = {"linear": lambda z: z, "tanh": torch.tanh}


def flat_weights(layer: Recurrence, parameters: Tensors) -> list[torch.Tensor]:
    """Return a layer's parameters as PyTorch has them; its second bias is the GRU's ``c``."""
    w, u = parameters[f"{layer.id}/w"], parameters[f"{layer.id}/u"]
    if not layer.bias:
        return [w.T, u.T]
    b = parameters[f"{layer.id}/b"]
    second = torch.zeros_like(b)
    if layer.kind == "gru":
        second = torch.cat([second[:2 * layer.units], parameters[f"{layer.id}/c"]])
    return [w.T, u.T, b, second]


def recurrent(layer: Recurrence, parameters: Tensors, x: torch.Tensor | PackedSequence
              ) -> torch.Tensor | PackedSequence:
    """Return every state, or the last one."""
    function = {"rnn": torch.rnn_relu if layer.activation == "relu" else torch.rnn_tanh,
                "lstm": torch.lstm, "gru": torch.gru}[layer.kind]
    weights = flat_weights(layer, parameters)
    packed = isinstance(x, PackedSequence)
    examples = int(x.batch_sizes[0]) if packed else len(x)
    zero = torch.zeros(1, examples, layer.units, dtype=weights[0].dtype)
    start = [zero, zero] if layer.kind == "lstm" else zero
    given = (x.data, x.batch_sizes) if packed else (x,)
    after = () if packed else (True,)
    states, last = function(*given, start, weights, layer.bias, 1, 0.0,
                            True, False, *after)[:2]
    if layer.whole:
        return PackedSequence(states, *x[1:]) if packed else states
    return last[0][x.unsorted_indices] if packed else last[0]


def forward(case: RecurrentCase, parameters: Tensors, inputs: torch.Tensor) -> torch.Tensor:
    """Return the network's output."""
    x: torch.Tensor | PackedSequence = inputs.reshape(-1, SEQUENCE, FEATURES)
    if case.masked:
        lengths = torch.tensor(MASK).sum(1)
        x = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    for layer in case.layers:
        if layer.kind in GATES:
            x = recurrent(layer, parameters, x)
        elif layer.kind == "dense":
            x = FUNCTIONS[layer.activation](
                x @ parameters[f"{layer.id}/w"] + parameters[f"{layer.id}/b"])
        else:
            x = x.mean(1)
    return x


def initial(layers: tuple[Recurrence, ...], features: int, rng: np.random.Generator) -> Arrays:
    """Return initial parameters."""
    parameters: Arrays = {}
    for layer in layers:
        if not layer.units:
            continue
        gates, limit = GATES.get(layer.kind, 1), 1.5 / math.sqrt(features)
        wide = gates * layer.units
        parameters[f"{layer.id}/w"] = single(rng.uniform(-limit, limit, (features, wide)))
        if layer.kind in GATES:
            bound = 1 / math.sqrt(layer.units)
            parameters[f"{layer.id}/u"] = single(rng.uniform(-bound, bound, (layer.units, wide)))
        if layer.bias:
            parameters[f"{layer.id}/b"] = single(rng.uniform(-0.3, 0.3, wide))
            if layer.kind == "gru":
                parameters[f"{layer.id}/c"] = single(rng.uniform(-0.3, 0.3, layer.units))
        features = layer.units
    return parameters


def run(case: RecurrentCase, start: Arrays, data: Arrays, precision: str) -> Arrays:
    """Return losses, outputs before the first step, every gradient and final parameters."""
    dtype = getattr(torch, precision)
    parameters = learned(start, precision)
    x, t = torch.tensor(data["inputs"], dtype=dtype), torch.tensor(data["labels"])
    outputs = forward(case, parameters, x).softmax(1)

    def loss_at(begin: int, end: int, step: int) -> torch.Tensor:
        return cross_entropy(forward(case, parameters, x[begin:end]), t[begin:end])

    found = trained(parameters, torch.optim.SGD, RATE,
                    batches(case.examples, case.batch_size), STEPS, loss_at)
    return {"outputs": outputs.detach().numpy(), **found}


def make(case: RecurrentCase, seed: int) -> None:
    """Write the file of one case."""
    rng = np.random.default_rng(seed)
    data: Arrays = {
        "inputs": single(rng.standard_normal((case.examples, SEQUENCE * FEATURES))),
        "labels": rng.integers(0, CLASSES, case.examples)}
    start = initial(case.layers, FEATURES, rng)
    write(__file__, case.file, data, start, {"": partial(run, case, start, data)})


def step_of(kind: str, parameters: Tensors, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor
            ) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the next state and cell by PyTorch's own cells."""
    weights = flat_weights(Recurrence("long", kind, LONG_UNITS), parameters)
    if kind == "lstm":
        return torch.lstm_cell(x, [h, c], *weights)
    return (torch.gru_cell if kind == "gru" else torch.rnn_tanh_cell)(x, h, *weights), c


def through_time(kind: str, start: Arrays, data: Arrays, truncation: int) -> Arrays:
    """Return the gradient of every state and parameter; a manual loop over the steps of time."""
    parameters = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}
    x = torch.tensor(data["inputs"])
    h = c = torch.zeros(LONG_EXAMPLES, LONG_UNITS, dtype=torch.float64)
    states = []
    for t in range(LONG):
        if truncation and t % truncation == 0:
            h, c = h.detach(), c.detach()
        h, c = step_of(kind, parameters, x[:, t:t + 1], h, c)
        h.retain_grad()
        states.append(h)
    # The mean of all states lets every block of a truncated run learn.
    read = torch.stack(states).mean(0) if truncation else h
    logits = read @ parameters["output/w"] + parameters["output/b"]
    cross_entropy(logits, torch.tensor(data["labels"])).backward()
    slopes = torch.stack([state.grad for state in states], 1)
    return {"states": slopes.numpy(), **{f"gradient/{name}": p.grad.numpy()
                                         for name, p in parameters.items()}}


def make_long() -> None:
    """Write the gradients through a hundred steps of time."""
    rng = np.random.default_rng(5)
    data: Arrays = {"inputs": rng.standard_normal((LONG_EXAMPLES, LONG)),
                    "labels": rng.integers(0, CLASSES, LONG_EXAMPLES)}
    content = {**provenance(__file__), **data}
    for kind in LONG_KINDS:
        layers = (Recurrence("long", kind, LONG_UNITS), Recurrence("output", "dense", CLASSES))
        start = initial(layers, 1, rng)
        if kind == "lstm":
            start["long/b"][LONG_UNITS:2 * LONG_UNITS] = FORGET_BIAS
        content |= {f"{kind}/initial/{name}": p for name, p in start.items()}
        for truncation in (0, TRUNCATION):
            found = through_time(kind, start, data, truncation)
            content |= {f"{kind}/{truncation}/{key}": array for key, array in found.items()}
            size = np.sqrt(np.mean(found["states"]**2, axis=(0, 2)))
            sys.stdout.write(f"{kind:5} blocks of {truncation}: first / last "
                             f"{size[0] / size[-1]:.1e}\n")
    np.savez_compressed(LONG_FILE, **content)


if __name__ == "__main__":
    prepare()
    for number, golden in enumerate(RECURRENT_CASES):
        make(golden, 100 + number)
    make_long()
