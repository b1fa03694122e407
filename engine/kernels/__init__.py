"""The arithmetic: NumPy and Numba only."""

import os

from numba.core import config

from engine.kernels.processor import choose

# Numba reads the environment at its import, which may lie behind us; later readings must agree.
os.environ.setdefault("NUMBA_CACHE_LOCATOR_CLASSES", "engine.cachedir.Locator")
config.CACHE_LOCATOR_CLASSES = os.environ["NUMBA_CACHE_LOCATOR_CLASSES"]
choose()
