"""Images of several files or folders as one collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.data.dataset import Indices
from engine.data.importers.image_classes import natural
from engine.data.importers.image_collection import Collection, ManyPictures
from engine.errors import DataError


def joined(collections: Sequence[Collection]) -> Collection:
    """Return the images of all collections, classes of the same name being one.

    Raises
    ------
    DataError
        If one has classes and another one has not, or has other targets.
    """
    first, *others = collections
    if not others:
        return first
    for other in others:
        if bool(other.class_names) != bool(first.class_names) or (
                other.values.shape[1] != first.values.shape[1]):
            raise DataError("images.unlike", place=other.title, first=first.title)
    class_names = tuple(sorted({name for one in collections for name in one.class_names},
                               key=natural))
    return replace(
        first, names=[name for one in collections for name in one.names],
        pictures=ManyPictures([one.pictures for one in collections]),
        labels=np.concatenate([_renumbered(one, class_names) for one in collections]),
        class_names=class_names, sides=np.concatenate([one.sides for one in collections]),
        values=np.concatenate([one.values for one in collections]),
        left_out=tuple(left for one in collections for left in one.left_out),
        remarks=tuple(remark for one in collections for remark in one.remarks))


def _renumbered(collection: Collection, class_names: tuple[str, ...]) -> Indices:
    number = {name: label for label, name in enumerate(class_names)}
    own = np.array([number[name] for name in collection.class_names], np.int64)
    return own[collection.labels] if len(collection.labels) else collection.labels
