"""Projects with what they have learned, and what runs have left, in one file: ``*.bplab``."""

from engine.bundles.archive import BROKEN
from engine.bundles.enclosed import LARGEST_ENCLOSED
from engine.bundles.files import (
    LARGEST_BUNDLE,
    SUFFIX,
    Beside,
    Saved,
    is_bundle,
    look_at,
    look_at_weights,
    read_bundle,
    read_either,
    read_saved,
    start_path,
    start_weights,
    write_bundle,
)

__all__ = [
    "BROKEN",
    "LARGEST_BUNDLE",
    "LARGEST_ENCLOSED",
    "SUFFIX",
    "Beside",
    "Saved",
    "is_bundle",
    "look_at",
    "look_at_weights",
    "read_bundle",
    "read_either",
    "read_saved",
    "start_path",
    "start_weights",
    "write_bundle",
]
