"""The arithmetic: NumPy and Numba only."""

import os

# Read by Numba at its import, so it has to stand before any module that imports Numba.
os.environ.setdefault("NUMBA_CACHE_LOCATOR_CLASSES", "engine.cachedir.Locator")
