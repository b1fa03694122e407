"""The check of recording compares a run that is recorded with one that is not."""

from __future__ import annotations

from tests.bench import recording
from tests.bench.cases import CASES
from tests.bench.side_by_side import steps_per_second

PLAYGROUND = CASES["playground"]


def test_memory_is_that_of_recorded_moments() -> None:
    most, limit, count = recording.memory(PLAYGROUND, 1, 500)
    assert 0 < most <= limit
    assert count > 40


def test_the_other_one_records_nothing() -> None:
    with recording.running(PLAYGROUND, 1, recording.Deaf) as (network, recorder):
        assert steps_per_second([network], 0.05) > 0
        assert network.step > 1
        assert len(recorder) == 0
