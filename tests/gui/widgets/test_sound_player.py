from __future__ import annotations

import builtins

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.data.waveform import Waveform
from gui.widgets.sound_player import PlayButton, SoundPlayer
from tests.gui.widgets.sound_library import Library, with_library, without_library

SOUND = Waveform(8000, np.linspace(-2, 2, 400, dtype=np.float32))


def test_a_sound_is_played_at_its_rate_and_clipped(monkeypatch: pytest.MonkeyPatch,
                                                   qtbot: QtBot) -> None:
    library = with_library(monkeypatch, Library())
    player = SoundPlayer()
    assert player.can_play
    assert player.reason == ""
    with qtbot.waitSignal(player.stopped):
        player.play(SOUND)
        assert player.is_playing
    (samples, rate), = library.played
    assert rate == 8000
    assert (samples.min(), samples.max()) == (-1, 1)
    assert not player.is_playing


def test_a_device_of_one_rate_gets_that_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    library = with_library(monkeypatch, Library(known=(44_100,)))
    player = SoundPlayer()
    player.play(SOUND)
    player.play(SOUND)
    assert library.stops == 1
    assert [(len(samples), rate) for samples, rate in library.played] == [(2205, 44_100)] * 2
    player.stop()
    assert library.stops == 2


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    without_library(monkeypatch)
    player = SoundPlayer()
    assert not player.can_play
    assert "pip install sounddevice" in player.reason
    player.play(SOUND)
    assert not player.is_playing
    library = with_library(monkeypatch, Library())
    library.has_device = False
    assert "no loudspeaker" in SoundPlayer().reason
    library.has_device, library.is_broken = True, True
    player = SoundPlayer()
    player.play(SOUND)
    assert "Device unavailable" in player.reason
    monkeypatch.delitem(__import__("sys").modules, "sounddevice")
    found = builtins.__import__

    def refuse(name: str, *rest: object) -> object:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return found(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert "PortAudio" in SoundPlayer().reason


def test_the_button_plays_stops_and_explains(monkeypatch: pytest.MonkeyPatch,
                                             qtbot: QtBot) -> None:
    library = with_library(monkeypatch, Library())
    button = PlayButton(SoundPlayer())
    qtbot.addWidget(button)
    button.show()
    assert not button.isEnabled()
    button.set_sound(SOUND)
    assert button.isEnabled()
    button.click()
    assert len(library.played) == 1
    button.click()
    assert library.stops == 1
    without_library(monkeypatch)
    silent = PlayButton(SoundPlayer())
    qtbot.addWidget(silent)
    silent.set_sound(SOUND)
    silent.show()
    assert not silent.isEnabled()
    assert "sounddevice" in silent.toolTip()
