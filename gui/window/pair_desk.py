"""What becomes of a pair: joins its bar, the timeline and the strip with document and workbench."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QElapsedTimer, QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence

from engine.bundles import is_bundle
from engine.diagnosis.baseline import baseline_of
from gui.frames.run_info import FIRST, SECOND
from gui.window.earlier_desk import EarlierDesk
from gui.window.pair_words import PairWords, pair_words
from gui.workbench.state import State
from gui.workbench.trial import step_that_decides

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.diagnosis.cures import Cure
    from engine.diagnosis.verdicts import Verdict
    from engine.experiments.spread import Spread
    from engine.experiments.yardstick import Yardstick
    from engine.telemetry.black_box import BlackBox
    from gui.doctor.verdict_strip import VerdictStrip
    from gui.document.document import Document
    from gui.frames.frame import Frame
    from gui.runs.pair_bar import PairBar
    from gui.runs.timeline import Timeline
    from gui.workbench.workbench import Workbench

HOPELESS = 10.0
"""Times the loss of guessing from which a broken run is past all cure."""
REFRESH_MS = 250
"""Time between two looks at what is recorded, while a run goes on."""

KEEP_TIP = "Write them to the project’s file with their curves and weights."
NO_ROOM_TIP = "A text file holds one project: save as .bplab to keep earlier runs, too."


class Offer(NamedTuple):
    """What cures a run, found once for all frames that say the same of it.

    Attributes
    ----------
    verdict : tuple[object, ...]
        What is said, and of which project on which data.
    cures : tuple[Cure, ...]
        What may mend it.
    yardstick : Yardstick | None
        What will tell whether the first of them has helped; None without cures.
    """

    verdict: tuple[object, ...]
    cures: tuple[Cure, ...]
    yardstick: Yardstick | None


class PairDesk(QObject):
    """Does what a person wants with runs side by side. GUI thread only.

    The bar is there as long as there is a pair, the timeline as long as it is wanted.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is edited, and what runs.
    bar, timeline, strip : PairBar, Timeline, VerdictStrip
        What shows it.
    parent : QWidget
        Where dialogs appear; Qt's owner.

    Attributes
    ----------
    earlier : EarlierDesk
        What a person does with earlier runs.
    duplicate_action, compare_action, recorder_action, earlier_action, keep_action : QAction
        Duplicate as B, compare, recorder, earlier runs, and whether these are saved.

    Signals
    -------
    told(str)
        A sentence about what has become of the pair.
    bands_changed(Spread | None)
        What the repeats have come to, for the plots.
    """

    told = Signal(str)
    bands_changed = Signal(object)

    def __init__(self, document: Document, workbench: Workbench, bar: PairBar, timeline: Timeline,
                 strip: VerdictStrip, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._bench = document, workbench
        self._bar, self._timeline, self._strip = bar, timeline, strip
        self._since = QElapsedTimer()
        self._offer: Offer | None = None
        self._shown_by_box = False
        self.earlier = EarlierDesk(document, workbench, parent)
        self.earlier.told.connect(self.told)
        self._make_actions()
        self._wire_views()
        self._wire_models()
        bar.setVisible(document.sides.is_pair)
        bar.show_yardstick(workbench.trial.yardstick)
        timeline.hide()
        self._refresh()

    def _make_actions(self) -> None:
        self.duplicate_action = self._action("Duplicate as B", "Ctrl+D")
        self.duplicate_action.triggered.connect(self.duplicate)
        self.compare_action = self._action("Compare: the next change begins B")
        self.compare_action.setCheckable(True)
        self.compare_action.toggled.connect(self.set_compares)
        self.recorder_action = self._action("Recorder", "Ctrl+R")
        self.recorder_action.setCheckable(True)
        self.recorder_action.toggled.connect(self.show_recorder)
        self.earlier_action = self._action("Earlier runs…")
        self.earlier_action.triggered.connect(self.earlier.show)
        self.keep_action = self._action("Save earlier runs with the project")
        self.keep_action.setCheckable(True)
        self.keep_action.toggled.connect(self.earlier.set_saved)

    def _action(self, text: str, keys: str = "") -> QAction:
        action = QAction(text, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        return action

    def _wire_views(self) -> None:
        bar, timeline, strip = self._bar, self._timeline, self._strip
        bar.side_requested.connect(self._document.edit_second)
        bar.repeat_requested.connect(self._on_bar_repeat_requested)
        bar.cancel_requested.connect(self._bench.cancel_repeats)
        bar.swap_requested.connect(self._on_bar_swap_requested)
        bar.drop_requested.connect(self._on_bar_drop_requested)
        bar.keep_requested.connect(self._on_bar_keep_requested)
        timeline.step_requested.connect(self._bench.look_back)
        timeline.live_requested.connect(self._on_timeline_live_requested)
        timeline.branch_requested.connect(self.branch)
        strip.cure_requested.connect(self.try_cure)
        strip.replay_requested.connect(self._on_strip_replay_requested)

    def _wire_models(self) -> None:
        document, bench = self._document, self._bench
        document.changed.connect(self._refresh)
        document.sides_changed.connect(self._refresh)
        document.path_changed.connect(self._refresh_keeping)
        bench.pair_changed.connect(self._refresh)
        bench.run_replaced.connect(self._refresh)
        bench.trial.fixed.connect(self._bar.show_yardstick)
        bench.repeats_progress.connect(self._on_bench_repeats_progress)
        bench.repeats_done.connect(self._on_bench_repeats_done)
        bench.frame.connect(self._on_bench_frame)
        bench.cursor_changed.connect(self._show_recordings)
        bench.black_box.connect(self._on_bench_black_box)

    # What a person wants

    @Slot()
    def duplicate(self) -> None:
        """Put a copy of the edited project beside it as B, and edit that."""
        self._document.begin_pair(self._document.project, "duplicate as B")

    @Slot(bool)
    def set_compares(self, compares: bool) -> None:
        """Let the next change begin a pair, or no longer."""
        self._document.compares = compares
        self.compare_action.setChecked(compares)

    @Slot(object)
    def try_cure(self, cure: Cure) -> None:
        """Put what cures the edited run beside it as B.

        From the step that is looked at, where somebody looks back and the cure can begin there.
        """
        label, step = cure.label.text, None if cure.begins_anew else self._step_to_cure()
        self._bench.trial.expect(self._document.project, cure.project)
        self._document.begin_pair(cure.project, f"try {label[:1].lower()}{label[1:]}", step)
        self._bench.look_back(None)
        if step is not None:
            self.told.emit(f"B goes on from step {step:,}.")

    def _step_to_cure(self) -> int | None:
        """Return the step from which a cure is tried; None begins at step 0."""
        cursor, box = self._bench.cursor, self._bench.runs[self._edited()].past.box
        if box is not None and cursor == box.last_finite:
            # Its numbers may be finite and the network yet be past all cure.
            return self._sound_step(box)
        return None if cursor is None else self._branch_step()

    @Slot()
    def branch(self) -> None:
        """Let B leave the edited run at the step that is looked at."""
        step = self._branch_step()
        if step is None:
            self.told.emit("No step is kept from which the run could go on.")
            return
        self._document.begin_pair(self._document.project, f"continue from step {step:,} as B", step)
        self._bench.look_back(None)
        self.told.emit(f"B goes on from step {step:,}.")

    @Slot(bool)
    def show_recorder(self, wanted: bool) -> None:
        """Show the timeline, or go back to the newest step and hide it."""
        self._shown_by_box = False
        self.recorder_action.setChecked(wanted)
        self._timeline.setVisible(wanted)
        if wanted:
            self._show_recordings()
        else:
            self._timeline.stop()
            self._bench.look_back(None)

    def offers(self, verdict: Verdict) -> tuple[tuple[Cure, ...], str]:
        """Return what would cure the edited run, and what will tell whether it has helped."""
        project, dataset = self._document.project, self._document.dataset
        said = verdict.code, verdict.layer_id, verdict.severity, project, dataset
        if self._offer is None or self._offer.verdict != said:
            self._offer = self._found_offer(verdict, said)
        decides = self._offer.yardstick
        if decides is None:
            return (), ""
        runs = self._bench.runs
        run, first = runs[self._edited()], self._offer.cures[0]
        has_failed = run.state is State.FAILED
        since = 0 if first.begins_anew else self._step_to_cure() or 0
        # A goes on while somebody reads of a cure, and what decides with it.
        step = step_that_decides(project, dataset, run.step + has_failed, since,
                                 goes=runs.is_going or has_failed)
        if step != decides.step:
            decides = replace(decides, step=step)
            self._offer = self._offer._replace(yardstick=decides)
        return self._offer.cures, decides.sentence.text

    def _found_offer(self, verdict: Verdict, said: tuple[object, ...]) -> Offer:
        from engine.diagnosis.cures import cures_for
        from engine.experiments.yardstick import yardstick

        project, dataset = self._document.project, self._document.dataset
        cures = () if self._document.issues else cures_for(verdict, project, dataset)
        decides = yardstick((project, dataset), (cures[0].project, dataset), 0) if cures else None
        return Offer(said, cures, decides)

    @property
    def has_failed(self) -> bool:
        """Whether the edited run has ended with an error."""
        key = self._edited()
        return key in self._bench.runs and self._bench.runs[key].state is State.FAILED

    def show_box(self) -> None:
        """Let the strip say how the edited run came to its end, if that is known."""
        run = self._bench.runs[self._edited()]
        if run.past.box is None:
            return
        cures, decides = ((), "") if run.verdict is None else self.offers(
            replace(run.verdict, code="nonfinite", severity=2))
        self._strip.show_black_box(run.past.box, cures, decides)

    def _edited(self) -> str:
        return SECOND if self._document.sides.edits_second else FIRST

    def _step(self) -> int:
        key = self._edited()
        return self._bench.runs[key].step if key in self._bench.runs else 0

    def _branch_step(self) -> int | None:
        """Return the step of the edited run that is looked at, or the last kept one before it."""
        key = self._edited()
        if key not in self._bench.runs:
            return None
        run = self._bench.runs[key]
        looked_at = run.past.cursor
        if looked_at is None:
            return run.step or None
        start = run.past.recorder.start_before(looked_at)
        return None if start is None else start.step

    def _sound_step(self, box: BlackBox) -> int | None:
        """Return the last step at which a broken run could still be cured; None: there is none."""
        found = next((one for one in box.steps if one.step == box.sound_step), None)
        guessing = baseline_of(self._document.project, self._document.dataset).loss
        return None if found is None or found.loss > HOPELESS * guessing else found.step

    # What is shown

    @Slot()
    def _refresh(self) -> None:
        sides = self._document.sides
        self._bar.setVisible(sides.is_pair)
        words = pair_words(sides, self._bench) if sides.second is not None else None
        if words is not None:
            self._show(words)
            self._bar.show_spread(self._bench.pairing.spread)
        self.bands_changed.emit(self._bench.pairing.spread if sides.is_pair else None)
        self.compare_action.setChecked(self._document.compares)
        self._refresh_keeping()
        if self._shown_by_box and all(run.past.box is None for run in self._bench.runs):
            self.show_recorder(False)
        self._show_recordings()

    @Slot()
    def _refresh_keeping(self) -> None:
        """Offer to save earlier runs where the file has room for them."""
        document, action = self._document, self.keep_action
        action.setChecked(document.keeps_earlier)
        has_room = document.path is None or is_bundle(document.path)
        action.setEnabled(has_room)
        action.setToolTip(KEEP_TIP if has_room else NO_ROOM_TIP)

    def _show(self, words: PairWords) -> None:
        self._bar.show_pair(words.title, words.first, words.second, words.equal,
                            list(words.differences), self._document.sides.edits_second)

    @Slot()
    def _show_recordings(self) -> None:
        # Of a parent that is not shown yet, too.
        if self._timeline.isHidden():
            return
        self._since.start()
        self._timeline.show_recordings({run.key: run.recording() for run in self._bench.runs})
        self._timeline.show_cursor(self._bench.cursor, self._step())

    @Slot(object)
    def _on_bench_frame(self, frame: Frame) -> None:
        if frame.run == self._edited() and (
                not frame.running or not self._since.isValid()
                or self._since.elapsed() >= REFRESH_MS):
            self._show_recordings()

    @Slot(str, object)
    def _on_bench_black_box(self, key: str, _box: BlackBox) -> None:
        if key != self._edited():
            return
        if self._timeline.isHidden():
            self.show_recorder(True)
            # It goes again with the run that has failed, unless a person wants it.
            self._shown_by_box = True
        self.show_box()

    @Slot(object, str)
    def _on_bench_repeats_progress(self, share: float | None, text: str) -> None:
        self._bar.show_progress(share, text)
        self._bar.show_spread(self._bench.pairing.spread)
        self.bands_changed.emit(self._bench.pairing.spread)
        if share is None and text:
            self.told.emit(text)

    @Slot(object)
    def _on_bench_repeats_done(self, spread: Spread) -> None:
        self._bar.show_spread(spread)
        self.bands_changed.emit(spread)

    # What the views ask for

    @Slot()
    def _on_bar_repeat_requested(self) -> None:
        if not self._bench.repeat_with_seeds():
            self.told.emit("Both runs have to be ready before they can be repeated.")

    @Slot()
    def _on_bar_swap_requested(self) -> None:
        self._document.swap_sides()
        self.told.emit("A and B have changed places, and so have their runs.")

    @Slot()
    def _on_bar_drop_requested(self) -> None:
        self._document.drop_second()
        self.told.emit("B is dropped. Undo brings it back where it was.")

    @Slot()
    def _on_bar_keep_requested(self) -> None:
        self._document.keep_second()
        self.told.emit("B goes on as A. Undo brings the other run back where it was.")

    @Slot()
    def _on_timeline_live_requested(self) -> None:
        self._bench.look_back(None)

    @Slot()
    def _on_strip_replay_requested(self) -> None:
        self.show_recorder(True)
        self._bench.replay(self._edited())
