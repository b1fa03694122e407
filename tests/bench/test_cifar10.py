"""The CIFAR-10 headline learns, measures what it says, and keeps test images out of training."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.data.rows import ByteRows
from engine.layers import diagnose
from tests import cifar10
from tests.bench import headline_cifar10
from tests.bench.headline import HEADLINES
from tests.bench.headline_cifar10 import CHOSEN, KNOWN, accuracy, project, train
from tests.cifar10 import CHANNELS, RESIDUALS, SIDE

QUICK = dataclasses.replace(CHOSEN, widths=(8, 8, 8), epochs=4, batch=16, learning_rate=1.0,
                            shift=0.0, decay=0.9)
N, MEASURED = 240, 40

there = pytest.mark.skipif(not RESIDUALS.is_file(), reason="CIFAR-10 is not at hand")


def bars(seed: int = 1) -> Dataset:
    """Return images of which class c has a bright bar in rows 3 c to 3 c + 4."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, N)
    pictures = rng.integers(0, 80, (N, SIDE, SIDE, CHANNELS), np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[3 * label:3 * label + 4] += 150
    return Dataset("bars", "Bars", "classification", ByteRows(pictures.reshape(N, -1)), labels,
                   np.zeros((N, 0)), tuple("0123456789"),
                   tuple(map(str, range(SIDE * SIDE * CHANNELS))), ("class",),
                   np.arange(N - MEASURED), np.arange(N - MEASURED, N),
                   modality=image(SIDE, SIDE, CHANNELS))


def test_the_network_fits_the_data() -> None:
    assert diagnose(project(CHOSEN, 50_000, 1), "classification", SIDE * SIDE * CHANNELS, 10,
                    is_image=True) == ()


def test_bars_are_learned_and_the_average_is_measured(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(headline_cifar10, "data_of", lambda choose: bars())
    monkeypatch.setattr(headline_cifar10, "RESIDUALS", Path(__file__))
    monkeypatch.setattr(headline_cifar10, "CHOSEN", QUICK)
    assert HEADLINES["cifar10"].module == headline_cifar10.__name__
    assert headline_cifar10.run(argparse.Namespace(
        seeds=1, threads=1, choose=False, torch=False, peers_python=sys.executable)) == 0
    shown = capsys.readouterr().out
    run, _ = train(bars(), QUICK, 1, 1)
    found = accuracy(run, bars())
    assert found > 0.8
    assert f"seed 1: {found:.2%} after" in shown
    data = bars()
    right = run.predict(data.inputs[data.validation]).argmax(axis=1) == data.labels[data.validation]
    assert found == np.mean(right)
    assert run.averages()


def test_the_images_that_are_measured_are_never_trained_on() -> None:
    data, content = bars(), bars().inputs
    assert isinstance(content, ByteRows)
    turned = content.content.copy()
    turned[-MEASURED:] = turned[-MEASURED:][::-1]
    other = dataclasses.replace(data, inputs=ByteRows(turned))
    short = dataclasses.replace(QUICK, epochs=1)
    once, again = (train(images, short, 1, 1)[0].weights() for images in (data, other))
    assert all(once[name].tobytes() == again[name].tobytes() for name in once)


def test_without_the_images_it_says_where_it_looks(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(headline_cifar10, "RESIDUALS", tmp_path / "none")
    assert headline_cifar10.run(argparse.Namespace(seeds=1, threads=1, choose=False, torch=False,
                                                   peers_python=sys.executable)) == 2
    assert "BACKPROP_LAB_DATA" in capsys.readouterr().out


@there
@pytest.mark.whole
def test_the_images_are_those_that_were_published() -> None:
    data = cifar10.cifar10()
    found = hashlib.md5(cifar10.images().tobytes(), usedforsecurity=False).hexdigest()
    assert found == "6b1fe9472f3694afc74369d4d66de3f0"
    assert np.bincount(data.labels).tolist() == [6000] * 10
    assert data.class_names[3] == "cat"
    rows = data.inputs[data.training[:2000]].reshape(-1, CHANNELS)
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(rows.std(axis=0), 1, atol=0.05)
    chosen = headline_cifar10.data_of(choose=True)
    assert (len(chosen.training), chosen.validation[0], chosen.validation[-1]) == (
        KNOWN, KNOWN, cifar10.TRAINING - 1)
