"""What runs have started with is remembered longer than their data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from weakref import ref

from engine.data import load
from engine.spec import default_project
from gui.workbench.starts import Starts


def lane(run_id: int) -> Any:
    return SimpleNamespace(run_id=run_id, step=0, trainer=SimpleNamespace(weights=dict))


def test_data_that_nobody_trains_on_any_more_are_let_go() -> None:
    project, starts = default_project(), Starts()
    dataset, pair = load(project.data), (lane(1), lane(2))
    for one in pair:
        starts.note(one, project, dataset)
    ((first, second, same),) = starts.compared(pair)
    assert (first, second) == (1, 2)
    assert same.all_equal
    gone = ref(dataset)
    del dataset
    starts.note(lane(3), project, load(project.data))
    assert not list(starts.compared((lane(3),)))
    assert gone() is None
    # One without data cannot be compared, and says nothing.
    assert not list(starts.compared(pair))
