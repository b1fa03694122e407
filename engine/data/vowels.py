"""Vowels that nobody has spoken: made of harmonics as the throat and mouth would shape them.

Every speaker has a voice of its own, and validation hears other speakers than training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.modality import Modality
from engine.data.remark import remark
from engine.data.rows import ByteRows
from engine.data.sound_bytes import Frames, filled, frames_of
from engine.data.spectrogram import MelSpectrogram
from engine.data.split import split_groups
from engine.data.waveform import Waveform
from engine.spec import DataSpec

RATE = 8000
SPEAKERS = 30
TAKES = 4
"""Of every vowel and speaker."""

STRINGS = 20
"""Of every speaker."""

FEWEST, MOST = 3, 5
"""Vowels of a string."""

LONGEST_PAUSE = 0.12

LOUDEST = 32_767
"""What 1 is in a sound that is kept."""

FORM = MelSpectrogram(RATE, 256, 128, 32, 50.0, 4000.0, -60.0)

FORMANTS: Mapping[str, tuple[tuple[int, int, int], ...]] = MappingProxyType({
    "a": ((730, 1090, 2440), (850, 1220, 2810), (1030, 1370, 3170)),
    "e": ((530, 1840, 2480), (610, 2330, 2990), (690, 2610, 3570)),
    "i": ((270, 2290, 3010), (310, 2790, 3310), (370, 3200, 3730)),
    "o": ((570, 840, 2410), (590, 920, 2710), (680, 1060, 3180)),
    "u": ((300, 870, 2240), (370, 950, 2670), (430, 1170, 3260)),
})
"""Means of men, women and children, in Hz, in hod, head, heed, hawed and who'd. Source: Peterson
and Barney (1952), Control methods used in a study of the vowels, table II."""

_PITCHES = (132, 223, 264)
_BANDWIDTHS = (60, 90, 150, 200)
_FOURTH = 3500


@dataclass(frozen=True)
class Speaker:
    """A voice.

    Attributes
    ----------
    group : int
        0 man, 1 woman, 2 child: whose formants it varies.
    pitch : float
        Fundamental frequency in Hz.
    length : float
        By which its formants are multiplied: a longer throat has lower ones.
    tilt : float
        How much weaker its harmonics get from octave to octave, in dB.
    """

    group: int
    pitch: float
    length: float
    tilt: float


def draw_speaker(rng: np.random.Generator) -> Speaker:
    """Return a voice by chance."""
    group = int(rng.integers(3))
    return Speaker(group, float(_PITCHES[group] * np.exp(rng.normal(0, 0.12))),
                   float(np.exp(rng.normal(0, 0.05))), float(rng.uniform(7, 12)))


def spoken(vowel: str, speaker: Speaker, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a vowel, float32[n], at `RATE`.

    A sum of harmonics whose pitch falls a little, each as loud as voice and resonances make it; no
    two are alike.
    """
    seconds = rng.uniform(0.22, 0.38)
    places = np.arange(round(seconds * RATE)) / RATE
    glide = 1 + rng.uniform(-0.15, 0.05) * places / seconds
    pitch = speaker.pitch * np.exp(rng.normal(0, 0.04)) * glide
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formants = np.array([*FORMANTS[vowel][speaker.group], _FOURTH]) * speaker.length
    formants = formants * np.exp(rng.normal(0, 0.03, len(formants)))
    numbers = np.arange(1, int(RATE / 2 / pitch.max()) + 1)
    loud = _gains(numbers * pitch.mean(), formants) * numbers ** (-speaker.tilt / 6.02)
    turn = np.exp(1j * phase)
    harmonic, whole = np.ones_like(turn), np.zeros_like(turn)
    for share in loud * np.exp(2j * np.pi * rng.random(len(numbers))):
        harmonic *= turn
        whole += share * harmonic
    sound = whole.imag
    attack, decay = 0.02, 0.06
    envelope = np.minimum(np.minimum(places / attack, (seconds - places) / decay), 1.0)
    made: NDArray[np.float32] = (0.5 * sound * envelope / np.abs(sound).max()).astype(np.float32)
    return made


def _gains(frequencies: Reals, formants: Reals) -> Reals:
    """Return the product of the resonances' gains at every frequency, 1 at 0 Hz."""
    share = frequencies[:, None] / formants
    gains: Reals = np.prod(1 / np.hypot(1 - share ** 2, share * np.array(_BANDWIDTHS) / formants),
                           axis=1)
    return gains


def vowel_frames(vowel: str) -> Frames:
    """Return the spectrogram of a vowel that a woman speaks."""
    rng = np.random.default_rng(7)
    sound = spoken(vowel, Speaker(1, 223.0, 1.0, 9.0), rng)
    return frames_of(Waveform(RATE, sound), FORM, "recording")


class _Heard(NamedTuple):
    """Sounds of a seed, and what they become; kept, since speaking takes seconds.

    To be heard, 16 bits are enough: half the memory of what they were made in.
    """

    sounds: tuple[NDArray[np.int16], ...]
    rows: NDArray[np.uint8]
    frames: int
    speakers: Indices
    labels: Indices


def load_vowels(spec: DataSpec) -> Dataset:
    """Return single vowels of different speakers, and which they are."""
    return _dataset(spec, "Vowels", _vowels(spec.seed, spec.noise))


def load_vowel_strings(spec: DataSpec) -> Dataset:
    """Return strings of vowels of different speakers, and which vowels they are made of."""
    return _dataset(spec, "Vowel strings", _strings(spec.seed, spec.noise))


@lru_cache(maxsize=2)
def _vowels(seed: int, noise: float) -> _Heard:
    names = tuple(FORMANTS)
    sounds, speakers, labels = [], [], []
    for number, (speaker, rng) in enumerate(_speakers(seed)):
        for label, vowel in enumerate(names):
            for _ in range(TAKES):
                sounds.append(spoken(vowel, speaker, rng))
                speakers.append(number)
                labels.append(label)
    return _heard(seed, noise, sounds, np.array(speakers), np.array(labels, np.int64))


@lru_cache(maxsize=2)
def _strings(seed: int, noise: float) -> _Heard:
    names = tuple(FORMANTS)
    sounds, speakers, texts = [], [], []
    for number, (speaker, rng) in enumerate(_speakers(seed)):
        for _ in range(STRINGS):
            text = rng.integers(len(names), size=int(rng.integers(FEWEST, MOST + 1)))
            pieces = [_pause(rng)]
            for one in text:
                pieces += [spoken(names[one], speaker, rng), _pause(rng)]
            sounds.append(np.concatenate(pieces))
            speakers.append(number)
            texts.append(np.pad(text, (0, MOST - len(text)), constant_values=-1))
    return _heard(seed, noise, sounds, np.array(speakers), np.array(texts, np.int64))


def _speakers(seed: int) -> list[tuple[Speaker, np.random.Generator]]:
    generators = np.random.default_rng(seed).spawn(SPEAKERS)
    return [(draw_speaker(rng), rng) for rng in generators]


def _pause(rng: np.random.Generator) -> NDArray[np.float32]:
    return np.zeros(round(rng.uniform(0, LONGEST_PAUSE) * RATE), np.float32)


def _heard(seed: int, noise: float, sounds: Sequence[NDArray[np.float32]], speakers: Indices,
           labels: Indices) -> _Heard:
    """Return sounds as frames; ``noise`` is a hiss beside them, in percent of the voice."""
    rng = np.random.default_rng([seed, len(sounds)])
    hiss = 0.5 * noise / 100
    heard = tuple(
        Waveform(RATE, sound + (hiss * rng.standard_normal(len(sound))).astype(np.float32))
        for sound in sounds)
    made: list[Frames] = [frames_of(sound, FORM, "recording") for sound in heard]
    count = max(map(len, made))
    rows = np.stack([filled(frames, count).ravel() for frames in made])
    rows.flags.writeable = False
    kept = tuple(np.rint(LOUDEST * np.clip(one.samples, -1, 1)).astype(np.int16) for one in heard)
    return _Heard(kept, rows, count, speakers, labels)


def _sound(sounds: Sequence[NDArray[np.int16]], number: int) -> Waveform:
    """Return one of the sounds that are kept."""
    return Waveform(RATE, sounds[number].astype(np.float32) / np.float32(LOUDEST))


def _dataset(spec: DataSpec, title: str, found: _Heard) -> Dataset:
    heard, rows, count, speakers, labels = found
    training, validation = split_groups(speakers, spec.training_share, spec.seed)
    is_text = labels.ndim > 1
    return Dataset(
        key=spec.source, title=title, task="transcription" if is_text else "classification",
        inputs=ByteRows(rows), labels=labels, values=np.empty((len(rows), 0)),
        class_names=tuple(FORMANTS), feature_names=FORM.names(count),
        target_names=("vowels" if is_text else "vowel",), training=training,
        validation=validation, modality=Modality("sound", (count, FORM.bands)),
        sound_of=partial(_sound, heard), remarks=(remark(
            "note.vowels", speakers=SPEAKERS, held_out=len(np.unique(speakers[validation])),
            frames=count, bands=FORM.bands, hop=1000 * FORM.hop / RATE),))
