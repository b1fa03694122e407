"""A file of settings may hold anything: the window opens with it all the same."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.window.preferences import Settings
from tests.gui.windows import Open

VALUES = ("nan", "inf", "-inf", "-1", "1e400", "", "x" * 5000, "a, b, c", "@ByteArray(junk)",
          "@Variant(\\0\\0\\0\\x1)", "@Invalid()", "\\x0", '"', "%%%", "\x1b[31m")
KEYS = ("theme", "scale", "speed", "geometry", "instrument", "hidden-registers", "folder",
        "cluster", "certificates")


def written(path: Path, value: str) -> Settings:
    path.write_text("[General]\n" + "".join(f"{key}={value}\n" for key in KEYS))
    return Settings(path)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_what_is_no_setting_is_the_default(value: str, tmp_path: Path, qapp: QApplication) -> None:
    found = written(tmp_path / "settings.ini", value)
    assert found.theme == "system"
    before = theme.scale()
    try:
        theme.set_scale(qapp, found.scale)
        assert 0.5 < theme.scale() < 4
    finally:
        theme.set_scale(qapp, before)
    assert isinstance(found.instrument, str)
    assert isinstance(found.folder, str)
    assert isinstance(found.cluster, str)
    assert all(found.hidden_registers) or not found.hidden_registers
    assert found.speed
    assert found.geometry is not None
    assert found.certificates is None or isinstance(found.certificates, Path)


def test_the_window_opens_with_a_broken_file(open_window: Open, tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"\0" * 3000, b"[" * 2000, bytes(range(256)) * 20)):
        path = tmp_path / f"{number}.ini"
        path.write_bytes(content)
        assert Settings(path).scale == 1.0
    window = open_window(settings=written(tmp_path / "settings.ini", "nan"))
    assert window.isVisible()


@pytest.mark.parametrize("corner", [-2**31, -10**6, 10**6, 2**31 - 10**4])
def test_a_window_of_no_screen_comes_back_to_one(corner: int, open_window: Open,
                                                 tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    place = bytearray(open_window().saveGeometry().data())
    # The frame, the window as it usually is, and as it was.
    for at in (8, 24, 50):
        struct.pack_into(">iiii", place, at, corner, corner, 2**31 - 1, 2**31 - 1)
    settings.geometry = QByteArray(bytes(place))
    window = open_window(settings=settings)
    seen = window.geometry() & window.screen().availableGeometry()
    assert seen.width() > 100
    assert seen.height() > 50


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "loop", "huge", "long"])
def test_what_is_no_file_of_settings_is_not_opened(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind in ("device", "loop"):
        path.symlink_to("/dev/zero" if kind == "device" else path)
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(2**32)
    else:
        path = tmp_path / ("n" * 300)
    found = Settings(path)
    assert found.theme == "system"
    found.scale = 1.5
    assert found.scale == 1.0
