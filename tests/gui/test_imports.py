"""Modules are imported by one thread at a time, and their sources are left unread."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import gui

ROOT = Path(gui.__file__).parents[1]

TWO = """
import sys, threading, time
from gui.imports import import_in_turns, others_import
if sys.argv[2] == "in turns":
    import_in_turns()
    import_in_turns()
sys.path.insert(0, sys.argv[1])
seen, begun = [], threading.Event()

def load(name):
    begun.set()
    __import__(name)

threads = [threading.Thread(target=load, args=(name,)) for name in ("first.part", "second.part")]
for thread in threads:
    thread.start()
begun.wait()
while not {"first", "second"} & set(sys.modules):
    time.sleep(0.001)
busy = others_import()
for thread in threads:
    thread.join()
moments = sorted((sys.modules[name].began, sys.modules[name].ended, name)
                 for name in ("first", "first.part", "second", "second.part"))
overlap = any(a[2].split(".")[0] != b[2].split(".")[0] and b[0] < a[1]
              for a, b in zip(moments, moments[1:]))
print(busy, others_import(), overlap)
"""

MODULE = "import time\nbegan = time.monotonic()\ntime.sleep(0.1)\nimport {0}\n" \
         "ended = time.monotonic()\n"


def tried(tmp_path: Path, how: str) -> str:
    for name, other in (("first", "json"), ("second", "csv")):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "__init__.py").write_text(MODULE.format(other))
        (tmp_path / name / "part.py").write_text(MODULE.format(name))
    done = subprocess.run([sys.executable, "-c", TWO, str(tmp_path), how], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_two_threads_import_at_the_same_moment(tmp_path: Path) -> None:
    assert tried(tmp_path, "in turns") == "True False False"


def test_otherwise_they_do(tmp_path: Path) -> None:
    assert tried(tmp_path, "as they like") == "False False True"


def test_the_program_imports_in_turns_from_the_start() -> None:
    code = ("import sys; sys.argv = ['backprop-lab', '--version']; from gui.start import run;"
            "status = run(); import importlib._bootstrap as bootstrap;"
            "assert hasattr(bootstrap._find_and_load, 'in_turns'); sys.exit(status)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                          env=dict(os.environ), check=False, timeout=60)
    assert done.returncode == 0, done.stderr


UNREAD = """
import linecache, sys
from types import SimpleNamespace
import gui.start
from gui.program import WindowOptions

def run(*_):
    __import__(sys.argv[3])
    return int(any(path.startswith(sys.argv[1]) for path in linecache.cache))

gui.app = sys.modules["gui.app"] = SimpleNamespace(run=run)
sys.path.insert(0, sys.argv[1])
import PySide6.QtCore
if sys.argv[2] == "read":
    gui.start.leave_sources_unread = lambda: None
sys.exit(gui.start.open_window(WindowOptions(), 0.0))
"""


def remembered(tmp_path: Path, how: str) -> int:
    (tmp_path / "first.py").write_text("began = 1\n")
    done = subprocess.run([sys.executable, "-c", UNREAD, str(tmp_path), how, "first"], cwd=ROOT,
                          text=True, capture_output=True, check=False, timeout=60)
    assert not done.stderr
    return done.returncode


def test_the_source_of_what_a_window_imports_is_not_kept(tmp_path: Path) -> None:
    assert remembered(tmp_path, "unread") == 0


def test_by_itself_pyside_keeps_it(tmp_path: Path) -> None:
    # Else the workaround can go.
    assert remembered(tmp_path, "read") == 1
