"""Two projects side by side: what is edited, what stays, and the way back."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.bundles import Beside
from engine.errors import SpecError
from engine.spec import DataSpec, ProjectSpec
from gui.document.document import Change, Document
from gui.document.sides import Side, Sides


def with_rate(project: ProjectSpec, rate: float) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=rate))


def rates(document: Document) -> tuple[float, float | None]:
    sides = document.sides
    second = sides.second
    return (sides.first.project.training.learning_rate,
            None if second is None else second.project.training.learning_rate)


@pytest.fixture
def pair(document: Document) -> Document:
    """A at a rate of 0.1, and B at 0.2, which is edited."""
    document.set_training(learning_rate=0.1)
    document.begin_pair(with_rate(document.project, 0.2), "try another rate")
    return document


def test_edits_are_for_the_chosen_side_and_the_other_stays(pair: Document) -> None:
    pair.set_training(learning_rate=0.3)
    assert rates(pair) == (0.1, 0.3)
    pair.edit_second(False)
    assert pair.project.training.learning_rate == 0.1
    pair.set_training(learning_rate=0.4)
    assert rates(pair) == (0.4, 0.3)


def test_every_step_is_undone_and_done_again(pair: Document) -> None:
    numbers = [side.number for side in (pair.sides.first, pair.sides.second) if side]
    seen: list[Sides] = [pair.sides]
    for act in (lambda: pair.set_training(learning_rate=0.3), pair.swap_sides,
                lambda: pair.set_training(batch_size=7), pair.keep_second,
                lambda: pair.begin_pair(with_rate(pair.project, 0.9), "again"),
                pair.drop_second):
        act()
        seen.append(pair.sides)
    assert all(one != other for one, other in pairwise(seen))
    for sides in reversed(seen[:-1]):
        pair.undo_stack.undo()
        assert pair.sides == sides
    for sides in seen[1:]:
        pair.undo_stack.redo()
        assert pair.sides == sides
    for _ in seen[1:]:
        pair.undo_stack.undo()
    assert [side.number for side in (pair.sides.first, pair.sides.second) if side] == numbers
    pair.undo_stack.undo()
    assert rates(pair) == (0.1, None)
    assert not pair.sides.edits_second


def test_keep_swap_and_drop_say_what_they_undo(pair: Document) -> None:
    pair.swap_sides()
    assert pair.undo_stack.undoText() == "swap A and B"
    assert rates(pair) == (0.2, 0.1)
    # Edits go to the same project as before, which is called A now.
    assert pair.project.training.learning_rate == 0.2
    pair.undo_stack.undo()
    pair.keep_second()
    assert (pair.undo_stack.undoText(), rates(pair)) == ("keep B", (0.2, None))
    pair.undo_stack.undo()
    pair.drop_second()
    assert (pair.undo_stack.undoText(), rates(pair)) == ("drop B", (0.1, None))


def test_without_a_pair_there_is_nothing_to_keep_swap_or_drop(document: Document) -> None:
    for act in (document.keep_second, document.swap_sides, document.drop_second):
        act()
    document.edit_second(True)
    assert document.undo_stack.count() == 0
    assert not document.sides.edits_second
    with pytest.raises(ValueError, match="no pair"):
        document.examined(second=True)


def test_a_new_pair_stands_beside_what_is_edited(pair: Document) -> None:
    first, second = pair.sides.first, pair.sides.second
    pair.begin_pair(with_rate(pair.project, 0.8), "cure B")
    assert pair.sides.first == second
    assert rates(pair) == (0.2, 0.8)
    pair.undo_stack.undo()
    assert (pair.sides.first, pair.sides.second) == (first, second)
    pair.edit_second(False)
    pair.begin_pair(with_rate(pair.project, 0.9), "cure A")
    assert pair.sides.first == first
    assert rates(pair) == (0.1, 0.9)


def test_choosing_a_side_is_no_step_and_is_told(pair: Document) -> None:
    count = pair.undo_stack.count()
    told: list[Change] = []
    times: list[bool] = []
    pair.changed.connect(told.append)
    pair.sides_changed.connect(lambda: times.append(pair.sides.edits_second))
    pair.edit_second(False)
    pair.edit_second(False)
    assert pair.undo_stack.count() == count
    assert [(change.before.training.learning_rate, change.after.training.learning_rate)
            for change in told] == [(0.2, 0.1)]
    assert times == [False]


def test_undoing_goes_back_to_the_side_that_was_edited(pair: Document) -> None:
    pair.set_training(learning_rate=0.3)
    pair.edit_second(False)
    pair.undo_stack.undo()
    assert rates(pair) == (0.1, 0.2)
    assert pair.sides.edits_second


def test_an_edit_begins_a_pair_while_compare_is_on(document: Document) -> None:
    before = document.project
    document.compares = True
    layer = document.add_layer("dense")
    assert document.sides.first.project == before
    assert document.sides.edits_second
    assert document.selected == layer
    document.set_option(layer, "units", 3)
    assert document.sides.first.project == before
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert not document.sides.is_pair
    assert document.project == before


def test_a_whole_gesture_is_one_step_that_begins_one_pair(document: Document) -> None:
    document.compares = True
    document.begin_gesture()
    for rate in (0.5, 0.6, 0.7):
        document.set_training(learning_rate=rate)
    document.end_gesture()
    assert document.undo_stack.count() == 1
    second = document.sides.second
    assert second is not None
    assert second.project.training.learning_rate == 0.7
    document.undo_stack.undo()
    assert not document.sides.is_pair
    document.undo_stack.redo()
    assert document.sides.second == second


def test_a_gesture_that_comes_back_leaves_two_equal_sides(document: Document) -> None:
    rate = document.project.training.learning_rate
    document.compares = True
    document.begin_gesture()
    document.set_training(learning_rate=0.5)
    document.set_training(learning_rate=rate)
    document.end_gesture()
    sides = document.sides
    assert sides.second is not None
    assert sides.second.project == sides.first.project
    document.undo_stack.undo()
    assert not document.sides.is_pair


def test_a_gesture_ends_where_another_side_is_chosen(pair: Document) -> None:
    count = pair.undo_stack.count()
    pair.begin_gesture()
    pair.set_training(learning_rate=0.3)
    pair.edit_second(False)
    pair.set_training(learning_rate=0.4)
    assert pair.undo_stack.count() == count + 2
    pair.undo_stack.undo()
    assert rates(pair) == (0.1, 0.3)


def test_the_seed_is_that_of_both(pair: Document) -> None:
    pair.set_seed(77)
    assert pair.sides.second is not None
    assert {side.project.training.seed for side in (pair.sides.first, pair.sides.second)} == {77}
    pair.undo_stack.undo()
    assert 77 not in {side.project.training.seed for side in (pair.sides.first, pair.sides.second)}


def test_the_selection_follows_the_edited_side(pair: Document) -> None:
    layer = pair.add_layer("dense")
    assert pair.selected == layer
    pair.edit_second(False)
    assert pair.selected in {other.id for other in pair.project.network}
    pair.edit_second(True)
    pair.select(layer)
    pair.drop_second()
    assert pair.selected != layer
    pair.undo_stack.undo()
    assert layer in {other.id for other in pair.project.network}


def test_each_side_has_its_data(pair: Document) -> None:
    data = pair.dataset
    pair.set_data(DataSpec("digits"))
    assert pair.dataset.key == "digits"
    assert pair.examined(second=True).dataset.key == "digits"
    assert pair.examined(second=False).dataset is data
    changes: list[Change] = []
    pair.changed.connect(changes.append)
    pair.edit_second(False)
    assert pair.dataset is data
    assert pair.examined(second=True).dataset.key == "digits"
    assert changes[-1].dataset_changed
    pair.set_data(DataSpec("plane"))
    pair.undo_stack.undo()
    assert pair.dataset.key == data.key
    assert pair.examined(second=True).dataset.key == "digits"


def test_issues_of_the_side_that_is_not_edited_are_known(pair: Document) -> None:
    pair.set_option("output", "units", 5)
    assert pair.issues
    pair.edit_second(False)
    assert not pair.issues
    assert pair.examined(second=True).issues
    pair.edit_second(True)
    assert pair.examined(second=True).issues == pair.issues
    assert not pair.examined(second=False).issues


def test_another_project_ends_a_pair(pair: Document) -> None:
    numbers = {pair.sides.first.number}
    told: list[int] = []
    pair.sides_changed.connect(lambda: told.append(1))
    pair.load_project(with_rate(pair.project, 0.5))
    assert not pair.sides.is_pair
    assert not pair.sides.edits_second
    assert pair.sides.first.number not in numbers
    assert not pair.undo_stack.canUndo()
    assert told == [1]


def test_a_pair_is_opened_with_paths_that_start_at_its_file(
    document: Document, tmp_path: Path
) -> None:
    second = replace(document.project, start_from="other.bplab")
    document.load_project(document.project, tmp_path / "both.bplab", second=Beside(second))
    assert document.sides.second is not None
    assert document.sides.second.project.start_from == str((tmp_path / "other.bplab").resolve())
    assert not document.sides.edits_second
    assert not document.is_modified()
    assert document.examined(second=True).dataset.key == document.dataset.key


def test_an_edit_that_fails_begins_no_pair(document: Document) -> None:
    document.compares = True
    with pytest.raises(SpecError):
        document.set_training(learning_rate=-1.0)
    assert not document.sides.is_pair
    assert document.undo_stack.count() == 0


def test_another_side_takes_the_place_of_the_edited_one(pair: Document) -> None:
    other = pair.sides.first
    number = pair.new_side_number()
    side = Side(number, with_rate(pair.project, 0.6))
    pair.put_side(side, "restore an earlier run")
    assert pair.sides.first == other
    assert pair.sides.second == side
    pair.undo_stack.undo()
    assert rates(pair) == (0.1, 0.2)

