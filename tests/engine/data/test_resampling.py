from __future__ import annotations

import numpy as np
import pytest

from engine.data.resampling import KAISER_BETA, ROLL_OFF, ZEROS, resampled
from engine.data.waveform import Waveform
from tests.reference import sounds as reference


def tone(frequency: float, rate: int, seconds: float = 0.5) -> Waveform:
    places = np.arange(round(rate * seconds)) / rate
    return Waveform(rate, np.sin(2 * np.pi * frequency * places).astype(np.float32))


@pytest.mark.parametrize(("old", "new", "count"), [
    (3, 2, 40), (2, 3, 40), (7, 5, 33), (48_000, 8_000, 50), (44_100, 16_000, 30), (1, 4, 5),
    (5, 1, 2), (8_000, 8_001, 9)])
def test_every_sample_is_a_sinc_laid_over_the_sound(old: int, new: int, count: int) -> None:
    sound = np.random.default_rng(1).uniform(-1, 1, count).astype(np.float32)
    expected = reference.resampled(sound.tolist(), old, new, ZEROS, ROLL_OFF, KAISER_BETA)
    found = resampled(Waveform(old, sound), new)
    assert found.rate == new
    np.testing.assert_allclose(found.samples, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("rates", [(44_100, 16_000), (8_000, 16_000), (192_000, 8_000),
                                   (11_025, 8_000)])
def test_a_tone_stays_the_tone_that_it_was(rates: tuple[int, int]) -> None:
    found = resampled(tone(1000, rates[0]), rates[1]).samples
    expected = tone(1000, rates[1]).samples
    assert len(found) == len(expected)
    inner = slice(len(found) // 4, -len(found) // 4)
    np.testing.assert_allclose(found[inner], expected[inner], atol=1e-3)


def test_what_cannot_be_heard_at_the_lower_rate_does_not_fold_over() -> None:
    found = resampled(tone(7000, 44_100), 8_000).samples
    assert np.abs(found[400:-400]).max() < 1e-4


def test_the_same_rate_changes_nothing() -> None:
    sound = tone(440, 8_000)
    assert resampled(sound, 8_000) is sound
