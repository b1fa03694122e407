"""Tables become CSV that is read back without loss."""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from engine.telemetry.tables import csv_text, stacked


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_every_digit_comes_back() -> None:
    rng = np.random.default_rng(0)
    values = 10.0 ** rng.uniform(-300.0, 300.0, 200)
    values[:5] = 0.0, 1e-12, 5e-324, math.inf, -math.inf
    rows = read(csv_text((["x [1]"], [values])))
    assert rows[0] == ["x [1]"]
    assert [float(row[0]) for row in rows[1:]] == values.tolist()


def test_what_was_not_measured_is_empty_and_texts_may_hold_anything() -> None:
    text = csv_text((["a, b", "n", "t"], [np.array([np.nan, 1.5]), np.array([1, 2]), np.array(
        ['say "no", or\nnot', "\N{GREEK SMALL LETTER ALPHA}"], object)]))
    assert read(text) == [["a, b", "n", "t"], ["", "1", 'say "no", or\nnot'],
                          ["1.5", "2", "\N{GREEK SMALL LETTER ALPHA}"]]


def test_columns_of_several_lengths_make_a_long_table() -> None:
    rows = read(csv_text((["a", "b"], [np.array([0.1, 0.2, 0.3]), np.array([7])])))
    assert rows == [["column", "row", "value"], ["a", "0", "0.1"], ["a", "1", "0.2"],
                    ["a", "2", "0.3"], ["b", "0", "7"]]


def test_tables_below_one_another_have_what_either_has() -> None:
    parts = [("A", (["x", "y"], [np.array([1.0, 2.0]), np.array(["p", "q"], object)])),
             ("B", (["x", "z"], [np.array([3.0]), np.array([0.5])]))]
    names, columns = stacked(parts)
    assert names == ["run", "x", "y", "z"]
    assert read(csv_text((names, columns)))[1:] == [
        ["A", "1.0", "p", ""], ["A", "2.0", "q", ""], ["B", "3.0", "", "0.5"]]
    assert stacked(parts[:1]) is parts[0][1], "one alone needs no names"
