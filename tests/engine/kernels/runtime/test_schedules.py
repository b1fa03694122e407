from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.kernels.runtime import layout
from engine.kernels.runtime import schedules as kernels
from engine.layers import SCHEDULES
from engine.spec import ScheduleSpec, TrainingSpec
from engine.training.hyperparameters import write_hyperparameters
from tests.golden.training_cases import BASE_RATE, FOLDER, plateau_losses
from tests.golden.training_cases import SCHEDULES as CASES
from tests.reference import schedules as twins

SPECS = st.builds(
    ScheduleSpec, st.sampled_from(list(SCHEDULES)), every=st.integers(1, 50),
    decay=st.floats(0.01, 1), length=st.integers(1, 50), start=st.floats(0.01, 1),
    rise=st.floats(0, 1), final=st.floats(0, 1), patience=st.integers(0, 3),
    threshold=st.floats(0, 1))


def rule_of(spec: ScheduleSpec) -> NDArray[np.float64]:
    rule = np.zeros(layout.HYPER_LENGTH)
    write_hyperparameters(rule, TrainingSpec(schedule=spec), "sgd")
    return rule


def constants(spec: ScheduleSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in spec.__struct_fields__}


def test_every_schedule_has_a_number() -> None:
    assert list(SCHEDULES) == list(kernels.CODES)
    assert SCHEDULES.keys() == CASES.keys()
    assert sorted(kernels.CODES.values()) == list(range(len(SCHEDULES)))


@given(SPECS, st.integers(0, 200), st.floats(0.01, 1))
def test_schedule_factor(spec: ScheduleSpec, t: int, reduced: float) -> None:
    found = kernels.schedule_factor(rule_of(spec), t, reduced)
    truth = twins.schedule_factor(constants(spec), t, reduced)
    assert found == pytest.approx(truth, rel=1e-9, abs=1e-12)
    assert 0 <= found <= 1 + 1e-12


@given(SPECS, st.lists(st.floats(0, 10), max_size=30))
def test_follow_plateau(spec: ScheduleSpec, losses: list[float]) -> None:
    state = np.array([1.0, math.inf, 0.0])
    truth = state.copy()
    for loss in losses:
        kernels.follow_plateau(state, rule_of(spec), loss)
        twins.follow_plateau(truth, constants(spec), loss)
        np.testing.assert_allclose(state, truth, 1e-12)


@given(st.lists(st.floats(), min_size=layout.HYPER_LENGTH, max_size=layout.HYPER_LENGTH),
       st.sampled_from(list(kernels.CODES.values())), st.integers(0, 1000))
def test_constants_that_were_read_half_written_break_nothing(numbers: list[float], code: int,
                                                             t: int) -> None:
    rule = np.array(numbers)
    rule[layout.SCHEDULE] = code
    assert isinstance(kernels.schedule_factor(rule, t, 1.0), float)


@pytest.mark.parametrize("kind", CASES)
def test_rates_are_pytorchs(kind: str) -> None:
    rule = rule_of(ScheduleSpec(kind, **CASES[kind]))
    state = np.array([1.0, math.inf, 0.0])
    losses = plateau_losses()
    with np.load(FOLDER / "scheduled.npz") as golden:
        truth = golden[kind]
    for t, expected in enumerate(truth):
        found = BASE_RATE * kernels.schedule_factor(rule, t, state[0])
        assert found == pytest.approx(expected, rel=1e-9), t
        kernels.follow_plateau(state, rule, losses[t])
