"""The running lab: the document on one side, its run or its pair of runs on the other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from engine.telemetry.parts import EVERYTHING, NOTHING, Wanted
from gui.frames.run_info import FIRST, SECOND
from gui.workbench.engine_port import make_trainer
from gui.workbench.frame_clock import FrameClock
from gui.workbench.pace import Speed
from gui.workbench.run_plan import Apply, Reason, Restart, RunPlan
from gui.workbench.run_set import RunSet
from gui.workbench.state import State
from gui.workbench.words import TITLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.messages import Message
    from gui.document.document import Change, Document
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

    Attributes
    ----------
    runs : RunSet
        The document's run, whose key is `FIRST`, and beside it that of B, whose key is `SECOND`.

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
        A new run stands at step 0.
    """

    state_changed = Signal(object)
    preparing = Signal(str, float)
    frame = Signal(object)
    failed = Signal(str, object)
    run_replaced = Signal(object)

    def __init__(self, document: Document, factory: TrainerFactory = make_trainer,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._told: tuple[State, Reason | None, Message | None, bool] = (
            State.PREPARING, None, None, False)
        self._closed = False
        self._watched = True
        self._wanted = EVERYTHING
        self._numbers = {FIRST: document.sides.first.number}
        self.runs = RunSet(factory, self)
        self._clock = FrameClock(self.runs, self)
        self._clock.frame.connect(self.frame)
        self.runs.changed.connect(self._on_runs_changed)
        self.runs.prepared.connect(self.preparing)
        self.runs.replaced.connect(self.run_replaced)
        self.runs.rested.connect(self._clock.tick)
        self.runs.failed.connect(self.failed)
        document.changed.connect(self._on_document_changed)
        self._begin_run(self._plan(FIRST), Reason.OPENED if document.path is not None else None)

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
        self._begin_run(self._plan(FIRST))
        for run in tuple(self.runs):
            if run.key != FIRST:
                self.runs.add(run.key, run.plan)

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return a copy of what the document's run has learned, as ``layer-id/w``.

        Raises
        ------
        SpecError
            If there is no run, or it cannot be asked at present.
        """
        return self.runs.weights(FIRST)

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
        self.runs.set_wanted(wanted if self._watched else NOTHING)

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
            self._document.changed.disconnect(self._on_document_changed)
        self._closed = True
        return ended

    def _plan(self, key: str) -> RunPlan:
        found = self._document.examined(second=key == SECOND)
        return RunPlan(found.project, found.dataset, found.issues)

    def _begin_run(self, plan: RunPlan, reason: Reason | None = None) -> None:
        """Begin a new run of the document, or say why that cannot be."""
        weights = None if plan.issues else self._document.take_weights()
        if weights is not None and reason is Reason.OPENED:
            reason = Reason.LEARNED
        self.runs.add(FIRST, plan, reason, weights)

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        state = self.state
        before, wanted = self._numbers, self._wanted_numbers()
        if before.get(SECOND) == wanted[FIRST] or wanted.get(SECOND) == before[FIRST]:
            self.runs.exchange(FIRST, SECOND)
            before = _exchanged(before)
        self._numbers = wanted
        for key in before.keys() - wanted.keys():
            self.runs.drop(key)
        begun = [key for key, number in wanted.items()
                 if self._follow(key, opened=change.opened, is_new=number != before.get(key))]
        if begun and len(wanted) > 1:
            self._go_on(state)

    def _wanted_numbers(self) -> dict[str, int]:
        sides = self._document.sides
        first = {FIRST: sides.first.number}
        return first if sides.second is None else {**first, SECOND: sides.second.number}

    def _follow(self, key: str, *, opened: bool, is_new: bool) -> bool:
        """Let a run do what has become of its side; return whether it begins anew."""
        plan = self._plan(key)
        if is_new and not opened:
            self.runs.add(key, plan)
            return True
        match RunPlan.diff(self.runs[key].plan, plan, opened=opened):
            case Restart(reason):
                if key == FIRST:
                    self._begin_run(plan, reason)
                else:
                    self.runs.add(key, plan, reason)
                return True
            case Apply():
                self.runs.apply(key, plan)
        return False

    def _go_on(self, before: State) -> None:
        """Do after a run of a pair has begun anew what was done before, where that can be."""
        if before in (State.RUNNING, State.FAILED):
            self.runs.run()
        else:
            self.runs.level()

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


def _exchanged(numbers: dict[str, int]) -> dict[str, int]:
    """Return the numbers of A and B under each other's key."""
    keys = {FIRST: SECOND, SECOND: FIRST}
    return {keys[key]: number for key, number in numbers.items()}
