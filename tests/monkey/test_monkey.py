"""A monkey plays with the real window for five minutes, and nothing goes wrong."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QtMsgType
from pytestqt.qtbot import QtBot

from tests.monkey.home import ROOT
from tests.monkey.watch import OUTSIDE, Watch

MOST_MIB = 600
"""Resident, in the middle of all samples: 150 of the window, 60 of what it has opened and drawn, 35
of pandas once there was a table, 32 and more of what recorded and earlier runs may take
(`engine.telemetry.recorder`, `gui.workbench.earlier`), and the monkey's networks. It lets ten of
them train beside one another, which for moments takes a thousand more."""
FEWEST_ACTS = 300


def play(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tests.monkey", "--output", str(folder), *options],
                          cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.e2e
@pytest.mark.whole
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's /proc")
def test_five_minutes_of_a_monkey(tmp_path: Path) -> None:
    done = play(tmp_path, "--seconds", "300", "--seed", "1")
    acts = (tmp_path / "acts.txt").read_text("utf-8").splitlines()
    crash = (tmp_path / "crash.txt").read_text("utf-8")
    # Where it crashed, and the acts, to be played again.
    crashed = "".join(crash.partition("Current thread")[1:])
    assert done.returncode == 0, "\n".join([done.stdout, done.stderr, *acts[-20:], crashed])
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found["acts"] >= FEWEST_ACTS
    assert statistics.median(mib for _at, _act, mib in found["memory"]) < MOST_MIB
    assert (tmp_path / "monkey.png").stat().st_size > 0


def test_what_goes_wrong_is_a_fault(tmp_path: Path, qtbot: QtBot) -> None:
    watch = Watch(tmp_path)
    watch._on_exception(ValueError, ValueError("wrong"), None)
    watch._on_exception(ValueError, ValueError("wrong"), None)
    watch._on_qt_message(QtMsgType.QtWarningMsg, None, "QObject::connect: no such signal")
    watch._on_qt_message(QtMsgType.QtDebugMsg, None, "nothing")
    watch._on_qt_message(QtMsgType.QtWarningMsg, None, f"Mouse event {OUTSIDE}")
    assert list(watch.faults.values()) == [2, 1]
    told = (tmp_path / "faults.txt").read_text("utf-8")
    assert told.count("ValueError: wrong") == 1
    assert "no such signal" in told
