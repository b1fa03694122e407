"""Scaling what is to be predicted, and the way back to the units of the file."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.data import load
from engine.data.target_scale import scale_target
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

positive = arrays(np.float64, st.tuples(st.integers(2, 20), st.integers(1, 3)),
                  elements=st.floats(1e-6, 1e9))
scalings = st.sampled_from(["standard", "minmax", "none"])
NAMES = ("a", "b", "c")


def prices(n=60):
    """Return a CSV of prices between 20 and some millions."""
    return "rooms,price,size\n" + "".join(
        f"{i % 7},{20 * 1.2 ** i:.3f},{i % 11}.5\n" for i in range(n))


def load_text(tmp_path, text, scaling="auto", **options):
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    return load(DataSpec(source="table", path=str(path), scaling=scaling,
                         table=TableSpec(**{"target": "price", "task": "regression", **options})))


@given(positive, scalings, st.sampled_from(["auto", "none", "standard", "log"]))
def test_the_way_back_is_exact(values, scaling, how):
    names, rows = NAMES[:values.shape[1]], np.arange(len(values))
    scaled = scale_target(values, names, rows, how, scaling, "t")
    # What was shifted is exact as measured by the column's size, a logarithm by each number's own.
    size = values if how == "log" else np.abs(values).max(axis=0)
    assert (np.abs(scaled.units_of(scaled.values) - values) <= 1e-12 * size).all()


@given(positive)
def test_logarithms_have_mean_0_and_deviation_1_on_the_training_examples(values):
    training = np.arange(len(values) // 2 + 1)
    scaled = scale_target(values, NAMES[:values.shape[1]], training, "log", "none", "t").values
    assert scaled[training].mean(axis=0) == pytest.approx(0, abs=1e-6)
    spread = values[training].max(axis=0) / values[training].min(axis=0) > 1.001
    assert scaled[training].std(axis=0)[spread] == pytest.approx(1, abs=1e-6)
    order = np.argsort(values[:, 0], kind="stable")
    assert (np.diff(scaled[order, 0]) >= 0).all()


def test_a_prediction_beyond_every_number_is_infinite_without_a_warning():
    values = np.array([[1.0], [10.0], [100.0]])
    scaled = scale_target(values, ("a",), np.arange(3), "log", "none", "t")
    assert scaled.units_of(np.array([[1e6]])) == np.inf
    assert scaled.units_of(np.array([[-1e6]])) == 0


@pytest.mark.parametrize(("how", "scaling", "deviation"), [
    ("auto", "none", None), ("auto", "standard", 1.0), ("none", "standard", None),
    ("standard", "none", 1.0), ("standard", "minmax", 1.0), ("log", "none", 1.0),
])
def test_a_target_is_scaled_by_itself_when_that_is_chosen(tmp_path, how, scaling, deviation):
    data = load_text(tmp_path, prices(), scaling, target_scaling=how)
    found = data.values[data.training].std()
    raw = data.in_units(data.values)
    assert raw[:, 0] == pytest.approx([round(20 * 1.2 ** i, 3) for i in range(60)], rel=1e-12)
    assert found == pytest.approx(raw[data.training].std() if deviation is None else deviation)


def test_what_was_done_to_the_target_can_be_changed(tmp_path):
    log = load_text(tmp_path, prices(), target_scaling="log").remarks[-1]
    assert log.text.startswith("Of the target 'price', the logarithm is learned")
    assert log.change is not None
    assert log.change(TableSpec(target_scaling="log")).target_scaling == "auto"
    standard = load_text(tmp_path, prices()).remarks[-1]
    assert standard.text == (
        "The target 'price' was scaled to mean 0 and deviation 1 on the training examples, as the "
        "inputs were; the loss is that of scaled values.")
    assert standard.change is not None
    assert standard.change(TableSpec()).target_scaling == "none"
    assert "as the inputs" not in load_text(
        tmp_path, prices(), target_scaling="standard").remarks[-1].text


@pytest.mark.parametrize("value", ["0", "-3.5"])
def test_there_is_no_logarithm_of_0_or_less(tmp_path, value):
    with pytest.raises(DataError) as caught:
        load_text(tmp_path, prices() + f"3,{value},1.5\n", target_scaling="log")
    assert caught.value.sentence == (
        f"table.csv, column 'price': 1 value not above 0, the smallest {value}, of which there is "
        "no logarithm; expected numbers above 0. Choose Standard for the scaling of the target.")
