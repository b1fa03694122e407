"""Small importers for tests of the dialog: folders of text files that stand for images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset
from engine.data.importers.importer import Importer, LeftOut, Preview, Sample
from engine.data.modality import image
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec
from engine.spec.fields import Choice, Field

SIDE = 4
FIELDS = (
    Field("size", "Size", SIDE, "Side of an image.", 1, 64, unit="px"),
    Field("colour", "Colour", "grey", "What a pixel is.", choices=(
        Choice("grey", "Grey"), Choice("colour", "Colour"))),
    Field("crop", "Crop", True, "Cut to a square."),
    Field("margin", "Margin", 0.0, "Round the image.", 0.0, 1.0, is_rare=True),
    Field("ending", "Ending", "", "Only files that end so.", is_rare=True,
          shown_when=("crop", (True,))),
)


def write_folder(folder: Path, **classes: int) -> Path:
    """Write a folder for each class, with as many files, and one that cannot be read."""
    for name, count in classes.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            (folder / name / f"{number}.pixels").write_text(str(number))
    (folder / "broken.pixels").write_text("")
    return folder


def _classes(path: Path) -> dict[str, int]:
    if not path.is_dir():
        raise DataError("file.failed", path=str(path), reason="it is no folder")
    return {one.name: len(list(one.iterdir())) for one in sorted(path.iterdir()) if one.is_dir()}


def _preview(path: Path, spec: DataSpec) -> Preview:
    options = IMPORTER.options(spec)
    classes = _classes(path)
    side = int(options["size"])
    channels = 3 if options["colour"] == "colour" else 1
    picture = np.full((side, side, 3), 90, np.uint8)
    samples = tuple(Sample(f"{number}.pixels", name, picture)
                    for number in range(2) for name in classes)
    return Preview(path.name, sum(classes.values()), image(side, side, channels),
                   "classification", classes, samples,
                   (LeftOut("broken.pixels", say("file.empty", place="broken.pixels")),))


def load_folder(spec: DataSpec) -> Dataset:
    """Return as many noisy images as there are files, brighter for later classes."""
    options = IMPORTER.options(spec)
    classes, side = _classes(Path(spec.path)), int(options["size"])
    channels = 3 if options["colour"] == "colour" else 1
    labels = np.repeat(np.arange(len(classes)), list(classes.values()))
    rng = np.random.default_rng(0)
    rows = rng.random((len(labels), side * side * channels)) * 0.2 + labels[:, None]
    order = rng.permutation(len(labels))
    half = len(order) // 2
    return Dataset("squares", Path(spec.path).name, "classification", rows, labels,
                   np.zeros((len(rows), 0)), tuple(classes), tuple(map(str, range(rows.shape[1]))),
                   ("class",), order[:half], order[half:], image(side, side, channels))


def made(key: str, title: str, claim: Callable[[Path], float]) -> Importer:
    """Return an importer that claims some paths."""
    return Importer(key, title, f"{title} of a test.", "images", "image", (".pixels",), True,
                    FIELDS, claim, _preview, lambda _path, spec: load_folder(spec))


IMPORTER = made("squares", "Squares", lambda path: 0.9 if path.is_dir() else 0.0)
OTHER = made("others", "Others", lambda path: 0.5 if path.is_dir() or path.suffix == ".txt" else 0)
IMPORTERS = {one.key: one for one in (OTHER, IMPORTER)}
