"""Data sets that come with the program; ``resources/datasets/README.md`` names their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from msgspec.structs import replace

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.modality import Modality, image
from engine.data.remark import remark
from engine.data.scaling import check_range, measure
from engine.data.split import split_rows
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "datasets"

_CELL_MEASURES = ("radius", "texture", "perimeter", "area", "smoothness", "compactness",
                  "concavity", "concave points", "symmetry", "fractal dimension")


@dataclass(frozen=True)
class Numbers:
    """A file of numbers whose last column is the class.

    Attributes
    ----------
    file : str
        Its name in ``resources/datasets``.
    skip : int
        Lines before the numbers.
    feature_names, class_names : tuple[str, ...]
        Names of the columns and of the classes 0, 1, 2, ...
    divisor : float
        Inputs are divided by this.
    modality : Modality | None
        What a row is; None for numbers in no order.
    """

    file: str
    skip: int
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    divisor: float = 1.0
    modality: Modality | None = None


NUMBERS: Mapping[str, Numbers] = MappingProxyType({
    "digits": Numbers(
        "digits.csv.gz", 0,
        tuple(f"pixel {row},{column}" for row in range(1, 9) for column in range(1, 9)),
        tuple("0123456789"), divisor=16.0, modality=image(8, 8)),
    "iris": Numbers(
        "iris.csv", 1,
        ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        ("setosa", "versicolor", "virginica")),
    "wine": Numbers(
        "wine.csv", 1,
        ("alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols",
         "flavanoids", "nonflavanoid phenols", "proanthocyanins", "colour intensity", "hue",
         "OD280/OD315", "proline"),
        ("cultivar 1", "cultivar 2", "cultivar 3")),
    "breast_cancer": Numbers(
        "breast_cancer.csv", 1,
        tuple(f"{kind} {measure}" for kind in ("mean", "error of", "worst")
              for measure in _CELL_MEASURES),
        ("malignant", "benign")),
})

PENGUINS = TableSpec(
    separator=",", decimal=".", header=True, encoding="utf-8", target="species",
    inputs=("island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex"),
    task="classification")


@lru_cache(maxsize=len(NUMBERS))
def read_numbers(key: str) -> tuple[Reals, Indices]:
    """Return inputs float64[n, d], before scaling, and labels int64[n] of a shipped file.

    Raises
    ------
    DataError
        If the program's own file is missing or damaged.
    """
    source = NUMBERS[key]
    path = FOLDER / source.file
    try:
        table = np.loadtxt(path, delimiter=",", skiprows=source.skip, ndmin=2)
    except (OSError, ValueError, EOFError) as error:
        raise damaged(path) from error
    if table.shape[1:] != (len(source.feature_names) + 1,):
        raise damaged(path)
    return table[:, :-1] / source.divisor, table[:, -1].astype(np.int64)


def damaged(path: Path) -> DataError:
    """Return the error for a file of the program that is missing or damaged."""
    return DataError("data.damaged", path=str(path))


def load_numbers(spec: DataSpec, title: str) -> Dataset:
    """Load a shipped file of numbers.

    Parameters
    ----------
    spec : DataSpec
        Its source is a key of `NUMBERS`.
    title : str
        Name for people.

    Raises
    ------
    DataError
        If the program's own file is missing or damaged.
    """
    source = NUMBERS[spec.source]
    inputs, labels = read_numbers(spec.source)
    training, validation = split_rows(len(inputs), labels, spec.training_share, spec.seed)
    example = source.modality or Modality("numbers", (inputs.shape[1],))
    scaling = example.usual_scaling if spec.scaling == "auto" else spec.scaling
    scaler = measure(scaling, inputs[training])
    scaled = scaler(inputs)
    check_range(scaled, source.feature_names, title)
    remarks = () if source.divisor == 1 else (remark("note.pixels", divisor=source.divisor),)
    return Dataset(
        key=spec.source, title=title, task="classification", inputs=scaled, labels=labels.copy(),
        values=np.empty((len(inputs), 0)), class_names=source.class_names,
        feature_names=source.feature_names, target_names=("class",), training=training,
        validation=validation, modality=source.modality, scaler=scaler, remarks=remarks,
        inputs_of=None if source.modality is None or scaling == "none" else scaler)


def load_penguins(spec: DataSpec, title: str) -> Dataset:
    """Load the penguins, with gaps filled and islands and sexes one-hot encoded.

    Raises
    ------
    DataError
        If the program's own file is missing or damaged.
    """
    # Not at the top: pandas takes a quarter of a second that other data sets need not wait for.
    from engine.data.table import load_table

    return load_table(FOLDER / "penguins.csv", replace(spec, table=PENGUINS), key=spec.source,
                      title=title)


def read_penguin_bills() -> tuple[Reals, Indices]:
    """Return bill length and depth, float64[n, 2], and species, int64[n], where both are known."""
    rows = np.genfromtxt(FOLDER / "penguins.csv", delimiter=",", skip_header=1, usecols=(0, 2, 3),
                         dtype=str)
    rows = rows[(rows != "NA").all(axis=1)]
    species = np.unique(rows[:, 0], return_inverse=True)[1]
    return rows[:, 1:].astype(np.float64), species.astype(np.int64)
