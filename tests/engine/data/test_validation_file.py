"""A table whose validation examples stand in a file of their own."""

from __future__ import annotations

import os

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

COLOURS = ("red", "green", "blue")


def lines(rows, separator=",", names=("size", "colour", "kind")):
    return "\n".join(separator.join(row) for row in (names, *rows)) + "\n"


def flowers(start, stop, colours=COLOURS):
    """Return rows that count: size is half the number, kind alternates."""
    return [(f"{i / 2}", colours[i % len(colours)], "ab"[i % 2]) for i in range(start, stop)]


@pytest.fixture
def pair(tmp_path):
    """Write two files and load them; the texts may be bytes."""
    def load_pair(first, second, name="test.csv", scaling="auto", share=0.5, **options):
        for file, text in (("train.csv", first), (name, second)):
            (tmp_path / file).write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(DataSpec(source="table", path="train.csv", scaling=scaling,
                             training_share=share, table=TableSpec(
                                 **{"target": "kind", "test_path": name, **options})), tmp_path)
    return load_pair


def test_all_of_one_file_is_learned_from_and_all_of_the_other_validated(pair):
    for share in (0.1, 0.9):
        data = pair(lines(flowers(0, 30)), lines(flowers(30, 40)), scaling="none", share=share)
        assert {*data.training} == {*range(30)}
        assert {*data.validation} == {*range(30, 40)}
        assert data.inputs[:, 0].tolist() == [i / 2 for i in range(40)]
        assert data.labels.tolist() == [i % 2 for i in range(40)]
    assert data.notes[0] == (
        "10 rows of test.csv are for validation, all 30 of train.csv to learn from.")
    change = data.remarks[0].change
    assert change is not None
    assert change(TableSpec(test_path="test.csv")).test_path == ""


def test_columns_are_found_by_name_and_others_are_ignored(pair):
    rows = [(kind, "7", colour, size) for size, colour, kind in flowers(30, 40)]
    data = pair(lines(flowers(0, 30)), lines(rows, names=("kind", "id", "colour", "size")),
                scaling="none")
    assert data.inputs[30:, 0].tolist() == [i / 2 for i in range(30, 40)]
    assert data.labels[30:].tolist() == [i % 2 for i in range(30, 40)]
    assert "Not used of test.csv: 'id'." in data.notes


def test_the_other_file_has_a_form_of_its_own(pair):
    rows = [(size.replace(".", ","), "grün" if colour == "green" else colour, kind)
            for size, colour, kind in flowers(30, 40)]
    first = lines(flowers(0, 30, ("red", "grün", "blue")))
    data = pair(first, lines(rows, ";").encode("utf-16"), scaling="none")
    plain = pair(first, lines(flowers(30, 40, ("red", "grün", "blue"))), scaling="none")
    assert np.array_equal(data.inputs, plain.inputs)
    assert "test.csv was read with the decimal sign ',', train.csv with '.'." in data.notes


def test_what_had_to_be_chosen_for_one_file_holds_for_the_other(pair):
    def whole(start, stop):
        return lines([(f"{i + 1},125", colour, kind) for i, (_, colour, kind)
                      in enumerate(flowers(start, stop), start)], ";")
    data = pair(whole(0, 30), whole(30, 40), scaling="none", decimal=".")
    assert data.inputs[:, 0].tolist() == [1000 * i + 1125 for i in range(40)]


def test_scales_and_medians_are_those_of_the_training_file(pair):
    second = lines([("1000", "red", "a"), ("", "red", "b"), ("2000", "blue", "a")])
    data = pair(lines(flowers(0, 30)), second)
    usual = pair(lines(flowers(0, 30)), lines(flowers(0, 2)))
    assert np.array_equal(data.inputs[:30], usual.inputs[:30])
    median, mean, spread = 7.25, 7.25, np.std(np.arange(30) / 2)
    assert data.inputs[30:, 0] == pytest.approx(
        [(1000 - mean) / spread, (median - mean) / spread, (2000 - mean) / spread])


def test_a_text_that_only_the_other_file_has_is_no_input(pair):
    rows = flowers(30, 40)
    rows[4] = ("17.0", "violet", "a")
    data = pair(lines(flowers(0, 30)), lines(rows), scaling="none")
    assert data.feature_names == ("size", "colour = blue", "colour = green", "colour = red")
    assert data.inputs[34].tolist() == [17, 0, 0, 0]
    assert (data.inputs[np.arange(40) != 34, 1:].sum(axis=1) == 1).all()
    assert ("test.csv, column 'colour': 1 row with a text that train.csv does not have, 'violet'; "
            "the inputs of the column are 0 there.") in data.notes


def test_a_gap_that_only_the_other_file_has_is_no_input(pair):
    rows = flowers(30, 40)
    rows[4] = ("17.0", "", "a")
    data = pair(lines(flowers(0, 30)), lines(rows), scaling="none")
    assert data.inputs[34].tolist() == [17, 0, 0, 0]
    assert any("1 row without a value, and train.csv has no such gap" in note
               for note in data.notes)
    gaps = [(size, "" if place == 3 else colour, kind)
            for place, (size, colour, kind) in enumerate(flowers(0, 30))]
    both = pair(lines(gaps), lines(rows), scaling="none")
    assert both.inputs[34].tolist() == [17, 0, 0, 0, 1]


def test_classes_are_those_of_the_training_file(pair):
    rows = flowers(30, 40)
    rows[4], rows[7] = ("17.0", "red", "new"), ("18.0", "red", "")
    data = pair(lines(flowers(0, 30)), lines(rows))
    assert data.class_names == ("a", "b")
    assert len(data.labels) == len(data.inputs) == 38
    assert {*data.validation} == {*range(30, 38)}
    assert ("Left out: 1 row of test.csv of a class that train.csv does not teach: 'new'."
            in data.notes)
    assert "Left out: 1 row of test.csv in which the target has no value." in data.notes


def test_spellings_are_merged_across_files(pair):
    first = [(size, "RED" if i < 3 else colour, kind if i > 5 else kind.upper())
             for i, (size, colour, kind) in enumerate(flowers(0, 30))]
    second = lines([("1.5", " Red", "A"), ("2.5", "green", "b "), ("3.5", "GREEN", "a")])
    data = pair(lines(first), second, scaling="none", merge_spellings=True)
    assert data.class_names == ("a", "b")
    assert data.labels[30:].tolist() == [0, 1, 0]
    assert data.feature_names == ("size", "colour = blue", "colour = green", "colour = red")
    assert data.inputs[30:, 1:].tolist() == [[0, 0, 1], [0, 1, 0], [0, 1, 0]]


def test_dates_of_both_files_are_one_calendar(pair):
    def days(start, stop, form):
        return lines([(f"{form[0].format(i % 28 + 1)}", "red", str(i)) for i in range(start, stop)])
    first = days(0, 60, ["2024-03-{:02d}"])
    data = pair(first, days(60, 70, ["{:02d}.03.2024"]), scaling="none", inputs=("size",),
                task="regression", target_scaling="none")
    same = pair(first, days(60, 70, ["2024-03-{:02d}"]), scaling="none", inputs=("size",),
                task="regression", target_scaling="none")
    assert len(data.feature_names) > 1
    assert data.inputs == pytest.approx(same.inputs)
    with pytest.raises(DataError, match=r"where train\.csv has dates"):
        pair(first, days(60, 70, ["day {}"]), inputs=("size",))


def test_numbers_that_are_classes_keep_their_numbers(pair):
    def grades(values):
        return lines([(f"{i / 2}", "red", str(value)) for i, value in enumerate(values)])
    data = pair(grades([1, 3, 3, 2, 1, 2] * 5), grades([3, 3, 1]), task="classification")
    assert [data.class_names[label] for label in data.labels[30:]] == ["3", "3", "1"]


def test_a_regression_is_scaled_by_the_training_file(pair):
    def prices(start, stop):
        return lines([(f"{i}.5", COLOURS[i % 3], f"{100 + i * i}.5") for i in range(start, stop)])
    for how in ("auto", "log", "none"):
        data = pair(prices(0, 30), prices(30, 45), task="regression", target_scaling=how)
        assert data.in_units(data.values)[:, 0] == pytest.approx(
            100.5 + np.arange(45.0) ** 2, rel=1e-12)
        if how != "none":
            assert data.values[:30].mean() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("task", [None, "regression"])
def test_several_targets_are_found_in_both(pair, task):
    def flags(start, stop, width=3):
        return lines([(f"{i}.5", *(str(int(i % width == place)) for place in range(3)))
                      for i in range(start, stop)], names=("x", "a", "b", "c"))
    rows = flags(30, 36) + "3.5,0,0,0\n"
    data = pair(flags(0, 30), rows, target="a", more_targets=("b", "c"), task=task)
    if task is None:
        assert [data.class_names[label] for label in data.labels] == [
            "abc"[i % 3] for i in range(36)]
        assert "Left out: 1 row of test.csv in which the target has no value." in data.notes
    else:
        raw = np.round(data.in_units(data.values))
        assert raw[30:].tolist() == [[i % 3 == 0, i % 3 == 1, i % 3 == 2] for i in range(30, 36)
                                     ] + [[0, 0, 0]]


def test_a_marker_of_the_training_file_is_one_in_the_other(pair):
    rows = [("..", "red", "a"), ("3.5", "red", "b"), ("4.5", "blue", "a")]
    data = pair(lines(flowers(0, 30)), lines(rows), scaling="none")
    assert data.inputs[30, 0] == 7.25
    assert any("'..'" in note for note in data.notes)


@pytest.mark.parametrize(("second", "code", "named"), [
    (lines([("1.5", "red")], names=("size", "colour")), "split.file-no-answer", "'kind'"),
    (lines([("red", "a")], names=("colour", "kind")), "split.file-no-column", "'size'"),
    (lines([("1.5", "red", "")] * 5), "split.file-no-target", "'kind'"),
    (lines([("1.5", "red", "c")] * 5), "split.file-no-target", "'kind'"),
    (lines([("much", "red", "a")] * 5), "split.file-texts", "'much'"),
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "file.no-text", "test.csv"),
])
def test_a_file_that_cannot_be_validated_on_is_refused(pair, second, code, named):
    with pytest.raises(DataError) as caught:
        pair(lines(flowers(0, 30)), second)
    assert caught.value.message.code == code
    assert named in caught.value.sentence
    assert caught.value.sentence.startswith("test.csv")


def test_a_file_without_answers_says_what_to_do(pair):
    with pytest.raises(DataError) as caught:
        pair(lines(flowers(0, 30)), lines([("1.5", "red")], names=("size", "colour")))
    assert caught.value.sentence == (
        "test.csv: there is no column 'kind', which is to be predicted; expected the target of "
        "train.csv among 'size', 'colour'. Choose a file that has the answers, or none: a part of "
        "train.csv is then for validation.")


def test_the_training_file_cannot_validate_itself(pair):
    text = lines(flowers(0, 30))
    with pytest.raises(DataError, match="the file that is learned from"):
        pair(text, text, name="train.csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    (tmp_path / "train.csv").write_text(lines(flowers(0, 30)))
    with pytest.raises(DataError, match=r"gone\.csv: there is no such file"):
        load(DataSpec(source="table", path="train.csv",
                      table=TableSpec(target="kind", test_path="gone.csv")), tmp_path)


def test_the_other_file_lies_where_the_project_does(tmp_path):
    (tmp_path / "train.csv").write_text(lines(flowers(0, 30)))
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "test.csv").write_text(lines(flowers(30, 40)))
    spec = DataSpec(source="table", path="train.csv",
                    table=TableSpec(target="kind", test_path="beside/test.csv"))
    assert len(load(spec, tmp_path).validation) == 10
    absolute = replace(spec, table=replace(
        spec.table, test_path=str(tmp_path / "beside" / "test.csv")))
    assert len(load(absolute, tmp_path).validation) == 10


def test_the_other_file_is_read_again_when_it_changes(pair, tmp_path):
    assert len(pair(lines(flowers(0, 30)), lines(flowers(30, 40))).validation) == 10
    os.utime(tmp_path / "test.csv", ns=(0, 0))
    assert len(pair(lines(flowers(0, 30)), lines(flowers(30, 45))).validation) == 15


def test_inputs_can_be_reconstructed_of_both(tmp_path, pair):
    pair(lines(flowers(0, 30)), lines(flowers(30, 40)))
    data = load(DataSpec(source="table", path="train.csv", goal="reconstruct", table=TableSpec(
        target="kind", test_path="test.csv")), tmp_path)
    assert data.task == "reconstruction"
    assert np.array_equal(data.values, data.inputs)
    assert {*data.validation} == {*range(30, 40)}
