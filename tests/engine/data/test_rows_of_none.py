"""Rows of which an instrument has no reading."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import load, preview
from engine.spec import DataSpec, TableSpec


@pytest.fixture
def logger(tmp_path):
    """Write 200 readings of three sensors, some of them -200, and give the file."""
    def write(gone):
        rng = np.random.default_rng(5)
        values = rng.normal(20, 3, (200, 3)).round(2)
        values[gone(np.arange(200))] = -200
        path = tmp_path / "logger.csv"
        np.savetxt(path, values, delimiter=",", fmt="%g", header="temp,humidity,ah", comments="")
        return path
    return write


def whole_rows(row):
    """Every twentieth row has no reading at all."""
    return np.repeat(row[:, None] % 20 == 3, 3, axis=1)


def one_sensor(row):
    """One sensor fails now and then."""
    return np.stack([row % 20 == 3, row < 0, row < 0], axis=1)


def in_turn(row):
    """Each sensor fails in rows of its own."""
    return np.stack([row % 20 == place for place in (3, 7, 11)], axis=1)


def codes(path, **options):
    return {remark.message.code for remark in preview(path, TableSpec(**options)).remarks}


def test_whole_rows_without_a_reading_are_gaps(logger):
    path = logger(whole_rows)
    seen = preview(path)
    assert [column.missing for column in seen.columns] == [10, 10, 10]
    assert ("-200 looks like no reading: it is far from all other numbers, in several columns of "
            "a row, and counts as missing: 'temp' (10), 'humidity' (10), 'ah' (10).") in seen.notes
    data = load(DataSpec(source="table", path=str(path), scaling="none",
                         table=TableSpec(target="ah")))
    assert len(data.inputs) == 190
    assert data.in_units(data.values).min() > 0


def test_a_person_may_count_them_as_values(logger):
    path = logger(whole_rows)
    change = next(remark.change for remark in preview(path).remarks
                  if remark.message.code == "note.no-readings")
    seen = preview(path, change(TableSpec()))
    assert [column.missing for column in seen.columns] == [0, 0, 0]


@pytest.mark.parametrize("gone", [one_sensor, in_turn])
def test_elsewhere_such_a_number_is_told_and_stays(logger, gone):
    path = logger(gone)
    assert "note.sentinel" in codes(path)
    assert sum(column.missing for column in preview(path).columns) == 0
