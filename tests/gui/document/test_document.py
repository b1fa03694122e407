from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.errors import DataError, EngineError, FormatError, SpecError
from engine.layers import kind, kinds
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    ProjectSpec,
    read_project,
    write_project,
)
from gui.builder.rows import describe, summary
from gui.document.data_shelf import MOST_HELD
from gui.document.document import Change, Document
from tests.gui.documents import load_fake, small_project


def ids(document: Document) -> list[str]:
    return [layer.id for layer in document.project.network]


def options(document: Document, layer_id: str) -> dict[str, Any]:
    layer = document.project.network.layer(layer_id)
    return dict(kind(layer.kind).options(layer))


def test_new_layer_goes_behind_the_selected_one_and_copies_its_neighbour(
        document: Document) -> None:
    document.set_option("dense-2", "units", 7)
    document.set_option("dense-2", "activation", "relu")
    document.set_option("dense-2", "weights", "he_normal")
    document.select("dense-2")
    new = document.add_layer("dense")
    assert ids(document) == ["input", "dense-1", "dense-2", new, "output"]
    assert options(document, new) == options(document, "dense-2")
    assert document.selected == new


@pytest.mark.parametrize("selected", ["output", ""])
def test_new_layer_stays_before_the_output(document: Document, selected: str) -> None:
    document.select(selected)
    new = document.add_layer("dropout")
    assert ids(document)[-2:] == [new, "output"]


def test_a_network_is_built_from_nothing_downwards(document: Document) -> None:
    for layer_id in ("dense-1", "dense-2", "output"):
        document.remove_layer(layer_id)
    first, second = document.add_layer("dense"), document.add_layer("dropout")
    third = document.add_layer("dense")
    assert ids(document) == ["input", first, second, third]
    document.set_option(third, "units", document.dataset.n_outputs)
    assert document.issues == ()
    between = document.add_layer("dense")
    assert ids(document) == ["input", first, second, between, third]


def test_new_layer_never_copies_the_output(document: Document) -> None:
    document.remove_layer("dense-1")
    document.remove_layer("dense-2")
    new = document.add_layer("dense")
    assert options(document, new) == kind("dense").options(LayerSpec("x", "dense"))


def test_input_can_neither_go_nor_move_nor_be_passed(document: Document) -> None:
    before = document.project
    for edit in (lambda: document.remove_layer("input"), lambda: document.move_layer("input", 2),
                 lambda: document.repeat_layer("input"), lambda: document.add_layer("input")):
        with pytest.raises(SpecError):
            edit()
    document.add_layer("dropout", 0)
    document.move_layer("output", 0)
    assert ids(document)[0] == "input"
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.project == before


def test_removing_the_last_dense_layer_is_diagnosed(document: Document) -> None:
    assert document.issues == ()
    for layer_id in ("output", "dense-2", "dense-1"):
        document.remove_layer(layer_id)
    assert ids(document) == ["input"]
    assert document.issues
    document.undo_stack.setIndex(0)
    assert document.issues == ()


def test_a_slider_drag_is_one_step(document: Document) -> None:
    document.begin_gesture()
    for units in (5, 6, 9, 12):
        document.set_option("dense-1", "units", units)
    document.end_gesture()
    assert document.undo_stack.count() == 1
    assert options(document, "dense-1")["units"] == 12
    document.undo_stack.undo()
    assert options(document, "dense-1")["units"] == 4
    document.undo_stack.redo()
    assert options(document, "dense-1")["units"] == 12


def test_two_drags_are_two_steps_and_another_field_never_merges(document: Document) -> None:
    for units in (5, 6):
        document.begin_gesture()
        document.set_option("dense-1", "units", units)
        document.end_gesture()
    document.begin_gesture()
    document.set_option("dense-1", "units", 7)
    document.set_option("dense-2", "units", 7)
    document.set_training(learning_rate=0.1)
    document.set_training(learning_rate=0.2)
    assert document.undo_stack.count() == 5


def test_edits_outside_a_gesture_never_merge(document: Document) -> None:
    document.set_option("dense-1", "units", 5)
    document.set_option("dense-1", "units", 6)
    assert document.undo_stack.count() == 2


def test_a_drag_back_to_its_start_leaves_nothing_to_undo(document: Document) -> None:
    document.begin_gesture()
    for units in (5, 9, 4):
        document.set_option("dense-1", "units", units)
    document.end_gesture()
    assert document.undo_stack.count() == 0
    assert not document.is_modified()


def test_an_edit_that_changes_nothing_is_none(document: Document, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(document.changed):
        document.set_option("dense-1", "units", 4)
        document.set_training(batch_size=10)
        document.move_layer("dense-1", 1)
        document.set_data(document.project.data, document.dataset)
    assert document.undo_stack.count() == 0


def test_change_says_what_changed(document: Document) -> None:
    changes: list[Change] = []
    document.changed.connect(changes.append)
    document.set_training(learning_rate=0.5)
    document.set_option("dense-1", "units", 9)
    document.set_data(replace(document.project.data, noise=10.0))
    assert [(c.network_changed, c.dataset_changed) for c in changes] == [
        (False, False), (True, False), (False, True)]
    assert changes[0].before.training.learning_rate == 0.03
    assert changes[0].after.training.learning_rate == 0.5
    document.undo_stack.undo()
    assert changes[-1].dataset_changed


def test_other_data_fit_output_and_loss_in_one_step(document: Document) -> None:
    document.set_data(replace(document.project.data, source="digits"))
    assert options(document, "output")["units"] == 10
    document.set_data(replace(document.project.data, source="plane"))
    assert document.project.training.loss == "mean_squared_error"
    assert options(document, "output")["units"] == 1
    assert document.issues == ()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.project == small_project()
    assert document.dataset.n_outputs == 2


def test_another_loss_fits_the_output(document: Document) -> None:
    document.set_option("output", "units", 1)
    document.set_training(loss="binary_cross_entropy")
    assert document.issues == ()
    document.set_training(loss="softmax_cross_entropy")
    assert options(document, "output")["units"] == 2


@pytest.mark.parametrize("edit", [
    lambda d: d.set_option("dense-1", "units", 0),
    lambda d: d.set_option("dense-1", "units", "many"),
    lambda d: d.set_option("dense-1", "colour", "red"),
    lambda d: d.set_option("nobody", "units", 3),
    lambda d: d.set_training(learning_rate=-1.0),
    lambda d: d.set_training(batch_size=2.5),
    lambda d: d.set_part("optimizer", beta1=1.0),
    lambda d: d.set_data(DataSpec(noise=99.0)),
    lambda d: d.add_layer("conv9d"),
    lambda d: d.repeat_layer("dense-1", 5000),
])
def test_a_refused_edit_leaves_everything_as_it_was(
        document: Document, edit: Callable[[Document], object]) -> None:
    before = document.project
    with pytest.raises(EngineError):
        edit(document)
    assert document.project is before
    assert document.undo_stack.count() == 0


def refuse(spec: DataSpec, base: Path | None) -> Dataset:
    raise DataError("as-given", place="x.csv", found="it is empty")


def test_data_that_cannot_be_loaded_change_nothing(document: Document) -> None:
    document._shelf.load_data = refuse
    before = document.project
    with pytest.raises(DataError):
        document.set_data(DataSpec(source="table", path="x.csv"))
    assert document.project is before
    assert document.data_problem == ""


def lost_table(document: Document) -> ProjectSpec:
    """Let nothing be loaded any more, and return a project of a table that is not there."""
    document._shelf.load_data = refuse
    return replace(small_project(), name="Mine", data=DataSpec(
        source="table", path="/nowhere/people.csv"))


def test_a_project_outlives_its_data(document: Document, tmp_path: Path) -> None:
    project = lost_table(document)
    document.load_project(project)
    assert document.project == project
    assert document.data_problem == "people.csv was not found."
    (issue,) = document.issues
    assert issue.layer_id == "input"
    assert issue.text == "people.csv was not found. Choose data in the Data panel."
    assert len(document.dataset.inputs) == 0
    document.set_option("dense-1", "units", 9)
    document.set_training(loss="binary_cross_entropy")
    assert document.data_problem
    document.save(tmp_path / "mine.json")
    assert read_project(tmp_path / "mine.json").data == project.data
    rows = describe(document.project, document.dataset, document.issues)
    assert [row.label for row in rows][:2] == ["Input", "Dense 9 · Tanh"]
    assert "was not found" in rows[0].issue
    assert rows[1].detail == "Xavier uniform"
    assert summary(rows) == "3 layers"


def test_the_same_file_found_again_is_no_step_to_undo(document: Document) -> None:
    project = lost_table(document)
    document.load_project(project)
    document._shelf.load_data = load_fake
    changes: list[Change] = []
    document.changed.connect(changes.append)
    document.set_data(project.data, load_fake(project.data))
    assert document.data_problem == ""
    assert document.issues == ()
    assert [change.dataset_changed for change in changes] == [True]
    assert document.project == project
    assert not document.is_modified()


def test_a_table_that_cannot_be_read_says_why(document: Document, tmp_path: Path) -> None:
    project = lost_table(document)
    (tmp_path / "people.csv").touch()
    data = replace(project.data, path=str(tmp_path / "people.csv"))
    document.load_project(replace(project, data=data))
    assert document.data_problem == "x.csv: it is empty."


def test_opening_reads_the_data_anew(document: Document, tmp_path: Path) -> None:
    document.set_data(DataSpec(source="table", path="/somewhere/people.csv"))
    document.save(tmp_path / "mine.json")
    before = document.dataset
    document.open(tmp_path / "mine.json")
    assert document.dataset is not before


def test_a_long_way_back_keeps_few_data_sets(document: Document) -> None:
    first = document.dataset
    alive: list[weakref.ref[Dataset]] = []
    for seed in range(20):
        document.set_data(replace(document.project.data, seed=seed))
        alive.append(weakref.ref(document.dataset))
    gc.collect()
    assert sum(ref() is not None for ref in alive) <= MOST_HELD
    newest = document.dataset
    document.undo_stack.undo()
    assert document.dataset is alive[-2]()
    document.undo_stack.redo()
    assert document.dataset is newest
    document.undo_stack.setIndex(0)
    assert document.project == small_project()
    assert document.dataset.n_inputs == first.n_inputs
    assert document.data_problem == ""


def test_a_project_without_a_name_follows_its_data(document: Document, qtbot: QtBot,
                                                   tmp_path: Path) -> None:
    assert document.title == "Spiral"
    with qtbot.waitSignal(document.path_changed):
        document.set_data(replace(document.project.data, source="digits"))
    assert document.title == "Digits"
    assert document.undo_stack.count() == 1
    with qtbot.waitSignal(document.path_changed):
        document.undo_stack.undo()
    assert document.title == "Spiral"
    document.save(tmp_path / "mine.json")
    document.set_data(replace(document.project.data, source="digits"))
    assert document.title == "mine"
    assert document.project.name == "Spiral"


def test_a_name_that_somebody_gave_stays(document: Document) -> None:
    document.load_project(replace(small_project(), name="Ten sigmoid layers"))
    document.set_data(replace(document.project.data, source="digits"))
    assert document.title == "Ten sigmoid layers"


def test_apply_to_hidden_is_one_step_and_keeps_units_and_output(document: Document) -> None:
    document.set_option("dense-1", "activation", "relu")
    document.set_option("dense-1", "weights", "normal")
    document.set_option("dense-1", "spread", 0.25)
    steps = document.undo_stack.count()
    document.apply_to_hidden("dense-1")
    assert document.undo_stack.count() == steps + 1
    second = options(document, "dense-2")
    assert (second["activation"], second["weights"], second["spread"], second["units"]) == (
        "relu", "normal", 0.25, 2)
    assert options(document, "output")["activation"] == "linear"


def test_stack_puts_equal_layers_behind(document: Document) -> None:
    last = document.repeat_layer("dense-1", 3)
    layers = document.project.network.layers
    assert [layer.options for layer in layers[1:5]] == [layers[1].options] * 4
    assert layers[4].id == last
    assert len(set(ids(document))) == len(layers)


def test_selection_follows_the_edit(document: Document, qtbot: QtBot) -> None:
    assert document.selected == "dense-1"
    with qtbot.waitSignal(document.selection_changed) as selected:
        document.remove_layer("dense-1")
    assert selected.args == ["dense-2"]
    document.undo_stack.undo()
    assert document.selected == "dense-1"
    document.select("nobody")
    assert document.selected == ""


def test_save_and_open_bring_back_the_project(document: Document, tmp_path: Path) -> None:
    document.set_option("dense-1", "units", 9)
    assert document.is_modified()
    with pytest.raises(SpecError):
        document.save()
    path = tmp_path / "mine.json"
    document.save(path)
    assert not document.is_modified()
    assert document.title == "mine"
    saved = document.project
    document.undo_stack.undo()
    assert document.is_modified()
    document.open(path)
    assert document.project == saved
    assert document.undo_stack.count() == 0


def test_a_table_is_named_relative_to_its_project(document: Document, tmp_path: Path) -> None:
    table = tmp_path / "data" / "mine.csv"
    document.set_data(DataSpec(source="table", path=str(table)))
    document.save(tmp_path / "a.json")
    assert read_project(tmp_path / "a.json").data.path == "data/mine.csv"
    assert document.project.data.path == str(table)
    other = tmp_path / "elsewhere"
    other.mkdir()
    document.save(other / "b.json")
    assert read_project(other / "b.json").data.path == str(table)
    document.open(tmp_path / "a.json")
    assert document.project.data.path == str(table)


def test_a_broken_file_leaves_the_document(document: Document, tmp_path: Path) -> None:
    before = document.project
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(FormatError):
        document.open(tmp_path / "bad.json")
    assert document.project is before
    assert document.path is None


def test_a_broken_network_is_shown_not_refused(document: Document, tmp_path: Path) -> None:
    broken = ProjectSpec(network=NetworkSpec((
        LayerSpec("a", "dense", {"units": "x"}), LayerSpec("a", "mystery"))))
    write_project(broken, tmp_path / "broken.json")
    document.open(tmp_path / "broken.json")
    assert len(document.issues) >= 3
    document.remove_layer("a")


KINDS = [k.key for k in kinds() if k.insertable]
EDITS = st.lists(st.one_of(
    st.tuples(st.just("add"), st.sampled_from(KINDS), st.none() | st.integers(-3, 12)),
    st.tuples(st.just("remove"), st.integers(0, 12)),
    st.tuples(st.just("move"), st.integers(0, 12), st.integers(-3, 12)),
    st.tuples(st.just("units"), st.integers(0, 12), st.integers(-2, 40)),
    st.tuples(st.just("repeat"), st.integers(0, 12), st.integers(0, 3)),
    st.tuples(st.just("loss"), st.sampled_from(["softmax_cross_entropy", "mean_squared_error"])),
    st.tuples(st.just("data"), st.sampled_from(["spiral", "digits", "plane"])),
    st.tuples(st.just("gesture"), st.booleans()),
), max_size=12)


def apply(document: Document, edit: tuple[Any, ...]) -> None:
    name, *values = edit
    layers = document.project.network.layers
    if name == "add":
        document.add_layer(*values)
    elif name in ("remove", "move", "units", "repeat"):
        layer_id = layers[values[0] % len(layers)].id
        {"remove": lambda: document.remove_layer(layer_id),
         "move": lambda: document.move_layer(layer_id, values[1]),
         "units": lambda: document.set_option(layer_id, "units", values[1]),
         "repeat": lambda: document.repeat_layer(layer_id, values[1])}[name]()
    elif name == "loss":
        document.set_training(loss=values[0])
    elif name == "data":
        document.set_data(replace(document.project.data, source=values[0]))
    else:
        (document.begin_gesture if values[0] else document.end_gesture)()


@given(sequence=EDITS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_edits_keep_the_invariants_and_can_be_undone(document: Document,
                                                         sequence: list[tuple[Any, ...]]) -> None:
    document.load_project(small_project())
    states = {document.undo_stack.index(): document.project}
    for edit in sequence:
        try:
            apply(document, edit)
        except EngineError:
            continue
        network = document.project.network
        assert network.layers[0].kind == "input"
        assert len({layer.id for layer in network}) == len(network)
        assert all(layer.kind != "input" for layer in network.layers[1:])
        assert document.selected in ids(document)
        assert isinstance(document.issues, tuple)
        states[document.undo_stack.index()] = document.project
    last = document.project
    for index in range(document.undo_stack.count(), 0, -1):
        assert document.project == states.get(index, document.project)
        document.undo_stack.undo()
    assert document.project == small_project()
    document.undo_stack.setIndex(document.undo_stack.count())
    assert document.project == last
