"""The beginning of a run stays step by step, and epochs are counted over other batch sizes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.telemetry.history import History
from gui.frames.epochs import EpochScale
from gui.frames.record import BEGINNING, Record, kept_columns

COLUMNS = ("loss", "validation_loss", "learning_rate", "dense-1/gradient_rms",
           "dense-1/gradient_max", "dense-1/update_ratio")


def record_of(steps: int) -> Record:
    at = np.arange(1, steps + 1)
    rows = np.tile(1.0 / at, (len(COLUMNS), 1)).T
    kept = kept_columns(COLUMNS)
    beginning, history = History(kept, BEGINNING + 2), History(COLUMNS)
    history.extend(at, rows)
    beginning.extend(at[:BEGINNING], rows[:BEGINNING, :len(kept)])
    return Record(beginning, history)


def test_only_what_is_drawn_is_kept_twice() -> None:
    assert kept_columns(COLUMNS) == ("loss", "validation_loss", "dense-1/gradient_rms",
                                     "dense-1/update_ratio")


@pytest.mark.parametrize("steps", [0, 1, 200, BEGINNING, BEGINNING + 1, 511, 512, 5000, 400_000])
def test_the_first_steps_are_all_there_and_the_rest_follows(steps: int) -> None:
    record = record_of(steps)
    at = record.steps()
    first = min(steps, BEGINNING)
    assert at[:first].tolist() == list(range(1, first + 1))
    assert (np.diff(at) > 0).all()
    for values in (record.mean("loss"), record.low("loss"), record.high("loss"),
                   10 ** record.log_mean("dense-1/gradient_rms")):
        assert len(values) == len(at)
        assert values[:first] == pytest.approx(1.0 / np.arange(1, first + 1))
    if steps > BEGINNING:
        assert at[-1] > steps * 0.99
        assert len(at) <= BEGINNING + record.history.buckets


def test_epochs_go_on_where_their_length_changes() -> None:
    scale = EpochScale().bent(0, 25)
    assert scale.at(np.array([0.0, 5.0, 100.0])).tolist() == [0.0, 0.2, 4.0]
    bent = scale.bent(100, 10)
    assert bent.at(np.array([50.0, 100.0, 105.0, 120.0])).tolist() == [2.0, 4.0, 4.5, 6.0]
    assert bent.bent(200, 10) is bent
    again = bent.bent(120, 5).bent(120, 20)
    assert again.at(np.array([100.0, 120.0, 140.0])).tolist() == [4.0, 6.0, 7.0]
