"""Joins the microscope with the workbench: which step it looks at, and what is said of that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.frames.run_info import SECOND
from gui.microscope.lens import Lens
from gui.microscope.page import MicroscopePage
from gui.window.hand_out import HandOut
from gui.workbench.state import State

if TYPE_CHECKING:
    from engine.microscope.dissection import Dissection
    from engine.spec import ProjectSpec
    from gui.document.commands import Change
    from gui.document.document import Document
    from gui.document.file_folder import FileFolder
    from gui.frames.frame import Frame
    from gui.workbench.run import Run
    from gui.workbench.workbench import Workbench

PATIENCE_MS = 300
"""A step that comes sooner than this is not announced."""
NOT_YET = "This cannot be trained yet."
PREPARING = "Preparing…"
FIRST_TIME = ("The step is computed once more in float64. The first time on a computer, kernels "
              "are compiled for that, which takes a while.")
NO_STEP = "There is no step to look at."
NEXT = "Look at its next step"
NEXT_TIP = "Take apart the step that the run takes next. The run goes on."


class Wanted(NamedTuple):
    """What is asked of the workbench: the step of a run after so many, trained in one way."""

    run_id: int
    step: int
    version: int
    example: int | None


class MicroscopeDesk(QObject):
    """Keeps the microscope at the step that the edited run takes next. GUI thread only.

    While the run rests, that is always so; while it runs, the microscope stays at the step that it
    has, and says how far the run has gone on. Nothing is asked while the page is not shown.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is edited, and what runs.
    folder : FileFolder
        Where dialogs open.

    Attributes
    ----------
    lens : Lens
        Where one stands in the step.
    page : MicroscopePage
        What shows it.

    Signals
    -------
    refused(str)
        A file could not be written; why.
    saved(Path)
        A file has been written.
    """

    refused = Signal(str)
    saved = Signal(object)

    def __init__(self, document: Document, workbench: Workbench, folder: FileFolder,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._bench = document, workbench
        self.lens = Lens(self)
        self.page = MicroscopePage(self.lens)
        self._hand_out = HandOut(folder, self.page)
        self._shown = False
        self._version = 0
        self._asked: Wanted | None = None
        self._before: tuple[str, ProjectSpec] | None = None
        self._changed = ""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience_timeout)
        self._wire()

    def _wire(self) -> None:
        bench, page = self._bench, self.page
        bench.dissected.connect(self._on_bench_dissected)
        bench.dissect_failed.connect(self._on_bench_dissect_failed)
        bench.state_changed.connect(self._refresh)
        bench.run_replaced.connect(self._refresh)
        bench.frame.connect(self._on_bench_frame)
        bench.runs.retrained.connect(self._on_runs_retrained)
        bench.cursor_changed.connect(self._refresh)
        self._document.changed.connect(self._on_document_changed)
        self._document.sides_changed.connect(self._refresh)
        page.newest_requested.connect(self._on_page_newest_requested)
        page.steps.example_requested.connect(self._refresh)
        page.steps.table_requested.connect(self._on_steps_table_requested)
        page.steps.program_requested.connect(self._on_steps_program_requested)
        page.steps.paper_requested.connect(self._on_steps_paper_requested)
        self._hand_out.refused.connect(self.refused)
        self._hand_out.saved.connect(self.saved)

    def set_shown(self, shown: bool) -> None:
        """Look at the run's next step from now on; or let the run go on unseen."""
        self._shown = shown
        if shown:
            self._refresh()
            self.page.steps.steps.setFocus()
        else:
            self.lens.pause()
            self._patience.stop()

    def press(self, key: str) -> bool:
        """Do what a key means here; return whether it means anything."""
        lens = self.lens
        acts = {"Right": lens.forward, "Left": lens.back, "Shift+Right": lens.finish_phase,
                "Shift+Left": lens.back_phase, "Space": self.page.steps.toggle}
        if key not in acts:
            return False
        if not lens.is_empty:
            acts[key]()
        return True

    # Which step

    def _run(self) -> Run | None:
        key = self._bench.edited
        return next((run for run in self._bench.runs if run.key == key), None)

    @Slot()
    def _refresh(self) -> None:
        """Ask for the step that is to be seen, if it is not there or on its way."""
        run = self._run()
        if not self._shown or run is None:
            return
        if run.state is State.INVALID:
            self._patience.stop()
            self.lens.look_at(None)
            self._asked = None
            self.page.show_message(NOT_YET, "" if run.message is None else run.message.text)
        elif run.state is State.PREPARING:
            if not self._patience.isActive():
                self._patience.start()
        elif run.state is not State.RUNNING or self._needs_one(run):
            self._ask(run)
        self._say(run)

    def _needs_one(self, run: Run) -> bool:
        """Say whether a run that goes on has no step that could stay in view."""
        asked = self._asked
        return asked is None or (asked.run_id, asked.version, asked.example) != (
            run.run_id, self._version, self.page.steps.example())

    def _ask(self, run: Run) -> None:
        wanted = Wanted(run.run_id, run.step, self._version, self.page.steps.example())
        # What has been asked for may have come from a later step than was known of.
        if self._asked is not None and self._asked._replace(step=wanted.step) == wanted and (
                self._asked.step >= wanted.step):
            return
        self._asked = wanted
        self._bench.dissect(wanted.example)
        self._patience.start()

    @Slot(object)
    def _on_bench_dissected(self, found: Dissection) -> None:
        run = self._run()
        asked = self._asked
        if not self._shown or run is None or asked is None or found.run_id != run.run_id:
            return
        self._patience.stop()
        self._asked = asked._replace(step=max(found.step, asked.step))
        key, before = self._bench.edited, self._before
        self._changed = ""
        if before is not None and before[0] == key:
            self._changed = change_words(before[1], found.project)
        self._before = key, found.project
        self.lens.look_at(found)
        self.page.show_step()
        self._refresh()

    @Slot(str)
    def _on_bench_dissect_failed(self, sentence: str) -> None:
        if self._shown:
            self._patience.stop()
            self.lens.look_at(None)
            self.page.show_message(NO_STEP, sentence)
            self.page.notice.say("")

    @Slot()
    def _on_patience_timeout(self) -> None:
        run = self._run()
        if self.lens.is_empty:
            self.page.show_message(PREPARING, FIRST_TIME)
        elif run is not None:
            self._say(run)

    @Slot(object)
    def _on_bench_frame(self, frame: Frame) -> None:
        if frame.run == self._bench.edited:
            self._refresh()

    @Slot(str)
    def _on_runs_retrained(self, key: str) -> None:
        if key == self._bench.edited:
            self._version += 1
            self._refresh()

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        if change.opened:
            # Of another project, nothing was changed.
            self._before = None
        self._refresh()

    @Slot()
    def _on_page_newest_requested(self) -> None:
        run = self._run()
        if run is not None:
            self._asked = None
            self._ask(run)

    @Slot()
    def _on_steps_table_requested(self) -> None:
        if self.lens.dissection is not None:
            self._hand_out.ask_table(self.lens.dissection)

    @Slot()
    def _on_steps_program_requested(self) -> None:
        if self.lens.dissection is not None:
            # A mistake that is looked for stays in it, as where the program is copied.
            self._hand_out.ask_program(replace(self.lens.dissection, trace=self.lens.trace))

    @Slot(bool)
    def _on_steps_paper_requested(self, answers: bool) -> None:
        if self.lens.dissection is not None:
            self._hand_out.ask_paper(self.lens.dissection, answers=answers)

    # What is said of it

    def _say(self, run: Run) -> None:
        """Say what there is to know of the step that is shown."""
        found = self.lens.dissection
        if found is None:
            self.page.notice.say("")
            return
        has_gone_on = run.run_id != found.run_id or run.step > found.step
        said = [self._changed] if self._changed else []
        if found.batch > found.program.n and self.page.steps.example() is None:
            said.append(f"The run’s batch has {found.batch:,} examples: this is the step of its "
                        f"first {found.program.n:,}.")
        if self._bench.edited == SECOND:
            said.append("This is a step of B.")
        if run.state is State.FAILED:
            said.append("The run has failed: this is the step that it would take from the weights "
                        "that it was left with.")
        elif self._bench.cursor is not None:
            said.append(f"This is step {found.step + 1:,}, which comes next, whatever earlier "
                        f"step is looked at.")
        if self._bench.is_dissecting and not self._patience.isActive():
            said.append(PREPARING)
        link = ""
        if run.state is State.RUNNING and has_gone_on:
            said.append(f"This is step {found.step + 1:,}; the run has gone on to step "
                        f"{run.step:,}.")
            link = NEXT
        self.page.notice.say(" ".join(said), link, NEXT_TIP)


def change_words(before: ProjectSpec, after: ProjectSpec) -> str:
    """Say what of a project has changed so that its step was made anew; empty if nothing has."""
    # Other data fit the network's ends to themselves.
    if before.data != after.data:
        what = "data were"
    elif before.network != after.network:
        what = "network was"
    elif before.training != after.training:
        what = "training was"
    else:
        return ""
    return f"The {what} changed: this is its step now."
