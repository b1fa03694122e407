"""What the golden gradients of deep networks are made from."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).parent / "depth.npz"
DEPTH, WIDTH = 50, 10
"""Hidden layers of either network, and units of each."""

INPUTS, CLASSES, EXAMPLES = 4, 3, 32
NETWORKS = ("plain", "residual")
"""Layer i gives h_i = tanh(h_(i-1) W + b), or with a skip h_i = h_(i-1) + tanh(h_(i-1) W + b)."""

BRANCHES = {"left": 3, "right": 4}
"""Units of two layers that read the stem; both and the stem, side by side, feed the output."""

BRANCHED_WIDTH = sum(BRANCHES.values()) + WIDTH
PRECISIONS = ("float32", "float64")
