"""A stand-in for sounddevice, which needs a sound card: it keeps what it is given."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest


class PortAudioError(Exception):
    pass


class Stream:
    """An input stream that gives blocks when the test says so."""

    def __init__(self, library: Library, samplerate: float, channels: int, dtype: str,
                 callback: Any) -> None:
        if library.is_broken:
            raise PortAudioError("Device unavailable")
        self.rate, self.callback, self.is_open = samplerate, callback, False
        library.streams.append(self)

    def start(self) -> None:
        self.is_open = True

    def stop(self) -> None:
        self.is_open = False

    def close(self) -> None:
        self.is_open = False

    def hear(self, samples: np.ndarray) -> None:
        self.callback(samples.astype(np.float32)[:, None], len(samples), None, None)


class Library(ModuleType):
    def __init__(self, rate: int = 44_100, known: tuple[int, ...] = (8_000, 44_100)) -> None:
        super().__init__("sounddevice")
        self.PortAudioError = PortAudioError
        self.rate, self.known = rate, known
        self.played: list[tuple[np.ndarray, int]] = []
        self.streams: list[Stream] = []
        self.stops = 0
        self.has_device, self.is_broken = True, False

    def query_devices(self, kind: str) -> dict[str, float]:
        if not self.has_device:
            raise PortAudioError(f"Error querying device -1: {kind}")
        return {"default_samplerate": float(self.rate)}

    def check_output_settings(self, channels: int, dtype: str, samplerate: int) -> None:
        if samplerate not in self.known:
            raise PortAudioError("Invalid sample rate")

    def check_input_settings(self, channels: int, dtype: str, samplerate: int) -> None:
        self.check_output_settings(channels, dtype, samplerate)

    def play(self, samples: np.ndarray, rate: int) -> None:
        if self.is_broken:
            raise PortAudioError("Device unavailable")
        self.played.append((samples, rate))

    def stop(self) -> None:
        self.stops += 1

    def InputStream(self, **options: Any) -> Stream:
        return Stream(self, **options)


def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``import sounddevice`` fail, whether or not it is installed."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)


def with_library(monkeypatch: pytest.MonkeyPatch, library: Library) -> Library:
    """Let ``import sounddevice`` give a stand-in."""
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    return library
