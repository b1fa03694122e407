"""Files of arrays that lie beside a script."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.foreign.group import CHANNELS_LAST, FLATTENING, FORMAT


def packed_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as a compressed ``.npz`` holds them."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def safetensors(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return PyTorch's arrays as a ``.safetensors`` file holds them.

    It says that images are flattened with the channels innermost, for those who read it.
    """
    # Not at the top: no start of the program waits for what leads out of it.
    from safetensors.numpy import save

    # Of arrays that are laid out otherwise, the library writes numbers in the order of memory.
    written: bytes = save({name: np.ascontiguousarray(array) for name, array in arrays.items()},
                          {FORMAT: "pt", FLATTENING: CHANNELS_LAST})
    return written
