"""Files of arrays that lie beside a script."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.foreign.group import CHANNELS_LAST, FLATTENING, FORMAT

HEADER = 8
"""Bytes in front of a ``.safetensors`` file's header, which say how long that is."""


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
    return _ordered(written)


def _ordered(written: bytes) -> bytes:
    """Return the file with a header in order: the library writes it in another one every time."""
    begin = HEADER + int.from_bytes(written[:HEADER], "little")
    header = msgspec.json.encode(msgspec.json.decode(written[HEADER:begin]), order="sorted")
    # Arrays begin where a word does.
    header += b" " * (-len(header) % HEADER)
    return len(header).to_bytes(HEADER, "little") + header + written[begin:]
