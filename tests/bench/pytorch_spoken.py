"""Seconds of PyTorch steps of the networks in `tests.bench.headline_spoken`.

``python -m tests.bench.pytorch_spoken NAME EXAMPLES THREADS STEPS``. Needs torch alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import torch
from torch import nn

WARM = 10
FRAMES = {"teller": 49, "reader": 288}
BANDS, CLASSES = 32, 10


def teller() -> nn.Sequential:
    """Return the network that tells what one recording is."""
    layers: list[nn.Module] = []
    for before, filters in ((1, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(before, filters, 3, padding="same", bias=False),
                   nn.BatchNorm2d(filters), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.5),
                         nn.Linear(64 * (FRAMES["teller"] // 8) * (BANDS // 8), CLASSES))


def reader() -> nn.Sequential:
    """Return the network that reads a string; channels stand before steps, as PyTorch wants."""
    layers: list[nn.Module] = []
    for before, filters, stride in ((BANDS, 48, 2), (48, 64, 2), (64, 64, 1)):
        layers += [nn.Conv1d(before, filters, 5, stride=stride, padding=2, bias=False),
                   nn.BatchNorm1d(filters), nn.ReLU()]
    return nn.Sequential(*layers, nn.Dropout(0.2), nn.Conv1d(64, CLASSES + 1, 1))


def loss_of_classes(batch: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the loss of random classes."""
    labels = torch.randint(0, CLASSES, (batch,))
    return lambda outputs: nn.functional.cross_entropy(outputs, labels)


def loss_of_texts(batch: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the loss of random texts of four characters."""
    texts = torch.randint(1, CLASSES + 1, (batch, 4))
    lengths = torch.full((batch,), 4)

    def loss(outputs: torch.Tensor) -> torch.Tensor:
        shares = outputs.permute(2, 0, 1).log_softmax(2)
        return nn.functional.ctc_loss(shares, texts, torch.full((batch,), len(shares)), lengths)

    return loss


def seconds(name: str, batch: int, steps: int) -> float:
    """Return the seconds of so many steps with Adam; the examples stay the same."""
    model = teller() if name == "teller" else reader()
    shape = (batch, 1, FRAMES[name], BANDS) if name == "teller" else (batch, BANDS, FRAMES[name])
    sounds = torch.rand(shape)
    loss = (loss_of_classes if name == "teller" else loss_of_texts)(batch)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    begin = 0.0
    for step in range(WARM + steps):
        if step == WARM:
            begin = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss(model(sounds)).backward()
        optimizer.step()
    return time.perf_counter() - begin


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[3]))
    sys.stdout.write(f"{seconds(sys.argv[1], int(sys.argv[2]), int(sys.argv[4]))}\n")
