"""Two projects trained side by side in the terminal: what differs, what came of it, and chance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from engine.bundles import read_either, start_path
from engine.data import load
from engine.data.dataset import Dataset
from engine.experiments.checksums import Start, same_start, sums
from engine.experiments.course import Rows, Steps
from engine.experiments.differences import differences, title
from engine.experiments.pair import Pair
from engine.experiments.repeats import SEEDS, Repeats, repeated
from engine.experiments.spread import A, Ended, Spread
from engine.experiments.yardstick import Yardstick
from engine.layers import diagnose
from engine.spec import ProjectSpec
from engine.training.order import first_batches
from gui.program import say
from gui.terminal.batch_run import (
    CHUNK_S,
    RESULTS,
    preparing,
    progress_bar,
    result_lines,
)
from gui.terminal.history_file import csv_lines
from gui.terminal.interrupting import interruptible
from gui.terminal.results import ResultFile, holding
from gui.workbench.engine_port import Progress, TrainerLike, make_trainer

NAMES = ("A", "B")
HISTORIES = ("history-a.csv", "history-b.csv")
SPREAD = "spread.csv"
SPREAD_COLUMNS = ("pair", "run", "seed", "steps", "figure")
SHARE = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two.

    Attributes
    ----------
    path : Path
        The project's file.
    project, dataset : ProjectSpec, Dataset
        What is trained, on what.
    has_learned : bool
        Whether the file holds weights.
    """

    path: Path
    project: ProjectSpec
    dataset: Dataset
    has_learned: bool = False

    @property
    def run(self) -> tuple[ProjectSpec, Dataset]:
        """What is trained to the step that decides, whatever epochs and seconds say."""
        return repeated(self.project, self.project.training.seed), self.dataset

    @property
    def issues(self) -> tuple[str, ...]:
        """Why it cannot be trained, a sentence each."""
        data = self.dataset
        found = diagnose(self.project, data.task, data.n_inputs, data.n_outputs,
                         is_image=data.image_shape is not None, vocabulary=data.vocabulary,
                         target_range=data.target_range, longest_text=data.longest_text)
        return tuple(f"{self.path.name}: {issue.text}" for issue in found)

    @property
    def notes(self) -> Iterator[str]:
        """What is to be known of its file before, a sentence each."""
        for note in self.dataset.notes:
            yield " ".join(note.split())
        if self.has_learned:
            yield f"what {self.path.name} has learned is left aside; it begins at step 0."


def read_side(path: Path, other: Side | None = None) -> Side:
    """Read one of two projects with its data.

    Parameters
    ----------
    path : Path
        The project's file.
    other : Side | None
        The other one: where both describe the same data, they are read once.

    Raises
    ------
    EngineError
        If project or data cannot be read.
    """
    project, learned = read_either(path)
    if start := start_path(project, path):
        project = replace(project, start_from=str(start))
    if other is not None and other.project.data == project.data and (
            other.path.parent.resolve() == path.parent.resolve()):
        return Side(path, project, other.dataset, bool(learned))
    return Side(path, project, load(project.data, path.parent), bool(learned))


class CompareRun:
    """Trains two projects and says what came of it.

    Parameters
    ----------
    a, b : Side
        The projects.
    yardstick : Yardstick
        What decides, and at which step.
    seeds : int
        How many seeds both are trained with; 0 for their own alone, of which nothing is judged.
    out : Path
        Folder of the histories.
    quiet : bool
        Whether to show no progress bars.
    """

    def __init__(self, a: Side, b: Side, yardstick: Yardstick, seeds: int, out: Path, *,
                 quiet: bool = False) -> None:
        self._sides = (a, b)
        self._yardstick = yardstick
        self._seeds = seeds
        self._out = out
        self._quiet = quiet
        self._interrupted = False
        self._saved: list[Path] = []

    def carry_out(self) -> int:
        """Compare; return 0, or 130 after Ctrl+C, which leaves what there is by then.

        Raises
        ------
        EngineError
            If a project cannot be trained, or the results cannot be written.
        """
        with interruptible(self._interrupt) as heard, holding(self._out):
            first = self._run_pair()
            if self._seeds and first is not None:
                self._repeat(first)
        self._say(*(f"Saved {path}." for path in self._saved))
        return heard.status

    def _interrupt(self) -> None:
        self._interrupted = True

    def _run_pair(self) -> tuple[Ended, Ended] | None:
        """Train both to the step and tell of them; None where that was interrupted."""
        with preparing(self._quiet) as show:
            a, b = (side.run for side in self._sides)
            pair = Pair(a, b, self._yardstick, partial(_made, show))
        self._announce(pair)
        files = [ResultFile(self._out, name, ("step", *course.trainer.ring.columns))
                 for name, course in zip(HISTORIES, pair.courses, strict=True)]
        try:
            with progress_bar(self._quiet, total=2 * self._yardstick.step, unit=" steps",
                              desc="A and B") as bar:
                def listen(side: int, steps: Steps, rows: Rows) -> None:
                    files[side].write(csv_lines(steps, rows))
                    bar.update(len(steps))

                pair.listen = listen
                while not self._interrupted and not pair.advance(CHUNK_S):
                    pass
        finally:
            self._saved += [file.close() for file in files]
        self._conclude(pair)
        return pair.ended if pair.is_over else None

    def _announce(self, pair: Pair) -> None:
        """Tell what differs, what is equal, and what will decide."""
        a, b = self._sides
        found = differences(a.project, b.project)
        starts = [Start.of(*side.run, sums(course.trainer.weights()), first_batches(*side.run))
                  for side, course in zip(self._sides, pair.courses, strict=True)]
        # A title leaves out where a single difference is, which is said here.
        told = (f"{title(found).text}.", *(f"  {one.text}" for one in found)) if len(
            found) != 1 else (f"B: {found[0].text}.",)
        self._say(f"A is {a.project.name} ({a.path}).", f"B is {b.project.name} ({b.path}).", *told,
                  f"{same_start(*starts).sentence.text}.", *_checksums(*starts),
                  self._yardstick.sentence.text)

    def _conclude(self, pair: Pair) -> None:
        """Tell how both stand, and what came of B beside A."""
        lines = []
        for name, course, side in zip(NAMES, pair.courses, self._sides, strict=True):
            trainer, step = course.trainer, course.trainer.step
            lines.append(f"{name}: {step:,} step" + "s" * (step != 1)
                         + (", interrupted." if self._interrupted and not course.is_over else "."))
            if course.error is not None:
                lines.append(f"  {course.error.sentence}")
                continue
            lines += [] if trainer.ended is None else [f"  {trainer.ended.text}"]
            lines += [f"  {text}" for text in result_lines(trainer.snapshot(RESULTS),
                                                           side.dataset.task)]
        words = pair.outcome().words
        lines.append(f"{words.title.text} {words.sentence.text}")
        if not self._seeds and not self._interrupted:
            lines.append("This is one seed of many: --seeds 5 tells a difference from chance.")
        self._say(*lines)

    def _repeat(self, first: tuple[Ended, Ended]) -> None:
        """Train both with further seeds, and tell what they say together."""
        a, b = (side.run for side in self._sides)
        repeats = Repeats(a, b, self._seeds, self._yardstick, partial(_made, _unseen), first)
        file = ResultFile(self._out, SPREAD, SPREAD_COLUMNS)
        try:
            with progress_bar(self._quiet, total=1.0, bar_format=SHARE,
                              desc=f"{self._seeds} seeds") as bar:
                while not self._interrupted and not repeats.advance(CHUNK_S):
                    bar.update(repeats.progress - bar.n)
                bar.update(repeats.progress - bar.n)
        finally:
            file.write(spread_lines(repeats.spread, b[0].training.seed))
            self._saved.append(file.close())
        spread = repeats.spread
        self._say(f"{len(spread.seeds)} of {self._seeds} seeds: {spread.judgement.message.text}.")

    def _say(self, *lines: str) -> None:
        for line in lines:
            say(line)


def _made(show: Progress, project: ProjectSpec, dataset: Dataset) -> TrainerLike:
    return make_trainer(project, dataset, run_id=0, progress=show)


def _unseen(_text: str, _share: float) -> None:
    """Show nothing: all kernels are there once a pair has run."""


def _checksums(a: Start, b: Start) -> tuple[str, ...]:
    """Return the checksums of both starts, in one line where they are the same."""
    told = [f"first weights {start.weights_sum}, batches {start.batches_sum}" for start in (a, b)]
    if told[0] == told[1]:
        return (f"  A and B: {told[0]}",)
    return tuple(f"  {name}: {text}" for name, text in zip(NAMES, told, strict=True))


def spread_lines(spread: Spread, seed: int) -> str:
    """Return the figures of all pairs as lines of CSV, A before B.

    Parameters
    ----------
    spread : Spread
        The pairs.
    seed : int
        B's seed in the first of them.
    """
    lines = []
    for pair, own in enumerate(spread.seeds):
        for side, name in enumerate(NAMES):
            used = own if side == A else (seed + pair) % SEEDS
            figure = float(spread.figures[side, pair])
            # As in a history, an empty cell is no number.
            lines.append(f"{pair + 1},{name},{used},{spread.reached[side, pair]},"
                         f"{repr(figure) if math.isfinite(figure) else ''}\n")
    return "".join(lines)
