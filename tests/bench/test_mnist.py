"""The headline learns, measures what it says, and keeps the test images out of training."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.modality import image
from tests.bench import mnist
from tests.bench.mnist import CHOSEN, accuracy, train
from tests.mnist import SIDE

QUICK = dataclasses.replace(CHOSEN, epochs=2, batch=16, learning_rate=0.002)
N, MEASURED = 240, 40


def bars(seed: int = 1) -> Dataset:
    """Return images of which class c has a bright bar in rows 2 c + 2 to 2 c + 4."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, N)
    pictures = 0.3 * rng.random((N, SIDE, SIDE))
    for picture, label in zip(pictures, labels, strict=True):
        picture[2 * label + 2:2 * label + 5] += 0.7
    return Dataset("bars", "Bars", "classification", pictures.reshape(N, -1), labels,
                   np.zeros((N, 0)), tuple("0123456789"), tuple(map(str, range(SIDE * SIDE))),
                   ("class",), np.arange(N - MEASURED), np.arange(N - MEASURED, N),
                   modality=image(SIDE, SIDE))


STRAIGHT = dataclasses.replace(QUICK, epochs=12, shift=0.0, rotation=0.0)


def test_bars_are_learned_and_measured(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(mnist, "data_of", lambda choose: bars())
    monkeypatch.setattr(mnist, "FOLDER", Path.cwd())
    monkeypatch.setattr(mnist, "CHOSEN", STRAIGHT)
    assert mnist.main(seeds=2, threads=1, choose=False, interpreter=sys.executable) == 0
    shown = capsys.readouterr().out
    run, _ = train(bars(), STRAIGHT, 1, 1)
    assert accuracy(run, bars()) > 0.8
    assert f"seed 1: {accuracy(run, bars()):.2%} after" in shown
    assert "Median" in shown


def test_the_images_that_are_measured_are_never_trained_on() -> None:
    data = bars()
    other = dataclasses.replace(data, inputs=np.concatenate(
        [data.inputs[:-MEASURED], data.inputs[-MEASURED:][::-1]]))
    once, again = (train(images, QUICK, 1, 1)[0].weights() for images in (data, other))
    assert all(once[name].tobytes() == again[name].tobytes() for name in once)
    changed = dataclasses.replace(data, inputs=np.roll(data.inputs, 1, axis=0))
    assert train(changed, QUICK, 1, 1)[0].weights()["output/w"].tobytes() \
        != once["output/w"].tobytes()


def test_without_the_images_it_says_where_it_looks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "headline", "mnist"], check=False, text=True,
        capture_output=True, env={**os.environ, "BACKPROP_LAB_DATA": str(tmp_path)})
    assert done.returncode == 2
    assert str(tmp_path) in done.stdout
