"""The running lab: what a person asks for on one side, the training thread on the other."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from engine.diagnosis.verdicts import RunJudge
from engine.errors import SpecError
from engine.messages import say
from engine.telemetry.mailbox import Mailbox
from gui.workbench.engine_port import make_trainer
from gui.workbench.frame_clock import FrameClock
from gui.workbench.state import (
    Advance,
    Build,
    Collect,
    Command,
    Go,
    Halt,
    Retrain,
    RunInfo,
    State,
)
from gui.workbench.worker import Bridge, Worker

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.data.dataset import Dataset
    from engine.errors import EngineError
    from engine.messages import Message
    from engine.spec import ProjectSpec
    from engine.telemetry.snapshot import Snapshot
    from gui.builder.document import Change, Document
    from gui.workbench.engine_port import TrainerFactory, TrainerLike

JOIN_S = 2.0
COLLECT_S = 3.0
IDLE = (State.READY, State.PAUSED)
OPENED = say("run.opened")
LEARNED = say("run.opened-learned")


class Workbench(QObject):
    """Runs the document's project. GUI thread only.

    Other hyper-parameters take effect at once; another network, other data, precision or seed
    begin a new run at step 0.

    Parameters
    ----------
    document : Document
        What is to be trained.
    factory : TrainerFactory
        Makes trainers, in the training thread.

    Signals
    -------
    state_changed(State)
        The lab does something else now; `told` says why.
    preparing(str, float)
        What is being prepared, and which share of it is done.
    frame(Frame)
        There is something new to show.
    failed(EngineError)
        The run has ended with an error.
    run_replaced(RunInfo)
        A new run stands at step 0.
    """

    state_changed = Signal(object)
    preparing = Signal(str, float)
    frame = Signal(object)
    failed = Signal(object)
    run_replaced = Signal(object)

    def __init__(self, document: Document, factory: TrainerFactory = make_trainer,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._state = State.PREPARING
        self._told: Message | None = None
        self._run_id = 0
        self._turn = 0
        self._wants_to_run = False
        self._closed = False
        self._watched = True
        self._held: list[Callable[[], None]] | None = None
        self._fingerprint: tuple[object, ...] | None = None
        self._dataset: Dataset | None = None
        self._info: RunInfo | None = None
        mailbox: Mailbox[Snapshot] = Mailbox()
        self._bridge = Bridge(self)
        self._bridge.prepared.connect(self._on_bridge_prepared)
        self._bridge.built.connect(self._on_bridge_built)
        self._bridge.paused.connect(self._on_bridge_paused)
        self._bridge.failed.connect(self._on_bridge_failed)
        self._worker = Worker(self._bridge, mailbox, factory)
        self._clock = FrameClock(mailbox, self)
        self._clock.frame.connect(self.frame)
        document.changed.connect(self._on_document_changed)
        self._worker.start()
        self._begin_run(OPENED if document.path is not None else None)

    @property
    def state(self) -> State:
        """What the lab is doing."""
        return self._state

    @property
    def told(self) -> Message | None:
        """Why it does that, if there is something to say."""
        return self._told

    @property
    def reason(self) -> str:
        """The same in words: a sentence, or part of one; empty if there is nothing to say."""
        return "" if self._told is None else self._told.text

    @property
    def clock(self) -> FrameClock:
        """What makes the frames."""
        return self._clock

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

    def run(self) -> None:
        """Train until told otherwise; while the engine is being prepared, as soon as it is."""
        if self._state in IDLE:
            self._submit(Go(self._next_turn()))
            self._set_state(State.RUNNING)
        elif self._state is State.PREPARING and not self._wants_to_run:
            # The thread need not wait for the window to hear that it is ready.
            self._submit(Go(self._next_turn()))
            self._wants_to_run = True

    def pause(self) -> None:
        """Stop after the step in hand."""
        if self._state is State.RUNNING or self._wants_to_run:
            self._submit(Halt(self._next_turn()))
        self._wants_to_run = False
        if self._state is State.RUNNING:
            self._set_state(State.PAUSED)

    def toggle(self) -> None:
        """Run or pause."""
        if self._state is State.RUNNING:
            self.pause()
        else:
            self.run()

    def step(self) -> None:
        """Train on one batch, then stand still."""
        if self._state in (*IDLE, State.RUNNING):
            self._submit(Advance(self._next_turn(), 1))
            self._set_state(State.PAUSED)

    def step_epoch(self) -> None:
        """Train to the end of the epoch, then stand still."""
        if self._state in (*IDLE, State.RUNNING):
            self._submit(Advance(self._next_turn(), 0))
            self._set_state(State.RUNNING)

    def reset(self, new_seed: bool = False) -> None:
        """Begin a new run at step 0.

        Parameters
        ----------
        new_seed : bool
            Whether to draw other initial weights and another order of the examples.
        """
        if new_seed:
            # Through the document, so that the file holds it and it can be undone.
            self._document.set_training(seed=random.randrange(2**32))
        else:
            self._begin_run()

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return a copy of what the run has learned, as ``layer-id/w``; it goes on meanwhile.

        Raises
        ------
        SpecError
            If there is no run, or it is still being prepared.
        """
        reply: SimpleQueue[dict[str, NDArray[Any]] | None] = SimpleQueue()
        found = None
        if self._state not in (State.PREPARING, State.INVALID):
            self._submit(Collect(reply))
            try:
                found = reply.get(timeout=COLLECT_S)
            except Empty:
                found = None
        if found is None:
            raise SpecError("run.none-yet")
        return found

    def set_watched(self, watched: bool) -> None:
        """Make frames only while somebody can see them; training goes on either way."""
        self._watched = watched
        if not watched:
            self._clock.stop()
        elif self._state is State.RUNNING:
            self._clock.start()

    def shut_down(self) -> bool:
        """Stop everything and wait for the training thread; calling it again does no harm.

        Returns
        -------
        bool
            False if the thread is still compiling; the end of the program then ends it.
        """
        self._clock.forget_run()
        ended = self._worker.shut_down(JOIN_S)
        if not self._closed:
            self._document.changed.disconnect(self._on_document_changed)
        self._closed = True
        self._bridge.blockSignals(True)
        return ended

    def _submit(self, command: Command) -> None:
        self._worker.submit(command)

    def _next_turn(self) -> int:
        self._turn += 1
        return self._turn

    def _set_state(self, state: State, told: Message | None = None) -> None:
        if state is not State.RUNNING:
            self._clock.stop()
        elif self._watched:
            self._clock.start()
        if (state, told) != (self._state, self._told):
            self._state, self._told = state, told
            self.state_changed.emit(state)

    def _begin_run(self, told: Message | None = None) -> None:
        """Begin a new run of the document, or say why that cannot be."""
        self._wants_to_run = False
        self._run_id += 1
        self._clock.forget_run()
        issues = self._document.issues
        if issues:
            self._fingerprint = None
            self._submit(Halt(self._next_turn()))
            self._set_state(State.INVALID, issues[0].message)
            return
        project, dataset = self._document.project, self._document.dataset
        self._fingerprint = fingerprint(project)
        self._dataset = dataset
        weights = self._document.take_weights()
        if weights is not None and told == OPENED:
            told = LEARNED
        self._submit(Build(self._run_id, project, dataset, weights))
        self._set_state(State.PREPARING, told)

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        document, before, after = self._document, change.before, change.after
        fits = self._fingerprint == fingerprint(after) and document.dataset is self._dataset
        if document.issues or not fits:
            self._begin_run(OPENED if change.opened else
                            reset_reason(before, after, change.dataset_changed))
        elif before.training != after.training:
            self._worker.request_rates(after.training)
            self._submit(Retrain(after.training))
            if before.training.loss != after.training.loss and self._info is not None:
                self._clock.set_judge(self._judge_for(self._info))

    def _judge_for(self, info: RunInfo) -> RunJudge:
        data = info.dataset
        return RunJudge(info.network, data.task, len(data.class_names),
                        self._document.project.training.loss)

    def _holds(self, slot: Callable[..., None], *told: object) -> bool:
        """Keep what has been told if nobody listens yet; return whether it is kept."""
        if self._held is None:
            return False
        self._held.append(partial(slot, *told))
        return True

    @Slot(int, str, float)
    def _on_bridge_prepared(self, run_id: int, text: str, share: float) -> None:
        if self._holds(self._on_bridge_prepared, run_id, text, share):
            return
        if run_id == self._run_id:
            self.preparing.emit(text, share)

    @Slot(int, object)
    def _on_bridge_built(self, run_id: int, trainer: TrainerLike) -> None:
        if self._holds(self._on_bridge_built, run_id, trainer):
            return
        if run_id != self._run_id or self._state is not State.PREPARING:
            return
        project = self._document.project
        info = RunInfo(run_id, project.network, tuple(trainer.weight_layers),
                       self._document.dataset, tuple(trainer.ring.columns), trainer.transfer)
        self._info = info
        self._clock.set_run(info, trainer, self._judge_for(info))
        self.run_replaced.emit(info)
        self._set_state(State.READY, self._told)
        self._clock.tick()
        if self._wants_to_run:
            self._wants_to_run = False
            self._set_state(State.RUNNING)

    @Slot(int, int, object)
    def _on_bridge_paused(self, run_id: int, turn: int, ended: Message | None) -> None:
        if self._holds(self._on_bridge_paused, run_id, turn, ended):
            return
        # Another command may have been given while this one was carried out.
        if run_id != self._run_id or turn != self._turn:
            return
        if self._state is State.RUNNING:
            self._set_state(State.PAUSED, ended)
        self._clock.tick()

    @Slot(int, object)
    def _on_bridge_failed(self, run_id: int, error: EngineError) -> None:
        if self._holds(self._on_bridge_failed, run_id, error):
            return
        if run_id != self._run_id or self._state is State.INVALID:
            return
        self._wants_to_run = False
        self._set_state(State.FAILED, error.message)
        self._clock.tick()
        self.failed.emit(error)


def fingerprint(project: ProjectSpec) -> tuple[object, ...]:
    """Return what a run cannot change without beginning anew, its data set aside."""
    training = project.training
    return project.network, training.precision, training.seed, project.start_from


def reset_reason(before: ProjectSpec, after: ProjectSpec,
                 dataset_changed: bool) -> Message | None:
    """Return why a change of the document begins a new run; None if nothing needs saying."""
    if dataset_changed:
        return say("run.data-changed")
    if before.network != after.network:
        return say("run.network-changed")
    if before.training.precision != after.training.precision:
        return say("run.precision-changed")
    if before.training.seed != after.training.seed:
        return say("run.seed-changed")
    if before.start_from != after.start_from:
        return say("run.first-weights-changed")
    return None
