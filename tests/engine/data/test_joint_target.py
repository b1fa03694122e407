"""Several columns of a table that are one answer."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import load
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

FLAGS = ("is_a", "is_b", "is_c")


def load_text(tmp_path, text, **options):
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    return load(DataSpec(source="table", path=str(path), table=TableSpec(**options)))


def one_hot(values=("0", "1"), n=30, extra=""):
    rows = [",".join([f"{i % 7}.5", *(values[i % 3 == place] for place in range(3))])
            for i in range(n)]
    return "x,is_a,is_b,is_c\n" + "\n".join(rows) + "\n" + extra


def two_values(gap=()):
    return "x,y1,y2\n" + "".join(
        f"{i % 7}.5,{i}.25,{'' if i in gap else 1000 - 3 * i}\n" for i in range(40))


@pytest.mark.parametrize("values", [("0", "1"), ("False", "True"), ("no", "yes"), ("0.0", "1.0")])
def test_columns_of_which_one_is_1_are_classes(tmp_path, values):
    data = load_text(tmp_path, one_hot(values), target="is_a", more_targets=("is_b", "is_c"))
    assert data.task == "classification"
    assert data.class_names == FLAGS
    assert data.feature_names == ("x",)
    assert [data.class_names[label] for label in data.labels] == [FLAGS[i % 3] for i in range(30)]


def test_rows_of_no_class_are_left_out_and_told(tmp_path):
    text = one_hot(extra="1.5,0,0,0\n2.5,0,0,0\n3.5,1,,0\n")
    data = load_text(tmp_path, text, target="is_a", more_targets=("is_b", "is_c"))
    assert len(data.labels) == len(data.inputs) == 30
    assert "Left out: 2 rows in which none of 'is_a', 'is_b', 'is_c' is 1." in data.notes
    assert "Left out: 1 row in which one of 'is_a', 'is_b', 'is_c' has no value." in data.notes


def test_a_column_that_is_never_1_is_told(tmp_path):
    text = "x,is_a,is_b,is_c\n" + "".join(f"{i}.5,{i % 2},{1 - i % 2},0\n" for i in range(20))
    data = load_text(tmp_path, text, target="is_a", more_targets=("is_b", "is_c"))
    assert data.class_names == ("is_a", "is_b")
    assert "Never 1, so that nothing can be learned of it: 'is_c'." in data.notes


def test_several_numbers_are_predicted_together(tmp_path):
    data = load_text(tmp_path, two_values(), target="y1", more_targets=("y2",))
    assert data.task == "regression"
    assert data.target_names == ("y1", "y2")
    assert data.n_outputs == 2
    assert data.values[data.training].std(axis=0) == pytest.approx([1, 1])
    raw = data.in_units(data.values)
    assert raw[:, 0] == pytest.approx(np.arange(40) + 0.25, rel=1e-12)
    assert raw[:, 1] == pytest.approx(1000 - 3 * np.arange(40), rel=1e-12)
    assert data.notes[-1].startswith("The targets 'y1', 'y2' were scaled")


def test_a_row_needs_every_value(tmp_path):
    data = load_text(tmp_path, two_values(gap=(4, 9)), target="y1", more_targets=("y2",))
    assert len(data.values) == 38
    assert "Left out: 2 rows in which one of 'y1', 'y2' has no value." in data.notes


def test_flags_of_which_several_are_1_are_numbers_unless_classes_are_asked_for(tmp_path):
    text = one_hot(extra="1.5,1,1,0\n")
    choice = {"target": "is_a", "more_targets": ("is_b", "is_c")}
    data = load_text(tmp_path, text, **choice)
    assert data.task == "regression"
    assert ("'is_a', 'is_b', 'is_c' are predicted as numbers, not as classes: 1 row has more than "
            "one 1.") in data.notes
    with pytest.raises(DataError) as caught:
        load_text(tmp_path, text, task="classification", **choice)
    assert caught.value.message.code == "target.several-flags"
    assert "example 31: 'is_a', 'is_b'" in caught.value.sentence


def test_numbers_are_no_classes(tmp_path):
    with pytest.raises(DataError) as caught:
        load_text(tmp_path, two_values(), target="y1", more_targets=("y2",), task="classification")
    assert caught.value.message.code == "target.no-flags"


def test_a_text_among_several_targets_is_named(tmp_path):
    text = "x,y1,y2\n" + "".join(f"{i}.5,{i},{'ab'[i % 2]}\n" for i in range(20))
    with pytest.raises(DataError, match=r"column 'y2': texts such as 'a'"):
        load_text(tmp_path, text, target="y1", more_targets=("y2",))
