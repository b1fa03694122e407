"""Loudspeaker and microphone, where the computer has them and sounddevice is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["output", "input"]

NOT_INSTALLED = "To hear and record sounds, install sounddevice: pip install sounddevice."
NO_PORTAUDIO = ("To hear and record sounds, install PortAudio: sounddevice is there, but its "
                "library does not start.")
_NO_DEVICE = {"output": "This computer has no loudspeaker.",
              "input": "This computer has no microphone, or does not let programs use it."}


@dataclass(frozen=True)
class SoundDevice:
    """A loudspeaker or a microphone.

    Attributes
    ----------
    library : module | None
        sounddevice; None where it cannot be used.
    reason : str
        Why there is none; empty where there is one.
    rate : int
        Its usual rate.
    """

    library: Any = None
    reason: str = ""
    rate: int = 0


def find_device(direction: Direction) -> SoundDevice:
    """Return the usual device of this computer, or why there is none."""
    try:
        import sounddevice
    except ImportError:
        return SoundDevice(reason=NOT_INSTALLED)
    except OSError:
        # It is a part of Python's package on Windows and macOS, and of the system on Linux.
        return SoundDevice(reason=NO_PORTAUDIO)
    try:
        found = sounddevice.query_devices(kind=direction)
    except (sounddevice.PortAudioError, ValueError):
        return SoundDevice(reason=_NO_DEVICE[direction])
    return SoundDevice(sounddevice, rate=round(found["default_samplerate"]))
