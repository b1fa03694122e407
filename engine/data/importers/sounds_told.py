"""What is to be told of recordings, as numbers; and what is said of how they were read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from engine.data.dataset import Indices
from engine.data.importers.importer import LeftOut
from engine.data.importers.sounds_options import SoundOptions
from engine.data.remark import Remark, remark
from engine.data.spectrogram import MelSpectrogram
from engine.errors import DataError

MOST_CLASSES = 1000

MOST_CHARACTERS = 512


def in_order(names: Sequence[str]) -> tuple[str, ...]:
    """Return different names in alphabetical order, numbers in them by their size."""
    def key(name: str) -> list[tuple[int, int, str]]:
        # Of long runs of digits, which are no sizes, the first tell.
        return [(0, int(piece[:18]), piece) if piece.isascii() and piece.isdigit()
                else (1, 0, piece.lower()) for piece in re.split(r"(\d+)", name) if piece]

    return tuple(sorted(set(names), key=lambda name: (key(name), name)))


def check_classes(texts: Sequence[str], place: str) -> None:
    """Raise DataError if there are more classes than a network can tell apart."""
    count = len(set(texts))
    if count > MOST_CLASSES:
        raise DataError("sound.many-classes", place=place, count=count, most=MOST_CLASSES,
                        example=in_order(texts)[0])


def targets(texts: Sequence[str], options: SoundOptions, place: str) -> tuple[
        tuple[str, ...], Indices]:
    """Return the classes or characters, and what every recording is.

    Parameters
    ----------
    texts : sequence of str
        Class or text of every recording.
    options : SoundOptions
        Whether texts are to be told.
    place : str
        What was brought, for sentences.

    Returns
    -------
    names : tuple[str, ...]
        Classes or characters.
    labels : int64[n] or int64[n, m]
        Class of every recording, or its characters, -1 behind the end.

    Raises
    ------
    DataError
        If there is one class only, or there are too many characters.
    """
    if options.is_text:
        return _characters(texts, place)
    names = in_order(texts)
    if len(names) < 2:
        raise DataError("sound.one-class", place=place, name=names[0], count=len(texts))
    numbers = {name: number for number, name in enumerate(names)}
    return names, np.array([numbers[text] for text in texts], np.int64)


def _characters(texts: Sequence[str], place: str) -> tuple[tuple[str, ...], Indices]:
    names = tuple(sorted(set("".join(texts))))
    if len(names) > MOST_CHARACTERS:
        raise DataError("sound.many-characters", place=place, count=len(names),
                        most=MOST_CHARACTERS, example=names[-1])
    numbers = {name: number for number, name in enumerate(names)}
    labels = np.full((len(texts), max(map(len, texts))), -1, np.int64)
    for row, text in enumerate(texts):
        labels[row, :len(text)] = [numbers[character] for character in text]
    return names, labels


def on_spectrogram(form: MelSpectrogram, frames: int, options: SoundOptions) -> tuple[Remark, ...]:
    """Return remarks on how frames were made."""
    seconds = form.samples(frames) / form.rate
    made = remark("note.sound-frames", rate=form.rate, frames=frames, seconds=seconds,
                  window=1000 * form.window / form.rate, hop=1000 * form.hop / form.rate)
    bands = remark("note.sound-bands", bands=form.bands, lowest=form.lowest, highest=form.highest)
    floor = abs(form.floor_db)
    levels = {"recording": remark("note.sound-of-recording", floor=floor),
              "bands": remark("note.sound-of-bands", floor=floor),
              "training": remark("note.sound-of-training", floor=form.floor_db),
              "none": remark("note.sound-as-recorded", floor=floor)}
    return made, bands, levels[options.levels]


def on_length(lengths: Sequence[int], frames: int, form: MelSpectrogram) -> tuple[Remark, ...]:
    """Return a remark if recordings were cut."""
    cut = sum(length > frames for length in lengths)
    if not cut:
        return ()
    return (remark("note.sound-cut", count=cut, of=len(lengths),
                   seconds=form.samples(frames) / form.rate),)


def on_speeds(speeds: Sequence[float], count: int) -> tuple[Remark, ...]:
    """Return a remark if recordings are also heard at other speeds."""
    if not speeds:
        return ()
    return (remark("note.sound-speeds", count=count, speeds=tuple(f"{one:g}" for one in speeds)),)


def on_left_out(left_out: Sequence[LeftOut]) -> tuple[Remark, ...]:
    """Return a remark if recordings were left out."""
    if not left_out:
        return ()
    return (remark("note.sound-left-out", count=len(left_out), name=left_out[0].name,
                   reason=left_out[0].reason),)
