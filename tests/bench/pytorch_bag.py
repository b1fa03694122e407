"""Steps of a bag of n-grams with PyTorch: for `tests.bench.bag_contest`. Needs torch and NumPy.

``python -m tests.bench.pytorch_bag EXAMPLES.npz THREADS`` says its version, then answers every line
of standard input with the seconds that a step took in one pass over the examples.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn


class Bag(nn.Module):
    """The network as a PyTorch user would write it."""

    def __init__(self, ratio: torch.Tensor) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(len(ratio), 2, mode="sum", sparse=True)
        nn.init.zeros_(self.table.weight)
        self.ratio = ratio

    def forward(self, rows: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        """Return logits."""
        return self.table(rows, offsets, per_sample_weights=self.ratio[rows])


def main(file: Path, threads: int) -> None:
    """Serve rounds."""
    torch.set_num_threads(threads)
    with np.load(file) as given:
        rows, counts, labels, ratio, settings = (
            given[name] for name in ("rows", "counts", "labels", "ratio", "settings"))
    network = Bag(torch.tensor(ratio, dtype=torch.float32))
    rate, batch = float(settings[1]), int(settings[0])
    optimizer = torch.optim.SparseAdam([network.table.weight], rate)
    begins = np.concatenate([[0], np.cumsum(counts)])
    sys.stdout.write(json.dumps(f"PyTorch {torch.__version__}") + "\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        begin = time.perf_counter()
        for first in range(0, len(counts), batch):
            end = min(first + batch, len(counts))
            chosen = torch.from_numpy(rows[begins[first]:begins[end]])
            offsets = torch.from_numpy(begins[first:end] - begins[first])
            loss = nn.functional.cross_entropy(network(chosen, offsets),
                                               torch.from_numpy(labels[first:end]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        steps = -(-len(counts) // batch)
        sys.stdout.write(f"{(time.perf_counter() - begin) / steps}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
