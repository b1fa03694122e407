from __future__ import annotations

import io
import sys
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from engine.data.sound_files import read_sound, read_sound_head
from engine.data.waveform import Waveform, of_length, without_silence
from engine.errors import DataError

RATE = 8000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.float32)


def fault(content: Path | bytes) -> str:
    with pytest.raises(DataError) as found:
        read_sound(content, "a.wav")
    return found.value.sentence


@pytest.mark.parametrize(("suffix", "subtype", "off"), [
    ("wav", "PCM_16", 1e-4), ("wav", "PCM_U8", 1e-2), ("wav", "PCM_24", 1e-6), ("wav", "FLOAT", 0),
    ("wav", "DOUBLE", 1e-7), ("wav", "ALAW", 0.02), ("wav", "ULAW", 0.02), ("flac", "PCM_16", 1e-4),
    ("ogg", "VORBIS", 0.1), ("ogg", "OPUS", 0.2), ("mp3", "MPEG_LAYER_III", 0.2),
    ("aiff", "PCM_16", 1e-4), ("w64", "PCM_16", 1e-4)])
def test_every_format_is_read_from_disk_and_from_bytes(tmp_path: Path, suffix: str, subtype: str,
                                                       off: float) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, TONE, RATE, subtype=subtype)
    sound = read_sound(path, "tone")
    assert sound.rate in (RATE, 48_000)
    assert sound.samples.dtype == np.float32
    assert sound.seconds == pytest.approx(1, abs=0.1)
    if sound.rate == RATE and len(sound.samples) == len(TONE):
        assert np.abs(sound.samples - TONE).max() <= off
    np.testing.assert_array_equal(read_sound(path.read_bytes(), "tone").samples, sound.samples)


def test_channels_are_mixed_to_their_mean(tmp_path: Path) -> None:
    path = tmp_path / "seven.wav"
    channels = np.stack([TONE * place for place in range(7)], axis=1) / 7
    soundfile.write(path, channels, RATE, subtype="FLOAT")
    assert read_sound_head(path, "seven").channels == 7
    np.testing.assert_allclose(read_sound(path, "seven").samples, channels.mean(axis=1), atol=1e-6)


def written(samples: NDArray[np.float32], rate: int = RATE) -> bytes:
    raw = io.BytesIO()
    soundfile.write(raw, samples, rate, format="WAV", subtype="FLOAT")
    return raw.getvalue()


def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    assert "0 bytes" in fault(tmp_path / "empty.wav")
    assert "No such file" in fault(tmp_path / "missing.wav")
    assert "WAV, FLAC, OGG or MP3" in fault(b"This is a text, whatever its name says.\n" * 9)
    assert "WAV, FLAC, OGG or MP3" in fault(b"RIFF\x00\x00\x00\x00WAVE")
    broken = TONE.copy()
    broken[4000:4003] = np.nan, np.inf, -np.inf
    assert fault(written(broken)) == (
        "a.wav: 3 samples are no numbers, the first after 0.5 s; expected finite numbers. "
        "Export the sound again.")
    both = np.zeros((RATE, 2), np.float32)
    both[5] = np.inf, -np.inf
    assert "1 sample is no number" in fault(written(both))
    assert "a sound of 1 sample;" in fault(written(TONE[:1]))
    assert "a sound of 0 samples" in fault(written(TONE[:0]))
    assert "5 samples in a second" in fault(written(TONE, 5))


def test_a_high_rate_and_a_cut_end_are_read() -> None:
    assert read_sound(written(TONE, 192_000), "a").rate == 192_000
    whole = written(TONE)
    assert 0 < len(read_sound(whole[:len(whole) // 2], "a").samples) < len(TONE)


def test_a_damaged_flac_is_told_of_or_ends_early() -> None:
    raw = io.BytesIO()
    noise = np.random.default_rng(0).uniform(-1, 1, 60_000)
    soundfile.write(raw, noise, RATE, format="FLAC")
    content = bytearray(raw.getvalue())
    content[len(content) // 2:len(content) // 2 + 2000] = bytes(2000)
    assert "damaged in its middle" in fault(bytes(content))


def test_two_hours_are_refused_before_memory_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframesraw(b"")
    header = bytearray(path.read_bytes())
    size = 2 * 7200 * RATE
    header[4:8], header[40:44] = (36 + size).to_bytes(4, "little"), size.to_bytes(4, "little")
    with path.open("wb") as file:
        file.write(header)
        file.truncate(44 + size)
    tracemalloc.start()
    try:
        assert fault(path) == (
            "a.wav: a sound of 7,200 s; expected 60 s at most. Cut it into examples.")
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_silence_is_cut_off_at_both_ends() -> None:
    quiet = np.full(RATE // 4, 1e-4, np.float32)
    sound = Waveform(RATE, np.concatenate([quiet, TONE, quiet]))
    assert without_silence(sound, 40).seconds == pytest.approx(1, abs=0.02)
    assert without_silence(sound, 90).seconds == 1.5
    silent = Waveform(RATE, np.zeros(100, np.float32))
    assert without_silence(silent, 40) is silent


def test_a_length_is_cut_or_filled_with_silence() -> None:
    assert of_length(TONE, 10).tolist() == TONE[:10].tolist()
    assert of_length(TONE[:2], 4).tolist() == [*TONE[:2].tolist(), 0, 0]


BEFORE = bytes.fromhex(
    "464f524d0000003041494646434f4d4d0000001200010000000100104011bb80200000"
    "22222200000053534e440000000a00000000000000008187")
"""A sound for which its library goes to a place before the beginning."""


def test_nothing_is_told_on_the_terminal_of_what_a_broken_sound_asks_for(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    path = tmp_path / "broken.aiff"
    path.write_bytes(BEFORE)
    for content in (path, BEFORE):
        assert fault(content)
    assert not told
