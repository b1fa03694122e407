"""Strings of recordings that are joined as if they were spoken one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices
from engine.data.importers.sounds_names import Recording
from engine.data.importers.sounds_options import SoundOptions
from engine.data.resampling import at_speed
from engine.data.waveform import Waveform

_STRING_STREAM = 2
"""Keeps the random numbers of strings apart from those of the split."""


@dataclass(frozen=True)
class String:
    """Recordings that are joined.

    Attributes
    ----------
    parts : tuple[int, ...]
        Places among the recordings.
    pauses : tuple[float, ...]
        Seconds of silence before each of them, and behind the last.
    speed : float
        How many times as fast as it was spoken it is heard.
    """

    parts: tuple[int, ...]
    pauses: tuple[float, ...]
    speed: float = 1.0

    def joined(self, sounds: Sequence[NDArray[np.int16]], rate: int) -> Waveform:
        """Return what is heard.

        Parameters
        ----------
        sounds : sequence of int16[...]
            The recordings, 32,767 for 1.
        rate : int
            Their rate.
        """
        pieces: list[NDArray[np.int16]] = []
        for part, pause in zip((*self.parts, -1), self.pauses, strict=True):
            pieces.append(np.zeros(round(pause * rate), np.int16))
            if part >= 0:
                pieces.append(sounds[part])
        whole = Waveform(rate, np.concatenate(pieces).astype(np.float32) / np.float32(32767))
        return at_speed(whole, self.speed)

    def text(self, found: Sequence[Recording]) -> str:
        """Return what is spoken: letters without a space between them, words with one."""
        labels = [found[part].label for part in self.parts]
        return ("" if all(len(label) == 1 for label in labels) else " ").join(labels)


def strings_of(found: Sequence[Recording], sides: tuple[Indices, Indices], options: SoundOptions,
               seed: int) -> tuple[list[String], Indices, Indices]:
    """Return strings, and which of them are to learn from and for validation.

    Each is of one speaker, where speakers are known, and of recordings of one side. Both sides have
    as many strings as is their share of the recordings.

    Parameters
    ----------
    found : sequence of Recording
        The recordings.
    sides : tuple of int64[...]
        Those to learn from, and those for validation.
    options : SoundOptions
        How many strings, of how many recordings, with which pauses.
    seed : int
        The same seed gives the same strings.
    """
    rng = np.random.default_rng([seed, _STRING_STREAM])
    learned = round(options.strings * len(sides[0]) / len(found))
    learned = min(max(learned, 1), options.strings - 1)
    made = [*some_strings(found, sides[0], learned, options, rng),
            *some_strings(found, sides[1], options.strings - learned, options, rng)]
    if options.other_speeds:
        for place in range(learned):
            speed = float(rng.choice((1.0, *options.other_speeds)))
            made[place] = replace(made[place], speed=speed)
    places = np.arange(len(made))
    return made, rng.permutation(places[:learned]), rng.permutation(places[learned:])


def some_strings(found: Sequence[Recording], rows: Indices, count: int, options: SoundOptions,
                 rng: np.random.Generator) -> list[String]:
    """Return so many strings of these recordings."""
    speakers, made = _by_speaker(found, rows), []
    for _ in range(count):
        # The speaker of a random recording: who recorded more is heard more often.
        own = speakers[found[int(rng.choice(rows))].speaker]
        size = int(rng.integers(options.fewest, max(options.fewest, options.most) + 1))
        parts = tuple(int(one) for one in rng.choice(own, size))
        pauses = tuple(float(one) for one in rng.uniform(0, options.pause, size + 1))
        made.append(String(parts, pauses))
    return made


def _by_speaker(found: Sequence[Recording], rows: Indices) -> dict[str, list[int]]:
    speakers: dict[str, list[int]] = {}
    for row in rows:
        speakers.setdefault(found[int(row)].speaker, []).append(int(row))
    return speakers
