"""PySide6 6.12.0 drops references of None and True on Python before 3.12, and aborts in the end.

A short test suite passes all the same, so the counts themselves are looked at.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

CALLS = 50_000

SCRIPT = f"""
import sys
from PySide6.QtCore import QObject, Signal

class Sender(QObject):
    happened = Signal(int)

sender = Sender()
before = sys.getrefcount(None), sys.getrefcount(True)
for _ in range({CALLS}):
    sender.setObjectName("x")
    sender.happened.emit(1)
after = sys.getrefcount(None), sys.getrefcount(True)
sys.stdout.write(f"{{after[0] - before[0]}} {{after[1] - before[1]}}")
"""


def is_broken(version: str, python: tuple[int, int]) -> bool:
    """Say whether this PySide6 loses references on this Python."""
    return version == "6.12.0" and python < (3, 12)


def are_steady(changes: list[int]) -> bool:
    """Say whether reference counts moved by less than a hundredth of the calls made."""
    return all(abs(change) < CALLS // 100 for change in changes)


def test_reference_counts_are_steady() -> None:
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True,
                            timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    changes = [int(change) for change in result.stdout.split()]
    assert len(changes) == 2
    assert are_steady(changes), f"None and True changed by {changes} in {CALLS} calls"


def test_installed_version_is_sound() -> None:
    assert not is_broken(importlib.metadata.version("PySide6-Essentials"), sys.version_info[:2])


@pytest.mark.parametrize(("version", "python", "broken"), [
    ("6.12.0", (3, 11), True), ("6.12.0", (3, 12), False), ("6.11.3", (3, 11), False)])
def test_broken_version_is_seen(version: str, python: tuple[int, int], broken: bool) -> None:
    assert is_broken(version, python) is broken


def test_lost_references_are_seen() -> None:
    assert not are_steady([0, -CALLS])
    assert are_steady([-3, 4])
