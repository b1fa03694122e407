from __future__ import annotations

import pickle

import numpy as np
import pytest

from engine.data import load
from engine.data.sound_bytes import filled, frames_of
from engine.data.vowels import FORM, FORMANTS, MOST, RATE, SPEAKERS, Speaker, draw_speaker, spoken
from engine.spec import DataSpec


@pytest.mark.parametrize("vowel", FORMANTS)
@pytest.mark.parametrize("group", range(3))
def test_a_vowel_is_loud_at_its_formants(vowel: str, group: int) -> None:
    # A low voice has harmonics everywhere.
    speaker = Speaker(group, 100.0, 1.0, 6.0)
    sound = spoken(vowel, speaker, np.random.default_rng(1))
    assert np.abs(sound).max() == pytest.approx(0.5, abs=0.03)
    levels = FORM.log_mel(sound)[3:-4].mean(axis=0)
    for formant in FORMANTS[vowel][group][:2]:
        at = int(np.argmin(np.abs(FORM.middles - formant)))
        # Louder than what lies halfway to the band of twice its frequency.
        beyond = int(np.argmin(np.abs(FORM.middles - 1.6 * formant)))
        others = [int(np.argmin(np.abs(FORM.middles - one))) for one in FORMANTS[vowel][group]]
        if all(abs(beyond - other) > 2 for other in others):
            assert levels[max(0, at - 1):at + 2].max() > levels[beyond]


def test_vowels_are_of_whole_speakers_on_each_side() -> None:
    data = load(DataSpec("vowels", training_share=0.7))
    assert data.class_names == ("a", "e", "i", "o", "u")
    assert np.bincount(data.labels).tolist() == [SPEAKERS * 4] * 5
    speaker = np.arange(len(data.labels)) // 20
    assert not set(speaker[data.training]) & set(speaker[data.validation])
    assert len(set(speaker[data.validation])) == 9
    assert data.sound_of is not None
    assert data.sound_of(3).rate == RATE
    assert 0.2 < data.sound_of(3).seconds < 0.4
    assert data.inputs[:20].max() == 1


def test_strings_are_vowels_that_can_be_written_in_their_frames() -> None:
    data = load(DataSpec("vowel_strings"))
    assert data.task == "transcription"
    lengths = (data.labels >= 0).sum(axis=1)
    assert set(lengths) == {3, 4, 5}
    assert data.labels.shape[1] == MOST
    assert data.longest_text < data.example.shape[0] / 4


def test_what_is_heard_is_what_is_learned_from() -> None:
    data = load(DataSpec("vowels", noise=20))
    assert data.sound_of is not None
    sound = data.sound_of(7)
    assert sound.samples.dtype == np.float32
    assert 0.4 < np.abs(sound.samples).max() <= 1
    rows = data.inputs[7:8].reshape(-1)
    heard = filled(frames_of(sound, FORM, "recording"), data.example.shape[0]).ravel()
    np.testing.assert_array_equal(heard, np.rint(255 * rows))


@pytest.mark.parametrize("number", [0, 19, 20, 599])
def test_a_string_is_spoken_again_as_it_was_learned_from(number: int) -> None:
    data = load(DataSpec("vowel_strings", seed=5, noise=10))
    assert data.sound_of is not None
    frames = frames_of(data.sound_of(number), FORM, "recording")
    row = data.inputs[number:number + 1].reshape(-1)
    np.testing.assert_array_equal(filled(frames, data.example.shape[0]).ravel(), np.rint(255 * row))


def test_sounds_that_nobody_listens_to_are_not_kept() -> None:
    data = load(DataSpec("vowel_strings"))
    # 1.6 seconds each, of 8,000 samples: 15 MB in 16 bits.
    assert len(pickle.dumps(data.sound_of)) < 100_000


def test_the_seed_fixes_everything_and_noise_is_heard() -> None:
    first, again = (load(DataSpec("vowels", seed=3)) for _ in range(2))
    np.testing.assert_array_equal(first.inputs[:], again.inputs[:])
    other = load(DataSpec("vowels", seed=4))
    assert other.inputs.shape[1] % 32 == 0
    assert not np.array_equal(first.sound_of(0).samples,  # type: ignore[misc]
                              other.sound_of(0).samples)  # type: ignore[misc]
    hissing = load(DataSpec("vowels", seed=3, noise=20))
    assert hissing.inputs[:].mean() > first.inputs[:].mean() + 0.1


def test_voices_differ() -> None:
    rng = np.random.default_rng(0)
    voices = [draw_speaker(rng) for _ in range(50)]
    assert {voice.group for voice in voices} == {0, 1, 2}
    assert np.std([voice.pitch for voice in voices]) > 30
