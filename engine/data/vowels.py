"""Vowels that nobody has spoken: made of harmonics as the throat and mouth would shape them.

Every speaker has a voice of its own, and validation hears other speakers than training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

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


_Said = tuple[NDArray[np.float32], Any]
"""A sound, and its label: a class, or those of a text."""

_Say = Callable[[Speaker, np.random.Generator], Iterator[_Said]]
"""Has a speaker say all that there is to be of one."""


class _Heard(NamedTuple):
    """What the sounds of a seed become; kept, since speaking takes seconds.

    Attributes
    ----------
    rows : uint8[n, frames * bands]
        Their spectrograms, filled up to the same length.
    frames : int
        How many the longest has.
    lengths : int64[n]
        Samples of each: with these, any one of them is soon spoken again.
    speakers, labels : int64[n], int64[n] | int64[n, MOST]
        Who speaks, and what.
    """

    rows: NDArray[np.uint8]
    frames: int
    lengths: Indices
    speakers: Indices
    labels: Indices


def load_vowels(spec: DataSpec) -> Dataset:
    """Return single vowels of different speakers, and which they are."""
    return _dataset(spec, "Vowels", _vowels)


def load_vowel_strings(spec: DataSpec) -> Dataset:
    """Return strings of vowels of different speakers, and which vowels they are made of."""
    return _dataset(spec, "Vowel strings", _strings)


def _vowels(speaker: Speaker, rng: np.random.Generator) -> Iterator[_Said]:
    """Say every vowel some times."""
    for label, vowel in enumerate(FORMANTS):
        for _ in range(TAKES):
            yield spoken(vowel, speaker, rng), label


def _strings(speaker: Speaker, rng: np.random.Generator) -> Iterator[_Said]:
    """Say strings of vowels with pauses between them; each with its text, filled up with -1."""
    names = tuple(FORMANTS)
    for _ in range(STRINGS):
        text = rng.integers(len(names), size=int(rng.integers(FEWEST, MOST + 1)))
        pieces = [_pause(rng)]
        for one in text:
            pieces += [spoken(names[one], speaker, rng), _pause(rng)]
        yield np.concatenate(pieces), np.pad(text, (0, MOST - len(text)), constant_values=-1)


def _speakers(seed: int) -> list[tuple[Speaker, np.random.Generator]]:
    generators = np.random.default_rng(seed).spawn(SPEAKERS)
    return [(draw_speaker(rng), rng) for rng in generators]


def _pause(rng: np.random.Generator) -> NDArray[np.float32]:
    return np.zeros(round(rng.uniform(0, LONGEST_PAUSE) * RATE), np.float32)


@lru_cache(maxsize=2)
def _heard(say: _Say, seed: int, noise: float) -> _Heard:
    """Return what all speakers say as frames; ``noise`` is in percent of the voice."""
    said = [(number, *one) for number, voice in enumerate(_speakers(seed)) for one in say(*voice)]
    speakers, sounds, labels = zip(*said, strict=True)
    lengths = np.array([len(sound) for sound in sounds])
    made: list[Frames] = [
        frames_of(Waveform(RATE, sound + hiss), FORM, "recording")
        for sound, hiss in zip(sounds, _hisses(seed, noise, lengths), strict=True)]
    count = max(map(len, made))
    rows = np.stack([filled(frames, count).ravel() for frames in made])
    rows.flags.writeable = False
    return _Heard(rows, count, lengths, np.array(speakers), np.array(labels, np.int64))


def _hisses(seed: int, noise: float, lengths: Indices) -> Iterator[NDArray[np.float32]]:
    """Yield what is heard beside each of the voices."""
    rng = np.random.default_rng([seed, len(lengths)])
    hiss = 0.5 * noise / 100
    for length in lengths:
        # Without noise, none is drawn: to hear the last sound would wait for those of all others.
        drawn = rng.standard_normal(length) if noise else np.zeros(length)
        yield (hiss * drawn).astype(np.float32)


def _again(say: _Say, seed: int, noise: float, lengths: Indices, number: int) -> Waveform:
    """Return one of the sounds, spoken once more: of all that nobody listens to, none is kept."""
    place, before = divmod(number, len(lengths) // SPEAKERS)
    sound, _label = next(islice(say(*_speakers(seed)[place]), before, None))
    hiss = next(islice(_hisses(seed, noise, lengths), number, None))
    return Waveform(RATE, np.clip(sound + hiss, -1, 1))


def _dataset(spec: DataSpec, title: str, say: _Say) -> Dataset:
    rows, count, lengths, speakers, labels = _heard(say, spec.seed, spec.noise)
    training, validation = split_groups(speakers, spec.training_share, spec.seed)
    is_text = labels.ndim > 1
    return Dataset(
        key=spec.source, title=title, task="transcription" if is_text else "classification",
        inputs=ByteRows(rows), labels=labels, values=np.empty((len(rows), 0)),
        class_names=tuple(FORMANTS), feature_names=FORM.names(count),
        target_names=("vowels" if is_text else "vowel",), training=training,
        validation=validation, modality=Modality("sound", (count, FORM.bands)),
        sound_of=partial(_again, say, spec.seed, spec.noise, lengths), remarks=(remark(
            "note.vowels", speakers=SPEAKERS, held_out=len(np.unique(speakers[validation])),
            frames=count, bands=FORM.bands, hop=1000 * FORM.hop / RATE),))
