"""Digits are told apart, cleaned and drawn.

What `digits` sets was chosen on other splits than these, so that the figures are no choice's luck.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import load
from engine.training import Trainer
from tests.engine.training.digits import denoising, lenet, trained, variational
from tests.tiers import examples

pytestmark = [pytest.mark.data, pytest.mark.sampled, pytest.mark.slow]

SPLITS = (42, 101, 102)[:examples(1, 3)]
DRAWN = 1000


@pytest.fixture(scope="module")
def readers() -> dict[int, Trainer]:
    """Return a trained LeNet for every split."""
    return {split: trained(lenet(split)) for split in SPLITS}


def test_digits_are_read(readers: dict[int, Trainer]) -> None:
    found = [run.evaluate("validation") for run in readers.values()]
    assert {evaluation.examples for evaluation in found} == {359}
    assert np.median([evaluation.accuracy for evaluation in found]) >= 0.98
    assert min(evaluation.accuracy for evaluation in found) >= 0.97


def test_the_gradient_reaches_the_first_filters(readers: dict[int, Trainer]) -> None:
    look = readers[SPLITS[0]].snapshot()
    readings = {reading.layer_id: reading for reading in look.layers}
    assert readings["conv-1"].gradient_rms > 0
    assert readings["conv-1"].dead_share < 0.5


def test_noise_is_taken_out() -> None:
    """The root mean square distance to the clean image is at most half of the noisy image's."""
    shares = []
    for split in SPLITS:
        wanted = denoising(split)
        data, run = load(wanted.data), trained(wanted)
        noisy, clean = data.inputs[data.validation], data.values[data.validation]
        before, after = np.mean((noisy - clean) ** 2), np.mean((run.predict(noisy) - clean) ** 2)
        assert before == pytest.approx(0.09, rel=0.03)
        # Setting what lies outside 0 to 1 to the nearest of both is not enough.
        assert np.mean((np.clip(noisy, 0, 1) - clean) ** 2) > 2 * after
        shares.append(float(np.sqrt(after / before)))
    assert np.median(shares) <= 0.5
    assert max(shares) <= 0.53


def test_digits_are_drawn_that_a_reader_recognises(readers: dict[int, Trainer]) -> None:
    confidences = []
    for split, reader in readers.items():
        run = trained(variational(split))
        codes = np.random.default_rng(split).standard_normal((DRAWN, 2))
        shares = reader.predict(run.decode("code", codes))
        confidences.append(float(shares.max(axis=1).mean()))
        # Nearly every digit is drawn, not one of them again and again.
        seen = np.bincount(shares.argmax(axis=1), minlength=10)
        assert np.count_nonzero(seen >= DRAWN // 100) >= 8
    assert np.median(confidences) >= 0.85
    assert min(confidences) >= 0.7
