"""The training thread: one loop that obeys commands and trains in short chunks between them.

Contract
--------
Commands come in by a queue of frozen values, and let the chunk end after the step in hand. Figures
leave through each trainer's ring and heavy things through each run's mailbox, both without waiting;
signals tell of rare events only. The thread never touches a widget, and the window's thread never
touches the engine's arrays. A failure is told once, and ends the run that it belongs to: the others
go on. `gui.workbench.rounds` says whose turn it is; where several runs have theirs at once, other
threads take part for that moment, and do nothing but train.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.errors import DivergedError, EngineError
from engine.footprint import give_back
from engine.telemetry.parts import EVERYTHING, Part, Wanted
from gui.workbench.answering import Ask, answer
from gui.workbench.commands import (
    Advance,
    Aim,
    Build,
    Close,
    Collect,
    Command,
    Drop,
    Exchange,
    Go,
    Halt,
    Level,
    Look,
    Pace,
    Retrain,
    newest,
)
from gui.workbench.dissecting import NAME as DISSECT
from gui.workbench.dissecting import Dissect, DissectErrand
from gui.workbench.errands import Abandon, Errands, Undertake
from gui.workbench.handing_over import hand_over
from gui.workbench.pace import UNLIMITED, Pacer
from gui.workbench.parcels import Copy, Leave
from gui.workbench.playback import Playback
from gui.workbench.playback_commands import Recall, Release, Trace
from gui.workbench.rounds import CHUNK_S, Lane, Rounds, Turn
from gui.workbench.starts import Starts
from gui.workbench.stints import Crew, Stint
from gui.workbench.weighing import Weigh, weigh

if TYPE_CHECKING:
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.engine_port import TrainerFactory, TrainerLike

UNHEARD_STEPS = 1000
"""Steps of a run that nobody draws yet: what is not read soon is written over by later steps."""
RESTED_S = 1.0
"""Without a command, after which memory goes back to the system; that takes some hundredths."""
SNAPSHOT_S = 0.033
PAUSES = 7
"""Between snapshots the network trains for so many times as long as one takes, where that is..."""
OFTEN_S, FEW_PAUSES = 0.1, 3
"""...no longer than so many seconds; of slow ones, for so many times as long, and not less."""

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
    looked(int)
        Run of which a look that was asked for is in its mailbox.
    recalled(int, BlackBox | None)
        Run of which its recorder has what was asked for, and how it came to its end if it has met
        numbers that are not finite.
    failed(int, object)
        Run and an EngineError.
    retrained(int, int)
        Run that has been given other hyper-parameters, and its step.
    parted(int)
        Run that has been let go of, and whose parcel is filled.
    compared(int, int, SameStart)
        Two runs, and what of their starts is equal.
    """

    prepared = Signal(int, str, float)
    built = Signal(int, object)
    paused = Signal(int, int, object)
    looked = Signal(int)
    recalled = Signal(int, object)
    failed = Signal(int, object)
    retrained = Signal(int, int)
    parted = Signal(int)
    compared = Signal(int, int, object)


class Worker:
    """Owns the trainers and the thread that they run in.

    Parameters
    ----------
    bridge : Bridge
        Told of rare events.
    factory : TrainerFactory
        Makes trainers; called in the thread.
    clock : callable
        Returns the seconds by which the speed is kept.

    Attributes
    ----------
    stepped_s : float
        `time.perf_counter` after the first steps of all; NaN before.
    heard : threading.Event
        Set while somebody draws what the runs tell; else each waits after `UNHEARD_STEPS`.
    prepared : threading.Event
        Set once the first run of all is prepared, or has failed.
    failed : bool
        Whether a run has ended with an error since the last one was begun.
    """

    def __init__(self, bridge: Bridge, factory: TrainerFactory,
                 clock: Callable[[], float] = time.perf_counter) -> None:
        self._bridge = bridge
        self._factory = factory
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="trainer", daemon=True)
        self._rounds, self._crew = Rounds(), Crew()
        self._errands, self._starts = Errands(), Starts()
        self._playback = Playback(bridge.recalled.emit)
        self._clock, self._pacer = clock, Pacer()
        self._rest_s = 0.0
        self._turn = 0
        self._has_to_rest = False
        self._wanted = EVERYTHING
        self._closing = self._is_to_close = False
        self._given_up: set[int] = set()
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
        if isinstance(command, Build):
            # One that was given up may come back.
            self._given_up.discard(command.run_id)
        self._commands.put(command)
        if not isinstance(command, Look):
            # Whose turn it is may change at any moment; who has none loses nothing.
            for lane in self._rounds.lanes:
                lane.trainer.request_stop()

    def give_up(self, run_id: int) -> None:
        """Prepare a run no further; it fails once the part in hand is done. Any thread."""
        self._given_up.add(run_id)

    def set_wanted(self, wanted: Wanted) -> None:
        """Have snapshots of these parts alone, at once if any is new. Any thread; the last wins."""
        before, self._wanted = self._wanted, wanted
        if wanted - before:
            self.submit(Look())

    def shut_down(self, timeout_s: float) -> bool:
        """End the thread and wait for it; returns False if it is still compiling after that time.

        It is a daemon: a compilation that is cut off by the end of the program does no harm.
        """
        if self._thread.is_alive():
            self._is_to_close = True
            self.submit(Close())
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _live(self) -> None:
        while not self._closing:
            commands = newest(self._waiting_commands())
            while commands:
                self._obey(commands.pop(0))
                # What was taken back while a network was built is not begun.
                commands = newest([*commands, *self._commands_here()])
            if not self._closing:
                # Nothing here may hold on to a run that a command is to let go of.
                self._take_turn()
                self._playback.work()
                self._rest_if_done()
                self._errands.turn(runs_train=self._rest_s <= 0 and bool(self._rounds.moving()))
        self._crew.dismiss()
        self._rounds, self._errands, self._starts = Rounds(), Errands(), Starts()
        self._playback.keep_to(())

    def _waiting_commands(self) -> list[Command]:
        """Return what has come; wait for it while there is nothing to train, or not yet."""
        commands: list[Command] = []
        try:
            if self._errands.is_busy or self._playback.is_busy:
                # Nobody rests then.
                pass
            elif not self._rounds.moving():
                commands.append(self._next_command())
            elif self._rest_s > 0:
                commands.append(self._commands.get(timeout=self._rest_s))
        except queue.Empty:
            pass
        return [*commands, *self._commands_here()]

    def _next_command(self) -> Command:
        """Wait for a command; what trained, drew and predicted has left memory that nobody uses."""
        with suppress(queue.Empty):
            return self._commands.get(timeout=RESTED_S)
        give_back()
        return self._commands.get()

    def _commands_here(self) -> list[Command]:
        """Return what has come, without waiting."""
        commands: list[Command] = []
        try:
            while True:
                commands.append(self._commands.get_nowait())
        except queue.Empty:
            return commands

    def _obey(self, command: Command) -> None:
        match command:
            case Close():
                self._closing = True
            case Build(run, run_id):
                # The old run is let go of first: two large networks need not fit into memory.
                self._rounds.drop(run)
                self._playback.keep_to(self._rounds.lanes)
                self.failed = False
                with self._answering_for(run_id):
                    self._build(command)
            case Drop(run):
                self._rounds.drop(run)
                self._playback.keep_to(self._rounds.lanes)
            case Exchange(first, second):
                self._rounds.exchange(first, second)
            case Collect(run, reply):
                lane = self._rounds.lane(run)
                reply.put(None if lane is None else lane.trainer.checkpoint())
            case Copy() | Leave():
                hand_over(command, self._rounds)
                if isinstance(command, Leave):
                    self._bridge.parted.emit(command.run_id)
            case Undertake() | Abandon():
                self._errands.obey(command)
            case Retrain():
                self._retrain(command)
            case Pace(speed):
                self._pacer.speed = speed
                self._pacer.begin(self._clock())
            case Look():
                self._look()
            case Go() | Halt() | Level() | Advance():
                self._aim(command)
            case Dissect():
                self._errands.obey(Undertake(DISSECT, DissectErrand(
                    command, self._trainer(command.run))))
            case Ask() | Weigh():
                self._tell(command)
            case Recall() | Trace() | Release():
                self._playback.obey(command, self._rounds.lanes)

    def _tell(self, command: Ask | Weigh) -> None:
        """Tell what a network says, or how large its weights are."""
        trainer = self._trainer(command.run)
        if isinstance(command, Ask):
            answer(command, trainer)
        else:
            weigh(command, trainer)

    def _trainer(self, run: str) -> TrainerLike | None:
        """Return what trains a run; None if there is none."""
        lane = self._rounds.lane(run)
        return None if lane is None else lane.trainer

    def _retrain(self, command: Retrain) -> None:
        lane = self._rounds.lane(command.run)
        if lane is not None:
            with self._answering_for(lane.run_id):
                lane.trainer.apply(command.training)
                lane.tape.retrain(command.training)
                lane.pause_every = command.training.steps
                self._bridge.retrained.emit(lane.run_id, lane.step)
                self._starts.follow(lane, command.training)
                self._compare()

    def _look(self) -> None:
        for lane in self._rounds.lanes:
            with self._answering_for(lane.run_id):
                if self._publish(lane):
                    self._bridge.looked.emit(lane.run_id)

    def _aim(self, command: Aim) -> None:
        self._turn, self._has_to_rest = command.turn, True
        self._rounds.aim(command)
        self._pacer.begin(self._clock())
        for lane in self._rounds.lanes:
            # The others go without what a stopping rule has ended.
            if lane.ending is not None:
                self._bridge.paused.emit(lane.run_id, command.turn, lane.ending)

    def _build(self, command: Build) -> None:
        def on_progress(text: str, share: float) -> None:
            if self._is_to_close or command.run_id in self._given_up:
                raise EngineError("run.given-up")
            self._bridge.prepared.emit(command.run_id, text, share)

        origin = command.origin
        trainer = self._factory(
            command.project, command.dataset, run_id=command.run_id, progress=on_progress,
            weights=origin.weights, start=origin.start,
            checkpoint=None if origin.parcel is None else origin.parcel.checkpoint)
        lane = Lane(command.run, command.run_id, trainer, command.mailbox,
                    command.project.training.steps, recorder=command.recorder)
        self._rounds.put(lane)
        self._publish(lane, at_rest=True)
        # The first may have had to compile what it is made with, which says nothing of the next.
        lane.interval_s = SNAPSHOT_S
        self._starts.note(lane, command.project, command.dataset)
        self._bridge.built.emit(command.run_id, trainer)
        self.prepared.set()
        self._compare()

    def _compare(self) -> None:
        """Tell what of a pair's starts is equal."""
        try:
            for first, second, same in self._starts.compared(self._rounds.lanes):
                self._bridge.compared.emit(first, second, same)
        except Exception:
            # Nothing is said then, and both go on.
            log.exception("the starts of two runs could not be compared")

    def _allowed(self, lane: Lane) -> int:
        """Return how many steps the speed allows now."""
        if self._rounds.is_counting:
            # Who asks for single steps has them at once.
            return UNLIMITED
        return self._pacer.allowed(lane.step, lane.trainer.steps_per_epoch, self._clock())

    def _take_turn(self) -> None:
        self._rest_s = 0.0
        turn = self._rounds.turn(self._allowed)
        if turn is None:
            self._rest()
            return
        turns = (turn, *turn.beside)
        steps = min(map(self._most_steps, turns))
        if steps <= 0:
            self.heard.wait(CHUNK_S)
            return
        stints = self._crew.work(turns, steps)
        for stint in stints:
            with self._answering_for(stint.turn.lane.run_id):
                self._take_note(stint)
        self._rounds.end_turn(max(stint.seconds for stint in stints))
        for stint in stints:
            if not stint.turn.lane.has_failed:
                self._show(stint.turn.lane)

    def _most_steps(self, turn: Turn) -> int:
        """Return how many steps of a turn are taken before somebody has to look at the run."""
        lane = turn.lane
        steps = min(turn.steps, lane.tape.steps_left)
        return steps if self.heard.is_set() else min(steps, UNHEARD_STEPS - lane.step)

    def _show(self, lane: Lane) -> None:
        """Show a run after its turn if it is time for that, or if a rule has ended it."""
        with self._answering_for(lane.run_id):
            if lane.ending is not None and self._rounds.moving():
                # The others go on without it.
                self._settle(lane)
            elif (lane.is_moving and lane.mailbox.is_empty
                  and time.perf_counter() - lane.published_s >= lane.interval_s):
                self._publish(lane)

    def _rest(self) -> None:
        """Say how long to wait for the next step; what stands meanwhile is shown."""
        moving = self._rounds.moving()
        if not moving:
            return
        if self._pacer.rest_s(self._clock()) >= SNAPSHOT_S:
            for lane in moving:
                if lane.published_step != lane.step:
                    with self._answering_for(lane.run_id):
                        self._publish(lane)
        self._rest_s = self._pacer.rest_s(self._clock())

    def _take_note(self, stint: Stint) -> None:
        """Say what has come of a run's turn; raises what went wrong with it."""
        lane = stint.turn.lane
        if isinstance(stint.error, DivergedError):
            # The weights are still those of the last finite step: show what they do.
            self._publish(lane, is_sound=False)
            self._playback.examine(lane, stint.error)
        if stint.error is not None:
            raise stint.error
        self._rounds.note(lane, stint.done, stint.seconds)
        if stint.turn.leads:
            self._pacer.note(stint.before, stint.done, lane.trainer.steps_per_epoch,
                             self._clock())
        # What is told to stop at once takes no step.
        if stint.done > 0 and math.isnan(self.stepped_s):
            self.stepped_s = time.perf_counter()
        lane.ending = lane.trainer.ended
        lane.tape.note()

    def _rest_if_done(self) -> None:
        if self._has_to_rest and not self._rounds.moving():
            self._has_to_rest = False
            for lane in self._rounds.lanes:
                if not lane.has_failed:
                    self._settle(lane)

    def _settle(self, lane: Lane) -> None:
        """Show where a run has come to rest, and why if a stopping rule says so."""
        with self._answering_for(lane.run_id):
            self._publish(lane, at_rest=True)
            self._bridge.paused.emit(lane.run_id, self._turn, lane.ending)

    def _publish(self, lane: Lane, *, at_rest: bool = False, is_sound: bool = True) -> bool:
        """Show what a network looks like now; return whether anybody wants to see it.

        What is sound is recorded, too; for one at rest, that keeps nobody waiting.
        """
        wanted, started = self._wanted, time.perf_counter()
        if not wanted:
            if is_sound:
                lane.tape.note(at_rest=at_rest)
            return False
        seen = _seen(lane.trainer, wanted)
        lane.mailbox.put(seen)
        lane.published_s, lane.published_step = time.perf_counter(), lane.step
        lane.interval_s = _interval(lane.published_s - started, len(self._rounds.lanes))
        if is_sound:
            lane.tape.note(seen, at_rest=at_rest)
        return True

    @contextmanager
    def _answering_for(self, run_id: int) -> Iterator[None]:
        """Tell of what goes wrong with a run, and end it; the others go on."""
        try:
            yield
        except EngineError as error:
            self._fail(run_id, error)
        except Exception as error:
            # A fault of the program must reach the person as one, not end the thread unseen.
            log.exception("the training thread met an unexpected error")
            self._fail(run_id, EngineError("run.internal-error", error=repr(error)))

    def _fail(self, run_id: int, error: EngineError) -> None:
        for lane in self._rounds.lanes:
            if lane.run_id == run_id:
                lane.has_failed = True
        self.failed = True
        self.prepared.set()
        self._bridge.failed.emit(run_id, error)


def _interval(took_s: float, lanes: int) -> float:
    """Return how long a run trains between snapshots that take so long, in as many runs."""
    slow = max(OFTEN_S, FEW_PAUSES * took_s * lanes)
    return max(SNAPSHOT_S, min(PAUSES * took_s * lanes, slow))


def _seen(trainer: TrainerLike, wanted: Wanted) -> Snapshot:
    """Return a snapshot, and with it what the network writes while somebody reads it."""
    shown = trainer.snapshot(wanted)
    written = trainer.write_text() if Part.TEXT in wanted else None
    if written is None:
        return shown
    return replace(shown, prompt=written.prompt, text=written.text,
                   parts=shown.parts | {Part.TEXT})
