"""Make the golden runs of parameter groups and frozen layers with PyTorch. Run by a person.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_group_golden
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from tests.golden.cases import PRECISIONS
from tests.golden.group_cases import (
    BATCH_SIZE,
    CLASSES,
    CLIP_NORM,
    EXAMPLES,
    FOLDER,
    FROZEN,
    INPUTS,
    L1,
    L2,
    OWN,
    RATES,
    RUNNING,
    SHAPES,
    STEPS,
    WEIGHT_DECAY,
)
from tests.golden.recorded import (
    Arrays,
    Tensors,
    prepare,
    provenance,
    single,
)

SEED = 19


def start(rng: np.random.Generator) -> Arrays:
    """Return examples and initial parameters."""
    found: Arrays = {"inputs": single(2 + 3 * rng.standard_normal((EXAMPLES, INPUTS))),
                     "labels": rng.integers(0, CLASSES, EXAMPLES)}
    for name, shape in {**SHAPES, **RUNNING}.items():
        limit = math.sqrt(6 / sum(shape)) if len(shape) > 1 else 0.2
        drawn = rng.uniform(-limit, limit, shape)
        # Scales and variances lie around 1.
        found[f"initial/{name}"] = single(drawn + name.endswith(("/scale", "_variance")))
    return found


def output(p: Tensors, running: Tensors, x: torch.Tensor) -> torch.Tensor:
    """Return what the network gives; its batch norm is frozen, and so in evaluation mode."""
    x = torch.nn.functional.batch_norm(
        x @ p["dense-1/w"] + p["dense-1/b"], *running.values(), p["batch/scale"],
        p["batch/shift"], False, 0.1, 1e-5)
    x = torch.tanh(torch.tanh(x) @ p["dense-2/w"] + p["dense-2/b"])
    x = torch.sigmoid(x @ p["dense-3/w"] + p["dense-3/b"])
    return x @ p["output/w"] + p["output/b"]


def penalty(name: str, key: str, usual: float) -> float:
    """Return what weighs on a parameter: nothing on biases, scales and shifts."""
    layer, _, part = name.partition("/")
    return OWN.get(layer, {}).get(key, usual) if part == "w" else 0.0


def optimizer_of(kind: str, learned: Tensors) -> torch.optim.Optimizer:
    """Return PyTorch's optimizer, with a group for every parameter."""
    decoupled = kind == "adamw"
    key, usual = ("weight_decay", WEIGHT_DECAY) if decoupled else ("l2", L2)
    groups = [{"params": [p], "weight_decay": penalty(name, key, usual)}
              for name, p in learned.items()]
    match kind:
        case "sgd":
            return torch.optim.SGD(groups, RATES[kind])
        case "nesterov":
            return torch.optim.SGD(groups, RATES[kind], momentum=0.9, nesterov=True)
        case "adam":
            return torch.optim.Adam(groups, RATES[kind])
    return torch.optim.AdamW(groups, RATES[kind])


def tensors(given: Arrays, dtype: torch.dtype, names: dict[str, tuple[int, ...]],
            learned: bool) -> Tensors:
    """Return tensors of initial parameters."""
    return {name: torch.tensor(given[f"initial/{name}"], dtype=dtype, requires_grad=learned)
            for name in names}


def run(given: Arrays, kind: str, precision: str, clip_norm: float) -> Arrays:
    """Return losses, gradients and norms of every step, and the end."""
    dtype = getattr(torch, precision)
    parameters = tensors(given, dtype, SHAPES, True)
    running = tensors(given, dtype, RUNNING, False)
    learned = {name: p for name, p in parameters.items() if name.split("/")[0] not in FROZEN}
    x, labels = torch.tensor(given["inputs"], dtype=dtype), torch.tensor(given["labels"])
    optimizer = optimizer_of(kind, learned)
    batches = list(pairwise([*range(0, EXAMPLES, BATCH_SIZE), EXAMPLES]))
    rows: dict[str, list[Any]] = {}
    for step in range(STEPS):
        begin, end = batches[step % len(batches)]
        loss = torch.nn.functional.cross_entropy(output(parameters, running, x[begin:end]),
                                                 labels[begin:end])
        # The frozen parameters' gradients are shown, too: requires_grad stays, no group has them.
        for p in parameters.values():
            p.grad = None
        loss.backward()
        check_frozen(parameters, running, x[begin:end], labels[begin:end])
        norm = torch.nn.utils.clip_grad_norm_(learned.values(), clip_norm or math.inf)
        seen = {"losses": loss.item(), "norms": float(norm)}
        seen |= {f"gradient/{name}": p.grad.numpy().copy() for name, p in parameters.items()
                 if p.grad is not None}
        with torch.no_grad():
            for name, p in learned.items():
                assert p.grad is not None
                p.grad += penalty(name, "l1", L1) * p.sign()
                if kind == "adamw":
                    p.grad += penalty(name, "l2", L2) * p
        optimizer.step()
        for name, value in seen.items():
            rows.setdefault(name, []).append(value)
    with torch.no_grad():
        last = torch.softmax(output(parameters, running, x), 1).numpy()
    return {**{name: np.array(values) for name, values in rows.items()}, "output": last,
            **{f"final/{name}": p.detach().numpy() for name, p in learned.items()}}


def check_frozen(parameters: Tensors, running: Tensors, x: torch.Tensor, labels: torch.Tensor
                 ) -> None:
    """Fail unless the others' gradients are those with ``requires_grad`` False for the frozen."""
    twins = {name: p.detach().clone().requires_grad_(name.split("/")[0] not in FROZEN)
             for name, p in parameters.items()}
    torch.nn.functional.cross_entropy(output(twins, running, x), labels).backward()
    for name, p in twins.items():
        grad = parameters[name].grad
        assert grad is not None
        assert (p.grad is None) == (name.split("/")[0] in FROZEN)
        assert p.grad is None or torch.equal(p.grad, grad), name


def main() -> None:
    """Write the file."""
    given = start(np.random.default_rng(SEED))
    content = {**provenance(__file__), **given}
    for kind in RATES:
        for precision in PRECISIONS:
            for limit, norm in CLIP_NORM.items():
                found = run(given, kind, precision, norm)
                content |= {f"{kind}/{precision}/{limit}/{name}": array
                            for name, array in found.items()}
    np.savez_compressed(FOLDER / "groups.npz", **content)


if __name__ == "__main__":
    prepare()
    main()
