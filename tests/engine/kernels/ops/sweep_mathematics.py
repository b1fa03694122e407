"""The largest error of a function over all 2**32 float32; some minutes each, so not in the suite.

``python -m tests.engine.kernels.ops.sweep_mathematics hyperbolic_tangent exponential logistic``
"""

from __future__ import annotations

import sys
import time

import numpy as np

from tests.engine.kernels.ops.test_mathematics import TRUTH, errors

BLOCK = 2**18


def sweep(name: str) -> tuple[float, float]:
    """Return the largest error in units in the last place, and the argument that has it."""
    worst, place = -1.0, 0.0
    for first in range(0, 2**32, BLOCK):
        x = np.arange(first, first + BLOCK, dtype=np.uint32).view(np.float32)
        x = x[~np.isnan(x)]
        if not len(x):
            continue
        found = errors(name, x)
        at = int(np.argmax(found))
        if found[at] > worst:
            worst, place = float(found[at]), float(x[at])
    return worst, place


def main() -> None:
    """Print a line for every function that was named; for all without a name."""
    for name in sys.argv[1:] or TRUTH:
        begin = time.perf_counter()
        worst, place = sweep(name)
        sys.stdout.write(f"{name}: {worst:.3f} at {place!r} "
                         f"({time.perf_counter() - begin:.0f} s)\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
