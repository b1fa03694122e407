"""Tables of Orange, and sparse text; what only looks like them stays a plain table."""

from __future__ import annotations

import pytest

from engine.data import preview
from engine.data.formats import open_source
from engine.errors import DataError
from engine.spec import TableSpec


def source_of(tmp_path, text, name="a.tab"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return open_source(path, TableSpec())


THREE = "name\tlen\tkind\tnote\tw\nd\tc\tb a\\ c\ts\tcontinuous\nmeta\t\tclass\t\tweight\n"
ROWS = "".join(f"n{i}\t{i}.5\t{'ab'[i % 2]}\ttext\t1\n" for i in range(12))


class TestOrange:
    def test_three_rows(self, tmp_path):
        source = source_of(tmp_path, THREE + ROWS)
        declared = source.declared
        assert declared.target == "kind"
        assert dict(declared.roles) == {"name": "ignored", "len": "numbers", "kind": "classes",
                                        "note": "text", "w": "ignored"}
        assert dict(declared.levels) == {"kind": ("b", "a c")}
        assert source.head[1:4] == ("\n", "\n", "n0\t0.5\ta\ttext\t1\n")
        with source.open() as lines:
            assert tuple(lines) == source.head

    def test_read_as_a_table(self, tmp_path):
        path = tmp_path / "a.tab"
        path.write_text(THREE.replace("a\\ c", "a") + ROWS)
        seen = preview(path, TableSpec(target="kind"))
        assert [column.name for column in seen.columns] == ["name", "len", "kind", "note", "w"]
        assert seen.rows_seen == 12

    @pytest.mark.parametrize("separator", ["\t", ",", ";"])
    def test_prefixes(self, tmp_path, separator):
        header = ["mS#name", "C#length", "cD#kind", "i#other", "plain", "D#a#b"]
        rows = "".join(separator.join(map(str, [i, i, i % 2, 1, 2, 3])) + "\n" for i in range(8))
        declared = source_of(tmp_path, separator.join(header) + "\n" + rows, "a.csv").declared
        assert declared.target == "kind"
        assert dict(declared.roles) == {"name": "ignored", "length": "numbers", "kind": "classes",
                                        "other": "ignored", "a#b": "classes"}

    def test_several_targets(self, tmp_path):
        source = source_of(tmp_path, "cC#a\tcC#b\tC#x\n1\t2\t3\n")
        assert (source.declared.target, source.declared.roles["b"]) == ("a", "ignored")
        assert [one.text for one in source.remarks] == [
            "The file has several targets: 'a' is taken, left out: 'b'."]

    @pytest.mark.parametrize("text", [
        "x\ty\nc\td\nd\tc\nc\tc\n",
        "x\ty\n1\t2\n3\t4\n",
        "item#1\titem#2\n1\t2\n",
        "a b\tc d\ne f\tg h\n\t\ni j\tk l\n",
        "size\tsort\nsmall one\ta b\n\tc\n"])
    def test_plain_tables_stay_plain(self, tmp_path, text):
        source = source_of(tmp_path, text)
        assert not source.declared.separator
        assert "".join(source.head) == text


class TestSparseText:
    ROWS = "+1 1:0.5 3:-2 # said\n-1 2:1e3 3:.5\n\n+1 qid:4 1:1 2:2\n"

    def test_read(self, tmp_path):
        source = source_of(tmp_path, self.ROWS, "a.txt")
        assert source.head == ("x1,x2,x3,label\n", "0.5,0,-2,+1\n", "0,1e3,.5,-1\n", "1,2,0,+1\n")
        assert source.declared.target == "label"

    def test_places_from_zero(self, tmp_path):
        assert source_of(tmp_path, "1 0:1 2:2\n2 0:3 1:4\n").head[0] == "x0,x1,x2,label\n"

    @pytest.mark.parametrize(("more", "words"), [
        ("x 1:2\n", "among rows of sparse values"), ("1 20000:1\n", "columns; expected at most")])
    def test_broken(self, tmp_path, more, words):
        with pytest.raises(DataError) as caught:
            source_of(tmp_path, self.ROWS * 50 + more)
        assert words in caught.value.sentence

    @pytest.mark.parametrize("text", ["17 8:15 9:30\n18 10:20 8:05\n", "1 12:30\n2 13:45\n",
                                      "1 2 3\n4 5 6\n", "1 08:15 09:30\n"])
    def test_times_are_none(self, tmp_path, text):
        assert not source_of(tmp_path, text).declared.target
