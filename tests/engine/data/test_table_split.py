"""A table divided by groups or by time: what no side may know of the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.data import load, preview
from engine.data.columns import Column
from engine.data.split import split_groups, split_latest, split_rows
from engine.data.table_split import groups_of
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

shares = st.floats(0.05, 0.95)
seeds = st.integers(0, 2**32 - 1)
groups = st.lists(st.integers(0, 8), min_size=2, max_size=80).map(
    lambda found: np.unique(found, return_inverse=True)[1]).filter(lambda found: found.max() > 0)
orders = arrays(np.float64, st.integers(2, 60),
                elements=st.one_of(st.integers(0, 12).map(float), st.just(float("nan")))).filter(
    lambda order: len(np.unique(order[~np.isnan(order)])) > 1)


def load_text(tmp_path, text, share=0.5, seed=42, **options):
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    return load(DataSpec(source="table", path=str(path), training_share=share, seed=seed,
                         table=TableSpec(**options)))


def visits(people=12, each=5):
    """Return a table of people who came several times; x counts the rows."""
    rows = [f"{i},person {i % people},{i % 7}.5,{'ab'[i % 2]}" for i in range(people * each)]
    return "x,who,size,kind\n" + "\n".join(rows) + "\n"


@given(groups, shares, seeds)
def test_no_group_is_on_both_sides(found, share, seed):
    training, validation = split_groups(found, share, seed)
    assert sorted([*training, *validation]) == list(range(len(found)))
    assert not {*found[training]} & {*found[validation]}
    assert len(training)
    assert len(validation)


@given(groups, shares, seeds)
def test_the_share_is_as_near_as_groups_allow(found, share, seed):
    training, validation = split_groups(found, share, seed)
    sizes = np.bincount(found)
    goal = share * len(found)
    off = abs(len(training) - goal)
    if min(len(np.unique(found[training])), len(np.unique(found[validation]))) > 1:
        assert off <= sizes.max() / 2 + 1e-9
    else:
        # A side would have been empty otherwise.
        assert off <= max(sizes.max() / 2, abs(sizes.min() - goal),
                          abs(len(found) - sizes.min() - goal)) + 1e-9


@given(groups, shares, seeds)
def test_the_same_seed_gives_the_same_groups(found, share, seed):
    first, second = (split_groups(found, share, seed) for _ in range(2))
    assert first[0].tobytes() == second[0].tobytes()
    assert first[1].tobytes() == second[1].tobytes()


def test_another_seed_gives_other_groups():
    found = np.arange(200) // 5
    assert len({tuple(sorted(split_groups(found, 0.5, seed)[0])) for seed in range(5)}) == 5


@given(orders, shares, seeds)
def test_what_is_for_validation_came_later_than_all_else(order, share, seed):
    training, validation = split_latest(order, share, seed)
    assert sorted([*training, *validation]) == list(range(len(order)))
    known = order[training][~np.isnan(order[training])]
    assert len(known)
    assert known.max() < order[validation].min()
    assert not np.isnan(order[validation]).any()


@given(orders, shares, seeds)
def test_no_other_moment_to_cut_at_is_nearer_to_the_share(order, share, seed):
    training, _ = split_latest(order, share, seed)
    known = order[~np.isnan(order)]
    learned = (~np.isnan(order[training])).sum()
    cuts = [(known < moment).sum() for moment in np.unique(known)[1:]]
    assert abs(learned - share * len(known)) == min(abs(c - share * len(known)) for c in cuts)


def test_which_rows_are_latest_does_not_depend_on_the_seed():
    order = np.random.default_rng(0).permutation(100).astype(float)
    first, second = (split_latest(order, 0.8, seed) for seed in (1, 2))
    assert {*first[1]} == {*second[1]}
    assert not np.array_equal(first[1], second[1])
    assert (order[first[1]] >= 80).all()


def test_gaps_are_groups_of_their_own():
    for column in (Column("who", 0, codes=np.array([0, -1, 1, -1, 0]), levels=("a", "b")),
                   Column("who", 0, numbers=np.array([7, np.nan, 8, np.nan, 7]))):
        found = groups_of(column)
        assert found[0] == found[4]
        assert len(set(found.tolist())) == 4


def test_rows_of_one_person_stand_on_one_side(tmp_path):
    data = load_text(tmp_path, visits(), 0.7, target="kind", inputs=("x", "size"), split="groups",
                     split_by="who")
    person = np.arange(60) % 12
    assert not {*person[data.training]} & {*person[data.validation]}
    assert abs(len(data.training) - 42) <= 3
    assert data.notes[0] == (
        "Divided by 'who': of 12 groups, 8 are to learn from (67 % of the rows) and 4 for "
        "validation.")
    change = data.remarks[0].change
    assert change is not None
    assert change(TableSpec(split="groups")).split == "random"


def test_a_group_that_is_learned_from_is_told(tmp_path):
    data = load_text(tmp_path, visits(), target="kind", split="groups", split_by="who")
    told = next(one for one in data.remarks if one.message.code == "note.split-groups-input")
    assert told.change is not None
    assert told.change(TableSpec()).inputs == tuple(
        name for name in ("x", "size") if name in data.feature_names)


def test_numbers_can_name_groups_and_gaps_are_told(tmp_path):
    text = "plot,x,y\n" + "".join(
        f"{'' if i % 10 == 0 else i % 4},{i % 13}.5,{i * i % 17}.5\n" for i in range(60))
    data = load_text(tmp_path, text, target="y", task="regression", split="groups",
                     split_by="plot", inputs=("x",))
    plot = np.arange(60) % 4
    plot[np.arange(60) % 10 == 0] = -1
    assert not {*plot[data.training]} & {*plot[data.validation]} - {-1}
    assert "6 rows without a value in 'plot': each counts as a group of its own." in data.notes


def test_the_latest_rows_are_for_validation(tmp_path):
    years = np.random.default_rng(1).integers(1990, 2020, 80)
    text = "year,x,y\n" + "".join(
        f"{year},{i % 13}.5,{i * i % 17}.5\n" for i, year in enumerate(years))
    data = load_text(tmp_path, text, 0.8, target="y", inputs=("x",), split="latest",
                     split_by="year")
    assert years[data.training].max() < years[data.validation].min()
    assert data.notes[0] == (
        f"The latest by 'year' are for validation: {len(data.validation)} of 80 examples.")


@pytest.mark.parametrize("form", ["{0:04d}-{1:02d}-{2:02d}", "{2:02d}.{1:02d}.{0:04d}"])
def test_the_latest_dates_are_for_validation(tmp_path, form):
    day = np.random.default_rng(2).permutation(200)
    text = "day,x,y\n" + "".join(
        f"{form.format(2019 + d // 100, d % 12 + 1, d % 28 + 1)},{i % 13}.5,{i * i % 17}.5\n"
        for i, d in enumerate(day))
    data = load_text(tmp_path, text, 0.8, target="y", inputs=("x",), split="latest",
                     split_by="day")
    dates = [(2019 + d // 100, d % 12 + 1, d % 28 + 1) for d in day]
    assert max(dates[row] for row in data.training) < min(dates[row] for row in data.validation)
    assert abs(len(data.validation) - 40) <= 2


def test_without_a_column_the_last_rows_are_the_latest(tmp_path):
    text = "x,y\n" + "".join(f"{i % 13}.5,{'' if i in (3, 39) else i * i % 17}\n"
                             for i in range(40))
    data = load_text(tmp_path, text, 0.5, target="y", task="regression", split="latest")
    assert {*data.validation} == {*range(19, 38)}
    assert "The last rows of the file are for validation: 19 of 38 examples." in data.notes


def test_rows_whose_time_is_unknown_are_learned_from(tmp_path):
    text = "t,x,y\n" + "".join(f"{'' if i >= 36 else i},{i % 13}.5,{i * i % 17}.5\n"
                               for i in range(40))
    data = load_text(tmp_path, text, 0.5, target="y", inputs=("x",), split="latest", split_by="t")
    assert {36, 37, 38, 39} <= {*data.training}
    assert {*data.validation} == {*range(18, 36)}
    assert "4 rows without a value in 't' are to learn from." in data.notes


def test_a_class_that_is_never_learned_is_told(tmp_path):
    text = "x,y\n" + "".join(f"{i % 13}.5,{'early' if i < 10 else 'mid' if i < 25 else 'late'}\n"
                             for i in range(40))
    data = load_text(tmp_path, text, 0.5, target="y", split="latest")
    assert "No example to learn from, all for validation: 'late'." in data.notes


def test_a_random_split_has_the_bytes_it_always_had(tmp_path):
    data = load_text(tmp_path, visits(), 0.6, 7, target="kind", split_by="who")
    labels = np.arange(60) % 2
    training, validation = split_rows(60, labels, 0.6, 7)
    assert data.training.tobytes() == training.tobytes()
    assert data.validation.tobytes() == validation.tobytes()


@pytest.mark.parametrize(("options", "code"), [
    ({"split": "groups"}, "split.no-column"),
    ({"split": "groups", "split_by": "one"}, "split.one-group"),
    ({"split": "latest", "split_by": "who"}, "split.order-texts"),
    ({"split": "latest", "split_by": "one"}, "split.order-same"),
    ({"split": "latest", "split_by": "none"}, "split.order-empty"),
    ({"split": "latest", "split_by": "gone"}, "table.no-input-called"),
])
def test_a_column_that_cannot_divide_is_refused(tmp_path, options, code):
    text = "who,one,none,x,y\n" + "".join(
        f"{'abc'[i % 3]},1,,{i % 13}.5,{i * i % 17}.5\n" for i in range(30))
    with pytest.raises(DataError) as caught:
        load_text(tmp_path, text, target="y", inputs=("x",), **options)
    assert caught.value.message.code == code
    assert "table.csv" in caught.value.sentence
    seen = preview(tmp_path / "table.csv", TableSpec(target="y", inputs=("x",), **options))
    if options.get("split_by") != "gone":
        assert seen.fault == caught.value.message


def test_a_reconstruction_divides_by_groups_too(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(visits())
    data = load(DataSpec(source="table", path=str(path), goal="reconstruct", table=TableSpec(
        target="kind", inputs=("x", "size"), split="groups", split_by="who")))
    person = np.arange(60) % 12
    assert data.task == "reconstruction"
    assert not {*person[data.training]} & {*person[data.validation]}
