"""Trainers one after another in the same memory come to the bytes of each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.errors import SpecError
from engine.layers import OPTIMIZERS
from engine.spec import DataSpec, OptimizerSpec, ProjectSpec, ScheduleSpec, StoppingSpec
from engine.training import Trainer
from engine.training.succession import KEPT, Succession, are_alike, form_of
from tests.engine.training.runs import LAYERS, advance, clouds, contents, dense, project
from tests.golden.same_bytes_cases import made

DATA = clouds(40, validation=20)
MADE = made()
STEPS = 6


def with_training(given: ProjectSpec, **changes: Any) -> ProjectSpec:
    return replace(given, training=replace(given.training, **changes))


def alone(given: ProjectSpec, data: Dataset = DATA, steps: int = STEPS) -> dict[str, bytes]:
    """Return what a run comes to that has its trainer to itself."""
    return contents(advance(Trainer(given, data, threads=1), steps))


def in_turn(succession: Succession, given: ProjectSpec, data: Dataset = DATA,
            steps: int = STEPS) -> dict[str, bytes]:
    return contents(advance(succession.trainer(given, data), steps))


def memories(succession: Succession) -> list[int]:
    """Return of every form how many trainers have a memory."""
    return [len(frames) for frames, _ in succession._frames.values()]


@pytest.mark.parametrize("name", MADE)
def test_whatever_a_network_is_made_of_begins_anew(name: str) -> None:
    given = MADE[name]
    data = load(given.data)
    other = with_training(given, seed=given.training.seed + 1,
                          learning_rate=3 * given.training.learning_rate)
    wanted = alone(given, data)
    succession = Succession()
    in_turn(succession, other, data)
    assert in_turn(succession, given, data) == wanted
    assert memories(succession) == [1]
    # Beside one another, the steps of one between those of the other.
    for _ in range(2):
        succession.begin(2)
        one, two = (succession.trainer(each, data) for each in (other, given))
        for _ in range(STEPS):
            advance(one, 1)
            advance(two, 1)
        assert contents(two) == wanted
    assert memories(succession) == [2]


def turned() -> Iterator[ProjectSpec]:
    """Yield projects as the axes of a sweep turn them: of one form, and of others."""
    base = project(*LAYERS, batch_size=8, seed=3)
    for optimizer in OPTIMIZERS:
        for batch_size in (8, 5, 0):
            for seed in (1, 2):
                yield with_training(base, optimizer=OptimizerSpec(optimizer, momentum=0.5),
                                    batch_size=batch_size, seed=seed)
    for changes in ({"learning_rate": 0.3}, {"l1": 0.01}, {"l2": 0.02}, {"clip_norm": 0.1},
                    {"max_norm": 1.0}, {"shuffle": False}, {"loss": "hinge"}, {"seed": 9},
                    {"precision": "float64"}, {"schedule": ScheduleSpec("step", every=2)},
                    {"stopping": StoppingSpec(patience=1)}, {"steps": 3}):
        yield with_training(base, **changes)
    for scheme in ("xavier_uniform", "zeros", "lsuv", "whitened", "orthogonal"):
        yield project(dense("dense-1", 8, weights=scheme), *LAYERS[1:], batch_size=8)
    for gain in (0.5, 2.0):
        yield project(*(layer.with_options(gain=gain) for layer in LAYERS), batch_size=8)
    for units in (4, 8):
        yield project(dense("dense-1", units), *LAYERS[1:], batch_size=8)
    yield project(dense("dense-0", 8), *LAYERS, batch_size=8)
    yield project(replace(LAYERS[0], frozen=True), *LAYERS[1:], batch_size=8)
    yield project(replace(LAYERS[0], l2=0.5), *LAYERS[1:], batch_size=8)


def test_forms_may_come_in_any_order() -> None:
    succession, projects = Succession(), [*turned()]
    wanted = [alone(given) for given in projects]
    for _ in range(2):
        assert [in_turn(succession, given) for given in projects] == wanted
    assert len(succession._frames) < len(projects)


def test_as_many_are_in_use_at_once_as_there_is_room_for() -> None:
    base = project(*LAYERS, batch_size=8)
    succession = Succession()
    assert succession.room_for(base) == 1
    size = succession.trainer(base, DATA)._plan.arena.nbytes
    assert succession.room_for(with_training(base, seed=5)) == KEPT // 2 // size
    other = with_training(base, batch_size=4)
    assert succession.room_for(other) == 1
    with pytest.raises(SpecError):
        succession.trainer(with_training(other, l2=1e300), DATA)
    assert succession.room_for(other) == 1
    succession.begin(3)
    runs = [succession.trainer(with_training(base, seed=seed), DATA) for seed in range(3)]
    assert len({id(run._plan.arena) for run in runs}) == 3
    assert [contents(advance(run, STEPS)) for run in runs] == [
        alone(with_training(base, seed=seed)) for seed in range(3)]
    succession.begin(1)
    assert succession.trainer(base, DATA)._plan.arena is runs[0]._plan.arena
    assert memories(succession) == [3]


def test_cells_are_alike_where_form_and_data_are() -> None:
    base = project(*LAYERS, batch_size=8)
    assert are_alike(base, with_training(base, seed=1, learning_rate=0.5))
    assert not are_alike(base, with_training(base, batch_size=4))
    assert not are_alike(base, replace(base, data=DataSpec("circle", noise=10.0)))


def test_a_run_that_was_left_in_the_middle_leaves_nothing_behind() -> None:
    base = project(*LAYERS, batch_size=8)
    succession = Succession()
    wild = succession.trainer(with_training(base, learning_rate=1e30), DATA)
    with pytest.raises(Exception, match="finite"):
        wild.run(100, 10.0)
    succession.trainer(base, DATA).run(3, 10.0)
    assert in_turn(succession, base) == alone(base)


def test_what_cannot_be_trained_is_refused_in_turn_as_alone() -> None:
    base = project(*LAYERS, batch_size=8)
    succession = Succession()
    before = in_turn(succession, base)
    for broken in (with_training(base, l2=1e300),
                   project(dense("dense-1", 8, gain=1e9), *LAYERS[1:], batch_size=8)):
        assert form_of(broken) == form_of(base)
        with pytest.raises(SpecError) as by_itself:
            Trainer(broken, DATA, threads=1)
        with pytest.raises(SpecError) as found:
            succession.trainer(broken, DATA)
        assert found.value.message == by_itself.value.message
    assert in_turn(succession, base) == before


def test_options_of_another_type_are_another_form() -> None:
    assert form_of(project(dense("dense-1", 8, bias=True))) != form_of(
        project(dense("dense-1", 8, bias=1)))


def test_data_that_are_no_longer_the_same_are_another_form() -> None:
    base = project(*LAYERS, batch_size=8)
    succession = Succession()
    for data in (DATA, clouds(41, validation=19), DATA):
        assert in_turn(succession, base, data) == alone(base, data)


def test_no_more_is_kept_than_there_is_room_for() -> None:
    one, two = project(*LAYERS, batch_size=8), project(*LAYERS[1:], batch_size=8)
    succession = Succession(kept=0)
    for given in (one, one, two, one):
        assert in_turn(succession, given) == alone(given)
        assert memories(succession) == [1]
