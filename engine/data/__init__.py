"""Examples to learn from: generated, shipped, or a person's own.

Importing this package does not import pandas; the first table does.
"""

from engine.data.dataset import Dataset
from engine.data.drawing.load import DRAWINGS
from engine.data.features import FEATURES
from engine.data.generators import HALF_WIDTH
from engine.data.painted import PAINTED
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
    "DRAWINGS",
    "FEATURES",
    "HALF_WIDTH",
    "PAINTED",
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
