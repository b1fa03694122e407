"""The pad: how well a network that learned from drawn digits reads hands, and how soon it answers.

    python -m tests.bench headline pad

Trains the template "LeNet on drawn digits" as it is shipped. The drawings to be read are those of
`tests.handwriting`, which no generator has made: each as it is, small, in a corner and thick,
through the pad itself. MNIST's 10,000 test images, where they are at hand, are read as well: they
were no part of the training, and their training images were looked at once to choose how much the
generator varies.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from engine.data import load
from engine.spec import ProjectSpec, read_project
from engine.training import Trainer
from gui import theme
from gui.document.document import Document
from gui.output.pad import PadView
from gui.templates.catalogue import FOLDER as TEMPLATES
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.bench.machine import machine, say
from tests.handwriting import HANDS, strokes
from tests.mnist import FOLDER, TRAINING, mnist

TEMPLATE = "24-drawn-digits.json"
GOAL, ANSWER_MS = 0.95, 30.0
ASKED, PAUSE_MS = 60, 16
WAYS = {"as it is": (1.0, 0.0, 0.0, 0.06), "small": (0.25, 0.1, 0.7, 0.03),
        "in a corner": (0.5, 0.5, 0.02, 0.05), "thick": (0.9, 0.05, 0.05, 0.14)}
"""Scale, shift to the right and downwards, and width of the line, in sides of the sheet."""


def drawings() -> Iterator[tuple[str, str, str]]:
    """Yield hand, way and digit of every drawing."""
    for hand in HANDS:
        for way in WAYS:
            for digit in HANDS[hand]:
                yield hand, way, digit


def draw(pad: PadView, hand: str, way: str, digit: str) -> None:
    """Put a drawing onto the pad's sheet."""
    scale, across, down, pen = WAYS[way]
    pad.canvas.set_pen(pen)
    pad.canvas.set_strokes([[(scale * x + across, scale * y + down, 0.0) for x, y in stroke]
                            for stroke in strokes(hand, digit)])


def read(pad: PadView, run: Trainer) -> tuple[list[str], list[float]]:
    """Return the drawings that are taken for something else, and milliseconds of every answer."""
    wrong, times = [], []
    for hand, way, digit in drawings():
        draw(pad, hand, way, digit)
        begin = time.perf_counter()
        inputs = pad.inputs()
        assert inputs is not None
        pad.show_answer(run.predict(inputs))
        times.append(1000 * (time.perf_counter() - begin))
        if pad.bars.best() != digit:
            wrong.append(f"{digit} ({hand}, {way}) taken for {pad.bars.best()}")
    return wrong, times


def run(options: argparse.Namespace) -> int:
    """Train, read and print what has come of it; return the exit code."""
    return main(options.threads)


def asked(project: ProjectSpec, *, running: bool) -> list[float]:
    """Return the milliseconds from a question to its answer in the window's thread."""
    document = Document(project)
    bench = Workbench(document)
    loop = QEventLoop()
    bench.state_changed.connect(loop.quit)
    while bench.state is State.PREPARING:
        loop.exec()
    bench.state_changed.disconnect(loop.quit)
    if running:
        bench.run()
    bench.answered.connect(loop.quit)
    row, times = np.zeros((1, document.dataset.n_inputs)), []
    for _ in range(ASKED):
        begin = time.perf_counter()
        bench.ask(row)
        loop.exec()
        times.append(1000 * (time.perf_counter() - begin))
        # As fast as a hand moves a mouse.
        QTimer.singleShot(PAUSE_MS, loop.quit)
        loop.exec()
    bench.shut_down()
    return times


def main(threads: int) -> int:
    """Do so with this many threads."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    project = read_project(TEMPLATES / TEMPLATE)
    data = load(project.data)
    say(f"{machine()}; {threads} threads. Learns from {len(data.training):,} drawn digits.")
    run = Trainer(project, data, threads=threads)
    begin = time.perf_counter()
    while run.ended is None:
        run.run(run.steps_left_in_epoch, 1.0)
    found = run.evaluate("validation").accuracy
    say(f"{run.step} steps in {time.perf_counter() - begin:.0f} s; validation {found:.1%}.")
    pad = PadView()
    pad.set_dataset(data)
    wrong, times = read(pad, run)
    count = len(times)
    share = 1 - len(wrong) / count
    say(f"{count - len(wrong)} of {count} drawings are read rightly ({share:.1%}).")
    for one in wrong:
        say(f"  {one}")
    say(f"An answer takes {statistics.median(times):.1f} ms, {max(times):.1f} ms at most.")
    for running, when in ((False, "at rest"), (True, "while it trains")):
        waited = asked(project, running=running)
        say(f"Through the training thread {when}: {statistics.median(waited):.1f} ms, nine of ten "
            f"within {statistics.quantiles(waited, n=10)[-1]:.1f} ms.")
    if FOLDER.is_dir():
        images = mnist()
        guesses = run.predict(images.inputs[TRAINING:]).argmax(axis=1)
        say(f"MNIST's test images: {np.mean(guesses == images.labels[TRAINING:]):.1%} "
            "without having seen one of MNIST's.")
    return 0 if share >= GOAL and statistics.median(times) <= ANSWER_MS else 1
