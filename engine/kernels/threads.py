"""How many threads share the work of an op."""

from __future__ import annotations

import numba


def use_threads(wished: int) -> int:
    """Let so many threads share what this thread computes; return how many there are.

    Parameters
    ----------
    wished : int
        At least 1; the machine's processors are the limit.
    """
    count = max(1, min(wished, int(numba.config.NUMBA_NUM_THREADS)))
    if count > 1:
        numba.set_num_threads(count)
    return count
