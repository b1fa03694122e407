"""The training thread: one loop that obeys commands and trains in short chunks between them.

Contract
--------
Commands come in by a queue of frozen values; only rates and the wish to stop go straight to the
trainer, which takes them from any thread. Figures leave through the trainer's ring and heavy things
through a mailbox, both without waiting; signals tell of rare events only. The thread never touches
a widget, and the window's thread never touches the engine's arrays. A failure is told once.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.errors import DivergedError, EngineError
from engine.telemetry.mailbox import Mailbox
from gui.workbench.state import Advance, Build, Close, Collect, Command, Go, Halt, Retrain

if TYPE_CHECKING:
    from engine.messages import Message
    from engine.spec import TrainingSpec
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.engine_port import TrainerFactory, TrainerLike

CHUNK_S = 0.012
"""Long enough that taking the GIL back costs little, short enough that commands are obeyed soon."""
UNHEARD_STEPS = 1000
"""Steps of a run that nobody draws yet: what is not read soon is written over by later steps."""
SNAPSHOT_S = 0.033
SLOW_SNAPSHOT_S = 0.1
SLOW = 0.015
"""A snapshot that took longer than so many seconds makes the following ones rarer."""
PAUSES = 3
"""Between slow snapshots the network trains for at least so many times as long as one takes."""
FOREVER = 2**62

log = logging.getLogger(__name__)


class Bridge(QObject):
    """Carries the thread's few signals into the thread that owns it.

    Signals
    -------
    prepared(int, str, float)
        Run, what is being prepared, share that is done.
    built(int, object)
        Run and its trainer.
    paused(int, int, Message | None)
        Run, the turn of the command that has been carried out, and the stopping rule that ended it.
    failed(int, object)
        Run and an EngineError.
    """

    prepared = Signal(int, str, float)
    built = Signal(int, object)
    paused = Signal(int, int, object)
    failed = Signal(int, object)


class Worker:
    """Owns the trainer and the thread that it runs in.

    Parameters
    ----------
    bridge : Bridge
        Told of rare events.
    mailbox : Mailbox[Snapshot]
        Where snapshots go.
    factory : TrainerFactory
        Makes trainers; called in the thread.

    Attributes
    ----------
    stepped_s : float
        `time.perf_counter` after the first steps of all; NaN before.
    heard : threading.Event
        Set while somebody draws what the run tells; else it waits after `UNHEARD_STEPS`.
    prepared : threading.Event
        Set once the first run of all is prepared, or has failed.
    failed : bool
        Whether the newest run has ended with an error.
    """

    def __init__(
        self, bridge: Bridge, mailbox: Mailbox[Snapshot], factory: TrainerFactory
    ) -> None:
        self._bridge = bridge
        self._mailbox = mailbox
        self._factory = factory
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="trainer", daemon=True)
        self._trainer: TrainerLike | None = None
        self._run_id = 0
        self._turn = 0
        self._target = 0
        self._pause_every = 0
        self._published = 0.0
        self._interval = SNAPSHOT_S
        self._closing = False
        self._is_counting = False
        self.stepped_s = math.nan
        self.heard = threading.Event()
        self.heard.set()
        self.prepared = threading.Event()
        self.failed = False

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, command: Command) -> None:
        """Have a command obeyed after the step in hand. Any thread."""
        self._commands.put(command)
        trainer = self._trainer
        if trainer is not None and not isinstance(command, Retrain):
            trainer.request_stop()

    def request_rates(self, training: TrainingSpec) -> None:
        """Change rates from the next step on, if there is a run. Any thread."""
        trainer = self._trainer
        if trainer is not None:
            trainer.request_rates(training)

    def shut_down(self, timeout_s: float) -> bool:
        """End the thread and wait for it; returns False if it is still compiling after that time.

        It is a daemon: a compilation that is cut off by the end of the program does no harm.
        """
        if self._thread.is_alive():
            self.submit(Close())
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _live(self) -> None:
        while not self._closing:
            try:
                for command in newest(self._waiting_commands()):
                    self._obey(command)
                if self._is_running and not self._closing:
                    self._train()
            except DivergedError as error:
                # The weights are still those of the last finite step: show what they do.
                if self._trainer is not None:
                    self._publish(self._trainer)
                self._fail(error)
            except EngineError as error:
                self._fail(error)
            except Exception as error:
                # A fault of the program must reach the person as one, not end the thread unseen.
                log.exception("the training thread met an unexpected error")
                self._fail(EngineError("run.internal-error", error=repr(error)))
        self._trainer = None

    def _waiting_commands(self) -> list[Command]:
        commands = [] if self._is_running else [self._commands.get()]
        while True:
            try:
                commands.append(self._commands.get_nowait())
            except queue.Empty:
                return commands

    @property
    def _is_running(self) -> bool:
        return self._trainer is not None and self._trainer.step < self._target

    def _obey(self, command: Command) -> None:
        match command:
            case Close():
                self._closing = True
            case Build():
                self._build(command)
            case Collect(reply):
                reply.put(None if self._trainer is None else self._trainer.weights())
            case Retrain(training):
                if self._trainer is not None:
                    self._trainer.apply(training)
                    self._pause_every = training.steps
            case Go(turn) | Halt(turn) | Advance(turn, _):
                self._turn = turn
                self._aim(command)

    def _aim(self, command: Go | Halt | Advance) -> None:
        trainer = self._trainer
        if trainer is None:
            return
        step, every = trainer.step, self._pause_every
        match command:
            case Go():
                self._target = (step // every + 1) * every if every else FOREVER
            case Advance(_, 0):
                self._target = step + trainer.steps_left_in_epoch
            case Advance(_, steps):
                # Steps that were asked for and have not been taken yet are not forgotten.
                self._target = (max(step, self._target) if self._is_counting else step) + steps
            case Halt():
                self._target = 0
                self._settle(trainer)
        self._is_counting = isinstance(command, Advance) and command.steps > 0

    def _build(self, command: Build) -> None:
        # The old run is let go of first: two large networks need not fit into memory.
        self._trainer, self._target, self._run_id = None, 0, command.run_id
        self.failed = False
        trainer = self._factory(command.project, command.dataset, run_id=command.run_id,
                                progress=self._on_progress, weights=command.weights)
        self._pause_every = command.project.training.steps
        self._trainer = trainer
        self._publish(trainer)
        # The first may have had to compile what it is made with, which says nothing of the next.
        self._interval = SNAPSHOT_S
        self._bridge.built.emit(command.run_id, trainer)
        self.prepared.set()

    def _on_progress(self, text: str, share: float) -> None:
        self._bridge.prepared.emit(self._run_id, text, share)

    def _train(self) -> None:
        trainer = self._trainer
        if trainer is None:
            return
        steps = self._target - trainer.step
        if not self.heard.is_set():
            steps = min(steps, UNHEARD_STEPS - trainer.step)
        if steps <= 0:
            self.heard.wait(CHUNK_S)
            return
        # What is told to stop at once takes no step.
        if trainer.run(steps, CHUNK_S) > 0 and math.isnan(self.stepped_s):
            self.stepped_s = time.perf_counter()
        if trainer.ended is not None:
            self._target = 0
        if not self._is_running:
            self._settle(trainer, trainer.ended)
        elif self._mailbox.is_empty and time.perf_counter() - self._published >= self._interval:
            self._publish(trainer)

    def _settle(self, trainer: TrainerLike, ended: Message | None = None) -> None:
        """Show where a run has come to rest, and why if a stopping rule says so."""
        self._publish(trainer)
        self._bridge.paused.emit(self._run_id, self._turn, ended)

    def _publish(self, trainer: TrainerLike) -> None:
        started = time.perf_counter()
        self._mailbox.put(trainer.snapshot())
        self._published = time.perf_counter()
        took = self._published - started
        self._interval = max(SLOW_SNAPSHOT_S, PAUSES * took) if took > SLOW else SNAPSHOT_S

    def _fail(self, error: EngineError) -> None:
        self._target = 0
        self.failed = True
        self.prepared.set()
        self._bridge.failed.emit(self._run_id, error)


def newest(commands: Sequence[Command]) -> list[Command]:
    """Return the commands without those that a later one makes needless.

    A new run makes everything before it needless, and so do later hyper-parameters earlier ones;
    to close makes everything else needless.
    """
    if any(isinstance(command, Close) for command in commands):
        return [Close()]
    builds = [position for position, command in enumerate(commands) if isinstance(command, Build)]
    rest = commands[builds[-1]:] if builds else commands
    last = next((c for c in reversed(rest) if isinstance(c, Retrain)), None)
    return [command for command in rest if not isinstance(command, Retrain) or command is last]
