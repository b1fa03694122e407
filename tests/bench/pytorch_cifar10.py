"""Seconds of a PyTorch step of the network in `tests.bench.headline_cifar10`.

``python -m tests.bench.pytorch_cifar10 SETTINGS``: JSON with ``batch``, ``threads``, ``widths``,
``momentum``, ``smoothing``, and how many ``steps`` count behind how many ``untimed``. Needs torch
alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence

import torch
from torch import nn

WHITE = 24


def network(widths: Sequence[int]) -> nn.Sequential:
    """Return the network as a PyTorch user would write it; its first layer is frozen."""
    white = nn.Conv2d(3, WHITE, 2)
    white.requires_grad_(False)
    blocks = (layer for before, width in zip((WHITE, *widths), widths, strict=False)
              for layer in _block(before, width))
    return nn.Sequential(white, nn.GELU(), *blocks, nn.MaxPool2d(3), nn.Flatten(),
                         nn.Linear(widths[-1], 10, bias=False), nn.BatchNorm1d(10))


def _block(before: int, width: int) -> Iterator[nn.Module]:
    yield nn.Conv2d(before, width, 3, padding=1, bias=False)
    yield nn.MaxPool2d(2)
    yield from (nn.BatchNorm2d(width), nn.GELU())
    yield nn.Conv2d(width, width, 3, padding=1, bias=False)
    yield from (nn.BatchNorm2d(width), nn.GELU())


def main() -> None:
    """Write the seconds of a step; its images are gathered from others, as a loader would."""
    given = json.loads(sys.argv[1])
    torch.set_num_threads(given["threads"])
    batch = given["batch"]
    model = network(given["widths"]).to(memory_format=torch.channels_last)
    images = torch.randn(4 * batch, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (len(images),))
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(learned, 1e-3, momentum=given["momentum"], nesterov=True,
                                weight_decay=1e-4)
    loss = nn.CrossEntropyLoss(label_smoothing=given["smoothing"])
    begin = time.perf_counter()
    for step in range(given["untimed"] + given["steps"]):
        if step == given["untimed"]:
            begin = time.perf_counter()
        rows = torch.randperm(len(images))[:batch]
        optimizer.zero_grad(set_to_none=True)
        loss(model(images[rows]), labels[rows]).backward()
        torch._foreach_norm([p.grad for p in learned])
        optimizer.step()
    sys.stdout.write(f"{(time.perf_counter() - begin) / given['steps']}\n")


if __name__ == "__main__":
    main()
