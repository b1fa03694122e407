"""The arithmetic: NumPy and Numba only."""

import os

from numba.core import config

from engine.kernels.runtime.processor import choose

os.environ.setdefault("NUMBA_CACHE_LOCATOR_CLASSES", "engine.cachedir.Locator")
# Numba reads the environment at its import, and once more when it first compiles after a change in
# it: now is that time, for what is chosen here would be forgotten then, and kernels be kept under
# the name of another processor.
config.reload_config()
choose()
