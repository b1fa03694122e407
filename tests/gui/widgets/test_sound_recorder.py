from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.sound_recorder import RATE, LevelMeter, SoundRecorder
from tests.gui.widgets.sound_library import Library, with_library, without_library

HALF = np.full(1600, 0.5)


def test_what_is_heard_is_kept_at_its_rate(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    library = with_library(monkeypatch, Library(known=(RATE, 44_100)))
    recorder = SoundRecorder()
    assert recorder.can_record
    assert recorder.stop() is None
    recorder.start()
    recorder.start()
    stream, = library.streams
    assert stream.rate == RATE
    assert stream.is_open
    block = HALF.copy()
    with qtbot.waitSignal(recorder.level_changed) as level:
        stream.hear(block)
        block[:] = 0
    assert level.args == [0.5]
    stream.hear(HALF / 2)
    sound = recorder.stop()
    assert sound is not None
    assert not stream.is_open
    assert not recorder.is_recording
    np.testing.assert_allclose(sound.samples, np.concatenate([HALF, HALF / 2]))


def test_another_rate_is_brought_to_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    library = with_library(monkeypatch, Library(rate=48_000, known=(48_000,)))
    recorder = SoundRecorder()
    recorder.start()
    assert library.streams[0].rate == 48_000
    library.streams[0].hear(np.full(4800, 0.25))
    sound = recorder.stop()
    assert sound is not None
    assert (sound.rate, len(sound.samples)) == (RATE, RATE // 10)


def test_it_stops_when_an_example_is_as_long_as_can_be(monkeypatch: pytest.MonkeyPatch,
                                                       qtbot: QtBot) -> None:
    library = with_library(monkeypatch, Library(known=(RATE,)))
    recorder = SoundRecorder()
    recorder.start()
    with qtbot.waitSignal(recorder.filled):
        library.streams[0].hear(np.zeros(61 * RATE))
    sound = recorder.stop()
    assert sound is not None
    assert sound.seconds == 60


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    without_library(monkeypatch)
    recorder = SoundRecorder()
    assert not recorder.can_record
    assert "sounddevice" in recorder.reason
    recorder.start()
    assert not recorder.is_recording
    library = with_library(monkeypatch, Library())
    library.has_device = False
    assert "no microphone" in SoundRecorder().reason
    library.has_device, library.is_broken = True, True
    recorder = SoundRecorder()
    recorder.start()
    assert "does not listen: Device unavailable" in recorder.reason


def test_the_meter_shows_decibels_and_what_is_cut_off(qtbot: QtBot) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.resize(100, 10)
    meter.show_level(0.1)
    assert meter.share == pytest.approx(2 / 3)
    picture = meter.grab().toImage()
    assert picture.pixelColor(30, 5).name() == theme.current().good
    assert picture.pixelColor(90, 5).name() != theme.current().good
    meter.show_level(1.0)
    assert meter.grab().toImage().pixelColor(50, 5).name() == theme.current().bad
    meter.show_level(0.0)
    assert meter.share == 0
