"""The whole program in a process of its own, with the real engine and no screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gui import start
from gui.app import picture_of

ROOT = Path(start.__file__).parents[1]


def run_program(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items()
             if key not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    return subprocess.run(
        [sys.executable, "-m", "gui", *arguments], capture_output=True, text=True, cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), **environment}, check=False, timeout=200)


def colours(path: Path) -> int:
    image = QImage(str(path))
    assert not image.isNull()
    return len({image.pixel(x, y) for x in range(0, image.width(), 7)
                for y in range(0, image.height(), 7)})


def test_a_picture_of_the_running_window(tmp_path: Path) -> None:
    done = run_program(tmp_path, "--screenshot", "window.png", "--size", "1366x768", "--theme",
                       "dark", "--after", "0.5", "--run")
    assert done.returncode == 0, done.stderr
    image = QImage(str(tmp_path / "window.png"))
    assert (image.width(), image.height()) == (1366, 768)
    assert image.pixelColor(3, 400).lightness() < 60
    assert colours(tmp_path / "window.png") > 50


def test_the_start_can_be_profiled(tmp_path: Path) -> None:
    done = run_program(tmp_path, "--profile-start", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    times = [int(line.rpartition(":")[2].removesuffix(" ms")) for line in done.stdout.splitlines()]
    assert len(times) == 3
    assert times == sorted(times)


def test_a_picture_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    done = run_program(tmp_path, "--screenshot", "missing/window.png", "--after", "0")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_without_a_screen_it_trains_and_draws_its_window(tmp_path: Path) -> None:
    done = run_program(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no screen" in done.stdout
    assert "2,000 steps" in done.stdout
    assert str(tmp_path / "backprop-lab.png") in done.stdout
    assert "2000/2000" in done.stderr
    assert colours(tmp_path / "backprop-lab.png") > 50


def test_a_picture_shows_what_would_be_painted_next(qapp: QApplication) -> None:
    window = QWidget()
    window.resize(40, 40)
    part = QWidget(window)
    part.setGeometry(0, 0, 40, 40)
    part.setAutoFillBackground(True)
    palette = part.palette()
    palette.setColor(QPalette.ColorRole.Window, "#123456")
    part.setPalette(palette)
    window.show()
    part.setUpdatesEnabled(False)
    picture = picture_of(window).toImage()
    assert {picture.pixelColor(x, 20).name() for x in range(40)} == {"#123456"}
