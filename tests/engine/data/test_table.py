"""A person's table as a data set."""

from __future__ import annotations

import time

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.shipped import FOLDER
from engine.spec import DataSpec, TableSpec


@pytest.fixture
def table(tmp_path):
    """Write a text and load it as a data set."""
    def load_text(text, encoding="utf-8", scaling="auto", share=0.5, **options):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return load(DataSpec(source="table", path=str(path), scaling=scaling, training_share=share,
                             table=TableSpec(**options)))
    return load_text


def iris_rows():
    lines = (FOLDER / "iris.csv").read_text().splitlines()
    names = lines[0].split(",")[2:]
    return [(*row[:4], names[int(row[4])]) for row in (line.split(",") for line in lines[1:])]


def rows(n=40, **columns):
    """Return a CSV of n rows: x counts in halves, y alternates, then the given columns."""
    names = ["x", *columns, "y"]
    lines = [",".join([f"{i / 2}", *(str(column[i % len(column)]) for column in columns.values()),
                       "no" if i % 2 else "yes"]) for i in range(n)]
    return "\n".join([",".join(names), *lines]) + "\n"


def test_iris_with_semicolons_and_decimal_commas(table):
    header = "Kelchblatt Länge;Kelchblatt Breite;Blütenblatt Länge;Blütenblatt Breite;Art\r\n"
    text = header + "".join(";".join(row).replace(".", ",") + "\r\n" for row in iris_rows())
    shipped = load(DataSpec(source="iris"))
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        data = table(text, encoding)
        assert data.title == "table.csv"
        assert data.task == "classification"
        assert data.class_names == ("setosa", "versicolor", "virginica")
        assert data.target_names == ("Art",)
        assert data.feature_names[0] == "Kelchblatt Länge"
        assert data.inputs == pytest.approx(shipped.inputs)
        assert np.array_equal(data.labels, shipped.labels)
        assert np.array_equal(data.training, shipped.training)
        assert data.notes == ()


def test_without_a_header(table):
    data = table("\n".join(",".join(row) for row in iris_rows()))
    assert data.inputs.shape == (150, 4)
    assert data.feature_names == ("Column 1", "Column 2", "Column 3", "Column 4")
    assert data.target_names == ("Column 5",)


def test_quoted_text_with_separators_and_line_breaks(table):
    remarks = ('"one, two"', '"say ""hi"""', '"two\nlines"')
    text = "x,remark,y\n" + "".join(
        f"{i}.5,{remarks[i % 3]},{'ab'[i % 2]}\n" for i in range(12))
    data = table(text)
    assert data.inputs.shape == (12, 4)
    assert data.feature_names == (
        "x", "remark = one, two", 'remark = say "hi"', "remark = two\nlines")


def test_target_and_inputs_are_those_chosen(table):
    text = rows(mass=[1.5, 2.5, 4.0], colour=["red", "blue"])
    data = table(text, target="colour", inputs=("mass",))
    assert data.target_names == ("colour",)
    assert data.feature_names == ("mass",)
    assert data.class_names == ("blue", "red")
    # A target among the inputs would give the answer away: it is taken out.
    data = table(text, target="colour", inputs=("mass", "colour"))
    assert data.feature_names == ("mass",)


def test_the_last_column_is_the_target_by_default(table):
    assert table(rows()).target_names == ("y",)
    assert table("x,y,\n" + "1.5,a,\n2.5,b,\n" * 4).target_names == ("y",)


@pytest.mark.parametrize(("values", "task", "classes"), [
    (["a", "b"], "classification", ("a", "b")),
    ([1, 0], "classification", ("0", "1")),
    ([10, 2, 3], "classification", ("2", "3", "10")),
    (["True", "False"], "classification", ("False", "True")),
    ([0.5, 1.5, 2.25], "regression", ()),
    (list(range(30)), "regression", ()),
    (["-1.0", "1.0"], "classification", ("-1", "1")),
])
def test_the_task_follows_from_the_targets_values(table, values, task, classes):
    text = "x,t\n" + "".join(f"{i * 0.5},{values[i % len(values)]}\n" for i in range(60))
    data = table(text)
    assert data.task == task
    assert data.class_names == classes
    if classes:
        assert [classes[label] for label in data.labels[:2]] == [
            str(value).removesuffix(".0") for value in values[:2]]


def test_the_task_can_be_chosen(table):
    text = "x,t\n" + "".join(f"{i * 0.5},{i % 3}\n" for i in range(60))
    assert table(text, task="regression").n_outputs == 1
    assert table(text, task="classification").n_outputs == 3


def test_regression_scales_the_target_as_the_inputs(table):
    text = "x,price\n" + "".join(f"{i},{1000.5 * i}\n" for i in range(3, 60))
    data = table(text)
    assert data.values[data.training].mean() == pytest.approx(0, abs=1e-12)
    assert data.values[data.training].std() == pytest.approx(1)
    assert "'price' was scaled" in data.notes[-1]
    data = table(text, scaling="none")
    assert data.values[0, 0] == 3001.5
    assert data.inputs[0, 0] == 3
    assert data.notes == ()
    data = table(text, scaling="minmax")
    assert data.values[data.training].max() == 1


def test_missing_numbers_become_the_median_of_the_training_examples(table):
    text = rows(60, mass=["1", "NA", "7", "", "9", "?"])
    data = table(text, scaling="none", share=0.3)
    column = data.inputs[:, 1]
    known = np.isin(np.arange(60) % 6, [0, 2, 4])
    training = np.zeros(60, bool)
    training[data.training] = True
    median = np.median(column[known & training])
    assert (column[~known] == median).all()
    assert data.notes == ("'?' was taken for no value: 'mass' (10).",
                          "Missing numbers were filled with the median of the training examples: "
                          "'mass' (30).")


def test_missing_categories_become_one_of_their_own(table):
    data = table(rows(40, colour=["red", "", "blue", "N/A"]))
    assert data.feature_names == ("x", "colour = blue", "colour = red", "colour = missing")
    assert data.inputs[:, 1:].sum(axis=0).tolist() == [10, 10, 20]
    assert (data.inputs[:, 1:].sum(axis=1) == 1).all()
    assert data.notes[0] == "'N/A' was taken for no value: 'colour' (10)."
    assert "'colour' alone decides 'y'" in data.notes[1]
    assert "'colour' (20)" in data.notes[2]
    assert "one-hot" in data.notes[3]


def test_rows_without_a_target_are_left_out(table):
    text = "x,y\n" + "1,a\n2,b\n3,\n4,a\n5,b\n6,NA\n7,a\n8,b\n"
    data = table(text, scaling="none")
    assert sorted(data.inputs[:, 0]) == [1, 2, 4, 5, 7, 8]
    assert data.notes == ("6 of 8 rows were used: 2 have no value of 'y'.",
                          "'NA' was taken for no value: 'y' (1).")


def test_a_class_with_one_example_is_left_out(table):
    data = table(rows(40) + "99,maybe\n", scaling="none")
    assert data.class_names == ("no", "yes")
    assert 99 not in data.inputs
    assert data.notes == (
        "40 of 41 rows were used: 1 is of classes that were left out.",
        "Left out, as classes of fewer than 2 examples: 'maybe' (1).")
    data = table(rows(40) + "99,maybe\n", scaling="none", fewest=1)
    assert data.class_names == ("maybe", "no", "yes")
    assert np.flatnonzero(data.labels == 0) in data.training


def test_columns_of_no_use_are_left_out(table):
    names = [f"person {i}" for i in range(40)]
    words = [f"word {i % 35}" for i in range(40)]
    text = rows(40, same=["k"], nothing=[""], who=names, words=words, id=list(range(1, 41)))
    data = table(text)
    assert data.feature_names == ("x",)
    assert data.notes == (
        "Left out, the same in every row: 'same'.",
        "Left out, without a value: 'nothing'.",
        "Left out, another in every row, as names and numbers of rows are: 'who', 'id'.",
        "Left out, more than 30 different texts: 'words'.")


@pytest.mark.parametrize("row", [0, 7, 39])
@pytest.mark.parametrize("target", ["", "maybe"])
def test_a_row_number_is_one_also_where_rows_are_left_out(table, target, row):
    lines = rows(40, id=list(range(1, 41))).splitlines()
    lines[1 + row] = f"{row / 2},{1 + row},{target}"
    data = table("\n".join(lines))
    assert data.feature_names == ("x",)
    assert len(data.inputs) == 39


def test_a_row_number_that_is_chosen_is_kept(table):
    data = table(rows(40, id=list(range(1, 41))), inputs=("id",))
    assert data.feature_names == ("id",)


def test_a_row_number_alone_is_learned_from(table):
    data = table("t,v\n" + "".join(f"{i},{np.sin(i / 5):.4f}\n" for i in range(50)))
    assert data.feature_names == ("t",)
    assert data.task == "regression"
    data = table("t,who,id,v\n" + "".join(f"{i},p{i},{i},{np.sin(i / 5):.4f}\n" for i in range(50)))
    assert data.feature_names == ("t",)
    assert "rows are: 'who'" in data.notes[1]


def test_cells_that_hold_no_number_count_as_missing(table):
    data = table(rows(60, mass=["1.5"] * 30 + ["n.d."] + ["2.5"] * 29), scaling="none")
    assert data.feature_names == ("x", "mass")
    assert data.notes[0] == (
        "In 'mass', 1 cell without a number, the first 'n.d.' in row 31, counted as missing.")
    assert np.isfinite(data.inputs).all()


def test_infinite_numbers_count_as_missing(table):
    data = table(rows(60, mass=[*range(28), "inf", "1e400"]), scaling="none")
    assert np.isfinite(data.inputs).all()
    assert data.inputs[:, 1].max() == 27
    assert data.notes[0] == (
        "In 'mass', 4 cells with an infinite or too large number counted as missing.")


def test_grouped_thousands(table):
    data = table(rows(20, pay=['"1,234.5"', "999", '"2,345,678"']), scaling="none")
    assert data.inputs[:3, 1].tolist() == [1234.5, 999, 2345678]
    text = "x;pay;y\n" + "1,5;1.234,5;a\n2,5;999;b\n3,5;2.345.678;a\n" * 5
    assert table(text, scaling="none").inputs[:3, 1].tolist() == [1234.5, 999, 2345678]


def test_ragged_rows_are_left_out_with_a_note(table):
    text = rows(40).splitlines()
    text[5] += ",1,2"
    text[9] = "7"
    data = table("\n".join(text))
    assert len(data.inputs) == 38
    assert data.notes == (
        "38 of 40 rows were used: 2 have another number of values.",
        "Left out: 2 rows that do not have 2 values (the first, line 6, has 4).",)


def test_blank_lines_are_no_rows(table):
    data = table(rows(10).replace("\n", "\n\n  \n"))
    assert len(data.inputs) == 10
    assert data.notes == ()


def test_text_that_leaves_utf8_after_the_first_megabyte(table):
    body = "".join(f"{i % 977},{'ab'[i % 2]},plain words to fill the line\n" for i in range(40_000))
    text = ("x,y,z\n" + body).encode() + "5,a,caf\xe9\n".encode("cp1252")
    assert len(text) > 2**20
    data = table(text, target="y")
    assert len(data.inputs) == 40_001


def test_a_path_is_relative_to_the_project(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "my.csv").write_text(rows())
    project = tmp_path / "project.json"
    project.write_text("{}")
    spec = DataSpec(source="table", path="data/my.csv")
    assert load(spec, tmp_path).title == load(spec, project).title == "my.csv"


def test_seed_and_share_divide_anew(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(rows())
    spec = DataSpec(source="table", path=str(path))
    first, other = load(spec), load(replace(spec, seed=1))
    assert not np.array_equal(first.training, other.training)
    assert len(load(replace(spec, training_share=0.9)).training) == 36


def test_a_file_that_changed_is_read_again(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(rows(40))
    spec = DataSpec(source="table", path=str(path))
    assert len(load(spec).inputs) == 40
    path.write_text(rows(42))
    assert len(load(spec).inputs) == 42


def test_speed_of_a_large_table(tmp_path):
    path = tmp_path / "large.csv"
    numbers = np.random.default_rng(0).normal(size=(1000, 10))
    lines = "".join(",".join(f"{v:.6f}" for v in row) + f",{'abc'[i % 3]}\n"
                    for i, row in enumerate(numbers))
    path.write_text(",".join([*(f"x{i}" for i in range(10)), "y"]) + "\n" + lines * 100)
    start = time.perf_counter()
    data = load(DataSpec(source="table", path=str(path)))
    assert data.inputs.shape == (100_000, 10)
    # Half a second on one core; the limit leaves room for a busy machine.
    assert time.perf_counter() - start < 10


def test_regression_values_return_to_the_units_of_the_file(table):
    rows = [f"{area},{1000.5 + 3 * area}" for area in range(40)]
    text = "area,price\n" + "\n".join(rows) + "\n"
    for scaling in ("auto", "minmax", "none"):
        dataset = table(text, scaling=scaling, target="price", task="regression")
        prices = dataset.in_units(dataset.values)[:, 0]
        np.testing.assert_allclose(np.sort(prices), 1000.5 + 3 * np.arange(40), rtol=1e-12)
