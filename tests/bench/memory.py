"""What processes hold in memory, and what a window costs that only stands there.

    python -m tests.bench.memory engine      resident bytes of the engine alone
    python -m tests.bench.memory window 60   of the window after so many seconds; its idle share

Resident memory is all that the system has given a process, what it shares with others included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.cases import CASES
from tests.bench.machine import say
from tests.bench.process import PEERS, ROOT, Contestant, installed, ours

CASE = CASES["playground"]
STEPS = 100_000
WINDOW_S = 60.0
TRAINED_S = 2.0
MB = 1e6
PROMISED = {"engine": 120, "window": 200}
"""MB."""
IDLE = 0.005
"""Of a core, at most, paused and in sight."""


def resident(process: int) -> float:
    """Return how many bytes a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


def measured(what: str, *more: str) -> dict[str, float]:
    """Return what a program of its own measures."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.memory", what, *more], check=True,
                          text=True, stdout=subprocess.PIPE, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    return {name: float(value) for name, value in json.loads(done.stdout).items()}


def beside(threads: int) -> list[tuple[str, float]]:
    """Return what our process and PyTorch's hold that do the same work."""
    with ours(CASE, threads) as found:
        found.round(TRAINED_S)
        sizes = [(f"engine: {CASE.title}", resident(found.process_id))]
    interpreter = os.environ.get("BACKPROP_LAB_PEERS", sys.executable)
    if not installed(interpreter, PEERS["pytorch"].package):
        say("PyTorch is not installed; BACKPROP_LAB_PEERS names an interpreter that has it.")
        return sizes
    with Contestant(PEERS["pytorch"].module, CASE, interpreter, threads, "eager") as peer:
        peer.round(TRAINED_S)
        return [*sizes, (f"PyTorch: {CASE.title}", resident(peer.process_id))]


def engine() -> dict[str, float]:
    """Train the project that the program opens with, in this process."""
    from engine.data import load
    from engine.footprint import hold_little
    from engine.spec import default_project
    from engine.training import Trainer

    hold_little()
    project = default_project()
    trainer = Trainer(project, load(project.data), run_id=1)
    while trainer.step < STEPS:
        trainer.run(STEPS)
    return {"resident": resident(os.getpid())}


def window(seconds: float) -> dict[str, float]:
    """Open the window in this process, wait, and measure it paused for as long again."""
    from PySide6.QtCore import QTimer

    from gui.imports import import_in_turns, leave_sources_unread

    import_in_turns()
    leave_sources_unread()
    from gui.app import SWITCH_INTERVAL_S, application, open_window
    from gui.program import WindowOptions
    from gui.window.faults import Faults

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = application()
    # As a picture is taken, so that nothing is kept and nobody is asked.
    options = WindowOptions(screenshot=Path(os.devnull), size=(1366, 768))
    found: dict[str, float] = {}
    began: list[float] = []
    # Held here: nothing else does.
    faults = Faults(None, unattended=True)
    main = open_window(app, options, faults)

    def rest() -> None:
        found["resident"] = resident(os.getpid())
        began[:] = [time.process_time(), time.perf_counter()]

    def end() -> None:
        found["idle"] = (time.process_time() - began[0]) / (time.perf_counter() - began[1])
        main.close()

    def begin() -> None:
        QTimer.singleShot(round(1000 * seconds), rest)
        QTimer.singleShot(round(2000 * seconds), end)

    main.furnished.connect(begin)
    main.show()
    app.exec()
    return found


if __name__ == "__main__":
    what = sys.argv[1]
    say(json.dumps(engine() if what == "engine" else window(float(sys.argv[2]))))
