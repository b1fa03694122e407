"""Examples to learn from: generated, shipped, or a person's own.

Importing this package does not import pandas; the first table does.
"""

from engine.data.dataset import Dataset
from engine.data.features import FEATURES
from engine.data.generators import HALF_WIDTH
from engine.data.sources import (
    TABLE,
    TEXT,
    SourceInfo,
    Thumbnail,
    catalogue,
    load,
    preview,
    thumbnail_points,
)

__all__ = [
    "FEATURES",
    "HALF_WIDTH",
    "TABLE",
    "TEXT",
    "Dataset",
    "SourceInfo",
    "Thumbnail",
    "catalogue",
    "load",
    "preview",
    "thumbnail_points",
]
