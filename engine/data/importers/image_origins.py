"""Images from whatever a person brings: which reader a file or folder is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.data.importers.cifar import is_cifar, is_cifar_name, read_cifar
from engine.data.importers.file_trees import FileTree, Folder, is_ignored, open_tree
from engine.data.importers.idx import is_idx_name, read_idx_collection
from engine.data.importers.image_classes import natural, place_images
from engine.data.importers.image_collection import Collection, FilePictures
from engine.data.importers.image_files import FOREIGN, SUFFIXES
from engine.data.importers.image_options import Choices
from engine.data.importers.image_table import is_table, read_table
from engine.data.importers.importer import LeftOut
from engine.data.importers.npz import is_npz, read_npz
from engine.data.remark import Remark, remark
from engine.errors import DataError
from engine.messages import say

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def collect(path: Path, choices: Choices) -> Collection:
    """Return the images of a file or folder with their labels.

    Parameters
    ----------
    path : Path
        A folder, a zip archive, or one file of a format that holds many images.
    choices : Choices
        Which folder names the class.

    Raises
    ------
    DataError
        If there are no images in it, or it is damaged.
    """
    if not path.is_dir():
        if path.stat().st_size == 0:
            raise DataError("file.empty", place=path.name)
        if is_idx_name(path.name):
            return read_idx_collection(_beside(path, is_idx_name), path.name)
        beside = _beside(path, is_cifar_name)
        if path.name in beside.sizes and is_cifar(beside.sizes):
            return read_cifar(beside)
        if is_table(path.name):
            tree = open_tree(path.parent)
            found = read_table(tree, list(filter(is_image, tree.sizes)), choices, path.name)
            assert found is not None
            return replace(found, title=path.name)
        if head(path, 4) not in _ZIP:
            raise DataError("images.no-collection", place=path.name)
    tree = open_tree(path)
    if is_npz(tree.sizes):
        return read_npz(tree)
    images = list(filter(is_image, tree.sizes))
    if images:
        in_folders = from_folders(tree, choices)
        if in_folders.class_names and not (choices.file_column or choices.label_column):
            return in_folders
        return read_table(tree, images, choices) or in_folders
    if any(map(is_idx_name, tree.sizes)):
        return read_idx_collection(tree)
    if is_cifar(tree.sizes):
        return read_cifar(tree)
    raise DataError("images.none", place=tree.title, count=len(tree.sizes))


def head(path: Path, count: int) -> bytes:
    """Return the first bytes of a file; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError:
        return b""


def is_image(name: str) -> bool:
    """Say whether a file is called like an image that can be read."""
    return name.lower().endswith(SUFFIXES)


def from_folders(tree: FileTree, choices: Choices) -> Collection:
    """Return the images of a folder in which a folder of each class lies."""
    placed = place_images(list(filter(is_image, tree.sizes)), choices.class_folder == "inner")
    unlabelled = [one for one in placed if not one.label]
    left_out: list[LeftOut] = []
    if 0 < len(unlabelled) < len(placed):
        left_out += [LeftOut(one.name, say("images.no-class")) for one in unlabelled]
        placed = [one for one in placed if one.label]
    class_names = tuple(sorted({one.label for one in placed} - {""}, key=natural))
    number = {name: label for label, name in enumerate(class_names)}
    labels = [number[one.label] for one in placed if one.label]
    names = [one.name for one in placed]
    foreign = [name for name in tree.sizes if name.lower().endswith(FOREIGN)]
    left_out += [LeftOut(name, say("images.foreign", suffix=name.rsplit(".", 1)[-1].upper()))
                 for name in foreign]
    return Collection(
        title=tree.title, names=names, pictures=FilePictures(tree, names),
        labels=np.array(labels, np.int64), class_names=class_names,
        sides=np.array([one.side for one in placed], np.int64),
        values=np.empty((len(names), 0)), left_out=tuple(left_out),
        remarks=_others([name for name in tree.sizes
                         if not is_image(name) and name not in foreign]))


def _others(names: Sequence[str]) -> tuple[Remark, ...]:
    return (remark("note.images-others", count=len(names), names=tuple(names)),) if names else ()


def _beside(path: Path, belongs: Callable[[str], bool]) -> Folder:
    """Return the files that lie beside one, without what lies in folders there."""
    sizes = {}
    for one in sorted(path.parent.iterdir()):
        if not is_ignored(one.name) and belongs(one.name) and one.is_file():
            sizes[one.name] = one.stat().st_size
    return Folder(path.parent, path.name, sizes)
