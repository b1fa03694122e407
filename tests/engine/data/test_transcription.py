from __future__ import annotations

import numpy as np
import pytest

from engine.data.transcription import (
    errors_in,
    laid_together,
    read_greedily,
    steps_needed,
    text_lengths,
)
from tests.reference.transcription import distance

LABELS = np.array([[0, 1, 2], [1, 1, 1], [2, 2, -1], [0, -1, 0], [-1, -1, -1]])


def letters(text: str) -> np.ndarray:
    return np.array([ord(letter) - ord("a") for letter in text], np.int64)


def test_a_text_ends_where_its_padding_begins() -> None:
    assert text_lengths(LABELS).tolist() == [3, 3, 2, 1, 0]
    assert text_lengths(np.zeros((2, 0), np.int64)).tolist() == [0, 0]


def test_two_equal_characters_need_a_step_between_them() -> None:
    assert steps_needed(LABELS).tolist() == [3, 5, 3, 1, 0]
    assert steps_needed(np.zeros((2, 0), np.int64)).tolist() == [0, 0]


@pytest.mark.parametrize(("path", "text"), [
    ([], []), ([0, 0], []), ([1, 1, 0, 2, 2, 2], [0, 1]), ([1, 0, 1], [0, 0]), ([3, 1, 1], [2, 0])])
def test_repeats_collapse_and_blanks_vanish(path: list[int], text: list[int]) -> None:
    assert read_greedily(np.array(path, np.int64)).tolist() == text


@pytest.mark.parametrize(("wanted", "read", "kinds"), [
    ("", "", ""), ("abc", "abc", "rrr"), ("abc", "axc", "rcr"), ("abc", "ac", "rmr"),
    ("abc", "abbc", "rarr"), ("", "ab", "aa"), ("ab", "", "mm")])
def test_two_texts_side_by_side(wanted: str, read: str, kinds: str) -> None:
    found = laid_together(letters(wanted), letters(read))
    assert "".join(change.kind[0] for change in found) == kinds
    assert errors_in(found) == len(kinds.replace("r", ""))


def test_there_are_as_few_errors_as_can_be() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        one, two = (rng.integers(0, 3, rng.integers(0, 6)) for _ in range(2))
        found = laid_together(one, two)
        assert errors_in(found) == distance(one.tolist(), two.tolist())
        assert [change.wanted for change in found if change.wanted >= 0] == one.tolist()
        assert [change.read for change in found if change.read >= 0] == two.tolist()
