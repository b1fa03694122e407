"""Files that are no table, or hardly one: each gives a sentence, and never anything else."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data import column_reader, files, load, preview
from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.messages import legible
from engine.spec import DataSpec, TableSpec

GOOD = "x,y\n" + "".join(f"{i * 0.5},{'ab'[i % 2]}\n" for i in range(20))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.csv", GOOD)
    return stream.getvalue()


def open_file(path, **options):
    return load(DataSpec(source="table", path=str(path), table=TableSpec(**options)))


def fails(path, **options) -> str:
    """Return the sentence with which a file is refused; it names the file and a remedy."""
    with pytest.raises(DataError) as caught:
        open_file(path, **options)
    error = caught.value
    # Of a name that is too long for any system, both ends.
    assert legible(path.name)[-100:] in error.place
    assert error.found
    assert error.remedy
    assert len(error.sentence) < 600
    return error.sentence


# Name, content, options, what the sentence says was found, what it says to do.
BROKEN: list[tuple[str, str | bytes, dict[str, object], str, str]] = [
    ("empty", "", {}, "the file is empty", "Choose another file"),
    ("whitespace", " \n\t\n  \r\n", {}, "nothing but blanks", "Choose another file"),
    ("byte order mark only", b"\xef\xbb\xbf", {}, "nothing but blanks", "Choose another file"),
    ("header only", "x,y,z\n", {}, "no row of values below the names", "Choose another file"),
    ("one column", "x\n1\n2\n3\n", {}, "one column only", "Add a column"),
    ("one cell", "hello", {}, "one column only", "Add a column"),
    ("wrong separator chosen", GOOD, {"separator": ";"}, "one column only, when a semicolon",
     "Choose another separator"),
    ("binary", bytes(range(256)) * 8, {}, "zero byte", "Save it as CSV"),
    ("control characters", bytes(range(1, 32)) * 20, {}, "control characters", "Save it as CSV"),
    ("zero bytes late", GOOD.encode() + b"1,\0a\n", {}, "zero byte", "Save it as CSV"),
    ("zip", zipped(), {}, "a zip archive without a workbook", "Save it as CSV"),
    ("gzip", gzip.compress(GOOD.encode()), {}, "a gzip archive", "Save it as CSV"),
    ("old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), {}, "the workbook is damaged",
     "Get the file again"),
    ("PNG image", PNG, {}, "a PNG image", "Save it as CSV"),
    ("JPEG image", b"\xff\xd8\xff\xe0" + bytes(100), {}, "a JPEG image", "Save it as CSV"),
    ("PDF", b"%PDF-1.7\n%\xe2\xe3", {}, "a PDF document", "Save it as CSV"),
    ("web page", "<!DOCTYPE html>\n<html><body>a,b</body></html>", {}, "a web page",
     "Download the file itself"),
    ("XML", '<?xml version="1.0"?><a><b>1,2</b></a>', {}, "an XML document", "Save it as CSV"),
    ("JSON object", '{"a": [1, 2],\n "b": [3, 4]}', {}, "this is JSON", "Convert it to CSV"),
    ("JSON list", '[{"a": 1, "b": 2},\n {"a": 3, "b": 4}]', {}, "this is JSON",
     "Convert it to CSV"),
    ("unknown encoding", b"x,y\n" + b"a\xb7a\x86a\xd3a\xb1b" * 3 + b",1\n", {},
     "no encoding that can be found out", "Save it as UTF-8"),
    ("wrong encoding chosen", "größe,y\n1,2\n".encode("cp1252"), {"encoding": "utf-8"},
     "not in the encoding utf-8", "Choose another encoding"),
    ("encoding that does not exist", GOOD, {"encoding": "utf-99"},
     "no text encoding called 'utf-99'", "Choose another encoding"),
    ("mostly ragged", "x,y,z\n" + "1,2,3\n" * 5 + "1\n1,2\n1,2,3,4\n1,2,3,4,5\n" * 4, {},
     "1 value in a row, and 16 of 21 rows do not have 3 values", "Check the separator"),
    ("no two rows alike", "x,y,z\n1\n1,2\n1,2,3,4\n1,2,3,4,5\n", {},
     "3 names, while most rows have 1 value;", "Check the separator"),
    ("names and rows do not fit", "a,b,c,d,e\n" + "1,2\n3,4\n" * 5, {},
     "5 names, while most rows have 2 values", "Check the separator"),
    ("all missing", "x,y\n" + "NA,\n,NA\n" * 5, {}, "no column has a value", "Check the separator"),
    ("target all missing", "x,y\n" + "1,\n2,NA\n" * 5, {"target": "y"},
     "the target has no value", "Choose another target"),
    ("inputs all missing", "x,y\n" + ",a\nNA,b\n" * 5, {}, "no column to learn from: 'x' holds no",
     "Add such a column"),
    ("one class", "x,y\n" + "1,a\n2,a\n3,a\n" * 5, {}, "one class only, 'a'",
     "Choose another target"),
    ("classes once each", "x,y\n" + "".join(f"{i}.5,name {i}\n" for i in range(20)), {},
     "20 of them in fewer than 2 rows", "Choose another target"),
    ("too many classes", "x,y\n" + "".join(f"{i}.5,name {i // 2}\n" for i in range(400)), {},
     "200 different values", "Choose another target"),
    ("constant target", "x,y\n" + "1,2.5\n2,2.5\n" * 5, {}, "the same value 2.5",
     "Choose another target"),
    ("constant inputs", "x,y\n" + "1,a\n1,b\n" * 5, {}, "has the same value everywhere",
     "Add such a column"),
    ("target of infinities", "x,y\n" + "1,inf\n2,-inf\n3,1e999\n" * 5, {},
     "no column to learn from", "Add such a column"),
    ("texts for regression", GOOD, {"task": "regression"}, "texts such as 'a'",
     "Choose Classification"),
    ("free text only", "said,y\n" + "".join(f"sentence {i},{'ab'[i % 2]}\n" for i in range(50)), {},
     "no column to learn from: 'said'", "Add such a column"),
    ("free text chosen", "said,x,y\n" + "".join(
        f"sentence {i},{i},{'ab'[i % 2]}\n" for i in range(250)), {"inputs": ("said",)},
     "250 different texts", "Leave the column out"),
    ("two rows", "x,y\n1,a\n2,b\n", {}, "2 of them in fewer than 2 rows", "add examples"),
    ("two rows of numbers", "x,y\n1,1.5\n2,2.5\n", {}, "2 rows to learn from", "Add rows"),
    ("target that does not exist", GOOD, {"target": "price"}, "no column 'price' for the target",
     "Choose a column"),
    ("input that does not exist", GOOD, {"inputs": ("z",)}, "no column 'z' for the input",
     "Choose a column"),
    ("inputs are the target", GOOD, {"target": "y", "inputs": ("y",)}, "'y' is the only input",
     "Choose at least one other"),
    ("quote never closed", 'x,y\n1,a\n2,"b\n3,a\n4,b\n', {}, "never closed", "Close the quote"),
    ("quote never closed, long", 'x,y\n1,a\n2,"b\n' + "3,a\n" * 60_000, {}, "a text in quotes runs",
     "Close the quote"),
    ("a million columns", ",".join(["1"] * 10**6) + "\n", {}, "columns; expected at most 10,000",
     "Save fewer columns"),
    ("20,000 columns", (",".join(["1"] * 20_000) + "\n") * 3, {}, "20,000 columns",
     "Save fewer columns"),
    ("one endless line", "word " * 400_000, {}, "characters in one line", "Check that"),
    ("a long line late", GOOD * 9_000 + "1," + "b" * 2**21, {}, "more than 1,048,576 characters",
     "Check that"),
]


@pytest.mark.parametrize(("content", "options", "found", "remedy"),
                         [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_broken(tmp_path, content, options, found, remedy):
    path = tmp_path / "broken.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    sentence = fails(path, **options)
    assert found in sentence
    assert remedy in sentence


def test_there_are_enough_of_them():
    assert len(BROKEN) >= 25


def test_the_whole_sentence(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("x,y\n1,a\n2,a\n3,a\n4,a\n")
    assert fails(path) == (
        "sales.csv, column 'y': one class only, 'a'; expected at least 2 classes. Choose another "
        "target or add examples of another class.")


def test_no_such_file(tmp_path):
    sentence = fails(tmp_path / "gone.csv")
    assert "there is no such file" in sentence
    assert "Choose the file again" in sentence


def test_a_folder(tmp_path):
    assert "this is a folder" in fails(tmp_path)


def test_no_file_chosen():
    with pytest.raises(DataError, match="no file is chosen"):
        load(DataSpec(source="table"))


def test_a_name_that_no_system_allows(tmp_path):
    assert "cannot be read" in fails(tmp_path / ("n" * 300))
    assert "cannot be read" in fails(tmp_path / "nul\0byte")


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "secret.csv"
    path.write_text(GOOD)

    def refuse(self, *arguments, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    sentence = fails(path)
    assert "permission denied" in sentence
    assert "Copy it to a folder of your own" in sentence


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0,
                    reason="the superuser may read every file")
def test_no_permission_for_real(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text(GOOD)
    path.chmod(0)
    try:
        assert "permission denied" in fails(path)
    finally:
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_hang(tmp_path):
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    assert "a device, not a file" in fails(path)


def test_a_file_that_breaks_off_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "remote.csv"
    path.write_text(GOOD)

    class Broken(io.TextIOWrapper):
        def readline(self, size=-1):
            raise OSError(5, "Input/output error")

    whole = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode="r", **options: (
        whole(self, mode) if mode == "rb" else Broken(whole(self, "rb"), encoding="utf-8")))
    assert "Input/output error" in fails(path)


def test_a_file_too_large_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(files.LARGEST_FILE + 1)
    monkeypatch.setattr(Path, "open", lambda *arguments, **options: pytest.fail("opened"))
    assert "536,870,913 bytes" in fails(path)


def test_too_many_values_are_refused_before_memory_is_asked_for(tmp_path, monkeypatch):
    path = tmp_path / "wide.csv"
    row = ",".join(["1"] * 2000)
    path.write_text((row + "\n") * 2000)
    monkeypatch.setattr(column_reader, "MOST_CELLS", 100_000)
    tracemalloc.start()
    try:
        assert "more than 50 rows of values" in fails(path)
        # 2,000 x 2,000 numbers would take 32 MB; the head, its cells and a chunk take less.
        assert tracemalloc.get_traced_memory()[1] < 25e6
    finally:
        tracemalloc.stop()


class TestWhatAReasonableProgramReads:
    """Files with a flaw that need not stop anyone."""

    def read(self, tmp_path, text, **options):
        path = tmp_path / "flawed.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        data = open_file(path, **options)
        assert np.isfinite(data.inputs).all()
        assert len(data.training)
        assert len(data.validation)
        return data

    def test_some_ragged_rows(self, tmp_path):
        data = self.read(tmp_path, GOOD + "1\n1,a,b\n")
        assert len(data.inputs) == 20
        assert "Left out: 2 rows" in data.notes[1]

    def test_nan_and_inf(self, tmp_path):
        data = self.read(tmp_path, "x,z,y\n" + "1,nan,a\ninf,2,b\n3,-inf,a\n4,5,b\n" * 5)
        assert len(data.inputs) == 20
        assert any("infinite" in note for note in data.notes)

    def test_numbers_beyond_float64(self, tmp_path):
        data = self.read(tmp_path, "x,y\n" + "1,a\n1e999,b\n3,a\n-1e999,b\n" * 5)
        assert "10 cells with an infinite or too large number" in data.notes[0]

    def test_numbers_just_inside_float64(self, tmp_path):
        text = "x,y\n" + "1e308,a\n-1e308,b\n5e307,a\n0,b\n" * 5
        assert np.abs(self.read(tmp_path, text).inputs).max() < 10
        path = tmp_path / "flawed.csv"
        with pytest.raises(DataError, match="column 'x': a number of size 1e"):
            load(DataSpec(source="table", path=str(path), scaling="none"))

    def test_double_names(self, tmp_path):
        data = self.read(tmp_path, GOOD.replace("x,y", "z,z"))
        assert data.feature_names == ("z",)
        assert data.target_names == ("z (2)",)
        assert "told apart" in data.notes[0]

    def test_a_few_rows_with_another_separator(self, tmp_path):
        data = self.read(tmp_path, GOOD + "1;a\n2;b\n3;a\n")
        assert len(data.inputs) == 20
        assert "Left out: 3 rows" in data.notes[1]

    def test_only_categories(self, tmp_path):
        text = "colour,size,y\n" + "red,big,a\nblue,small,b\nred,small,b\n" * 5
        assert self.read(tmp_path, text).n_inputs == 4

    def test_titles_above_the_table(self, tmp_path):
        data = self.read(tmp_path, 'Measurements of May\n\n"by\nme"\n# x in m, y, z\n' + GOOD)
        assert data.feature_names == ("x",)
        assert len(data.inputs) == 20
        assert data.notes == ("Left out: 3 lines above the table.",)

    def test_long_texts(self, tmp_path):
        long = "word " * 2000
        text = f"{long},y\n" + f"1,{long}a\n2,{long}b\n" * 10
        data = self.read(tmp_path, text)
        assert len(data.feature_names[0]) == 1000
        assert len(data.class_names) == 2
        path = tmp_path / "flawed.csv"
        assert "wo..." in fails(path, task="regression")

    def test_a_truth_table(self, tmp_path):
        data = self.read(tmp_path, "a,b,a xor b\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
        assert data.class_names == ("0", "1")
        assert data.n_inputs == 2

    def test_zero_bytes_of_utf16_without_a_mark(self, tmp_path):
        assert len(self.read(tmp_path, GOOD.encode("utf-16-le")).inputs) == 20

    def test_quotes_inside_a_text(self, tmp_path):
        data = self.read(tmp_path, 'x,pipe,y\n' + '1,5" wide,a\n2,"6"" wide",b\n' * 5)
        assert data.feature_names == ("x", 'pipe = 5" wide', 'pipe = 6" wide')


def or_error(call):
    try:
        return call()
    except DataError as error:
        return error


def survives(content: bytes, path: Path, **options) -> None:
    """Check that a file gives a data set that can be learned from, or a DataError."""
    path.write_bytes(content)
    for look in (lambda: preview(path, TableSpec(**options)), lambda: open_file(path, **options)):
        data = or_error(look)
        if isinstance(data, DataError):
            assert data.place
            assert data.remedy
        elif isinstance(data, Dataset):
            assert np.isfinite(data.inputs).all()
            assert len(data.training)
            assert len(data.validation)


def test_an_encoding_with_a_null_character_is_unknown(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(GOOD)
    with pytest.raises(DataError, match="no text encoding called"):
        load(DataSpec("table", path=str(path), table=TableSpec(encoding="utf\0008")))


def test_the_folder_of_nobody_is_not_there(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        load(DataSpec("table", path="~nosuchuser/a.csv"), tmp_path)
    (tmp_path / "~nosuchuser").mkdir()
    (tmp_path / "~nosuchuser" / "a.csv").write_text(GOOD)
    assert load(DataSpec("table", path="~nosuchuser/a.csv"), tmp_path).class_names == ("a", "b")


fuzz = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
cells = st.sampled_from(["1", "2.5", "3,5", "a", "b", "", "NA", "inf", "1e400", '"', '""', '"q"',
                         "x y", "é", "1.234.567", "-", "True", "2020-01-01", "'", "\\", "#",
                         "sep=;", "a\u2028b", '"c\u2028d"', "\x0b", "\x1d"])


@fuzz
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path, content):
    survives(content, tmp_path / "any.csv")


@fuzz
@given(st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=30),
       st.sampled_from([",", ";", "\t", "|", " ", ", "]), st.sampled_from(["\n", "\r\n", "\r"]),
       st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-8-sig"]),
       st.sampled_from([None, True, False]),
       st.sampled_from([None, "classification", "regression"]))
def test_any_cells(tmp_path, table, separator, end, encoding, header, task):
    text = end.join(separator.join(row) for row in table)
    survives(text.encode(encoding, "replace"), tmp_path / "any.csv", header=header, task=task)


@fuzz
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=30))
def test_any_rectangle(tmp_path, table):
    survives("\n".join(",".join(row) for row in table).encode(), tmp_path / "any.csv")
