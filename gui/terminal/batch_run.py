"""A run in the terminal: progress bar, history and weights."""

from __future__ import annotations

import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from engine.bundles import write_bundle
from engine.data.dataset import Dataset
from engine.errors import FormatError
from engine.experiments.course import Course, Rows, Steps
from engine.experiments.headless import carry
from engine.foreign import INITIAL, is_first, is_foreign
from engine.layers.diagnose import LARGEST_NETWORK
from engine.layers.losses import OF_CLASSES
from engine.messages import elided, legible, say
from engine.messages.texts import LONGEST_QUOTE
from engine.spec import ProjectSpec
from engine.spec.opening import opened
from engine.spec.replacing import remove_unfinished, replacing
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.transfer import TransferReport
from gui.document.project_files import with_absolute_paths, with_relative_paths
from gui.program import say as tell
from gui.terminal.doctor import Doctor
from gui.terminal.history_file import csv_lines, open_history
from gui.terminal.interrupting import interruptible, put_off
from gui.workbench.engine_port import Progress, TrainerFactory, TrainerLike, make_trainer

FOREVER = 2**62
"""So many steps are no limit: one of the project's stopping rules ends the run."""
CHUNK_S = 0.05
RESULTS = frozenset({Part.EVALUATION})
LARGEST_WEIGHTS_FILE = 2 * 8 * LARGEST_NETWORK
"""Bytes: weights and initial weights of the largest network in float64."""
Weights = Mapping[str, NDArray[Any]]
_LOCK = threading.RLock()
"""Held by whichever thread draws a bar."""


def progress_bar(quiet: bool, **options: Any) -> tqdm[Any]:
    """Return a bar on standard error: an invisible one if that is wanted, or there is no such."""
    # tqdm's own lock is for bars of many processes. Where processes are spawned, as on macOS, it
    # starts one that looks after it, for which a frozen program is started a second time.
    tqdm.set_lock(_LOCK)
    # A program for Windows without a console has no standard error.
    return tqdm(disable=quiet or sys.stderr is None, file=sys.stderr, dynamic_ncols=True, **options)


@contextmanager
def preparing(quiet: bool) -> Iterator[Progress]:
    """Show what is being compiled on a bar, and for how long; Ctrl+C ends it between two parts.

    That it is compiled again and again, or kept where nobody expects it, is said.
    """
    with put_off() as check, progress_bar(
            quiet, total=1.0, leave=False, desc="Preparing engine",
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}") as bar:
        def show(text: str, share: float) -> None:
            check()
            bar.set_description_str(f"Preparing engine ({text})", refresh=False)
            bar.update(share - bar.n)

        yield show
    # Loads the compiler, which by now is there.
    from engine.cachedir import kept

    if not quiet and (told := kept().told) is not None:
        tell(f"Note: {told.text}")


class BatchRun:
    """Trains a project to an end and keeps what there is, also when it is interrupted.

    Parameters
    ----------
    project, dataset : ProjectSpec, Dataset
        What is trained, on what.
    steps : int
        Where it ends, unless one of the project's stopping rules ends it before.
    out : Path | None
        Folder of ``history.csv`` and ``weights.npz``; None keeps nothing.
    weights : mapping | None
        What to start from, as ``layer-id/w``; None draws them.
    keep_initial : bool
        Whether ``weights.npz`` holds ``initial/layer-id/w`` too.
    use_averaged : bool
        Whether the average of the weights, where the project keeps one, takes their place in the
        end, before anything is kept.
    save : Path | None
        Project file that is to hold in the end where the run is; None writes none.
    path : Path | None
        The project's own file, from which other files are named.
    quiet : bool
        Whether to show no progress bar and no summary.
    make : TrainerFactory
        Makes the trainer, at step 0 or where a run goes on.
    """

    def __init__(self, project: ProjectSpec, dataset: Dataset, steps: int, out: Path | None, *,
                 weights: Weights | None = None, keep_initial: bool = False,
                 use_averaged: bool = False, save: Path | None = None, path: Path | None = None,
                 quiet: bool = False, make: TrainerFactory = make_trainer) -> None:
        self._project, self._dataset = project, dataset
        self._steps, self._out = steps, out
        self._weights, self._keep_initial = weights, keep_initial
        self._use_averaged = use_averaged
        self._quiet = quiet
        self._make = make
        self._save, self._path = save, path
        self._begin = 0
        self._interrupted = False

    def carry_out(self) -> int:
        """Train; return 0, or 130 after Ctrl+C, which interrupts only what comes before.

        Other signals that ask a program to end do the same, with 128 and their number.

        Raises
        ------
        EngineError
            If the project cannot be trained, diverges, or the results cannot be written. What there
            is by then has been kept.
        """
        trainer = self._prepare()
        self._begin = trainer.step
        doctor = None if self._quiet else Doctor(self._project, self._dataset)
        with ExitStack() as stack:
            heard = stack.enter_context(interruptible(partial(self._interrupt, trainer)))
            history = self._open_history(stack, trainer)
            initial = trainer.weights() if self._keep_initial else {}
            bar = stack.enter_context(progress_bar(
                self._quiet, total=self._steps if self._steps < FOREVER else None, unit=" steps",
                desc=legible(elided(self._project.name, LONGEST_QUOTE)), initial=trainer.step))
            # One that fails, as on a full disk, keeps none of the others from being kept.
            stack.callback(self._keep_run, trainer)
            stack.callback(self._keep_weights, trainer, initial)
            if self._use_averaged:
                stack.callback(trainer.use_averages)
            self._train(trainer, history, bar, doctor)
        if doctor is not None:
            self._summarise(trainer, doctor)
        return heard.status

    def _prepare(self) -> TrainerLike:
        """Make the trainer; a bar shows what is being compiled."""
        with preparing(self._quiet) as show:
            trainer = self._make(self._project, self._dataset, run_id=0, progress=show,
                                 weights=self._weights)
        if trainer.transfer is not None and not trainer.transfer.matched:
            self._refuse_nothing(trainer.step, trainer.transfer)
        return trainer

    def _refuse_nothing(self, step: int, transfer: TransferReport) -> None:
        """Raise FormatError where no layer took over what a run was to start from."""
        if step:
            raise FormatError("state.no-layer")
        source = Path(self._project.start_from)
        if is_foreign(source):
            raise FormatError("foreign.nothing", place=source.name, reasons=tuple(
                say("foreign.layer", layer=layer.layer_id, reason=layer.message)
                for layer in transfer.left))

    def _train(self, trainer: TrainerLike, history: IO[str] | None, bar: tqdm[Any],
               doctor: Doctor | None) -> None:
        place = trainer.ring.columns.index("loss")

        def listen(steps: Steps, rows: Rows) -> None:
            if history is not None and self._out is not None:
                with named_errors(self._out):
                    history.write(csv_lines(steps, rows))
            bar.update(len(steps))
            bar.set_postfix_str(f"loss {rows[-1, place]:.4g}", refresh=False)

        def look() -> int | None:
            if doctor is None:
                return None
            doctor.visit(trainer)
            return trainer.step + doctor.steps_left(trainer.step)

        course = Course(trainer, self._steps, listen)
        carry(course, lambda: self._interrupted, CHUNK_S, look)
        if course.error is not None:
            raise course.error
        if doctor is not None:
            doctor.conclude(trainer)

    def _interrupt(self, trainer: TrainerLike) -> None:
        self._interrupted = True
        trainer.request_stop()

    def _open_history(self, stack: ExitStack, trainer: TrainerLike) -> IO[str] | None:
        if self._out is None:
            return None
        # What a branch of another project was before is not its history.
        last = trainer.checkpoint().row if trainer.step and trainer.transfer is None else None
        with named_errors(self._out):
            self._out.mkdir(parents=True, exist_ok=True)
            history = open_history(self._out / "history.csv", trainer.ring.columns, trainer.step,
                                   last)
        stack.callback(_close, history, self._out)
        return history

    def _keep_weights(self, trainer: TrainerLike, initial: Weights) -> None:
        if self._out is None:
            return
        arrays = {**trainer.weights(), **{INITIAL + key: w for key, w in initial.items()}}
        with named_errors(self._out):
            write_weights(self._out / "weights.npz", arrays)

    def _keep_run(self, trainer: TrainerLike) -> None:
        if self._save is not None:
            project = with_relative_paths(with_absolute_paths(self._project, self._path),
                                          self._save)
            write_bundle(project, {}, self._save, checkpoint=trainer.checkpoint())

    def _summarise(self, trainer: TrainerLike, doctor: Doctor) -> None:
        lines = [f"{self._project.name}: {trainer.step:,} steps, {trainer.epoch:,} epochs"
                 + (", interrupted." if self._interrupted else ".")]
        lines += [f"  Went on at step {self._begin:,}."] if self._begin else []
        lines += [f"  {text}" for text in transfer_lines(trainer.transfer)]
        lines += [] if trainer.ended is None else [f"  {trainer.ended.text}"]
        results = result_lines(trainer.snapshot(RESULTS), self._dataset.task)
        lines += [f"  {text}" for text in (*results, *doctor.lines())]
        lines += [f"  {one.text}" for one in self._dataset.found_later]
        if self._out is not None:
            lines.append(f"Saved {self._out / 'history.csv'} and {self._out / 'weights.npz'}.")
        lines += [] if self._save is None else [f"Saved the run in {self._save}."]
        tell("\n".join(lines))


def result_lines(snapshot: Snapshot, task: str) -> list[str]:
    """Return loss and score of a snapshot as readable lines."""
    results = {"Training": snapshot.training, "Validation": snapshot.validation}
    return [
        f"{name}: loss {result.loss:.4g}, {_score(result.accuracy, task)}, "
        f"{result.examples:,} examples"
        for name, result in results.items() if result is not None
    ]


def _score(score: float, task: str) -> str:
    if task == "transcription":
        return f"wrong characters {1 - score:.1%}"
    return f"accuracy {score:.1%}" if task in OF_CLASSES else f"R² {score:.4f}"


def transfer_lines(transfer: TransferReport | None) -> list[str]:
    """Return which layers started with another project's weights, and why others did not."""
    if transfer is None:
        return []
    count = len(transfer.matched) + len(transfer.left)
    whose = "weights of the file" if transfer.sources else "the other project's weights"
    return [f"{len(transfer.matched)} of {count} layers started with {whose}.",
            *(f"{layer}: {told.text}." for layer, told in transfer.sources.items()),
            *(f"{layer.layer_id}: {layer.reason}." for layer in transfer.left),
            *([] if transfer.told_unused is None else [f"{transfer.told_unused.text}."])]


def write_weights(path: Path, arrays: Weights) -> None:
    """Write arrays so that a crash leaves either the old file or the new one; raises OSError."""
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, **arrays)
    remove_unfinished(path.parent, path.name)


def read_weights(path: Path) -> dict[str, NDArray[Any]]:
    """Read ``layer-id/w`` arrays; initial weights in the file are left aside.

    Raises
    ------
    FormatError
        If the file cannot be read, is no weights file, or is larger than any network.
    """
    try:
        # Refuses pipes and devices.
        opened(path).close()
        with zipfile.ZipFile(path) as archive:
            # What an archive unpacks to can exceed the archive a thousandfold.
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST_WEIGHTS_FILE:
            raise FormatError("weights.too-large", place=path.name, size=size)
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files if not is_first(key)}
    except OSError as error:
        raise FormatError("file.unreadable", path=str(path),
                          reason=error.strerror or str(error)) from error
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError) as error:
        raise FormatError("weights.broken", place=path.name, reason=str(error)) from error


def _close(file: IO[str], folder: Path) -> None:
    with named_errors(folder):
        file.close()


@contextmanager
def named_errors(folder: Path) -> Iterator[None]:
    """Turn what the system says about a folder into a sentence."""
    try:
        yield
    except OSError as error:
        raise FormatError("results.unwritable", path=str(folder),
                          reason=error.strerror or str(error)) from error
