"""Whoever starts the program in vain is told why, also where there is no terminal."""

from __future__ import annotations

import ctypes
import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from gui.program import WindowOptions, complain
from gui.start import open_window, pyside_problem, read_options
from gui.terminal import command_line
from gui.terminal.command_line import main


class FakeUser32:
    """Shows no box, but remembers it."""

    def __init__(self) -> None:
        self.boxes: list[tuple[Any, ...]] = []

    def MessageBoxW(self, *arguments: Any) -> int:
        self.boxes.append(arguments)
        return 1


def boxes_of(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Make this a program for Windows without a console; return the boxes that it shows.

    No fixture, since pytest gives each phase of a test a standard error of its own.
    """
    user32 = FakeUser32()
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(user32=user32), raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stderr", None)
    return user32.boxes


def test_a_program_without_a_console_complains_in_a_box(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = boxes_of(monkeypatch)
    complain("It cannot start.", attended=True)
    assert boxes == [(None, "It cannot start.", "Backprop Lab", 0x10)]


def test_a_box_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = boxes_of(monkeypatch)
    complain("The picture cannot be written.")
    with pytest.raises(SystemExit):
        main(["train", "--step"])
    assert not boxes


def test_there_is_no_box_beside_a_console(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = boxes_of(monkeypatch)
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    complain("It cannot start.", attended=True)
    assert (written.getvalue(), boxes) == ("It cannot start.\n", [])


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_boxes_are_for_windows(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    boxes = boxes_of(monkeypatch)
    monkeypatch.setattr(sys, "platform", platform)
    complain("It cannot start.", attended=True)
    assert not boxes


def test_wrong_options_of_the_window_are_told_in_a_box_unless_a_script_gave_them(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = boxes_of(monkeypatch)
    for arguments in (["--screenshot=a.png", "--colour"], ["--profile-start", "a", "b"]):
        with pytest.raises(SystemExit):
            read_options(arguments)
    assert not boxes
    with pytest.raises(SystemExit):
        read_options(["a.json", "b.json"])
    assert "b.json" in boxes[0][1]


def test_a_window_that_cannot_open_says_so_in_a_box(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = boxes_of(monkeypatch)
    monkeypatch.setitem(sys.modules, "PySide6", None)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert open_window(WindowOptions(profile_start=True), 0.0) == 2
    assert not boxes
    assert open_window(WindowOptions(), 0.0) == 2
    (_, text, *_), = boxes
    assert text.startswith("The window cannot be opened: ")
    assert text.endswith(". Install Backprop Lab anew.")


def test_whoever_has_installed_the_program_is_not_sent_to_its_sources(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "resources/dev.py" in command_line.remedy(command_line.SET_UP)
    assert "PySide6-Essentials<6.12" in pyside_problem("6.12.0", (3, 11))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command_line.remedy(command_line.SET_UP) == "Install Backprop Lab anew."
    assert pyside_problem("6.12.0", (3, 11)).endswith("3.11. Install Backprop Lab anew.")
