"""Files of sounds: WAV, FLAC, OGG and MP3, read into one channel."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.waveform import Waveform
from engine.errors import DataError
from engine.messages import Message

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au")

LONGEST_SECONDS = 60.0
"""An example that lasts longer is left out before its samples are read."""

SHORTEST_SECONDS = 0.01

LOWEST_RATE, HIGHEST_RATE = 1_000, 384_000

_PIECE = 2**18
"""Samples of all channels that are read at a time."""

Content = Path | bytes
"""A file on the disk, or its bytes."""

Place = str | Message


@dataclass(frozen=True)
class SoundHead:
    """What a file says of its sound.

    Attributes
    ----------
    rate : int
        Samples of a channel in a second.
    channels : int
        Sounds side by side.
    samples : int
        Samples of a channel.
    """

    rate: int
    channels: int
    samples: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.samples / self.rate


def read_sound_head(content: Content, place: Place) -> SoundHead:
    """Return what a file says of its sound, without reading the sound.

    Parameters
    ----------
    content : Path or bytes
        The file.
    place : str or Message
        What sentences call it.

    Raises
    ------
    DataError
        If it is no sound, too long or too short, or of a rate at which nobody records.
    """
    with _opened(content, place) as file:
        return _head(file, place)


def read_sound(content: Content, place: Place) -> Waveform:
    """Return a file's sound, its channels mixed to their mean.

    Parameters
    ----------
    content, place : Path or bytes, str or Message
        As `read_sound_head` takes them.

    Raises
    ------
    DataError
        As `read_sound_head` does, or if it is damaged or holds what is no number.
    """
    with _opened(content, place) as file:
        head = _head(file, place)
        pieces = list(_pieces(file, place))
    samples = np.concatenate(pieces) if pieces else np.empty(0, np.float32)
    _check_length(len(samples), head.rate, place)
    wrong = ~np.isfinite(samples)
    if wrong.any():
        raise DataError("sound.not-finite", place=place, count=int(wrong.sum()),
                        seconds=int(np.argmax(wrong)) / head.rate)
    return Waveform(head.rate, samples)


def write_sound(path: Path, sound: Waveform) -> None:
    """Write a sound as WAV of 16 bits; raises OSError if that cannot be."""
    samples = np.rint(np.clip(sound.samples, -1, 1) * 32767).astype("<i2")
    with path.open("xb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(samples.tobytes())


def _pieces(file: Any, place: Place) -> Iterator[NDArray[np.float32]]:
    """Yield the sound piece by piece; a file whose end is missing ends there."""
    size = max(1, _PIECE // file.channels)
    try:
        while len(piece := file.read(size, dtype="float32", always_2d=True)):
            with np.errstate(invalid="ignore", over="ignore"):
                # Infinities of both signs make NaN, which is told of later.
                yield piece.mean(axis=1, dtype=np.float32)
    except _library(place).SoundFileError as error:
        raise DataError("sound.damaged", place=place) from error


def _head(file: Any, place: Place) -> SoundHead:
    head = SoundHead(int(file.samplerate), int(file.channels), int(file.frames))
    if not LOWEST_RATE <= head.rate <= HIGHEST_RATE:
        raise DataError("sound.rate", place=place, rate=head.rate, least=LOWEST_RATE,
                        most=HIGHEST_RATE)
    _check_length(head.samples, head.rate, place)
    return head


def _check_length(samples: int, rate: int, place: Place) -> None:
    if samples < SHORTEST_SECONDS * rate:
        raise DataError("sound.too-short", place=place, samples=samples,
                        fewest=SHORTEST_SECONDS)
    if samples > LONGEST_SECONDS * rate:
        raise DataError("sound.too-long", place=place, seconds=samples / rate,
                        most=LONGEST_SECONDS)


@contextmanager
def _opened(content: Content, place: Place) -> Iterator[Any]:
    """Open a sound; what the library or the operating system refuses becomes a sentence."""
    library = _library(place)
    try:
        if (isinstance(content, Path) and not content.stat().st_size) or content == b"":
            raise DataError("sound.no-bytes", place=place)
        # The name is not given to the library: it would believe the suffix of a headerless file.
        with (content.open("rb") if isinstance(content, Path) else io.BytesIO(content)) as raw, \
                library.SoundFile(_Steady(raw)) as file:
            yield file
    except library.SoundFileError as error:
        raise DataError("sound.unknown", place=place) from error
    except OSError as error:
        raise DataError("sound.failed", place=place, reason=error.strerror or str(error)) from error


class _Steady:
    """A file for a library in C: what is raised while that asks for bytes, Python would print.

    Parameters
    ----------
    file : BufferedReader or BytesIO
        The file.
    """

    def __init__(self, file: io.BufferedReader | io.BytesIO) -> None:
        self._file = file
        self.tell, self.readinto = file.tell, file.readinto

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; return where that is: a broken sound asks for some before its first."""
        with suppress(OSError, ValueError, OverflowError):
            self._file.seek(offset, whence)
        return self._file.tell()


def _library(place: Place) -> Any:
    # Not at the top: it opens a library of its own, which no other data set needs.
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise DataError("sound.no-library", place=place) from error
    return soundfile
