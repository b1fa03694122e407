"""Joins the Experiments page with what computes, what is kept, and the Lab's pair."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from engine.errors import EngineError
from engine.experiments.estimate import seconds_of
from engine.experiments.library import Experiment, Library
from engine.experiments.local import LocalExecutor, usual_workers
from engine.messages import Message, say
from gui.experiments.page import ExperimentsPage
from gui.experiments.where_bar import CLUSTER, HERE
from gui.window.experiment_words import entry_of, progress_of, setting_text, signs_of
from gui.window.result_shelf import ResultShelf
from gui.window.sweep_teller import Known, SweepTeller, known_of, part_of
from gui.window.table_teller import TableTeller
from gui.workbench.latest import Latest
from gui.workbench.sweep_queue import Course, SweepQueue, Task

if TYPE_CHECKING:
    from engine.experiments.board import Values
    from engine.experiments.execution import Executor
    from engine.experiments.results import Result
    from engine.experiments.sweep import Sweep
    from engine.spec import ProjectSpec
    from gui.document.document import Document
    from gui.window.preferences import Settings

DRAW_MS, SHARE = 200, 5
"""Least time between two pictures while results come: so many ms, and times as long as one takes.
"""
FIRST_SWEEP = "map-depth-scale"
KEEP_DONE = "What is done is kept."


class ExperimentsDesk(QObject):
    """Shows experiments, has them computed, and opens their networks in the Lab. GUI thread only.

    Parameters
    ----------
    document : Document
        Whose project a sweep of one's own is made of, and beside which a network opens as B.
    settings : Settings
        Where experiments are kept, and which computers were used last.
    make_executor : callable | None
        Who computes on this computer, with so many workers; None: processes of this program.

    Attributes
    ----------
    page : ExperimentsPage
        What shows them.
    library : Library
        What there is.

    Signals
    -------
    opened_in_lab(str)
        A network stands beside the Lab's as B; what it is.
    """

    opened_in_lab = Signal(str)

    def __init__(self, document: Document, settings: Settings, parent: QObject | None = None, *,
                 make_executor: Callable[[int], Executor] | None = None) -> None:
        super().__init__(parent)
        self._document, self._settings = document, settings
        self._local = make_executor or LocalExecutor
        self._temporary = None if settings.experiments else TemporaryDirectory()
        folder = settings.experiments or Path(self._temporary.name if self._temporary else "")
        self.library = Library(folder)
        self.shelf = ResultShelf(self.library, self)
        self.queue = SweepQueue(self._executor, self)
        self.page = ExperimentsPage()
        self._tellers: dict[str, SweepTeller] = {}
        self._tables: dict[str, TableTeller] = {}
        self._sweep_key = self._table_key = ""
        self._where = HERE
        self._cluster, self._certificates = settings.cluster, settings.certificates
        self._asking = Latest("theory of a sweep", self)
        self._asked = ""
        self._shown = False
        self._stale: set[str] = set()
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(DRAW_MS)
        self._wire()

    def _wire(self) -> None:
        page = self.page
        page.list.chosen.connect(self.choose)
        page.list.new_requested.connect(self.ask_new)
        page.list.remove_requested.connect(self._on_remove_requested)
        page.sweep.opened.connect(self._on_sweep_opened)
        page.sweep.refine_requested.connect(self._on_refine_requested)
        page.table.run_requested.connect(self._on_table_run_requested)
        page.table.copy_requested.connect(self._on_table_copy_requested)
        page.table.opened.connect(self._on_table_opened)
        page.where.where_requested.connect(self._on_where_requested)
        page.where.start_requested.connect(self._on_start_requested)
        page.where.pause_requested.connect(self.queue.toggle)
        page.where.cancel_requested.connect(self._on_cancel_requested)
        self.queue.found.connect(self._on_queue_found)
        self.queue.changed.connect(self._on_queue_changed)
        self.queue.failed.connect(self._on_queue_failed)
        self.queue.advanced.connect(self._on_queue_advanced)
        self.shelf.changed.connect(self._on_shelf_changed)
        self._asking.done.connect(self._on_known)
        self._drawing.timeout.connect(self._draw)

    def set_shown(self, shown: bool) -> None:
        """Show what there is from now on; what is computed goes on unseen."""
        self._shown = shown
        if not shown:
            return
        if not self._sweep_key:
            self._begin()
        self._stale |= {self._sweep_key, self._table_key}
        self._draw()
        self.page.list.list.setFocus()

    def _begin(self) -> None:
        self.page.where.show_where(HERE, self._places())
        self._show_list()
        self.shelf.read(tuple(self.library))
        table = next((one.key for one in self.library if one.table is not None), "")
        self.choose(table)
        self.choose(FIRST_SWEEP)
        self.page.list.go_to(FIRST_SWEEP)
        if self.library.fault is not None:
            self._say(self.library.fault.text)
        elif self.library.unread:
            self._say(say("library.unread", names=self.library.unread).text)

    def shut_down(self) -> None:
        """End all that is computed, and wait for it."""
        self._drawing.stop()
        self.queue.shut_down()
        self._asking.shut_down()
        self.shelf.shut_down()
        if self._temporary is not None:
            self._temporary.cleanup()

    # What is seen

    @Slot(str)
    def choose(self, key: str) -> None:
        """Show an experiment: a table at the right, a sweep in the middle."""
        experiment = self.library.experiment(key)
        if experiment is None:
            return
        if experiment.table is not None:
            self._table_key = key
            self._tables.setdefault(key, TableTeller(experiment.table))
        else:
            self._sweep_key = key
            if key not in self._tellers:
                self._tellers[key] = SweepTeller(experiment.sweep, self.library.parts(key))
            self._ask_theory(key)
        self.page.list.set_chosen(self._sweep_key, self._table_key)
        self._stale.add(key)
        self._draw()

    def _ask_theory(self, key: str) -> None:
        if self._tellers[key].is_known or self._asked == key:
            return
        self._asked = key
        sweep = self._tellers[key].sweep
        self._asking.ask(partial(_asked_of, key, sweep))

    @Slot(object)
    def _on_known(self, found: tuple[str, Known]) -> None:
        key, known = found
        self._asked = ""
        if key in self._tellers:
            self._tellers[key].set_known(known)
            self._stale.add(key)
            self._draw()

    @Slot()
    def _draw(self) -> None:
        """Draw what has changed of what is seen."""
        if not self._shown:
            return
        started = time.perf_counter()
        if self._sweep_key in self._stale:
            self._draw_sweep()
        if self._table_key in self._stale:
            self._draw_table()
        self._stale -= {self._sweep_key, self._table_key}
        self._show_list()
        self._show_start()
        # A map of thousands of cells takes a while, and the window is to have most of the time.
        cost_ms = 1000 * (time.perf_counter() - started)
        self._drawing.setInterval(max(DRAW_MS, round(SHARE * cost_ms)))

    def _draw_sweep(self) -> None:
        experiment = self.library.experiment(self._sweep_key)
        if experiment is None:
            return
        teller = self._tellers[self._sweep_key]
        picture = teller.show(self.shelf.of(self._sweep_key))
        self.page.sweep.show_sweep(experiment.title.text, experiment.setting.text, picture,
                                   teller.tip)
        self.page.sweep.show_verdict(teller.verdict())

    def _draw_table(self) -> None:
        experiment = self.library.experiment(self._table_key)
        if experiment is None:
            return
        self.page.table.show_table(self._tables[self._table_key].view(
            self.shelf.of(self._table_key), is_whole=self._is_whole(experiment),
            can_run=not self.queue.has(experiment.key)))

    def _is_whole(self, experiment: Experiment) -> bool:
        return self._missing(experiment) <= 0

    def _missing(self, experiment: Experiment) -> int:
        """Return how many cells are not known yet."""
        return self._size(experiment) - self.shelf.count(experiment.key)

    def _size(self, experiment: Experiment) -> int:
        teller = self._tellers.get(experiment.key)
        return self.shelf.size(experiment) if teller is None else teller.size

    def _show_list(self) -> None:
        self.page.list.set_entries([
            entry_of(one, 1 - max(self._missing(one), 0) / self._size(one), self.queue.waiting,
                     self.queue.current) for one in self.library])
        self.page.list.set_chosen(self._sweep_key, self._table_key)

    def _show_start(self) -> None:
        """Offer to compute the sweep that is seen, where something of it is missing."""
        experiment = self.library.experiment(self._sweep_key)
        if experiment is None or self.queue.has(experiment.key):
            self.page.where.show_start("", "")
            return
        missing, known = self._missing(experiment), self.shelf.count(experiment.key)
        if missing <= 0:
            self.page.where.show_start("Compute", "All of this sweep has been computed.",
                                       enabled=False)
            return
        self.page.where.show_start(
            "Go on" if known else "Compute",
            f"Compute the {missing:,} networks of “{experiment.title.text}” that are missing.")

    @Slot(str)
    def _on_shelf_changed(self, key: str) -> None:
        self._stale.add(key)
        if not self._drawing.isActive():
            self._drawing.start()

    # What is computed

    def _executor(self, workers: int) -> Executor:
        if self._where == HERE or workers:
            return self._local(workers)
        # Only where it is used: who has no cluster need not have Dask.
        from engine.experiments.cluster import DaskExecutor

        return DaskExecutor(self._cluster, self._certificates)

    def compute(self, key: str) -> None:
        """Have what is missing of an experiment computed."""
        experiment = self.library.experiment(key)
        if experiment is None or self.queue.has(key):
            return
        teller = self._tellers.get(key)
        sweeps = experiment.sweeps if teller is None else (experiment.sweep, *teller.parts)
        is_timed = experiment.table is not None and experiment.table.is_timed
        self.queue.add(Task(key, experiment.title.text, sweeps, self.library.results_path(key),
                            1 if is_timed else 0))

    @Slot()
    def _on_start_requested(self) -> None:
        self.compute(self._sweep_key)

    @Slot()
    def _on_cancel_requested(self) -> None:
        self.queue.cancel()

    @Slot(bool)
    def _on_table_run_requested(self, anew: bool) -> None:
        key = self._table_key
        if anew and not self.queue.has(key):
            try:
                self.library.forget_results(key)
            except EngineError as error:
                self._say(error.sentence)
                return
            self.shelf.forget(key)
        self.compute(key)

    @Slot(str, object)
    def _on_queue_found(self, key: str, results: Sequence[Result]) -> None:
        self.shelf.add(key, results)

    @Slot()
    def _on_queue_changed(self) -> None:
        if not self.queue.current:
            self.page.where.show_progress(None)
            self.page.where.show_workers(())
        self._stale.add(self._table_key)
        self._draw()

    @Slot(object)
    def _on_queue_advanced(self, course: Course) -> None:
        self.page.where.show_progress(progress_of(course, len(self.queue.waiting)))
        self.page.where.show_workers(signs_of(
            course.workers, "core" if self._where == HERE else ""))

    @Slot(str, object)
    def _on_queue_failed(self, key: str, message: Message) -> None:
        experiment = self.library.experiment(key)
        title = key if experiment is None else experiment.title.text
        self._say(f"{title}: {message.text} {KEEP_DONE}")

    # Finer

    @Slot(object, object)
    def _on_refine_requested(self, columns: Sequence[object], rows: Sequence[object]) -> None:
        key = self._sweep_key
        teller = self._tellers[key]
        part = part_of(teller.sweep, (columns, rows))
        if part is None:
            self._say(say("library.no-finer").text)
            return
        if part in teller.parts:
            self.compute(key)
            return
        self._tellers[key] = teller.with_part(part)
        try:
            self.library.keep_parts(key, self._tellers[key].parts)
        except EngineError as error:
            self._say(error.sentence)
        if not self.queue.extend(key, part):
            self.compute(key)
        self._stale.add(key)
        self._draw()

    # Sweeps of one's own

    @Slot()
    def ask_new(self) -> None:
        """Ask for a sweep of the Lab's project."""
        from gui.experiments.new_sweep_dialog import NewSweepDialog

        if self._document.issues:
            self._say(self._document.issues[0].text)
            return
        dialog = NewSweepDialog(self._document.project, self._estimate, self.page)
        dialog.made.connect(self._on_sweep_made)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _estimate(self, sweep: Sweep) -> float:
        return seconds_of(sweep, self._document.dataset, usual_workers())

    @Slot(object)
    def _on_sweep_made(self, sweep: Sweep) -> None:
        try:
            made = self.library.add(sweep)
        except EngineError as error:
            self._say(error.sentence)
            return
        self._show_list()
        self.page.list.go_to(made.key)
        self.choose(made.key)
        self.compute(made.key)

    @Slot(str)
    def _on_remove_requested(self, key: str) -> None:
        self.queue.cancel(key)
        try:
            self.library.remove(key)
        except EngineError as error:
            self._say(error.sentence)
            return
        self._tellers.pop(key, None)
        self.shelf.forget(key)
        if self._sweep_key == key:
            self.choose(FIRST_SWEEP)
        self._show_list()

    # Into the Lab

    @Slot(object)
    def _on_sweep_opened(self, values: Values) -> None:
        teller = self._tellers[self._sweep_key]
        project = teller.project(values)
        if project is None:
            self._say(say("library.no-network").text)
            return
        self._open(project, setting_text(teller.sweep, values))

    @Slot(int)
    def _on_table_opened(self, number: int) -> None:
        teller = self._tables[self._table_key]
        try:
            project = teller.project(number)
        except EngineError as error:
            self._say(error.sentence)
            return
        self._open(project, teller.label(number))

    def _open(self, project: ProjectSpec, text: str) -> None:
        """Put a network beside the Lab's as B, and go there."""
        try:
            self._document.begin_pair(project, f"open {text} as B")
        except EngineError as error:
            self._say(error.sentence)
            return
        self.opened_in_lab.emit(text)

    @Slot()
    def _on_table_copy_requested(self) -> None:
        QApplication.clipboard().setText(
            self._tables[self._table_key].text(self.shelf.of(self._table_key)))
        self.page.message.show_message("The table is on the clipboard.", "good", topic="copied")

    # Where it runs

    def _places(self) -> dict[str, str]:
        count = usual_workers()
        here = f"{count} {'core' if count == 1 else 'cores'} here"
        cluster = f"Lab PCs: {self._cluster}" if self._where == CLUSTER else (
            "Lab PCs (Dask)")
        return {HERE: here, CLUSTER: cluster}

    @Slot(str)
    def _on_where_requested(self, key: str) -> None:
        if key == HERE:
            self._go_to(HERE)
            return
        # Back to what is used until an address is given.
        self.page.where.show_where(self._where, self._places())
        from engine.experiments.cluster import check_installed, check_security, parse_address
        from gui.experiments.cluster_dialog import ClusterDialog

        def check(address: str, certificates: Path | None) -> None:
            check_installed()
            check_security(parse_address(address), certificates)
        folder = self._certificates
        dialog = ClusterDialog(self._cluster, "" if folder is None else str(folder), check,
                               self.page)
        dialog.chosen.connect(self._on_cluster_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str, str)
    def _on_cluster_chosen(self, address: str, folder: str) -> None:
        self._cluster = self._settings.cluster = address
        self._certificates = self._settings.certificates = Path(folder) if folder else None
        self._go_to(CLUSTER)

    def _go_to(self, where: str) -> None:
        self._where = where
        self.page.where.show_where(where, self._places())
        self.queue.restart()

    def _say(self, sentence: str) -> None:
        self.page.message.show_message(sentence, "warning", topic="experiments")


def _asked_of(key: str, sweep: Sweep) -> tuple[str, Known]:
    try:
        return key, known_of(sweep)
    except EngineError:
        # Of data that cannot be read theory says nothing; computing says what is wrong.
        return key, Known()
