"""The running lab: the document on one side, its run or its pair of runs on the other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from engine.telemetry.parts import EVERYTHING, NOTHING, Wanted
from gui.frames.recording import Recording
from gui.frames.run_info import FIRST, SECOND
from gui.workbench.engine_port import make_trainer
from gui.workbench.first_passes import FirstPasses, FirstPassFactory, make_first_pass
from gui.workbench.frame_clock import FrameClock
from gui.workbench.look_back import LookBack
from gui.workbench.next_step import Dissecting
from gui.workbench.pace import Speed
from gui.workbench.pairing import SEEDS, Pairing
from gui.workbench.questions import Answering
from gui.workbench.run_plan import Reason
from gui.workbench.run_set import RunSet
from gui.workbench.side_runs import SideRuns
from gui.workbench.state import State
from gui.workbench.trial import Trial
from gui.workbench.weighed import Weighing
from gui.workbench.words import TITLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.experiments.checksums import SameStart
    from engine.messages import Message
    from engine.telemetry.checkpoint import Checkpoint
    from gui.document.document import Document
    from gui.frames.frame import Frame
    from gui.frames.ghost import Ghost
    from gui.frames.run_info import RunInfo
    from gui.workbench.engine_port import TrainerFactory


class Workbench(QObject):
    """Runs the document's project, or both projects of a pair. GUI thread only.

    Other hyper-parameters take effect at once; another network, other data, precision or seed
    begin a new run at step 0.

    Parameters
    ----------
    document : Document
        What is to be trained.
    factory : TrainerFactory
        Makes trainers, in the training thread.
    first_pass : FirstPassFactory
        Makes what measures projects before their first step, in that thread.

    Attributes
    ----------
    runs : RunSet
        The document's run, whose key is `FIRST`, and beside it that of B, whose key is `SECOND`.
    sides : SideRuns
        What lets them follow the document, and keeps the earlier ones.
    pairing : Pairing
        What is known of A and B together.
    trial : Trial
        What has come of B beside A, and what decides that.
    weighing : Weighing
        Says how large weights are.
    first_passes : FirstPasses
        Measures other projects as they would begin.

    Signals
    -------
    state_changed(State)
        The lab does something else now; `reason` and `sentence` say why.
    preparing(str, float)
        What is being prepared, and which share of it is done.
    frame(Frame)
        There is something new to show of a run. Whoever keeps what was shown listens here, too.
    failed(str, EngineError)
        The run with this key has ended with an error.
    run_replaced(RunInfo)
        A new run stands at step 0, or where it has branched off.
    cursor_changed(int | None)
        An earlier step of all runs is looked at, or the newest again.
    playing_changed(bool)
        Earlier steps are shown one after the other, or no longer.
    black_box(str, BlackBox)
        How the run with this key came to numbers that are not finite; it stands before them.
    pair_changed()
        Something else is known of the runs side by side: whether they start equal, or since which
        step one is trained in another way.
    repeats_progress(float | None, str)
        How far the repeats with other seeds are, in words too; None when there are none on their
        way any more, and why.
    repeats_done(Spread)
        What they have come to.
    parting_changed(PartingMap | None, float)
        What is known of where A and B part, and which share of it that is.
    earlier_changed()
        There are other earlier runs, or others of them are shown.
    dissected(Dissection)
        The step that `dissect` was asked for last.
    dissect_failed(str)
        Why there is none, a sentence.
    answered(object)
        The output for what `ask` was asked last, float64[m, o]; None where there is none yet.
    """

    state_changed = Signal(object)
    preparing = Signal(str, float)
    frame = Signal(object)
    failed = Signal(str, object)
    run_replaced = Signal(object)
    cursor_changed = Signal(object)
    playing_changed = Signal(bool)
    black_box = Signal(str, object)
    pair_changed = Signal()
    repeats_progress = Signal(object, str)
    repeats_done = Signal(object)
    parting_changed = Signal(object, float)
    earlier_changed = Signal()
    dissected = Signal(object)
    dissect_failed = Signal(str)
    answered = Signal(object)

    def __init__(self, document: Document, factory: TrainerFactory = make_trainer,
                 parent: QObject | None = None, *,
                 first_pass: FirstPassFactory = make_first_pass) -> None:
        super().__init__(parent)
        self._document = document
        self._told: tuple[State, Reason | None, Message | None, bool] = (
            State.PREPARING, None, None, False)
        self._closed = False
        self._watched = True
        self._wanted = EVERYTHING
        self.runs = RunSet(factory, self)
        self._clock = FrameClock(self.runs, self)
        self.runs.changed.connect(self._on_runs_changed)
        self.runs.prepared.connect(self.preparing)
        self.runs.replaced.connect(self.run_replaced)
        self.runs.rested.connect(self._clock.tick)
        self.runs.failed.connect(self.failed)
        self._back = LookBack(self.runs, self)
        self._back.moved.connect(self.cursor_changed)
        self._back.filled.connect(self._clock.tick)
        self._back.played.connect(self.playing_changed)
        self.runs.replaced.connect(self._on_runs_replaced)
        self.runs.recalled.connect(self._on_runs_recalled)
        self.pairing = Pairing(self.runs, factory, self)
        self.trial = Trial(self.runs, self.pairing, self)
        # Before anybody else: a frame is shown with what has come of the pair.
        self._clock.frame.connect(self._on_clock_frame)
        self._clock.frame.connect(self.frame)
        self.sides = SideRuns(document, self.runs, self)
        self._dissecting = Dissecting(self.runs, self)
        self._dissecting.dissected.connect(self.dissected)
        self._dissecting.failed.connect(self.dissect_failed)
        self._answering = Answering(self.runs, self)
        self._answering.answered.connect(self.answered)
        self.weighing = Weighing(self.runs, self)
        self.first_passes = FirstPasses(self.runs, first_pass, self)
        self._connect_pair()
        self.sides.begin()

    def _connect_pair(self) -> None:
        self.runs.retrained.connect(self.pair_changed)
        self.pairing.same_start_changed.connect(self.pair_changed)
        self.pairing.repeats_progress.connect(self.repeats_progress)
        self.pairing.repeats_done.connect(self.repeats_done)
        self.pairing.parting_changed.connect(self.parting_changed)
        self.sides.plans_changed.connect(self.pairing.forget)
        self.sides.plans_changed.connect(self.trial.look)
        self.pairing.repeats_done.connect(self.trial.look)
        self.sides.earlier_changed.connect(self.earlier_changed)

    @property
    def state(self) -> State:
        """What the lab is doing."""
        return self._told[0]

    @property
    def reason(self) -> Reason | None:
        """Why the run began anew, if there is something to say, until it moves."""
        return self._told[1]

    @property
    def sentence(self) -> str:
        """Why the lab does what it does, in words; empty if there is nothing to say."""
        _, reason, message, _ = self._told
        told = message if reason is None else TITLES[reason]
        return "" if told is None else told.text

    @property
    def begins_at(self) -> int:
        """The step at which the document's run has begun: 0, or where it was when it was saved."""
        start = self.runs[FIRST].start
        return 0 if start is None else start.step

    @property
    def waits_to_run(self) -> bool:
        """Whether it will train as soon as the engine is prepared."""
        return self._told[3]

    @property
    def clock(self) -> FrameClock:
        """What makes the frames."""
        return self._clock

    @property
    def stepped_s(self) -> float:
        """`time.perf_counter` after the first steps of all; NaN before."""
        return self.runs.stepped_s

    @property
    def is_getting_ready(self) -> bool:
        """Whether a run is being prepared, or one that has been asked for has yet to step."""
        return self.runs.is_getting_ready

    def hold(self) -> None:
        """Keep what the training thread tells until `listen`; it prepares and trains meanwhile."""
        self.runs.hold()

    def listen(self) -> None:
        """Tell what has been held, and from now on everything at once."""
        self.runs.listen()

    @property
    def speed(self) -> Speed:
        """How fast the runs may go; the full speed unless somebody asks for another."""
        return self.runs.speed

    def set_speed(self, speed: Speed) -> None:
        """Go no faster than this from now on, also while running."""
        self.runs.set_speed(speed)

    def run(self) -> None:
        """Train until told otherwise; while the engine is being prepared, as soon as it is."""
        self.runs.run()

    def pause(self) -> None:
        """Stop after the step in hand."""
        self.runs.pause()

    def toggle(self) -> None:
        """Run or pause; while the engine is being prepared, run as soon as it is, or rather not."""
        if self.state is State.RUNNING or self.runs.waits_to_run:
            self.pause()
        else:
            self.run()

    def give_up_preparing(self) -> None:
        """Prepare no further what is being prepared; a reset begins it anew."""
        self.runs.give_up_preparing()

    def step(self) -> None:
        """Train on one batch, then stand still."""
        self.runs.advance(1)

    def step_epoch(self) -> None:
        """Train to the end of the epoch, then stand still."""
        self.runs.advance(0)

    def reset(self, new_seed: bool = False) -> None:
        """Begin all runs anew at step 0.

        Parameters
        ----------
        new_seed : bool
            Whether to draw other initial weights and another order of the examples.
        """
        if new_seed:
            # Through the document, so that the file holds it and it can be undone.
            self._document.set_seed(random.randrange(2**32))
            return
        self.sides.reset()

    def checkpoint(self, *, second: bool = False) -> Checkpoint:
        """Return all that decides how the run of A, or of B, goes on, in copies.

        Raises
        ------
        SpecError
            If there is no such run, or it cannot be asked at present.
        """
        return self.runs.checkpoint(SECOND if second else FIRST)

    @property
    def same_start(self) -> SameStart | None:
        """What of the starts of A and B is equal; None without a pair, or if nobody knows."""
        return self.pairing.same_start

    @property
    def shown_earlier(self) -> tuple[Ghost, ...]:
        """Curves of the earlier runs that are to be shown beside the present ones."""
        return self.sides.shown_earlier

    def repeat_with_seeds(self, n: int = SEEDS) -> bool:
        """Train A and B once more with so many seeds, beside the pair; returns whether it can."""
        return self.pairing.repeat_with_seeds(n)

    def cancel_repeats(self) -> None:
        """Give up the repeats that are on their way."""
        self.pairing.cancel_repeats()

    def request_parting(self) -> None:
        """Have the map of where A and B part brought up to date."""
        self.pairing.request_parting()

    def set_watched(self, watched: bool) -> None:
        """Make frames only while somebody can see them; training goes on either way."""
        self._watched = watched
        self.set_wanted(self._wanted)
        if not watched:
            self._clock.stop()
        elif self.state is State.RUNNING:
            self._clock.start()

    def set_wanted(self, wanted: Wanted) -> None:
        """Have snapshots hold these parts from now on, and nothing that nobody sees.

        What is new among them is shown at once, also of a run that stands still.
        """
        self._wanted = wanted
        wanted = wanted if self._watched else NOTHING
        self.runs.set_wanted(wanted)
        self._back.set_wanted(wanted)

    # Looking back

    @property
    def cursor(self) -> int | None:
        """The earlier step that is looked at; None for the newest."""
        return self._back.cursor

    @property
    def branch_step(self) -> int | None:
        """The step of A that another run can branch off: where one looks, or the last before it.

        None if A has no such step.
        """
        if FIRST not in self.runs:
            return None
        run = self.runs[FIRST]
        start = run.past.recorder.start_before(
            run.recording().last if run.past.cursor is None else run.past.cursor)
        return None if start is None else start.step

    def look_back(self, step: int | None) -> None:
        """Show all runs as they were at the recorded step nearest to one; None: as they are.

        They go on or stand still as before. What was not seen then is shown a moment later.
        """
        self._back.stand_at(step)

    def recording(self, key: str) -> Recording:
        """Return which steps of a run can be looked at; none if there is no such run."""
        return self.runs[key].recording() if key in self.runs else Recording((), (), 0, 0, 0)

    def play(self, on: bool) -> None:
        """Show one recorded step after the other, up to the newest; or stay where one is."""
        if on:
            self._back.play()
        else:
            self._back.stop()

    def replay(self, key: str = FIRST) -> None:
        """Show slowly the last finite steps of a run that has failed; `play` can end it."""
        self._back.replay(key)

    # Taking a step apart

    @property
    def edited(self) -> str:
        """Key of the run whose project is edited."""
        return SECOND if self._document.sides.edits_second else FIRST

    @property
    def is_dissecting(self) -> bool:
        """Whether a step that `dissect` was asked for is on its way."""
        return self._dissecting.is_waiting

    def dissect(self, example: int | None = None) -> None:
        """Have the next step of the edited run taken apart, while it goes on or rests.

        It is the step after the newest one, whatever earlier step is looked at. `dissected` or
        `dissect_failed` tells of it later; what was asked before is not answered any more.

        Parameters
        ----------
        example : int | None
            Which example of the batch alone; None: the whole batch.
        """
        self._dissecting.dissect(self.edited, example)

    def ask(self, inputs: NDArray[Any]) -> None:
        """Ask the edited run for its output, while it goes on or rests; `answered` tells of it.

        Parameters
        ----------
        inputs : float64[m, i]
            Prepared as the data set's inputs are.
        """
        self._answering.ask(self.edited, inputs)

    def shut_down(self) -> bool:
        """Stop everything and wait for the training thread; calling it again does no harm.

        Returns
        -------
        bool
            False if the thread is still compiling; the end of the program then ends it.
        """
        self._clock.stop()
        ended = self.runs.shut_down()
        if not self._closed:
            self.sides.stop()
        self._closed = True
        return ended

    @Slot(object)
    def _on_clock_frame(self, _frame: Frame) -> None:
        self.trial.look()

    @Slot(object)
    def _on_runs_replaced(self, _info: RunInfo) -> None:
        # What was looked at may be gone, and what has begun is to be seen.
        if self.cursor is not None:
            self.look_back(None)

    @Slot(str, bool)
    def _on_runs_recalled(self, key: str, is_box: bool) -> None:
        box = self.runs[key].past.box
        if not is_box or box is None:
            return
        if self.state is not State.RUNNING:
            self.look_back(box.last_finite)
        self.black_box.emit(key, box)

    @Slot()
    def _on_runs_changed(self) -> None:
        state = self.runs.state
        run = next((run for run in self.runs if run.state is state), None)
        if state is not State.RUNNING:
            self._clock.stop()
        elif self._watched:
            self._clock.start()
        waits = state is State.PREPARING and self.runs.waits_to_run
        told = (state, None, None, waits) if run is None else \
            (state, run.reason, run.message, waits)
        if told != self._told:
            self._told = told
            self.state_changed.emit(state)

