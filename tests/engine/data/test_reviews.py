"""Film reviews made from a grammar."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import Dataset, load
from engine.data.reviews import BAD, DEGREES, GOOD, PADDING, draw_review, vocabulary
from engine.spec import DataSpec

pytestmark = pytest.mark.data


def reviews(**options: object) -> Dataset:
    return load(DataSpec(source="reviews", training_share=0.8, **options))  # type: ignore[arg-type]


def sentences(data: Dataset) -> list[str]:
    assert data.tokens is not None
    return [data.joint.join(data.tokens[int(token)] for token in row if token)
            for row in data.inputs]


def judged(sentence: str) -> int:
    """Return what a reader makes of a review: the words of praise and blame, turned by "not"."""
    words = [word for word in sentence.split() if word not in DEGREES]
    total = 0
    for before, word in zip(["", *words], words, strict=False):
        total += ((word in GOOD) - (word in BAD)) * (-1 if before == "not" else 1)
    return int(total > 0)


def test_words_come_first_and_padding_last() -> None:
    data = reviews()
    assert data.tokens == vocabulary()
    assert data.tokens is not None
    assert data.tokens[0] == PADDING
    assert len(set(data.tokens)) == len(data.tokens)
    lengths = np.count_nonzero(data.inputs, axis=1)
    for row, length in zip(data.inputs, lengths, strict=True):
        assert row[:length].all()
        assert not row[length:].any()
    assert lengths.max() == data.n_inputs
    assert lengths.min() < data.n_inputs / 2
    assert 0 < data.inputs.max() < len(data.tokens)
    assert (data.inputs == np.round(data.inputs)).all()


def test_a_review_says_what_its_label_says() -> None:
    data = reviews(seed=5)
    assert [judged(text) for text in sentences(data)] == data.labels.tolist()
    assert 0.4 < data.labels.mean() < 0.6
    assert (data.task, data.class_names) == ("classification", ("displeased", "pleased"))
    assert 0.1 < np.mean(["not" in text.split() for text in sentences(data)]) < 0.6


def test_single_words_tell_most_and_not_all() -> None:
    """Blind to "not", a reader is often wrong, but far less often than by chance."""
    rng = np.random.default_rng(0)
    drawn = [draw_review(rng) for _ in range(2000)]
    blind = np.mean([judged(text.replace("not ", "")) == label for text, label in drawn])
    assert 0.6 < blind < 0.9


@pytest.mark.parametrize("noise", [0.0, 20.0])
def test_noise_is_the_share_of_wrong_labels(noise: float) -> None:
    clean, noisy = reviews(), reviews(noise=noise)
    np.testing.assert_array_equal(clean.inputs, noisy.inputs)
    assert np.mean(clean.labels != noisy.labels) == pytest.approx(noise / 100, abs=0.04)
    if not noise:
        np.testing.assert_array_equal(clean.labels, noisy.labels)


def test_a_seed_fixes_all() -> None:
    first, again, other = reviews(seed=1), reviews(seed=1), reviews(seed=2)
    np.testing.assert_array_equal(first.inputs, again.inputs)
    np.testing.assert_array_equal(first.training, again.training)
    assert sentences(first) != sentences(other)
    assert sorted([*first.training, *first.validation]) == list(range(len(first.inputs)))


def test_a_short_window_cuts_reviews_off() -> None:
    whole, cut = reviews(), reviews(window=4)
    np.testing.assert_array_equal(cut.inputs, whole.inputs[:, :4])
