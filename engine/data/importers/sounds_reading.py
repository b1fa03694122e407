"""From recordings to frames of bytes: read, trimmed, brought to one rate, measured in decibels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.importers.importer import LeftOut, place_of
from engine.data.importers.sounds_names import Recording, recordings
from engine.data.importers.sounds_options import USUAL_RATE, SoundOptions
from engine.data.importers.sounds_store import Store, opened
from engine.data.resampling import resampled
from engine.data.sound_files import SoundHead, read_sound, read_sound_head
from engine.data.spectrogram import MelSpectrogram
from engine.data.waveform import Waveform, of_length, without_silence
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec

Frames = NDArray[np.uint8]
"""uint8[frames, bands]: 0 for the floor, 255 for the loudest that there is."""

MOST_HEADS = 500
"""Recordings, spread over all, whose rate is asked for."""

_DEEP_DB = -160.0
"""Below what any recording holds: from here the loudest of a recording is looked for."""


@dataclass(frozen=True)
class Collection:
    """What was brought, while it is open.

    Attributes
    ----------
    title : str
        Name for people.
    stores : tuple[Store, ...]
        The folders and zips.
    recordings : tuple[Recording, ...]
        Their sounds, with what is said of them.
    left_out : tuple[LeftOut, ...]
        Sounds of which nothing is said.
    options : SoundOptions
        What was chosen.
    """

    title: str
    stores: tuple[Store, ...]
    recordings: tuple[Recording, ...]
    left_out: tuple[LeftOut, ...]
    options: SoundOptions

    def head(self, one: Recording) -> SoundHead:
        """Return what a recording says of itself; raises DataError if that is nothing."""
        store = self.stores[one.store]
        return read_sound_head(store.content(one.name), place_of(one.name, store.path.name))

    def sound(self, one: Recording, rate: int) -> Waveform:
        """Return a recording as it goes into the spectrogram; raises DataError if it is broken."""
        store = self.stores[one.store]
        sound = read_sound(store.content(one.name), place_of(one.name, store.path.name))
        if self.options.trim:
            sound = without_silence(sound, self.options.quiet)
        return resampled(sound, rate)


@contextmanager
def collected(path: Path, spec: DataSpec, options: SoundOptions) -> Iterator[Collection]:
    """Open what was brought.

    Raises
    ------
    DataError
        If it cannot be opened, or nothing says what its sounds are.
    """
    with ExitStack() as stack:
        stores = tuple(stack.enter_context(opened(one))
                       for one in (path, *map(Path, spec.more_paths)))
        known, silent = recordings(stores, options)
        left_out = tuple(LeftOut(name, say("sound.no-label", labels=options.labels))
                         for name in silent)
        yield Collection(path.name, stores, known, left_out, options)


def spread(things: Sequence[Recording], count: int) -> list[Recording]:
    """Return at most so many, at equal distances."""
    if len(things) <= count:
        return list(things)
    return [things[place] for place in np.linspace(0, len(things) - 1, count).astype(int)]


def heads(collection: Collection, asked: Iterable[Recording]) -> tuple[
        list[SoundHead], list[LeftOut]]:
    """Return what recordings say of themselves, and which cannot be read."""
    found, broken = [], []
    for one in asked:
        try:
            found.append(collection.head(one))
        except DataError as error:
            broken.append(LeftOut(one.name, error.message))
    return found, broken


def common_rate(options: SoundOptions, found: Sequence[SoundHead]) -> int:
    """Return the rate to which all recordings are brought."""
    if options.rate != "auto":
        return int(options.rate)
    return min(USUAL_RATE, *(head.rate for head in found)) if found else USUAL_RATE


def frames_in(samples: int, form: MelSpectrogram) -> int:
    """Return how many frames so many samples make, silence behind them to fill the last."""
    return -(-max(0, samples - form.window) // form.hop) + 1


def as_shorts(sound: Waveform) -> NDArray[np.int16]:
    """Return a sound in a half of its memory, int16[n], 32,767 for 1."""
    return np.rint(np.clip(sound.samples, -1, 1) * 32767).astype(np.int16)


def frames_of(sound: Waveform, form: MelSpectrogram, levels: str) -> Frames:
    """Return the spectrogram of a sound in bytes, whole frames, silence behind its end.

    Parameters
    ----------
    sound : Waveform
        A sound of the spectrogram's rate.
    form : MelSpectrogram
        How it is measured; 255 bytes reach from its floor to 0 dB.
    levels : str
        ``recording`` takes the loudest of the recording for 0 dB, others take a full tone.
    """
    whole = form.samples(frames_in(len(sound.samples), form))
    samples = of_length(sound.samples, max(whole, len(sound.samples)))[:whole]
    floor = form.floor_db
    if levels == "recording":
        decibels = replace(form, floor_db=_DEEP_DB).log_mel(samples)
        loudest = decibels.max()
        decibels -= loudest if loudest > _DEEP_DB else 0.0
    else:
        decibels = form.log_mel(samples)
    share = np.clip(1 - decibels / floor, 0.0, 1.0)
    return np.rint(share * 255).astype(np.uint8)


def filled(frames: Frames, count: int) -> Frames:
    """Return uint8[count, bands]: cut at the end, or the floor behind it."""
    found = np.zeros((count, frames.shape[1]), np.uint8)
    found[:min(count, len(frames))] = frames[:count]
    return found
