"""What the program does on a machine without a screen: it trains, and draws its window on paper."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gui.program import ERROR, WindowOptions, complain, say

STEPS = 2000
PICTURE = "backprop-lab.png"
RUNNING_S = 4.0


def run(options: WindowOptions, open_window: Callable[[WindowOptions, float], int]) -> int:
    """Train in the terminal, then save a picture of the window, and return the exit code.

    Parameters
    ----------
    options : WindowOptions
        Which project; by default the one that the window opens with.
    open_window : callable
        Shows the window as options say; told as well when the process began.
    """
    from engine.errors import EngineError

    say("There is no screen to open the window on, so the project is trained here.")
    try:
        status = _train(options.project)
    except EngineError as error:
        complain(error.sentence)
        return ERROR
    if status:
        return status
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    picture = Path(PICTURE).resolve()
    size = options.size or (1600, 1000)
    say("Drawing the window with the same project running ...")
    sys.stdout.flush()
    status = open_window(replace(options, screenshot=picture, size=size, run=True,
                                 after_s=RUNNING_S), 0.0)
    if not status:
        say(f"This is what the window shows: {picture}")
    return status


def _train(path: Path | None) -> int:
    from engine.bundles import read_either
    from engine.data import load
    from engine.spec import default_project
    from gui.terminal.batch_run import BatchRun

    project, weights = read_either(path) if path else (default_project(), None)
    dataset = load(project.data, path.parent if path else None)
    return BatchRun(project, dataset, STEPS, None, weights=weights).carry_out()
