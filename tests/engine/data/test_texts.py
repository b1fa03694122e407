"""Texts that are to be continued."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data import Dataset, load, texts
from engine.data.files import LARGEST_TEXT
from engine.data.texts import LARGEST_ALPHABET, alice, continued
from engine.errors import DataError
from engine.spec import DataSpec

pytestmark = pytest.mark.data


def read(data: Dataset, numbers: np.ndarray) -> str:
    """Return tokens as a person reads them."""
    assert data.tokens is not None
    return data.joint.join(data.tokens[int(number)] for number in numbers.ravel())


def own(tmp_path: Path, content: bytes, **options: object) -> Dataset:
    path = tmp_path / "mine.txt"
    path.write_bytes(content)
    return load(DataSpec(source="text", path=str(path), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("window", [2, 7, 32])
def test_windows_follow_one_another_and_every_letter_is_followed_by_the_next(window: int) -> None:
    text = "It was the best of times, so it was said, and it was the worst of times, it was."
    data = continued(text, DataSpec(source="text", window=window, training_share=0.6), "Times")
    count = (len(text) - 1) // window
    assert data.inputs.shape == data.labels.shape == (count, window)
    assert read(data, data.inputs) == text[:count * window]
    assert read(data, data.labels) == text[1:count * window + 1]
    assert data.tokens == data.class_names == tuple(sorted(set(text)))
    assert (data.task, data.n_outputs, data.vocabulary) == (
        "sequence", len(set(text)), len(set(text)))
    assert data.values.shape == (count, 0)


def test_the_end_of_the_text_is_for_validation() -> None:
    data = continued("abcdefghij" * 50, DataSpec(source="text", window=5, training_share=0.9), "")
    assert len(data.inputs) == 99
    assert data.training.tolist() == list(range(89))
    assert data.validation.tolist() == list(range(89, 99))
    # Whatever the share, there is something on both sides.
    for share in (0.05, 0.95):
        short = continued("abcdefg", DataSpec(source="text", window=3, training_share=share), "")
        assert (len(short.training), len(short.validation)) == (1, 1)


def test_alice_is_the_story_alone() -> None:
    text = alice()
    assert text.startswith("CHAPTER I")
    assert "beginning to get very tired of sitting by her sister" in text[:200]
    assert text.rstrip().endswith("and the happy summer days.")
    assert "FULCRUM" not in text
    assert "\r" not in text
    assert "\t" not in text
    data = load(DataSpec(source="alice", window=64, training_share=0.9))
    assert read(data, data.inputs) == text[:data.inputs.size]
    assert data.n_outputs < 100
    assert str(len(set(text))) in data.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_persons_text_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    text = "Füße über Straßen – “schön” sagte er, und ging.\n" * 4
    data = own(tmp_path, text.encode(encoding), window=8)
    assert data.title == "mine.txt"
    assert read(data, data.inputs) == text[:data.inputs.size]


def test_every_end_of_line_is_the_same(tmp_path: Path) -> None:
    data = own(tmp_path, b"one\r\ntwo\rthree\nfour\r\n" * 3, window=4)
    assert read(data, data.inputs).startswith("one\ntwo\nthree\nfour\none")
    assert data.tokens is not None
    assert "\r" not in data.tokens


def test_a_line_without_end_is_read_whole(tmp_path: Path) -> None:
    data = own(tmp_path, b"ab" * (1 << 20), window=1024)
    assert data.inputs.size == (2**21 - 1) // 1024 * 1024


@pytest.mark.parametrize(("content", "found", "expected"), [
    (b"", "empty", ""),
    (b"short", "a text of 5 characters", "at least 65"),
    (b"x" * 64, "a text of 64 characters", "at least 65"),
    (b"%PDF-1.4 and so on", "a PDF document", "a text file"),
    (b"abc\0def" * 40, "a zero byte", "a text file"),
    ("".join(map(chr, range(0x4E00, 0x4E00 + LARGEST_ALPHABET + 1))).encode(),
     "513 different characters", "at most 512"),
], ids=["empty", "short", "one too short", "pdf", "binary", "too many characters"])
def test_what_cannot_be_continued(tmp_path: Path, content: bytes, found: str, expected: str
                                  ) -> None:
    with pytest.raises(DataError) as caught:
        own(tmp_path, content)
    assert caught.value.place
    assert found in caught.value.found
    assert expected in caught.value.expected
    assert caught.value.remedy


def test_the_smallest_text_and_the_largest_alphabet(tmp_path: Path) -> None:
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + LARGEST_ALPHABET)))
    assert own(tmp_path, letters.encode()).n_outputs == LARGEST_ALPHABET
    assert len(own(tmp_path, b"x" * 65).inputs) == 2


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.write(b"text ")
        file.truncate(LARGEST_TEXT + 1)
    with pytest.raises(DataError, match="at most 20,971,520"):
        load(DataSpec(source="text", path=str(path)))


def test_a_missing_file_and_none_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        load(DataSpec(source="text", path="none.txt"), tmp_path)
    with pytest.raises(DataError, match="no file is chosen"):
        load(DataSpec(source="text"))


def test_a_path_starts_at_the_project(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("to be or not to be\n" * 9)
    project = tmp_path / "net.json"
    project.touch()
    for base in (tmp_path, project):
        assert load(DataSpec(source="text", path="mine.txt", window=4), base).inputs.shape[1] == 4


def test_a_text_is_not_reconstructed() -> None:
    for source in ("alice", "reviews"):
        with pytest.raises(DataError, match="expected numbers for an autoencoder"):
            load(DataSpec(source=source, goal="reconstruct"))


def test_a_damaged_installation_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    texts.alice.cache_clear()
    for content in (None, b"no gzip", b"\x1f\x8b\x08\x00"):
        if content is not None:
            (tmp_path / texts.ALICE).write_bytes(content)
        with pytest.raises(DataError, match="Install Backprop Lab again"):
            load(DataSpec(source="alice"))
    texts.alice.cache_clear()
