"""What was brought, while it is open: which recordings there are, and how each sounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.importers.importer import LeftOut, place_of
from engine.data.importers.sounds_names import Recording, recordings
from engine.data.importers.sounds_options import USUAL_RATE, SoundOptions
from engine.data.importers.sounds_store import Store, opened
from engine.data.importers.sounds_told import check_classes
from engine.data.resampling import resampled
from engine.data.sound_files import SoundHead, read_sound, read_sound_head
from engine.data.waveform import Waveform, without_silence
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec

MOST_HEADS = 500
"""Recordings, spread over all, whose rate is asked for."""

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
        If it cannot be opened, nothing says what its sounds are, or they are of too many classes.
    """
    with ExitStack() as stack:
        stores = tuple(stack.enter_context(opened(one))
                       for one in (path, *map(Path, spec.more_paths)))
        known, silent = recordings(stores, options)
        if not options.is_text:
            check_classes([one.label for one in known], path.name)
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
