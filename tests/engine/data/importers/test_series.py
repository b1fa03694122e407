"""A person's series: from tables to windows, and back to the units of the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.data.dataset import Dataset
from engine.data.importers.catalogue import preview, recognised
from engine.data.periods import find_period
from engine.data.series import windows_of
from engine.data.sources import load
from engine.diagnosis.naive import naive_errors
from engine.errors import DataError
from engine.spec import DataSpec
from tests.datasets import folder

pytestmark = pytest.mark.data


def written(path: Path, **columns: Any) -> Path:
    frame = pd.DataFrame(columns)
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


def days(count: int) -> pd.DatetimeIndex:
    return pd.date_range("2021-01-01", periods=count, freq="D")


def series(path: Path, **options: Any) -> Dataset:
    return load(DataSpec(source="series", path=str(path), training_share=0.8,
                         scaling=options.pop("scaling", "auto"), options=options))


def plain(tmp_path: Path, count: int = 40, name: str = "a.csv") -> Path:
    return written(tmp_path / name, day=days(count).strftime("%Y-%m-%d"),
                   warm=np.arange(count) + 10.0, wet=100.0 - np.arange(count))


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_windows_hold_what_comes_before_the_target(tmp_path: Path, name: str) -> None:
    pytest.importorskip("openpyxl")
    path = plain(tmp_path, name=name)
    data = series(path, output="warm", window=3, scaling="none")
    assert data.inputs[0].tolist() == [10, 11, 12]
    assert data.values[:2, 0].tolist() == [13, 14]
    assert data.feature_names[0] == "warm, 3 days ago"
    assert (data.task, data.is_series, data.example.shape) == ("regression", True, (3, 1))
    # In the order of time, and the latest are for validation.
    assert data.training.max() < data.validation.min()
    assert len(data.training) == 30
    assert recognised(path)[0].key == ("series" if name == "a.csv" else "texts")


def test_several_columns_and_steps_ahead(tmp_path: Path) -> None:
    path = plain(tmp_path)
    data = series(path, output="warm", inputs="warm; wet", window=2, horizon=3, scaling="none")
    assert data.inputs[0].tolist() == [10, 100, 11, 99]
    assert data.values[0].tolist() == [14]
    assert data.target_names == ("warm, 3 days ahead",)
    assert not windows_of(data).feeds_itself
    every = series(path, output="warm; wet", window=2, horizon=3, ahead="all", scaling="none")
    assert every.values[0].tolist() == [12, 98, 13, 97, 14, 96]
    assert windows_of(every).feeds_itself
    assert every.example.shape == (2, 2)
    assert windows_of(every).last[0].tolist() == [11, 99]
    # No target of the windows to learn from is among those for validation.
    rows = every.values[every.training, -2], every.values[every.validation, 0]
    assert rows[0].max() < rows[1].min()


def test_scaling_is_measured_on_the_earlier_part_alone(tmp_path: Path) -> None:
    values = np.r_[np.tile([1.0, 3.0], 42), np.full(16, 1000.0)]
    path = written(tmp_path / "a.csv", day=days(100), value=values)
    data = series(path, window=4)
    assert np.abs(data.inputs[data.training]) == pytest.approx(1, abs=0.05)
    assert data.in_units(data.values)[-1, 0] == pytest.approx(1000)
    assert data.in_units(data.values[data.training])[:2, 0].tolist() == pytest.approx([1, 3])


def test_rows_are_sorted_by_time_and_missing_steps_are_seen(tmp_path: Path) -> None:
    count = 60
    kept = np.delete(np.arange(count), [20, 21])
    order = np.random.default_rng(0).permutation(kept)
    path = written(tmp_path / "a.csv", day=days(count)[order].strftime("%d.%m.%Y"),
                   value=order * 1.0)
    data = series(path, window=3, scaling="none")
    # The gap is on a line here; what is interpolated is no target, and no window ends there.
    assert (data.values[:, 0] - data.inputs[:, -1] == 1).all()
    assert not {20.0, 21.0} & set(data.values[:, 0])
    assert not {20.0, 21.0} & set(data.inputs[:, -1])
    assert [19.0, 20.0, 21.0] not in data.inputs.tolist()
    assert [20.0, 21.0, 22.0] in data.inputs.tolist()
    told = " ".join(data.notes)
    for words in ("sorted by 'day'", "2 steps of time have no row", "2 missing values"):
        assert words in told
    left = series(path, window=3, gaps="leave", scaling="none")
    assert not {20.0, 21.0} & set(left.inputs.ravel())


def test_nothing_of_the_future_is_in_a_window(tmp_path: Path) -> None:
    value = np.arange(50.0)
    other = np.where(np.arange(50) % 7 == 3, np.nan, np.arange(50.0) ** 2)
    path = written(tmp_path / "a.csv", day=days(50), value=value, other=other)
    changed = np.where((np.arange(50) > 30) & ~np.isnan(other), -1e6, other)
    later = written(tmp_path / "b.csv", day=days(50), value=value, other=changed)
    options = {"output": "value", "inputs": "value; other", "window": 4, "scaling": "none"}
    one, two = series(path, **options), series(later, **options)
    before = one.values[:, 0] <= 31
    assert before.sum() > 15
    np.testing.assert_array_equal(one.inputs[before], two.inputs[before])


def test_several_series_in_long_form(tmp_path: Path) -> None:
    frame = pd.concat([pd.DataFrame({"town": town, "day": days(30), "value": start + np.arange(30)})
                       for town, start in (("Rome", 0.0), ("Oslo", 500.0))])
    path = tmp_path / "a.csv"
    frame.sort_values("day").to_csv(path, index=False)
    data = series(path, window=5, scaling="none", output="value")
    assert "2 series by 'town'" in data.notes[0]
    assert len(data.inputs) == 50
    assert (np.diff(data.inputs, axis=1) == 1).all()
    assert windows_of(data).series.tolist() == [0] * 25 + [1] * 25
    # The latest days of both, and a stretch that follows one after the other is of one alone.
    assert {0.0, 500.0} == set(data.values[data.validation, 0] // 500 * 500)
    run = windows_of(data).run(data.validation, 120)
    assert (np.diff(data.values[run, 0]) == 1).all()
    assert [sample.name for sample in preview(path, DataSpec(source="series")).samples] == [
        "Oslo", "Rome"]


def test_shops_with_numbers_are_several_series_and_names_of_rows_are_not(tmp_path: Path) -> None:
    count = 40
    frame = pd.DataFrame({
        "day": np.tile(days(count).strftime("%Y-%m-%d"), 2), "note": [f"n{k}" for k in range(80)],
        "shop": np.repeat([17, 4], count), "sales": np.arange(80) ** 1.5})
    path = tmp_path / "a.csv"
    frame.to_csv(path, index=False)
    assert "2 series by 'shop'" in series(path, output="sales").notes[0]
    # Without it, two rows of the same day are one.
    frame.drop(columns="shop").to_csv(path, index=False)
    assert any("40 rows of a time that another row has" in note
               for note in series(path, output="sales").notes)


def test_several_files_are_several_series(tmp_path: Path) -> None:
    first, second = plain(tmp_path), plain(tmp_path, 30, "b.csv")
    hours = written(tmp_path / "c.csv", warm=np.arange(30.0) ** 2,
                    day=pd.date_range("2021-01-01", periods=30, freq="h"))
    spec = DataSpec(source="series", path=str(first), more_paths=(str(second),), scaling="none",
                    training_share=0.8, options={"output": "warm", "window": 5})
    data = load(spec)
    assert np.bincount(windows_of(data).series).tolist() == [35, 25]
    assert {sample.name for sample in preview(first, spec).samples} == {"a.csv", "b.csv"}
    assert data.notes[1].startswith("b.csv: Forecast: 'warm'")
    with pytest.raises(DataError, match="a series by hours; expected one by days"):
        load(DataSpec(source="series", path=str(first), more_paths=(str(hours),),
                      options={"output": "warm"}))


def test_a_table_as_a_german_program_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "messung.csv"
    path.write_bytes(("Messung der Station Süd\n\nDatum;Temperatur [°C];Bemerkung\n" + "".join(
        f"{day:02}.{month:02}.2021 06:00;{day + month / 4:.2f}".replace(".25", ",25").replace(
            ".50", ",50").replace(".75", ",75").replace(".00", ",00") + ";\n"
        for month in (1, 2, 3) for day in range(1, 29))).encode("cp1252"))
    data = series(path, window=5, scaling="none")
    assert data.inputs[0].tolist() == [1.25, 2.25, 3.25, 4.25, 5.25]
    assert (windows_of(data).unit, windows_of(data).step) == ("°C", "day")


def test_a_table_without_times_goes_by_its_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", value=np.arange(40) % 7 + 0.5, name=["x", "y"] * 20)
    data = series(path, window=4, scaling="none")
    assert data.inputs[0].tolist() == [0.5, 1.5, 2.5, 3.5]
    assert "in the order of the rows" in data.notes[0]


def test_months_and_quarters_are_even_steps(tmp_path: Path) -> None:
    for freq, name in (("MS", "month"), ("ME", "month"), ("QS", "quarter"), ("YS", "year"),
                       ("h", "hour"), ("W", "week")):
        when = pd.date_range("1981-01-31", periods=40, freq=freq)
        data = series(written(tmp_path / f"{freq}.csv", day=when, value=np.arange(40) ** 2.0))
        assert windows_of(data).step == name
        assert not any("no row" in note or "not even" in note for note in data.notes)


def test_what_needs_no_network_is_measured_in_units(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", day=days(120), **{
        "temp (°C)": np.tile([10.0, 12, 11, 15, 20, 18, 9], 18)[:120]})
    data = series(path, window=7)
    windows = windows_of(data)
    assert (windows.period, windows.unit) == (7, "°C")
    last, season = naive_errors(data, data.validation)
    true = data.in_units(data.values[data.validation])[:, 0]
    newest = data.in_units(data.inputs[data.validation, -1:])[:, 0]
    assert last[0] == pytest.approx(np.abs(true - newest).mean())
    assert season[0] == pytest.approx(0, abs=1e-9)
    ahead = naive_errors(series(path, window=7, horizon=9, ahead="all"), data.validation[:5])
    assert ahead[1] == pytest.approx(np.zeros(9), abs=1e-9)


def test_periods_are_found_where_they_are_plain() -> None:
    rng, at = np.random.default_rng(0), np.arange(400.0)
    assert find_period(at + 5 * np.sin(2 * np.pi * at / 12) + rng.normal(size=400), "month") == 12
    assert find_period(np.cumsum(rng.normal(size=400))) == 0
    assert find_period(rng.normal(size=400)) == 0
    assert find_period(at) == 0
    assert find_period(np.full(50, 3.0)) == 0
    assert find_period(np.full(50, np.nan)) == 0


def broken(tmp_path: Path) -> Iterator[tuple[Path, dict[str, Any], str]]:
    yield plain(tmp_path, 8), {}, "the longest series has 8 steps"
    yield plain(tmp_path), {"horizon": 500, "window": 2}, "Shorten the window or the horizon"
    yield plain(tmp_path), {"output": "nothing"}, "nothing"
    yield plain(tmp_path), {"output": "day"}, "no numbers"
    yield plain(tmp_path), {"window": 0}, "from 1 to 2000"
    yield plain(tmp_path), {"colour": "red"}, "unknown option"
    yield written(tmp_path / "b.csv", a=list("xyxyxyxy"), b=list("qrqrqrqr")), {}, "to forecast"
    yield written(tmp_path / "c.csv", a=list("xyxyxyxy"), b=range(8)), {"order": "a"}, "no order"
    yield plain(tmp_path, 30), {"window": 2, "horizon": 15, "ahead": "all"}, "overlap in time"


def test_what_cannot_be_forecast_is_said_in_a_sentence(tmp_path: Path) -> None:
    for path, options, words in broken(tmp_path):
        with pytest.raises(DataError) as caught:
            series(path, **options)
        assert words in str(caught.value), (options, str(caught.value))


@pytest.mark.parametrize(("name", "period", "step", "last"), [
    ("airline-passengers", 12, "month", 44.21), ("daily-min-temperatures", 365, "day", 1.950),
    ("daily-total-female-births", 0, "day", 6.294)])
def test_known_series(name: str, period: int, step: str, last: float) -> None:
    path = folder("timeseries") / f"{name}.csv"
    if not path.exists():
        pytest.skip("the series are not at hand")
    data = series(path)
    windows = windows_of(data)
    assert (windows.period, windows.step) == (period, step)
    assert naive_errors(data, data.validation)[0][0] == pytest.approx(last, abs=0.01)
