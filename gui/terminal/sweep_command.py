"""A sweep in the terminal: progress with the time that is left, a table, and files."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from tqdm import tqdm

from engine.bundles import is_bundle, read_either
from engine.data.digests import digest_of
from engine.errors import FormatError, SpecError
from engine.experiments.execution import Executor
from engine.experiments.store import SUFFIX, Store
from engine.experiments.summary import best, csv_text, show, spreads, table
from engine.experiments.sweep import Axis, Sweep
from engine.experiments.sweep_files import (
    parse_axis,
    read_sweep,
    sweep_from_json,
    write_sweep,
)
from engine.experiments.sweep_run import Standing, SweepRun
from engine.spec import ProjectSpec
from engine.spec.replacing import replace_file
from gui.document.project_files import with_absolute_paths
from gui.program import ERROR, complain, say
from gui.terminal.batch_run import named_errors, progress_bar
from gui.terminal.interrupting import interruptible

LOOK_S = 0.1
"""How often the bar is drawn."""

BAR = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]"


def read_asked(path: Path, axes: Sequence[str], **changes: Any) -> Sweep:
    """Return what a command asks for.

    Parameters
    ----------
    path : Path
        A sweep, or a project.
    axes : Sequence[str]
        Axes in words, as `engine.experiments.sweep_files.parse_axis` takes them; where there are
        any, they take the place of a sweep's own.
    changes : object
        Other fields of the sweep; None leaves one as it is.

    Raises
    ------
    EngineError
        If it cannot be read, or makes no sense.
    """
    sweep = _read(path, tuple(parse_axis(text) for text in axes))
    sweep = replace(sweep, project=_with_digest(with_absolute_paths(sweep.project, path)))
    told = msgspec.to_builtins(sweep) | {
        name: value for name, value in changes.items() if value is not None}
    # As if a file had said so: what no file can hold is refused with its field.
    sweep = sweep_from_json(msgspec.json.encode(told), path.name)
    sweep.check()
    return sweep


def _read(path: Path, axes: tuple[Axis, ...]) -> Sweep:
    sweep = None
    if not is_bundle(path):
        try:
            sweep = read_sweep(path)
        except FormatError as error:
            if error.message.code != "sweep.no-sweep":
                raise
    try:
        if sweep is not None:
            return replace(sweep, axes=axes) if axes else sweep
        project, _ = read_either(path)
        if not axes:
            raise SpecError("sweep.no-axis", place=path.name)
        return Sweep(path.stem, project, axes)
    except ValueError as error:
        raise SpecError("sweep.field", place=path.name, reason=str(error)) from error


def _with_digest(project: ProjectSpec) -> ProjectSpec:
    """Return the project with what tells its data from others of the same name."""
    data = project.data
    if not data.path or data.embedded or not Path(data.path).exists():
        return project
    return replace(project, data=replace(data, digest=digest_of(Path(data.path))))


def file_name(name: str) -> str:
    """Return a name as files can have it on every system."""
    plain = re.sub(r"[^\w .()+=-]+", "-", unicodedata.normalize("NFC", name)).strip(" .")
    return plain[:100] or "sweep"


class SweepCommand:
    """Computes a sweep, and says what came of it.

    Parameters
    ----------
    sweep : Sweep
        What is computed.
    executor : Executor
        Who computes.
    out : Path
        Folder of ``NAME.results``, ``NAME.csv`` and ``NAME.sweep.json``.
    quiet : bool
        Whether to show no progress bar.
    """

    def __init__(self, sweep: Sweep, executor: Executor, out: Path, *, quiet: bool = False) -> None:
        self._sweep = sweep
        self._executor = executor
        self._out = out
        self._name = file_name(sweep.name)
        self._quiet = quiet
        self._interrupted = False
        self._told: set[tuple[str, str]] = set()

    def carry_out(self) -> int:
        """Compute; return 0, 130 after Ctrl+C, which keeps what is done, or 2 if some is missing.

        Raises
        ------
        EngineError
            If another program computes this sweep, or results cannot be written.
        """
        with named_errors(self._out):
            self._out.mkdir(parents=True, exist_ok=True)
        with Store(self._out / f"{self._name}{SUFFIX}") as store:
            write_sweep(self._sweep, self._out / f"{self._name}.sweep.json")
            run = SweepRun(self._sweep, store, self._executor)
            with interruptible(self._interrupt) as heard:
                try:
                    run.start()
                    self._watch(run)
                finally:
                    run.close()
            standing = run.snapshot()
            self._conclude(run, standing)
        return self._exit_code(standing, heard.status)

    def _interrupt(self) -> None:
        self._interrupted = True

    def _watch(self, run: SweepRun) -> None:
        """Show how it goes until it is over."""
        standing = run.snapshot()
        with progress_bar(self._quiet, total=self._sweep.size, unit=" cells", bar_format=BAR,
                          desc=self._sweep.name) as bar:
            while True:
                is_over = run.wait(LOOK_S) or self._interrupted
                standing = run.snapshot(standing.cursor)
                self._show(bar, standing)
                if is_over:
                    return

    def _show(self, bar: tqdm[Any], standing: Standing) -> None:
        bar.total = standing.total
        bar.set_postfix_str(_postfix(standing), refresh=False)
        bar.update(standing.done - bar.n)
        for worker in standing.workers:
            told = (worker.name, worker.state)
            if worker.state in ("lost", "differs") and worker.message is not None and (
                    told not in self._told):
                complain(f"Worker {worker.name} {worker.message.text}.")
            if worker.state in ("idle", "working"):
                # It is back: should it go again, that is news.
                self._told.discard((worker.name, "lost"))
            else:
                self._told.add(told)

    def _conclude(self, run: SweepRun, standing: Standing) -> None:
        results = run.placed()
        replace_file(self._out / f"{self._name}.csv", csv_text(self._sweep, results).encode())
        found = spreads(self._sweep, results)
        for line in aligned(table(self._sweep, found)):
            say(line)
        ends = Counter(result.end for result in results.values())
        told = ", ".join(f"{count:,} {end}" for end, count in ends.most_common())
        say(f"{standing.done:,} of {standing.total:,} cells: {told or 'none'}."
            + (f" {standing.found:,} of them were there before." if standing.found else ""))
        if leader := best(self._sweep, found.values())[:1]:
            where = ", ".join(f"{axis.knob} {show(axis.values[index])}" for axis, index
                              in zip(self._sweep.axes, leader[0].place, strict=True))
            say(f"Best {self._sweep.measure}: {leader[0].text} at {where}.")
        say(f"Saved {self._out / self._name}{SUFFIX} and {self._out / self._name}.csv.")
        if standing.done < standing.total:
            say("The same command computes what is missing.")

    def _exit_code(self, standing: Standing, ended: int) -> int:
        if standing.fault is not None:
            complain(standing.fault.text)
            return ERROR
        if ended:
            return ended
        if standing.lost:
            complain(f"{standing.lost:,} cells have no result: every process that computed one of "
                     "them has ended. They may need more memory than there is.")
            return ERROR
        return 0


def _postfix(standing: Standing) -> str:
    left = standing.seconds_left
    working = sum(worker.state in ("working", "preparing") for worker in standing.workers)
    parts = [f"{tqdm.format_interval(left)} left"] if left is not None else []
    if not standing.workers:
        parts.append("waiting for workers")
    elif not standing.is_over:
        parts.append(f"{working} of {len(standing.workers)} at work")
    return ", ".join(parts)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines, columns to the right but the first; cut to the terminal."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) if not place else cell.rjust(width)
                       for place, (cell, width) in enumerate(zip(row, widths, strict=True)))
             for row in rows]
    try:
        widest = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        widest = max(map(len, lines))
    return [line if len(line) <= widest else line[:widest - 1] + "…" for line in lines]
