"""The runs side by side: what they are asked for on one side, the training thread on the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import SpecError
from engine.telemetry.recorder import LEFT_BYTES, LIVE_BYTES
from gui.frames.ghost import LEAST_STEPS, Ghost
from gui.workbench.commands import (
    DRAWN,
    Advance,
    Aim,
    Build,
    Collect,
    Drop,
    Exchange,
    Go,
    Halt,
    Level,
    Origin,
    Pace,
    Retrain,
)
from gui.workbench.errands import Abandon, Errand, Undertake
from gui.workbench.pace import Speed
from gui.workbench.parcels import Copy, Leave, Parcel
from gui.workbench.run import Run
from gui.workbench.run_plan import Reason, RunPlan
from gui.workbench.state import IDLE, State, foremost
from gui.workbench.worker import Bridge, Worker

if TYPE_CHECKING:

    from engine.errors import EngineError
    from engine.experiments.checksums import SameStart
    from engine.messages import Message
    from engine.telemetry.black_box import BlackBox
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.parts import Wanted
    from gui.workbench.answering import Ask
    from gui.workbench.dissecting import Dissect
    from gui.workbench.engine_port import TrainerFactory, TrainerLike
    from gui.workbench.playback_commands import Recall, Release, Trace
    from gui.workbench.weighing import Weigh

JOIN_S = 2.0
COLLECT_S = 3.0
FOREIGN = (Reason.OPENED, Reason.LEARNED, Reason.RESUMED)
"""With another project, nothing stays of the run of the one before."""


class RunSet(QObject):
    """Several runs by key, all at the same step whenever they rest. GUI thread only.

    To run, to pause and to step are asked of all together. A run that fails, or that a stopping
    rule ends, drops out, and the others go on. One that is added, or begun anew, beside others that
    have steps behind them catches up with them first.

    Parameters
    ----------
    factory : TrainerFactory
        Makes trainers, in the training thread.

    Attributes
    ----------
    speed : Speed
        How fast they may go; `set_speed` changes it.

    Signals
    -------
    changed()
        A run does something else now, or there is one more or less.
    prepared(str, float)
        What is being prepared, and which share of it is done.
    replaced(RunInfo)
        A new run stands at step 0.
    rested()
        A run that stands still has something new to show.
    recalled(str, bool)
        There is more to see of earlier steps of the run with this key; and whether that is because
        its black box is there.
    failed(str, EngineError)
        The run with this key has ended with an error.
    left(Run, Parcel)
        A run that had come some way is let go of; what decides its further bytes will be in the
        parcel.
    compared(int, int, SameStart)
        What of the starts of two runs is equal, by their numbers.
    retrained(str)
        The run with this key goes on in another way.
    """

    changed = Signal()
    prepared = Signal(str, float)
    replaced = Signal(object)
    rested = Signal()
    recalled = Signal(str, bool)
    failed = Signal(str, object)
    left = Signal(object, object)
    compared = Signal(int, int, object)
    retrained = Signal(str)

    def __init__(self, factory: TrainerFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: dict[str, Run] = {}
        self._run_id = self._turn = 0
        self._wants_to_run = self._goes = False
        self._parted: dict[int, Run] = {}
        self.speed = Speed.FULL
        self._held: list[Callable[[], None]] | None = None
        self._bridge = Bridge(self)
        self._bridge.prepared.connect(self._on_bridge_prepared)
        self._bridge.built.connect(self._on_bridge_built)
        self._bridge.paused.connect(self._on_bridge_paused)
        self._bridge.looked.connect(self._on_bridge_looked)
        self._bridge.recalled.connect(self._on_bridge_recalled)
        self._bridge.failed.connect(self._on_bridge_failed)
        self._bridge.retrained.connect(self._on_bridge_retrained)
        self._bridge.parted.connect(self._on_bridge_parted)
        self._bridge.compared.connect(self._on_bridge_compared)
        self._worker = Worker(self._bridge, factory)
        self._worker.start()

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs.values())

    def __len__(self) -> int:
        return len(self._runs)

    def __contains__(self, key: object) -> bool:
        return key in self._runs

    def __getitem__(self, key: str) -> Run:
        return self._runs[key]

    @property
    def state(self) -> State:
        """What the runs are doing together."""
        return foremost(run.state for run in self)

    @property
    def stepped_s(self) -> float:
        """`time.perf_counter` after the first steps of all; NaN before."""
        return self._worker.stepped_s

    @property
    def is_getting_ready(self) -> bool:
        """Whether a run is being prepared, or one that has been asked for has yet to step.

        One that has failed will never do so.
        """
        worker = self._worker
        return not worker.prepared.is_set() or (
            self._wants_to_run and math.isnan(worker.stepped_s) and not worker.failed)

    @property
    def waits_to_run(self) -> bool:
        """Whether all will train as soon as the last of them is prepared."""
        return self._wants_to_run

    @property
    def is_going(self) -> bool:
        """Whether they train, or wait to, for no certain number of steps."""
        return self._goes and (self._wants_to_run or self.state is State.RUNNING)

    def undertake(self, name: str, errand: Errand) -> None:
        """Have the training thread do an errand beside the runs, in the place of its namesake."""
        self._worker.submit(Undertake(name, errand))

    def abandon(self, name: str) -> None:
        """Have it do no more of an errand."""
        self._worker.submit(Abandon(name))

    def hold(self) -> None:
        """Keep what the training thread tells until `listen`; it prepares and trains meanwhile."""
        self._held = []
        self._worker.heard.clear()

    def listen(self) -> None:
        """Tell what has been held, and from now on everything at once."""
        held, self._held = self._held or (), None
        try:
            for tell in held:
                tell()
        finally:
            # Else a run would wait for ever for those who draw its first steps.
            self._worker.heard.set()

    # Which runs there are

    def add(self, key: str, plan: RunPlan, reason: Reason | None = None,
            origin: Origin = DRAWN, side: int = 0, ghost: Ghost | None = None) -> Run:
        """Begin a run of a plan in the place of the one with this key, if there is one.

        It stands where it begins until all are asked to run; those that run are paused.

        Parameters
        ----------
        key : str
            ``A``, ``B``.
        plan : RunPlan
            What to train; one that has issues is not begun.
        reason : Reason | None
            Why, if there is something to say.
        origin : Origin
            What to start from.
        side : int
            Number of the document's side that it belongs to.
        ghost : Ghost | None
            What is shown beside it; by default what stays of the run whose place it takes.
        """
        self._run_id += 1
        before = self._runs.get(key)
        if before is not None and reason in FOREIGN:
            before = None
        if before is not None:
            ghost = ghost or before.left_behind()
        run = Run(key, self._run_id, plan, reason, ghost, origin.parcel)
        run.side = side
        self._begin(run, origin, before)
        return run

    def bring_back(self, key: str, run: Run, parcel: Parcel, side: int = 0) -> None:
        """Let a run that was let go of go on where it stood, in the place of the one with this key.

        Parameters
        ----------
        key : str
            ``A``, ``B``.
        run, parcel : Run, Parcel
            As `left` has told of them.
        side : int
            Number of the document's side that it belongs to from now on.
        """
        run.rename(key)
        run.parcel, run.side = parcel, side
        run.show(State.PREPARING)
        self._begin(run, Origin(parcel=parcel), self._runs.get(key))

    def _begin(self, run: Run, origin: Origin, before: Run | None) -> None:
        """Begin a run in the place of another one, of which is kept what can be."""
        key, plan = run.key, run.plan
        self._give_up(self._runs.get(key))
        # A comes first, also where it comes back beside B.
        self._runs = dict(sorted({**self._runs, key: run}.items()))
        self._share_memory()
        if plan.issues:
            run.show(State.INVALID, plan.issues[0].message)
        self.pause()
        if before is not None:
            self._part(before)
        if plan.issues:
            self._worker.submit(Drop(key))
        else:
            self._worker.submit(Build(key, run.run_id, plan.project, plan.dataset, run.mailbox,
                                      origin, run.past.recorder))
        self.changed.emit()

    def give_up_preparing(self) -> None:
        """Prepare no run any further; each of them fails as soon as the part in hand is done."""
        for run in self:
            self._give_up(run)

    def _give_up(self, run: Run | None) -> None:
        """Prepare a run no further, if it is being prepared: nobody waits for it any more."""
        if run is not None and run.state is State.PREPARING:
            self._worker.give_up(run.run_id)

    def copy_of(self, key: str) -> Parcel:
        """Return a parcel that will hold what a run has come to; it goes on meanwhile."""
        parcel = Parcel()
        self._worker.submit(Copy(key, parcel))
        return parcel

    def _part(self, run: Run) -> None:
        """Let go of a run in the training thread, and keep what it has come to if that is far."""
        run.catch_up()
        run.past.recorder.set_limit(LEFT_BYTES)
        if run.step < LEAST_STEPS or run.state is State.INVALID:
            return
        if run.state is State.PREPARING and run.parcel is not None:
            # It has not come any further since it was brought back.
            self.left.emit(run, run.parcel)
            return
        parcel = Parcel()
        self._parted[run.run_id] = run
        self._worker.submit(Leave(run.key, run.run_id, parcel))
        self.left.emit(run, parcel)

    def drop(self, key: str, *, for_good: bool = False) -> None:
        """Let go of a run; the others go on.

        Parameters
        ----------
        key : str
            ``A``, ``B``.
        for_good : bool
            Whether nothing of it is to be kept.
        """
        run = self._runs.pop(key, None)
        if run is not None:
            self._give_up(run)
            if not for_good:
                self._part(run)
            self._worker.submit(Drop(key))
            self._share_memory()
            self._start_what_waited()
            self.changed.emit()

    def exchange(self, first: str, second: str) -> None:
        """Give two runs each other's key, or one the key that no other has; both go on."""
        keys = {first: second, second: first}
        for run in self:
            run.rename(keys.get(run.key, run.key))
        self._runs = {run.key: run for run in sorted(self, key=lambda run: run.key)}
        self._worker.submit(Exchange(first, second))
        for run in self:
            if run.key in keys and run.info is not None:
                self.replaced.emit(run.info)
        self.changed.emit()
        self.rested.emit()

    def apply(self, key: str, plan: RunPlan) -> None:
        """Go on with the hyper-parameters of another plan from the next step on."""
        self._runs[key].follow(plan)
        self._worker.submit(Retrain(key, plan.project.training))

    def rejudge(self, key: str, plan: RunPlan) -> None:
        """Judge a run by the limits of another plan; what is shown of it is told again."""
        self._runs[key].follow(plan)
        self.rested.emit()

    def checkpoint(self, key: str) -> Checkpoint:
        """Return all that decides how a run goes on, in copies; it goes on meanwhile.

        Raises
        ------
        SpecError
            If there is no such run or it is still being prepared, or if the training thread is busy
            for longer than a person can be kept waiting.
        """
        run = self._runs.get(key)
        found = None
        if run is not None and run.state not in (State.PREPARING, State.INVALID):
            reply = self.collect(key)
            try:
                found = reply.get(timeout=COLLECT_S)
            except Empty:
                raise SpecError("run.busy", seconds=COLLECT_S) from None
        if found is None:
            raise SpecError("run.none-yet")
        return found

    def collect(self, key: str) -> SimpleQueue[Checkpoint | None]:
        """Return where the training thread will put what `checkpoint` returns; waits for nothing.

        An errand that is undertaken afterwards finds it there; None if there is no such run then.
        """
        reply: SimpleQueue[Checkpoint | None] = SimpleQueue()
        self._worker.submit(Collect(key, reply))
        return reply

    def ask(self, command: Recall | Trace | Release | Dissect | Ask | Weigh) -> None:
        """Have the training thread look at earlier steps, take the next apart, or answer."""
        self._worker.submit(command)

    def _share_memory(self) -> None:
        """Let all runs have the same part of the memory for recorded steps."""
        for run in self:
            run.past.recorder.set_limit(LIVE_BYTES // len(self._runs))

    def set_wanted(self, wanted: Wanted) -> None:
        """Have snapshots hold these parts from now on; what is new among them is shown at once."""
        self._worker.set_wanted(wanted)

    def shut_down(self) -> bool:
        """Let go of every run and wait for the training thread; again does no harm.

        Returns
        -------
        bool
            False if the thread is still compiling; the end of the program then ends it.
        """
        self._runs.clear()
        ended = self._worker.shut_down(JOIN_S)
        self._bridge.blockSignals(True)
        return ended

    # What they are to do

    def run(self) -> None:
        """Train until told otherwise; while one is being prepared, as soon as it is."""
        state = self.state
        self._goes = True
        if state in IDLE:
            self._aim(Go(self._next_turn()), State.RUNNING)
        elif state is State.PREPARING and not self._wants_to_run:
            # The thread need not wait for the window to hear that it is ready.
            self._worker.submit(Go(self._next_turn()))
            self._wants_to_run = True
            self.changed.emit()

    def pause(self) -> None:
        """Stop after the step in hand, or as soon as all stand at the same step."""
        asked, self._wants_to_run = self._wants_to_run, False
        self._goes = False
        if asked or any(run.state is State.RUNNING for run in self):
            self._aim(Halt(self._next_turn()), State.PAUSED, among=(State.RUNNING,))

    def advance(self, steps: int) -> None:
        """Train for so many steps, then stand still; 0 goes to the end of the epoch."""
        if self.state in (*IDLE, State.RUNNING):
            self._goes = False
            self._aim(Advance(self._next_turn(), steps), State.PAUSED if steps else State.RUNNING,
                      among=(*IDLE, State.RUNNING))

    def level(self) -> None:
        """Let those that lie behind catch up with the others, then stand still with them."""
        self._goes = False
        if self._are_level():
            return
        if self.state in IDLE:
            self._aim(Level(self._next_turn()), State.RUNNING)
        elif self.state is State.PREPARING and not self._wants_to_run:
            self._worker.submit(Level(self._next_turn()))
            self._wants_to_run = True
            self.changed.emit()

    def _are_level(self) -> bool:
        """Say whether all that can train stand at the same step, as far as that is known."""
        live = [run for run in self if run.state not in (State.INVALID, State.FAILED)]
        for run in live:
            run.catch_up()
        return len({run.step for run in live}) < 2

    def set_speed(self, speed: Speed) -> None:
        """Go no faster than this from now on, also while running.

        What is asked for step by step is done at once all the same.
        """
        self.speed = speed
        self._worker.submit(Pace(speed))
        for run in self:
            run.restart_clock()

    def _aim(self, command: Aim, state: State, among: tuple[State, ...] = IDLE) -> None:
        """Have all runs obey; those in some states are in another one then."""
        self._worker.submit(command)
        for run in self:
            if run.state in among:
                run.show(state)
        self.changed.emit()

    def _next_turn(self) -> int:
        self._turn += 1
        return self._turn

    def _start_what_waited(self) -> None:
        """Take note that runs train which were asked to before the last of them was prepared."""
        if self._wants_to_run and not any(run.state is State.PREPARING for run in self):
            self._wants_to_run = False
            for run in self:
                if run.state in IDLE:
                    run.show(State.RUNNING)
            self.changed.emit()

    # What the training thread tells

    def _holds(self, slot: Callable[..., None], *told: object) -> bool:
        """Keep what has been told if nobody listens yet; return whether it is kept."""
        if self._held is None:
            return False
        self._held.append(partial(slot, *told))
        return True

    def _told_of(self, run_id: int) -> Run | None:
        """Return the run with a number; None if another has taken its place."""
        return next((run for run in self if run.run_id == run_id), None)

    @Slot(int, str, float)
    def _on_bridge_prepared(self, run_id: int, text: str, share: float) -> None:
        if self._holds(self._on_bridge_prepared, run_id, text, share):
            return
        if self._told_of(run_id) is not None:
            self.prepared.emit(text, share)

    @Slot(int, object)
    def _on_bridge_built(self, run_id: int, trainer: TrainerLike) -> None:
        if self._holds(self._on_bridge_built, run_id, trainer):
            return
        run = self._told_of(run_id)
        if run is None or run.state is not State.PREPARING:
            return
        self.replaced.emit(run.begin(trainer))
        # Where there is something to say, it is said until the run moves.
        goes_on = run.step > 0 and run.reason is None
        run.show(State.PAUSED if goes_on else State.READY)
        self.changed.emit()
        self.rested.emit()
        self._start_what_waited()

    @Slot(int, int, object)
    def _on_bridge_paused(self, run_id: int, turn: int, ending: Message | None) -> None:
        if self._holds(self._on_bridge_paused, run_id, turn, ending):
            return
        run = self._told_of(run_id)
        # Another command may have been given while this one was carried out.
        if run is None or turn != self._turn:
            return
        if run.state is State.RUNNING:
            run.show(State.PAUSED, ending)
            self.changed.emit()
        self.rested.emit()

    @Slot(int)
    def _on_bridge_looked(self, run_id: int) -> None:
        if self._holds(self._on_bridge_looked, run_id):
            return
        run = self._told_of(run_id)
        # While it runs, the next frame is near.
        if run is not None and run.state is not State.RUNNING:
            self.rested.emit()

    @Slot(int, object)
    def _on_bridge_recalled(self, run_id: int, box: BlackBox | None) -> None:
        if self._holds(self._on_bridge_recalled, run_id, box):
            return
        run = self._told_of(run_id)
        if run is not None:
            run.past.box = box or run.past.box
            self.recalled.emit(run.key, box is not None)

    @Slot(int, object)
    def _on_bridge_failed(self, run_id: int, error: EngineError) -> None:
        if self._holds(self._on_bridge_failed, run_id, error):
            return
        run = self._told_of(run_id)
        if run is None or run.state is State.INVALID:
            return
        run.show(State.FAILED, error.message)
        self._start_what_waited()
        self.changed.emit()
        self.rested.emit()
        self.failed.emit(run.key, error)

    @Slot(int, int)
    def _on_bridge_retrained(self, run_id: int, step: int) -> None:
        if self._holds(self._on_bridge_retrained, run_id, step):
            return
        run = self._told_of(run_id)
        if run is not None:
            run.note_change(step)
            self.retrained.emit(run.key)

    @Slot(int)
    def _on_bridge_parted(self, run_id: int) -> None:
        if self._holds(self._on_bridge_parted, run_id):
            return
        run = self._parted.pop(run_id, None)
        # It may have been brought back already; then its figures are read until it is there.
        if run is not None:
            run.let_go()

    @Slot(int, int, object)
    def _on_bridge_compared(self, first: int, second: int, same: SameStart) -> None:
        if not self._holds(self._on_bridge_compared, first, second, same):
            self.compared.emit(first, second, same)
