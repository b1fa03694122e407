"""Make the numbers that ``backprop-lab --self-test`` compares itself with, by PyTorch in float64.

In an environment that has torch 2.13.0 and NumPy, from the project's folder::

    python -m tests.golden.make_selftest_golden
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

TARGET = Path(__file__).parents[2] / "resources" / "golden" / "self-test.npz"
SIZES = (2, 16, 16, 2)
"""Of the network in resources/examples/02-spiral-solved.json."""

NAMES = ("dense-1", "dense-2", "output")
EXAMPLES = 10


def main() -> None:
    """Write the file."""
    rng = np.random.default_rng(11)
    # Exact in float32, so that both precisions start from the same numbers.
    inputs = rng.standard_normal((EXAMPLES, SIZES[0])).astype(np.float32).astype(np.float64)
    labels = rng.integers(0, SIZES[-1], EXAMPLES)
    arrays = {"inputs": inputs, "labels": labels}
    weights: dict[str, torch.Tensor] = {}
    for name, i, o in zip(NAMES, SIZES[:-1], SIZES[1:], strict=True):
        for part, shape, scale in (("w", (i, o), i ** -0.5), ("b", (o,), 0.1)):
            drawn = (scale * rng.standard_normal(shape)).astype(np.float32).astype(np.float64)
            arrays[f"weights/{name}/{part}"] = drawn
            weights[f"{name}/{part}"] = torch.tensor(drawn, requires_grad=True)
    a = torch.tensor(inputs)
    for name in NAMES:
        z = a @ weights[f"{name}/w"] + weights[f"{name}/b"]
        a = torch.tanh(z)
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(labels))
    loss.backward()  # type: ignore[no-untyped-call]
    arrays["loss"] = np.array(loss.item())
    for name, weight in weights.items():
        assert weight.grad is not None
        arrays[f"gradients/{name}"] = weight.grad.numpy()
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(TARGET, **arrays)


if __name__ == "__main__":
    main()
