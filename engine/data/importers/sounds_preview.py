"""A look at recordings before they are loaded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np

from engine.data.importers.importer import LeftOut, Preview, Sample
from engine.data.importers.sounds_names import Recording
from engine.data.importers.sounds_options import SoundOptions
from engine.data.importers.sounds_reading import (
    Collection,
    collected,
    common_rate,
    heads,
    spread,
)
from engine.data.importers.sounds_rows import frames_for, silence
from engine.data.importers.sounds_strings import some_strings
from engine.data.importers.sounds_told import in_order, on_left_out, on_spectrogram
from engine.data.modality import Modality
from engine.data.sound_bytes import Frames, as_shorts, filled, frames_in, frames_of
from engine.data.waveform import Waveform
from engine.errors import DataError
from engine.spec import DataSpec

MOST_HEADS = 300
"""Recordings of which a preview asks rate and length."""

SAMPLES = 24

JOINED_SAMPLES = 8


def preview(path: Path, spec: DataSpec, options: SoundOptions) -> Preview:
    """Look at recordings; see `engine.data.importers.importer.Preview`.

    Raises
    ------
    DataError
        If nothing can be made of them.
    """
    with collected(path, spec, options) as collection:
        asked = spread(collection.recordings, MOST_HEADS)
        found, broken = heads(collection, asked)
        rate = common_rate(options, found)
        form = options.spectrogram(rate, collection.title)
        chosen = list(islice(_by_turns(asked), SAMPLES))
        read, unread = _read(collection, chosen, rate)
        if not read:
            raise DataError.of((broken + unread)[0].reason)
    named = _strings(read, rate, options, spec.seed) if options.is_joined else _heard(read)
    lengths = [frames_in(round(head.seconds * form.rate), form) for head in found]
    made = [(name, label, sound, frames_of(sound, form, options.levels))
            for name, label, sound in named]
    count = frames_for([len(one[3]) for one in made] if options.is_joined else lengths, options,
                       form)
    left_out = (*collection.left_out, *_once(broken, unread))
    example = Modality("sound", (count, form.bands))
    return Preview(
        title=collection.title,
        count=options.strings if options.is_joined else len(collection.recordings),
        example=example, task="transcription" if options.is_text else "classification",
        classes={} if options.is_text else _counted(collection.recordings),
        samples=tuple(_sample(*one, example, silence(options)) for one in made), left_out=left_out,
        remarks=(*on_spectrogram(form, count, options), *on_left_out(left_out)),
        is_whole=len(asked) == len(collection.recordings))


_Heard = tuple[str, str, Waveform]
"""Name, class or text, and sound of an example."""


def _by_turns(found: Sequence[Recording]) -> Iterator[Recording]:
    """Yield recordings so that every class comes once before any comes again."""
    classes: dict[str, list[Recording]] = defaultdict(list)
    for one in found:
        classes[one.label].append(one)
    rounds = zip_longest(*(classes[name] for name in in_order(tuple(classes))))
    return (one for one in chain.from_iterable(rounds) if one is not None)


def _read(collection: Collection, chosen: Sequence[Recording], rate: int) -> tuple[
        list[tuple[Recording, Waveform]], list[LeftOut]]:
    read, broken = [], []
    for one in chosen:
        try:
            read.append((one, collection.sound(one, rate)))
        except DataError as error:
            broken.append(LeftOut(one.name, error.message))
    return read, broken


def _once(*parts: Sequence[LeftOut]) -> tuple[LeftOut, ...]:
    """Return what was left out, what was met twice once."""
    return tuple({one.name: one for one in chain(*parts)}.values())


def _heard(read: Sequence[tuple[Recording, Waveform]]) -> list[_Heard]:
    return [(one.name, one.label, sound) for one, sound in read]


def _strings(read: Sequence[tuple[Recording, Waveform]], rate: int, options: SoundOptions,
             seed: int) -> list[_Heard]:
    """Return some strings of the recordings that were read."""
    known = [one for one, _ in read]
    sounds = [as_shorts(sound) for _, sound in read]
    made = some_strings(known, np.arange(len(known)), JOINED_SAMPLES, options,
                        np.random.default_rng(seed))
    return [(known[one.parts[0]].name, one.text(known), one.joined(sounds, rate)) for one in made]


def _counted(found: Sequence[Recording]) -> Mapping[str, int]:
    counts = Counter(one.label for one in found)
    return {name: counts[name] for name in in_order(tuple(counts))}


def _sample(name: str, label: str, sound: Waveform, frames: Frames, example: Modality,
            fill: int) -> Sample:
    shades = example.picture(filled(frames, example.shape[0], fill).reshape(-1))
    return Sample(name, label, np.ascontiguousarray(shades.repeat(3, axis=-1)), sound=sound)
