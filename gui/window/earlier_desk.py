"""Earlier runs in the window: their list, and what a person does with one of them."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine.bundles import SUFFIX, write_bundle
from engine.data.files import is_there
from engine.errors import EngineError
from engine.spec.replacing import replace_file
from gui.document.file_folder import with_ending
from gui.document.project_files import home_folder, with_relative_paths
from gui.window.save_questions import file_to_write, may_replace

if TYPE_CHECKING:
    from gui.document.document import Document
    from gui.frames.ghost import Ghost
    from gui.runs.earlier_runs import EarlierRuns
    from gui.workbench.earlier import EarlierRun
    from gui.workbench.workbench import Workbench


class EarlierDesk(QObject):
    """Does what a person wants with earlier runs. GUI thread only.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is edited, and what keeps the runs.
    window : QWidget
        Where dialogs appear; Qt's owner.

    Signals
    -------
    told(str)
        A sentence about what has been done.
    """

    told = Signal(str)

    def __init__(self, document: Document, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._bench, self._window = document, workbench, window
        self.dialog: EarlierRuns | None = None
        document.changed.connect(self._refresh)
        workbench.earlier_changed.connect(self._refresh)

    @Slot()
    def show(self) -> None:
        """Open the list of earlier runs."""
        if self.dialog is None:
            # Few people open it: what it needs is not loaded before.
            from gui.runs.earlier_runs import EarlierRuns

            self.dialog = EarlierRuns(self._window)
            sides = self._bench.sides
            self.dialog.rename_requested.connect(sides.rename_earlier)
            self.dialog.forget_requested.connect(sides.forget_earlier)
            self.dialog.shown_changed.connect(sides.show_earlier)
            self.dialog.restore_requested.connect(self.restore)
            self.dialog.export_requested.connect(self.ask_export)
        self.dialog.show()
        self._refresh()
        self.dialog.raise_()

    @Slot(bool)
    def set_saved(self, saved: bool) -> None:
        """Write the earlier runs to the project's file too when it is saved, or no longer."""
        self._document.keeps_earlier = saved

    @Slot(int)
    def restore(self, number: int) -> None:
        """Let an earlier run go on in the place of the edited one."""
        earlier = self._bench.sides.earlier[number]
        self._bench.sides.restore_earlier(number)
        self.told.emit(f"The run goes on from step {earlier.step:,}. Undo brings the other back."
                       if earlier.parcel.checkpoint is not None else
                       "The run begins with the weights that it had learned."
                       if earlier.can_go_on else
                       "Its weights are kept no longer: it begins anew at step 0.")

    @Slot(int)
    def ask_export(self, number: int) -> bool:
        """Ask for a file, and write a run to it and its curves beside it as CSV."""
        earlier = self._bench.sides.earlier[number]
        name = "".join(letter if letter.isalnum() or letter in " -_" else "-" for letter in
                       earlier.title(self._document.project)).strip() or "run"
        path = self._document.path
        folder = Path(home_folder()) if path is None else path.parent
        wanted = file_to_write(
            self._window, "Export run", folder / f"{name}{SUFFIX}",
            (f"Projects with weights (*{SUFFIX})",),
            lambda typed, _: with_ending(typed, SUFFIX, (SUFFIX,)))
        if wanted is None:
            return False
        table = wanted[0].with_suffix(".csv")
        # Nobody has typed the name of that.
        if is_there(table) and not may_replace(self._window, table):
            return False
        return self.export(number, wanted[0])

    def export(self, number: int, path: Path) -> bool:
        """Write a run to a file and its curves beside it; returns whether that was possible."""
        earlier = self._bench.sides.earlier[number]
        table = path.with_suffix(".csv")
        try:
            write_bundle(with_relative_paths(earlier.project, path), earlier.learned or {}, path,
                         checkpoint=earlier.parcel.checkpoint)
            replace_file(table, curves_csv(earlier.ghost).encode())
        except EngineError as error:
            self.told.emit(error.sentence)
            return False
        self.told.emit(f"Exported {path} and {table.name}.")
        return True

    @Slot()
    def _refresh(self) -> None:
        if self.dialog is None or not self.dialog.isVisible():
            return
        from engine.experiments.differences import table
        from gui.runs import earlier_runs as view

        present, sides = self._document.project, self._bench.sides
        runs = tuple(sides.earlier)
        self.dialog.show_runs(
            [view.EarlierRun(run.number, run.title(present), told_of(run),
                             sides.is_shown(run.number)) for run in runs],
            table(present, [run.project for run in runs]))


def told_of(run: EarlierRun) -> str:
    """Return how far a run came: ``4,500 steps, validation loss 0.042``."""
    figures = run.figures
    for column, name in (("validation_loss", "validation loss"), ("loss", "loss")):
        if column in figures:
            return f"{run.step:,} steps, {name} {figures[column]:.3g}"
    return f"{run.step:,} steps"


def curves_csv(ghost: Ghost) -> str:
    """Return curves as a table: a row a point, each the mean since the one before."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    logarithms = {name: 10.0 ** curve for name, curve in ghost.logarithms.items()}
    columns = {**ghost.losses, **logarithms}
    writer.writerow(("step", "epoch", *columns))
    for row in zip(ghost.steps.astype(np.int64).tolist(), ghost.epochs.tolist(),
                   *(curve.tolist() for curve in columns.values()), strict=True):
        writer.writerow("" if isinstance(value, float) and math.isnan(value) else value
                        for value in row)
    return buffer.getvalue()
