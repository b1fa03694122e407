"""Cells: every one once, coarse to fine, and what they are hangs on their coordinates alone."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.errors import FormatError, SpecError
from engine.experiments.knobs import knob
from engine.experiments.sweep import Axis, Cell, Sweep, key_of
from engine.experiments.sweep_files import (
    parse_axis,
    read_sweep,
    spaced,
    sweep_from_json,
    sweep_to_json,
    write_sweep,
)
from engine.spec import LayerSpec, NetworkSpec, StoppingSpec, project_to_json
from tests.engine.experiments.sweeps import small_project, small_sweep

GRID = small_sweep(Axis("learning_rate", (0.001, 0.01, 0.1, 1.0, 10.0)),
                   Axis("depth", (1, 2, 3, 4)), seeds=2)


def test_every_cell_is_there_once() -> None:
    cells = GRID.cells()
    assert len(cells) == GRID.size == 40
    assert set(cells) == {Cell(place, seed) for place in itertools.product(range(5), range(4))
                          for seed in range(2)}


def test_cells_come_coarse_to_fine_and_cheap_ones_first() -> None:
    first = [GRID.values_at(cell) for cell in GRID.cells()[:4]]
    assert first == [(0.001, 1), (10.0, 1), (0.001, 4), (10.0, 4)]
    assert [cell.seed for cell in GRID.cells()] == [0] * 20 + [1] * 20


@given(st.integers(1, 40))
def test_levels_halve_what_is_between(count: int) -> None:
    levels = Axis("learning_rate", tuple(float(number + 1) for number in range(count))).levels
    assert levels[0] == levels[-1] == 0
    for level in range(1, max(levels) + 1):
        known = [place for place, one in enumerate(levels) if one < level]
        widest = max(two - one for one, two in itertools.pairwise(known))
        finer = [place for place, one in enumerate(levels) if one <= level]
        assert max(two - one for one, two in itertools.pairwise(finer)) <= widest // 2 + 1


def test_names_are_all_of_one_level() -> None:
    assert Axis("activation", ("relu", "tanh", "sigmoid")).levels == (0, 0, 0)


def test_a_seed_comes_from_the_values_and_not_from_their_places() -> None:
    finer = GRID.refined(((1, 3), (0, 3)))
    assert finer.axes[0].values == (0.001, 0.01, 0.0316228, 0.1, 0.316228, 1.0, 10.0)
    assert finer.axes[1].values == (1, 2, 3, 4)
    before = {GRID.values_at(cell): GRID.key_at(cell) for cell in GRID.cells() if not cell.seed}
    after = {finer.values_at(cell): finer.key_at(cell) for cell in finer.cells() if not cell.seed}
    assert {values: after[values] for values in before} == before
    swapped = replace(GRID, axes=GRID.axes[::-1])
    assert {swapped.key_at(cell) for cell in swapped.cells()} == {
        GRID.key_at(cell) for cell in GRID.cells()}


def test_no_two_cells_have_a_seed_or_a_key_in_common() -> None:
    assert len({GRID.seed_at(cell) for cell in GRID.cells()}) == 40
    assert len({GRID.key_at(cell) for cell in GRID.cells()}) == 40


def test_a_whole_number_is_the_same_coordinate_as_a_float() -> None:
    as_float = replace(GRID, axes=(GRID.axes[0], Axis("depth", (1.0, 2.0, 3.0, 4.0))))
    assert [as_float.key_at(cell) for cell in as_float.cells()] == [
        GRID.key_at(cell) for cell in GRID.cells()]


@pytest.mark.parametrize("change", [
    {"steps": 50}, {"goal_loss": 0.1}, {"project": small_project(seed=3)},
    {"project": small_project(l2=0.5)}])
def test_all_that_bytes_hang_on_is_in_the_digest(change: dict[str, object]) -> None:
    other = replace(GRID, **change)
    assert other.digest != GRID.digest
    cell = GRID.cells()[0]
    assert other.key_at(cell) != GRID.key_at(cell)


def test_names_and_folders_are_not_in_it() -> None:
    project = small_project()
    data = replace(project.data, path="/here/points.csv", digest="1")
    moved = replace(project, name="Other", data=replace(data, path="/there/points.csv"))
    assert key_of(replace(project, data=data)) == key_of(moved)
    changed = replace(moved, data=replace(moved.data, digest="2"))
    assert key_of(moved) != key_of(changed)


def test_a_cell_is_the_project_with_its_knobs_turned() -> None:
    sweep = small_sweep(Axis("learning_rate", (0.5,)), Axis("depth", (3,)),
                        Axis("training.batch_size", (7,)))
    project = sweep.project_at(sweep.cells()[0])
    assert project.training.learning_rate == 0.5
    assert project.training.batch_size == 7
    assert len(project.network) == 5
    assert project.training.steps == 40


def test_steps_end_a_cell_and_limits_of_time_do_not() -> None:
    project = small_project(stopping=StoppingSpec(epochs=3, seconds=5.0, patience=4))
    own = replace(GRID, project=project)
    stopping = own.project_at(own.cells()[0]).training.stopping
    assert stopping == StoppingSpec(epochs=3, patience=4)
    asked = replace(own, steps=70, goal_loss=0.2)
    training = asked.project_at(asked.cells()[0]).training
    assert training.steps == 70
    assert training.stopping == StoppingSpec(loss=0.2, patience=4)


def test_an_axis_of_steps_has_its_way() -> None:
    sweep = replace(small_sweep(Axis("steps", (10, 20))), steps=70)
    assert [sweep.project_at(cell).training.steps for cell in sweep.cells()] == [10, 20]


@pytest.mark.parametrize(("make", "words"), [
    (lambda: Axis("depth", ()), "axis depth has 0 values"),
    (lambda: Axis("depth", (1, 2, 1)), "axis depth has a value twice"),
    (lambda: small_sweep(Axis("depth", (1,)), Axis("depth", (2,))), "turn the same knob"),
    (lambda: small_sweep(Axis("training.seed", (1, 2))), "no axis turns the seed"),
    (lambda: replace(GRID, measure="beauty"), "there is no figure beauty"),
    (lambda: small_sweep(*(Axis(name, tuple(range(1, 501))) for name in ("depth", "width"))),
     "250,000 cells are more than 200,000")])
def test_what_makes_no_sense_is_refused(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_a_sweep_comes_back_from_its_file(tmp_path: Path) -> None:
    sweep = small_sweep(Axis("activation", ("relu", "tanh")), Axis("layers.dense-1.frozen",
                                                                  (False, True)), seeds=3,
                        steps=9, goal_loss=0.5, measure="accuracy")
    write_sweep(sweep, tmp_path / "a.sweep.json")
    again = read_sweep(tmp_path / "a.sweep.json")
    assert again == sweep
    assert again.digest == sweep.digest
    assert [again.key_at(cell) for cell in again.cells()] == [
        sweep.key_at(cell) for cell in sweep.cells()]


@pytest.mark.parametrize(("text", "words"), [
    ("{", "not JSON"), ("[]", "the file holds a list"),
    (project_to_json(small_project()), "no sweep"),
    ('{"axes": [], "name": "a"}', "missing required field `project`"),
    ('{"axes": [{"knob": "depth", "values": []}], "name": "a", "project": {}}', "has 0 values"),
    ('{"axes": [], "name": "a", "project": {}, "version": 99}', "99")])
def test_a_file_that_is_no_sweep_is_a_sentence(text: str, words: str) -> None:
    with pytest.raises(FormatError) as caught:
        sweep_from_json(text, "a.json")
    assert words in caught.value.sentence
    assert "a.json" in caught.value.sentence


def test_a_sweep_of_more_layers_than_can_be_looked_at_is_refused() -> None:
    project = small_project()
    layers = tuple(LayerSpec(f"dense-{number}", "dense") for number in range(1, 1200))
    deep = replace(project, network=NetworkSpec((project.network.layers[0], *layers)))
    sweep = Sweep("deep", deep, (Axis("learning_rate", (0.1, 0.2)),))
    with pytest.raises(FormatError, match="1,200"):
        sweep_from_json(sweep_to_json(sweep), "a.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_sweep_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.sweep.json")
    with pytest.raises(FormatError, match=r"a\.sweep\.json"):
        read_sweep(tmp_path / "a.sweep.json")


@pytest.mark.parametrize(("text", "values"), [
    ("learning_rate=0.001,0.01", (0.001, 0.01)), ("depth=2:30:8", (2, 6, 10, 14, 18, 22, 26, 30)),
    ("learning_rate=0.01:1:3", (0.01, 0.1, 1.0)), ("width=4:64:5", (4, 8, 16, 32, 64)),
    ("activation=tanh, relu", ("tanh", "relu")), ("training.shuffle=true,false", (True, False)),
    ("learning_rate=0.1:0.5:3:linear", (0.1, 0.3, 0.5)), ("depth=1,4:6:3", (1, 4, 5, 6)),
    ("depth=1:3:50", (1, 2, 3)), ("layers.dense-1.units=2:8:3", (2, 5, 8))])
def test_an_axis_is_read_from_its_words(text: str, values: tuple[object, ...]) -> None:
    axis = parse_axis(text)
    assert axis.values == values
    assert list(map(type, axis.values)) == list(map(type, values))


@pytest.mark.parametrize(("text", "words"), [
    ("depth", "it has no values"), ("depth=", "it has no values"), ("=1,2", "no such knob"),
    ("depth=1:2", "1:2 is no range"), ("depth=1:2:x", "is no range"), ("depth=1:9:1", "no range"),
    ("depth=1:9:3:odd", "is no range"), ("depth=1:inf:3", "is no range"),
    ("depth=1:2:3:log:more", "is no range"), ("depth=1.5,2", "1.5; expected a whole number"),
    ("learning_rate=0:1:3:log", "expected numbers above 0"), ("magic=1", "no such knob"),
    ("optimizer=sgd,magic", "'magic'; expected one of sgd, ")])
def test_an_axis_that_makes_no_sense_is_a_sentence(text: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_axis(text)
    assert words in caught.value.sentence


@settings(max_examples=50)
@given(st.floats(1e-6, 1e3), st.floats(1.1, 1e4), st.integers(2, 40))
def test_spaced_values_keep_their_ratio_and_both_ends(first: float, ratio: float, count: int
                                                      ) -> None:
    values = spaced(knob("learning_rate"), first, first * ratio, count)
    assert values[0] == pytest.approx(first, rel=1e-5)
    assert values[-1] == pytest.approx(first * ratio, rel=1e-5)
    assert values == sorted(values)
    assert len(values) == count or ratio < 1.2


def test_refining_stops_where_nothing_is_between() -> None:
    axis = Axis("depth", (1, 2, 4))
    assert axis.refined(0, 2).values == (1, 2, 3, 4)
    assert axis.refined(0, 2).refined(0, 3).values == (1, 2, 3, 4)
    names = Axis("activation", ("relu", "tanh"))
    assert names.refined(0, 1) is names
    assert Axis("learning_rate", (0.0, 0.1)).refined(0, 1).values == (0.0, 0.05, 0.1)
