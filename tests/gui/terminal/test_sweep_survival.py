"""A large sweep that meets all that can end one: killed processes, a full disk, a restart."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.experiments.store import Store
from engine.experiments.sweep import Axis, Sweep
from engine.experiments.sweep_files import write_sweep
from engine.experiments.sweep_run import SweepRun
from gui.program import ERROR, RUN_CELLS
from gui.terminal import sweep_command
from tests.engine.experiments.sweeps import Here, small_project

ROOT = Path(sweep_command.__file__).parents[2]
SIDE, KILLED, BETWEEN = 24, 5, 40
CELLS = SIDE * SIDE
SWEEP = Sweep("large", small_project(steps=20), (
    Axis("learning_rate", tuple(0.01 * number for number in range(1, SIDE + 1))),
    Axis("gain", tuple(0.1 * number for number in range(1, SIDE + 1)))))

# The command, on a disk on which a file may have so many bytes.
LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from gui.terminal.command_line import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.slow
@pytest.mark.whole
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_killed_processes_and_a_full_disk_cost_no_cell_and_change_no_byte(tmp_path: Path) -> None:
    sweep, out = tmp_path / "large.json", tmp_path / "out"
    write_sweep(SWEEP, sweep)
    whole = undisturbed(tmp_path / "alone")
    options = ["sweep", str(sweep), "--out", str(out), "--workers", "2", "--quiet"]
    # Room for two thirds of all results: by then, the processes have long been killed.
    room = 2 * sum(len(line) + 1 for line in whole.values()) // 3
    disturbed = subprocess.Popen([sys.executable, "-c", LIMITED, str(room), *options], cwd=ROOT,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert kill_some(disturbed, out) == KILLED
    _, said = disturbed.communicate(timeout=240)
    assert disturbed.returncode == ERROR, said
    assert "cannot be written" in said
    assert "Traceback" not in said
    kept = lines_of(out)
    assert KILLED * BETWEEN <= len(kept) < CELLS
    again = subprocess.run([sys.executable, "-m", "gui", *options], cwd=ROOT, capture_output=True,
                           text=True, check=False, timeout=240)
    assert again.returncode == 0, again.stderr
    assert f"{len(kept)} of them were there before." in again.stdout
    assert lines_of(out) == whole


def undisturbed(folder: Path) -> dict[str, str]:
    """Return what the sweep comes to, computed in this very thread."""
    with Store(folder / "large.results") as store:
        run = SweepRun(SWEEP, store, Here())
        run.start()
        assert run.wait(240)
        run.close()
    return lines_of(folder)


def lines_of(folder: Path) -> dict[str, str]:
    """Return all that a file of results says of each cell, but for the seconds that it took.

    Read without `Store`, which passes over a cell that is there twice.
    """
    found: dict[str, str] = {}
    for line in (folder / "large.results").read_text(encoding="utf-8").splitlines():
        _, result = json.loads(line)
        del result["seconds"]
        assert result["key"] not in found
        found[result["key"]] = json.dumps(result)
    return found


def kill_some(program: subprocess.Popen[str], out: Path) -> int:
    """Kill processes that compute, every time that some more cells are done; return how many."""
    path, killed = out / "large.results", set[int]()
    while len(killed) < KILLED and program.poll() is None:
        done = path.read_bytes().count(b"\n") if path.exists() else 0
        if done >= BETWEEN * (len(killed) + 1):
            # The oldest of them is at work; another one may only just be starting.
            for process in sorted(set(computing(program.pid)) - killed)[:1]:
                os.kill(process, signal.SIGKILL)
                killed.add(process)
        time.sleep(0.001)
    return len(killed)


def computing(parent: int) -> list[int]:
    """Return the processes that compute cells for a program."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    found = []
    for child in {int(word) for file in children for word in read(file).split()}:
        if RUN_CELLS in read(Path(f"/proc/{child}/cmdline")).split("\0"):
            found.append(child)
    return found


def read(path: Path) -> str:
    """Return what the system says there; nothing of a thread or process that has just ended."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""
