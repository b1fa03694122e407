"""The headline reads reviews, holds the test reviews back while settings are tried, and learns."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import io
import lzma
from pathlib import Path

import numpy as np
import pytest

from tests.bench import headline, headline_imdb

SMALL = dataclasses.replace(headline_imdb.CHOSEN, length=12, buckets=500, epochs=12,
                            learning_rate=0.02)
OPTIONS = argparse.Namespace(name="imdb", seeds=1, threads=1, choose=False, torch=False)


@pytest.fixture
def reviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write reviews in which a pair of words alone tells what is meant."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("split", "label", "rating", "id", "review"))
    rng = np.random.default_rng(1)
    for number in range(240):
        pleased, dull = rng.integers(2, size=2)
        words = f"It was{'' if pleased != dull else ' not'} {('fine', 'dull')[dull]}, <br />so!"
        split = ("train", "test")[number % 3 == 0]
        writer.writerow((split, ("neg", "pos")[pleased], 5, 100 * number, words))
    (tmp_path / "imdb").mkdir()
    with lzma.open(tmp_path / "imdb" / "imdb50k.csv.xz", "wb") as file:
        file.write(text.getvalue().encode())
    monkeypatch.setenv("BACKPROP_LAB_DATA", str(tmp_path))
    monkeypatch.setattr(headline_imdb, "CHOSEN", SMALL)


@pytest.mark.usefixtures("reviews")
def test_pairs_of_words_are_learned(capsys: pytest.CaptureFixture[str]) -> None:
    assert headline.run(OPTIONS) == 0
    shown = capsys.readouterr().out
    assert "Learns from 160 reviews and is measured on 80 others" in shown
    assert "seed 1: 100.00% (at least 91.3%)" in shown


@pytest.mark.usefixtures("reviews")
def test_where_settings_are_tried_the_test_reviews_are_not_read() -> None:
    tried, measured = headline_imdb.reviews(choose=True), headline_imdb.reviews(choose=False)
    assert len(tried.words) == 160
    assert len(tried.measured) == 94
    assert not set(tried.training) & set(tried.measured)
    assert measured.words[measured.measured[0]][:2] == ["it", "was"]
    assert len(measured.measured) == 80


def test_without_the_reviews_it_says_where_it_looks(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
        ) -> None:
    monkeypatch.setenv("BACKPROP_LAB_DATA", str(tmp_path))
    assert headline.run(OPTIONS) == 2
    assert str(tmp_path) in capsys.readouterr().out
