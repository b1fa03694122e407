"""Texts with labels: from tables, folders and archives to tokens."""

from __future__ import annotations

import lzma
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.data.dataset import Dataset
from engine.data.importers.catalogue import preview, recognised
from engine.data.importers.texts_words import Cutter
from engine.data.sources import load
from engine.errors import DataError
from engine.spec import DataSpec
from tests.datasets import folder as data_folder

pytestmark = pytest.mark.data

GOOD = ("a lovely warm film", "what a lovely evening it was", "warm and clever , truly lovely",
        "The BEST film of the year!")
BAD = ("a dull cold film", "what a boring evening it was", "cold and clumsy , truly boring",
       "The WORST film of the year!")


def texts(path: Path, **options: Any) -> Dataset:
    table = options.pop("table", None)
    spec = DataSpec(source="texts", path=str(path), training_share=0.75, options=options)
    if table is not None:
        spec = DataSpec(source="texts", path=str(path), options=options, table=table)
    return load(spec)


def rows(count: int = 4) -> list[tuple[str, str]]:
    return [(text, label) for _ in range(count)
            for label, group in (("good", GOOD), ("bad", BAD)) for text in group]


def table(path: Path, found: list[tuple[str, str]], **columns: Any) -> Path:
    frame = pd.DataFrame(found, columns=["review", "sentiment"]).assign(**columns)
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


def folder(path: Path, parts: tuple[str, ...] = ("",), encoding: str = "utf-8") -> Path:
    for part in parts:
        for label, group in (("pos", GOOD), ("neg", BAD)):
            home = path / part / label
            home.mkdir(parents=True)
            for number, text in enumerate(group * 2):
                (home / f"{number}.txt").write_text(f"{text} {part} é", encoding)
    return path


def read(data: Dataset, row: int) -> str:
    """Return an example as it can be read, padding included."""
    assert data.tokens is not None
    return data.joint.join(data.tokens[int(token)] for token in data.inputs[row])


@pytest.mark.parametrize("name", ["films.csv", "films.xlsx"])
def test_a_table_gives_words_and_classes(tmp_path: Path, name: str) -> None:
    pytest.importorskip("openpyxl")
    data = texts(table(tmp_path / name, rows(), id=range(32)), fewest=1)
    assert (data.class_names, data.task, data.target_names) == (
        ("bad", "good"), "classification", ("sentiment",))
    assert data.padding == data.tokens[0]
    assert data.example.kind == "tokens"
    assert read(data, 0) == "a lovely warm film · ·"
    assert data.class_names[data.labels[0]] == "good"
    assert len(data.training) == 24
    assert len(data.validation) == 8
    assert any("'review'" in note and "'sentiment'" in note for note in data.notes)


def test_the_column_of_texts_is_the_one_with_the_most_words(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", rows(), title=["One two"] * 32, topic=["x", "y"] * 16)
    assert read(texts(path, fewest=1), 0).startswith("a lovely warm film")
    chosen = texts(path, fewest=1, text="title; review", label="topic")
    assert read(chosen, 0).startswith("one two a lovely warm film")
    assert chosen.class_names == ("x", "y")


def test_the_vocabulary_is_that_of_the_training_part_alone(tmp_path: Path) -> None:
    found = [*rows(), ("a strange lovely secret", "good"), ("secret secret secret", "bad")]
    part = ["train"] * 32 + ["test"] * 2
    data = texts(table(tmp_path / "a.csv", found, split=part), fewest=1)
    assert sorted(data.validation.tolist()) == [32, 33]
    assert "secret" not in data.tokens
    assert data.tokens[1] == "[unknown]"
    assert read(data, 33).split() == ["[unknown]"] * 3 + ["·"] * 3
    assert "5 of" not in data.notes[-2]
    # Of a, lovely and five that are unknown: 5 / 7.
    assert "71 %" in data.notes[-2]
    assert any("32 texts are to learn from, 2 for validation" in note for note in data.notes)
    mixed = texts(table(tmp_path / "a.csv", found, split=part), fewest=1, parts="random")
    assert len(mixed.validation) == 8


def test_frequent_tokens_come_first_and_rare_ones_are_unknown(tmp_path: Path) -> None:
    found = [("b b b a a c", "x"), ("b a d", "y")] * 4 + [("once a b", "x")]
    data = texts(table(tmp_path / "a.csv", [*found, *found]), fewest=3, most=10)
    assert data.tokens[:4] == ("·", "[unknown]", "b", "a")
    few = [(" ".join(f"w{number}" for number in range(50)), "x" if k % 2 else "y")
           for k in range(20)]
    assert texts(table(tmp_path / "b.csv", few), most=10).vocabulary == 12


def test_texts_are_cut_and_filled_on_either_side(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", rows())
    assert read(texts(path, fewest=1, length=3), 0) == "a lovely warm"
    assert read(texts(path, fewest=1, length=3, kept="end"), 0) == "lovely warm film"
    front = texts(path, fewest=1, filled="front")
    assert read(front, 0) == "· · a lovely warm film"
    assert read(texts(path, fewest=1, length=3), 1) == "what a lovely"
    assert "cut at 3" in texts(path, fewest=1, length=3).notes[-1]


def test_what_a_token_is() -> None:
    film = "It's <br />GREAT &amp; fun, isn’t it?!"
    assert Cutter()(film) == ["it's", "great", "fun", "isn’t", "it"]
    assert Cutter(signs=True)(film) == ["it's", "great", "&", "fun", ",", "isn’t", "it", "?", "!"]
    assert Cutter(lower=False, clean=False)("A<br/>b") == ["A", "br", "b"]
    assert Cutter()("1 < 2 and 3 > 2") == ["1", "2", "and", "3", "2"]
    assert Cutter(characters=True)("A  b\n") == ["a", " ", "b"]
    # A vowel sign stays in its word, and each Chinese sign is one.
    assert Cutter()("हिन्दी में café 我喜歡 film") == ["हिन्दी", "में", "café", "我", "喜", "歡", "film"]


def test_characters_can_be_tokens(tmp_path: Path) -> None:
    data = texts(table(tmp_path / "a.csv", rows()), unit="characters", length=6)
    assert data.joint == ""
    assert read(data, 0) == "a love"


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_for_each_class(tmp_path: Path, packed: bool) -> None:
    root = folder(tmp_path / "films")
    (root / "README.txt").write_text("what this is")
    (root / "pos" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (root / "neg" / "wrong.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (root / "neg" / "empty.txt").write_text("")
    path = zipped(root) if packed else root
    assert recognised(path)[0].key == "texts"
    data = texts(path, fewest=1)
    assert data.class_names == ("neg", "pos")
    assert len(data.inputs) == 16
    assert read(data, 0).startswith("a dull cold film é")
    told = " ".join(data.notes)
    for name in ("README.txt", "picture.png", "wrong.txt", "1 text without a word"):
        assert name in told
    seen = preview(path, DataSpec(source="texts"))
    assert (seen.count, seen.classes) == (18, {"neg": 10, "pos": 8})
    assert {sample.label for sample in seen.samples} == {"neg", "pos"}
    assert "a dull cold film é" in {sample.text for sample in seen.samples}
    assert {left.name.split("/")[-1] for left in seen.left_out} >= {"README.txt", "picture.png"}


def zipped(root: Path) -> Path:
    path = root.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(root.rglob("*")):
            archive.write(file, f"outer/{file.relative_to(root)}")
        archive.writestr("__MACOSX/outer/._x.txt", "no text")
    return path


def test_folders_called_train_and_test_are_the_parts(tmp_path: Path) -> None:
    root = folder(tmp_path / "films", ("train", "test"))
    (root / "train" / "unsup").mkdir()
    (root / "train" / "unsup" / "0.txt").write_text("no label")
    data = texts(root, fewest=1)
    assert data.class_names == ("neg", "pos")
    assert all(read(data, row).rstrip(" ·").endswith("train é") for row in data.training)
    assert "test" not in data.tokens
    assert len(data.validation) == 16


def test_files_of_an_old_encoding_are_read(tmp_path: Path) -> None:
    root = folder(tmp_path / "films", encoding="cp1252")
    assert read(texts(root, fewest=1), 0).startswith("a dull cold film é")


def test_two_tables_called_train_and_test(tmp_path: Path) -> None:
    first = table(tmp_path / "train.csv", rows())
    second = table(tmp_path / "test.csv", rows(1))
    data = load(DataSpec(source="texts", path=str(first), more_paths=(str(second),)))
    assert (len(data.training), len(data.validation)) == (32, 8)
    assert data.validation.min() == 32


def test_a_table_in_an_archive(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", rows())
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "a.csv")
        archive.writestr("readme.txt", "about")
    assert len(texts(tmp_path / "a.zip").inputs) == 32


def test_numbers_can_be_learned(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", rows(), stars=np.linspace(0.5, 9.25, 32))
    data = texts(path, label="stars", fewest=1)
    assert data.task == "regression"
    assert data.in_units(data.values)[-1, 0] == pytest.approx(9.25)


def test_texts_of_one_word_and_of_a_megabyte(tmp_path: Path) -> None:
    one = texts(table(tmp_path / "a.csv", [("yes", "x"), ("no", "y")] * 8), text="review")
    assert one.inputs.shape == (16, 1)
    root = folder(tmp_path / "films")
    (root / "pos" / "long.txt").write_text("word " * 200_000)
    data = texts(root, fewest=1)
    assert data.inputs.shape == (17, 200)
    assert "200,000 at most" in data.notes[-1]


def hostile(tmp_path: Path) -> Iterator[tuple[str, Path, str]]:
    yield "one class", table(tmp_path / "a.csv", [("a b", "x")] * 9), "one class only"
    yield "no label", _written(tmp_path / "b.csv", "text\n" + "some words here\nother words\n" * 9
                               ), "no column of labels"
    yield "no texts", _written(tmp_path / "c.csv", "a,b\n" + "1,2\n3,5\n" * 9), "no column of texts"
    yield "empty texts", table(tmp_path / "d.csv", [("", "x"), ("...", "y")] * 9), "text"
    yield "no folders", _made(tmp_path / "flat"), "a folder for each class"
    lone = tmp_path / "lone" / "pos"
    lone.mkdir(parents=True)
    for number in range(9):
        (lone / f"{number}.txt").write_text("some words")
    yield "lone class", tmp_path / "lone", "only one class"
    yield "no zip", _written(tmp_path / "e.zip", "PK\3\4 and no more"), "damaged"
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("../evil/x.txt", "words")
    yield "outside", tmp_path / "f.zip", "outside the archive"
    with zipfile.ZipFile(tmp_path / "g.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/x.txt", b" " * 2**25)
    yield "bomb", tmp_path / "g.zip", "next to nothing"
    yield "rare", table(tmp_path / "h.csv", [(f"word{k} term{k}", "xy"[k % 2]) for k in range(20)]
                        ), "Lower the least count"


def _written(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def _made(path: Path) -> Path:
    path.mkdir()
    (path / "a.txt").write_text("some words")
    return path


def test_what_cannot_be_learned_from_is_said_in_a_sentence(tmp_path: Path) -> None:
    for name, path, words in hostile(tmp_path):
        with pytest.raises(DataError) as caught:
            texts(path)
        assert words in str(caught.value), (name, str(caught.value))


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", rows())
    for options in ({"text": "nothing"}, {"label": "nothing"}, {"part": "nothing"}):
        with pytest.raises(DataError, match="nothing"):
            texts(path, **options)
    with pytest.raises(DataError, match="train and test"):
        texts(path, part="sentiment")


def test_the_film_reviews_of_maas_and_others(tmp_path: Path) -> None:
    source = data_folder("imdb") / "imdb50k.csv.xz"
    if not source.exists():
        pytest.skip("the film reviews are not at hand")
    path = tmp_path / "imdb.csv"
    with lzma.open(source, "rt", encoding="utf-8") as packed:
        lines = list(islice(packed, 1500))
    path.write_text("".join(lines), "utf-8")
    seen = preview(path, DataSpec(source="texts", options={"label": "rating"}))
    assert "rating" in seen.columns
    data = texts(path, length=100, label="rating", parts="random")
    assert data.inputs.shape == (1499, 100)
    assert "br" not in data.tokens
    assert data.tokens[2] == "the"


def test_messages_as_a_spam_filter_has_them(tmp_path: Path) -> None:
    lines = ["v1,v2,,,"]
    lines += [f'ham,"See you at {k}, love",,,\nspam,WIN £{k}00 now!!! call,,,' for k in range(1, 9)]
    path = tmp_path / "spam.csv"
    path.write_bytes("\n".join(lines).encode("cp1252"))
    data = texts(path, fewest=1, signs=True)
    assert data.class_names == ("ham", "spam")
    assert read(data, 1) == "win £ 100 now ! ! ! call"
    assert read(data, 0).startswith("see you at 1 , love ·")
