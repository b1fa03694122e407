"""From recordings to a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset, Indices
from engine.data.importers.importer import LeftOut
from engine.data.importers.sounds_names import Recording
from engine.data.importers.sounds_options import SoundOptions
from engine.data.importers.sounds_reading import (
    MOST_HEADS,
    Collection,
    collected,
    common_rate,
    heads,
    spread,
)
from engine.data.importers.sounds_rows import (
    MOST_BYTES,
    byte_rows,
    check_size,
    frames_for,
)
from engine.data.importers.sounds_split import divide
from engine.data.importers.sounds_store import opened
from engine.data.importers.sounds_strings import strings_of
from engine.data.importers.sounds_told import (
    on_left_out,
    on_length,
    on_spectrogram,
    on_speeds,
    targets,
)
from engine.data.modality import Modality
from engine.data.progress import telling
from engine.data.remark import Remark, remark
from engine.data.resampling import at_speed
from engine.data.sound_bytes import Frames, as_shorts, frames_of
from engine.data.spectrogram import MelSpectrogram
from engine.data.waveform import Waveform
from engine.errors import DataError
from engine.spec import DataSpec

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class _Read:
    """Recordings that could be read, and what was made of each."""

    kept: list[Recording]
    made: list[Frames]
    left_out: list[LeftOut]
    training: Indices
    validation: Indices
    texts: list[str]
    sound_of: Callable[[int], Waveform]
    remarks: tuple[Remark, ...]


def load(path: Path, spec: DataSpec, options: SoundOptions) -> Dataset:
    """Return the recordings of a folder or zip as a data set.

    Raises
    ------
    DataError
        If nothing can be learned from them.
    """
    with collected(path, spec, options) as collection:
        asked = spread(collection.recordings, MOST_HEADS) if options.rate == "auto" else []
        rate = common_rate(options, heads(collection, asked)[0])
        form = options.spectrogram(rate, collection.title)
        read = (_joined if options.is_joined else _single)(collection, form, spec)
    count = frames_for([len(one) for one in read.made], options, form)
    check_size(len(read.made), count, form.bands, collection.title)
    names, labels = targets(read.texts, options, collection.title)
    return Dataset(
        key=spec.source, title=collection.title,
        task="transcription" if options.is_text else "classification",
        inputs=byte_rows(read.made, count, read.training, spec, options), labels=labels,
        values=np.empty((len(read.made), 0)), class_names=names,
        feature_names=form.names(count),
        target_names=("text" if options.is_text else "class",), training=read.training,
        validation=read.validation, modality=Modality("sound", (count, form.bands)),
        sound_of=read.sound_of,
        remarks=(*on_spectrogram(form, count, options), *read.remarks,
                 *on_length([len(one) for one in read.made], count, form),
                 *on_left_out(read.left_out)))


def _single(collection: Collection, form: MelSpectrogram, spec: DataSpec) -> _Read:
    """Return every recording as an example."""
    options = collection.options
    most = frames_for([10**9], options, form) if options.seconds or options.is_text else 10**9

    def frames(sound: Waveform) -> Frames:
        return frames_of(sound, form, options.levels)[:most + 1]

    kept, made, left_out = _read(collection, form.rate, frames)
    texts = [one.label for one in kept]
    classes = None if options.is_text else np.unique(texts, return_inverse=True)[1].astype(np.int64)
    training, validation, remarks = divide(kept, classes, spec, options, collection.title)
    paths = [store.path for store in collection.stores]
    if sum(one.nbytes for one in made) * (1 + len(options.other_speeds)) > MOST_BYTES:
        raise DataError("sound.too-many-bytes", place=collection.title, count=len(kept),
                        of=len(kept), most=MOST_BYTES)
    copies = [(int(row), speed) for row in np.sort(training) for speed in options.other_speeds]
    training = _with_copies(training, len(kept), len(copies), spec.seed)
    made += [frames(at_speed(sound, speed)) for sound in _again(collection, kept, copies, form)
             for speed in options.other_speeds]

    def sound_of(row: int) -> Waveform:
        at, speed = copies[row - len(kept)] if row >= len(kept) else (row, 1.0)
        alone = replace(kept[at], store=0)
        with opened(paths[kept[at].store]) as store:
            sound = replace(collection, stores=(store,)).sound(alone, form.rate)
            return at_speed(sound, speed)

    texts += [texts[row] for row, _ in copies]
    remarks = (*remarks, *on_speeds(options.other_speeds, len(copies)))
    return _Read(kept, made, left_out, training, validation, texts, sound_of, remarks)


def _again(collection: Collection, kept: Sequence[Recording], copies: Sequence[tuple[int, float]],
           form: MelSpectrogram) -> Iterator[Waveform]:
    """Yield the recordings of which there are copies, one after the other."""
    for row in dict.fromkeys(row for row, _ in copies):
        yield collection.sound(kept[row], form.rate)


def _with_copies(training: Indices, first: int, count: int, seed: int) -> Indices:
    """Return the rows to learn from with those of copies among them, shuffled."""
    if not count:
        return training
    rng = np.random.default_rng([seed, count])
    return rng.permutation(np.concatenate([training, np.arange(first, first + count)]))


def _joined(collection: Collection, form: MelSpectrogram, spec: DataSpec) -> _Read:
    """Return strings of recordings as examples."""
    kept, sounds, left_out = _read(collection, form.rate, as_shorts)
    options = collection.options
    training, validation, remarks = divide(kept, None, spec, options, collection.title)
    strings, learned, held_out = strings_of(kept, (training, validation), options, spec.seed)
    made = []
    for string in strings:
        made.append(frames_of(string.joined(sounds, form.rate), form, options.levels))
        check_size(len(made), len(made[-1]), form.bands, collection.title)

    def sound_of(row: int) -> Waveform:
        return strings[row].joined(sounds, form.rate)

    remarks = (*remarks, remark("note.sound-strings", strings=len(strings), count=len(kept),
                                fewest=options.fewest, most=max(options.fewest, options.most),
                                pause=options.pause))
    return _Read(kept, made, left_out, learned, held_out, [one.text(kept) for one in strings],
                 sound_of, remarks)


def _read(collection: Collection, rate: int, make: Callable[[Waveform], NDArray[T]]) -> tuple[
        list[Recording], list[NDArray[T]], list[LeftOut]]:
    """Return the recordings that can be read, what is made of each, and the others.

    Raises
    ------
    DataError
        If none can be read, or there is more than memory is asked for.
    """
    kept, made, size = [], [], 0
    left_out = list(collection.left_out)
    first: DataError | None = None
    tell = telling(len(collection.recordings))
    for done, one in enumerate(collection.recordings):
        tell(done)
        try:
            made.append(make(collection.sound(one, rate)))
            kept.append(one)
        except DataError as error:
            first = first or error
            left_out.append(LeftOut(one.name, error.message))
            continue
        size += made[-1].nbytes
        if size > MOST_BYTES:
            raise DataError("sound.too-many-bytes", place=collection.title, count=len(kept),
                            of=len(collection.recordings), most=MOST_BYTES)
    if first is not None and not kept:
        raise first
    return kept, made, left_out

