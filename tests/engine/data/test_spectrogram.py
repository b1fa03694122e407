from __future__ import annotations

import numpy as np
import pytest

from engine.data.spectrogram import MelSpectrogram, mel_of
from tests.reference import sounds as reference


def form(**changes: float) -> MelSpectrogram:
    values = {"rate": 8000, "window": 60, "hop": 25, "bands": 6, "lowest": 100.0,
              "highest": 4000.0, "floor_db": -80.0, **changes}
    return MelSpectrogram(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [
    {}, {"bands": 1}, {"window": 64, "hop": 64}, {"lowest": 0.0, "highest": 1500.0, "bands": 12},
    {"window": 37, "hop": 1}, {"floor_db": -20.0}])
def test_every_number_is_that_of_a_transform_that_is_summed_term_by_term(
        changes: dict[str, float]) -> None:
    made = form(**changes)
    sound = np.random.default_rng(3).uniform(-1, 1, 150).astype(np.float32)
    sound[70:] *= 1e-3
    length = 2 * (made.filters.shape[1] - 1)
    expected = reference.log_mel(sound.tolist(), made.rate, made.window, made.hop, made.bands,
                                 made.lowest, made.highest, made.floor_db, length)
    found = made.log_mel(sound)
    assert found.shape == (made.frames(len(sound)), made.bands)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_a_full_tone_has_0_db_where_it_sounds() -> None:
    made = MelSpectrogram(16_000, 400, 160, 40, 50.0, 8000.0, -80.0)
    middle = made.middles[20]
    tone = np.sin(2 * np.pi * middle * np.arange(16_000) / 16_000).astype(np.float32)
    levels = made.log_mel(tone).mean(axis=0)
    assert np.argmax(levels) == 20
    # Its power is smeared over the neighbours of its frequency, which the band holds in part.
    assert -1 < levels[20] < 0
    assert levels[35] < -60


def test_the_scale_is_that_of_htk() -> None:
    assert mel_of(1000) == pytest.approx(1000, abs=0.05)
    assert mel_of(0) == 0


def test_every_band_holds_a_frequency_though_it_is_narrow() -> None:
    assert form(bands=30, window=40).is_possible
    assert form(bands=30, window=40).filters.shape[1] > 33
    assert not form(bands=256, lowest=100.0, highest=101.0).is_possible


def test_a_sound_shorter_than_a_frame_is_filled_with_silence() -> None:
    made = form()
    short = np.full(10, 0.5, np.float32)
    whole = np.concatenate([short, np.zeros(50, np.float32)])
    assert made.frames(10) == 1
    np.testing.assert_array_equal(made.log_mel(short), made.log_mel(whole))
    assert made.samples(made.frames(1000)) <= 1000 < made.samples(made.frames(1000) + 1)
