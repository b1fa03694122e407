"""Tables of others, imported with nothing chosen by hand, against what their descriptions say.

They are no part of the program; those that are not there are left out.
"""

from __future__ import annotations

import gzip
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.data import load, preview
from engine.spec import DataSpec, TableSpec
from tests.datasets import folder

_CHORALES = "timeseries/jsb_chorales.tgz"


@dataclass(frozen=True)
class Table:
    """A table and what its description says.

    Attributes
    ----------
    file : str
        Its place in the folder; behind ``::``, a part of an archive.
    target : str
        What is to be predicted.
    classes : int
        How many there are; 0 where numbers are predicted.
    rows : int
        Examples that have a target.
    used : int
        Columns that are learned from.
    kinds : dict[str, str]
        Kinds of the columns that are neither numbers nor the usual texts.
    missing : dict[str, int]
        Cells without a value, of the columns that have such.
    guessed : bool
        Whether nothing tells the target but its place, which is said then.
    """

    file: str
    target: str
    classes: int
    rows: int
    used: int
    kinds: dict[str, str] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    guessed: bool = True


def _chorale(part: str, number: int, rows: int) -> Table:
    # Notes as numbers of keys: where there are few, they might be classes, and that is said.
    return Table(f"{_CHORALES}::{part}/chorale_{number:03}.csv", "note3", 0, rows, 3)


TABLES = (
    Table("tabular/abalone.csv", "Column 9", 0, 4177, 8),
    Table("tabular/auto-mpg.csv", "mpg", 0, 398, 7, {"name": "text"}, {"horsepower": 6},
          guessed=False),
    Table("tabular/banknote_authentication.csv", "Column 5", 2, 1372, 4),
    Table("tabular/breast-cancer-wisconsin.csv", "Column 10", 2, 699, 9, {}, {"Column 6": 16}),
    Table("tabular/iris.csv", "Column 5", 3, 150, 4),
    Table("tabular/penguins.csv", "species", 3, 344, 7, {}, {
        "bill_length_mm": 2, "bill_depth_mm": 2, "flipper_length_mm": 2, "body_mass_g": 2,
        "sex": 11}, guessed=False),
    Table("tabular/penguins_raw.csv", "Species", 3, 344, 11, {
        "Sample Number": "identifier", "Region": "constant", "Stage": "constant",
        "Individual ID": "text", "Date Egg": "date"}, {
        "Culmen Length (mm)": 2, "Culmen Depth (mm)": 2, "Flipper Length (mm)": 2,
        "Body Mass (g)": 2, "Sex": 11, "Delta 15 N (o/oo)": 14, "Delta 13 C (o/oo)": 13,
        "Comments": 290}, guessed=False),
    # alive says the same as survived, class as pclass, embark_town as embarked.
    Table("tabular/titanic-seaborn.csv", "survived", 2, 891, 11, {}, {
        "age": 177, "embarked": 2, "deck": 688, "embark_town": 2}, guessed=False),
    Table("tabular/wheat-seeds.csv", "Column 8", 3, 210, 7),
    Table("tabular/wine.csv", "Column 14", 3, 178, 13),
    Table("tabular/winequality-red.csv", "Column 12", 6, 1599, 11),
    # The first line tells how many rows and columns there are, and names the classes.
    Table("tabular/scikit-learn/breast_cancer.csv", "Column 31", 2, 569, 30),
    Table("tabular/scikit-learn/wine_data.csv", "Column 14", 3, 178, 13),
    # That line is as wide as the table here: a row without a target, which is left out.
    Table("tabular/scikit-learn/iris.csv", "Column 5", 3, 150, 4, {}, {
        "Column 3": 1, "Column 4": 1, "Column 5": 1}),
    Table("tabular/scikit-learn/digits.csv.gz", "Column 65", 10, 1797, 61, {
        "Column 1": "constant", "Column 33": "constant", "Column 40": "constant"}),
    Table("tabular/scikit-learn/diabetes_data_raw.csv.gz", "Column 10", 0, 442, 9),
    Table("tabular/scikit-learn/linnerud_exercise.csv", "Jumps", 0, 20, 2),
    Table("tabular/scikit-learn/linnerud_physiological.csv", "Pulse", 0, 20, 2),
    Table("timeseries/airline-passengers.csv", "Passengers", 0, 144, 1, {"Month": "date"}),
    Table("timeseries/daily-min-temperatures.csv", "Temp", 0, 3650, 1, {"Date": "date"}),
    Table("timeseries/daily-total-female-births.csv", "Births", 0, 365, 1, {"Date": "date"}),
    Table("timeseries/flights.csv", "passengers", 0, 144, 2),
    Table("timeseries/monthly-sunspots.csv", "Sunspots", 0, 2820, 1, {"Month": "date"}),
    _chorale("train", 0, 192), _chorale("train", 3, 432), _chorale("train", 8, 132),
    _chorale("valid", 230, 208), _chorale("valid", 232, 148), _chorale("test", 305, 228),
)


def _unpacked(name: str, to: Path) -> Path:
    """Return the table as a file of its own."""
    archive, _, part = name.partition("::")
    path = folder(archive)
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    if part:
        with tarfile.open(path) as opened:
            member = opened.extractfile(part)
            assert member is not None
            content = member.read()
    elif path.suffix == ".gz":
        content = gzip.decompress(path.read_bytes())
    else:
        return path
    target = to / Path(part or path.stem).name
    target.write_bytes(content)
    return target


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file.rpartition("/")[2])
def test_it_is_read_as_its_description_says(table: Table, tmp_path: Path) -> None:
    path = _unpacked(table.file, tmp_path)
    seen = preview(path)
    assert seen.problem == ""
    assert seen.target == table.target
    assert seen.task == ("classification" if table.classes else "regression")
    assert len(seen.inputs) == table.used
    assert {column.name: column.kind for column in seen.columns
            if column.kind not in ("numeric", "category")} == table.kinds
    assert {column.name: column.missing for column in seen.columns
            if column.missing} == table.missing
    said = [remark.message.code for remark in seen.remarks]
    assert ("note.target-guessed" in said) == table.guessed
    made = load(DataSpec("table", path=str(path), table=TableSpec(target=seen.target)))
    assert len(made.class_names) == table.classes
    assert len(made.training) + len(made.validation) == table.rows


def test_measures_and_progress_of_patients_side_by_side(tmp_path: Path) -> None:
    measures = _unpacked("tabular/scikit-learn/diabetes_data_raw.csv.gz", tmp_path)
    progress = _unpacked("tabular/scikit-learn/diabetes_target.csv.gz", tmp_path)
    path = tmp_path / "diabetes.txt"
    path.write_text("".join(
        f"{line} {float(answer):g}\n" for line, answer in zip(
            measures.read_text().splitlines(), progress.read_text().splitlines(), strict=True)))
    seen = preview(path)
    assert (seen.target, seen.task, len(seen.inputs)) == ("Column 11", "regression", 10)
    made = load(DataSpec("table", path=str(path), scaling="none", table=TableSpec()))
    assert len(made.values) == 442
    assert made.in_units(made.values)[0, 0] == pytest.approx(151)


def test_every_change_of_a_line_can_be_made(tmp_path: Path) -> None:
    seen_any = False
    for table in TABLES:
        if not folder(table.file.partition("::")[0]).exists():
            continue
        path = _unpacked(table.file, tmp_path)
        for remark in preview(path).remarks:
            if remark.change is not None:
                spec = remark.change(TableSpec())
                seen_any = True
                seen = preview(path, replace(spec))
                assert remark.text not in seen.notes, remark.text
                assert seen.problem == ""
    if not seen_any:
        pytest.skip("none of the tables is there")
