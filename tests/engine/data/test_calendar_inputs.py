"""Dates as numbers: days since the first, and places on circles."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.calendar_inputs import calendar_columns
from engine.data.columns import Column


def dates(*texts: str) -> Column:
    days = np.array([np.nan if not text else (
        np.datetime64(text, "m") - np.datetime64("1970-01-01", "m")).astype(int) / 1440
        for text in texts])
    levels = tuple(sorted({text for text in texts if text}))
    return Column("when", 3, days=days, levels=levels, codes=np.array(
        [levels.index(text) if text else -1 for text in texts], dtype=np.int64))


def made(*texts: str) -> dict[str, list[float]]:
    found = {}
    for column in calendar_columns(dates(*texts)):
        assert column.position == 3
        assert column.numbers is not None
        found[column.name.removeprefix("when: ")] = column.numbers.tolist()
    return found


def test_days_since_the_first_date_whatever_its_row():
    assert made("2022-01-03", "2022-01-01", "2022-02-01")["days"] == [2, 0, 31]
    assert made("1960-02-28", "1960-03-01")["days"] == [0, 2]


def test_months_are_points_on_a_circle():
    found = made("2022-01-05", "2022-04-05", "2022-07-05", "2022-12-05")
    points = np.array([found["month (sin)"], found["month (cos)"]]).T
    assert points[0] == pytest.approx([0, 1])
    assert points[1] == pytest.approx([1, 0])
    assert points[2] == pytest.approx([0, -1])
    # December is as near to January as February would be.
    assert np.hypot(*(points[3] - points[0])) == pytest.approx(2 * np.sin(np.pi / 12))


def test_weekdays_are_points_on_a_circle_from_sunday():
    found = made("2022-01-02", "2022-01-03", "2022-01-09")
    assert found["weekday (sin)"] == pytest.approx([0, np.sin(2 * np.pi / 7), 0])
    assert found["weekday (cos)"] == pytest.approx([1, np.cos(2 * np.pi / 7), 1])


def test_times_of_day_are_points_on_a_circle():
    found = made("2022-01-02T00:00", "2022-01-02T06:00", "2022-01-02T18:00")
    assert found["days"] == [0, 0.25, 0.75]
    assert found["time of day (sin)"] == pytest.approx([0, 1, -1])
    assert set(found) == {"days", "time of day (sin)", "time of day (cos)"}


def test_what_never_changes_is_not_made():
    assert set(made("2022-03-01", "2022-03-08", "2022-03-15")) == {"days"}
    assert "year" not in made("2022-03-01", "2022-04-08")
    assert made("2021-03-02", "2022-03-08")["year"] == [2021, 2022]
    assert set(made("2021-03-02", "2022-03-01")) == {"days", "year"}


@pytest.mark.parametrize("stamps", [
    ("1949-01-01", "1949-02-01", "1950-03-01"), ("1949-01-31", "1949-02-28", "1952-02-29")])
def test_dates_that_stand_for_months_have_no_weekday(stamps):
    assert set(made(*stamps)) == {"days", "year", "month (sin)", "month (cos)"}


def test_one_day_in_between_has_a_weekday():
    assert "weekday (sin)" in made("1949-01-01", "1949-02-01", "1950-03-02")


def test_one_date_only_gives_a_constant():
    assert made("2022-03-01", "2022-03-01") == {"days": [0, 0]}


def test_a_gap_is_one_in_every_column():
    found = made("2021-03-01", "", "2022-07-09T12:00")
    assert found["days"][2] == 495.5
    assert all(np.isnan(values[1]) for values in found.values())
    assert not any(np.isnan(values[0]) for values in found.values())
