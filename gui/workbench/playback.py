"""Going back to steps of a run with its twin, while the run itself goes on or stands still."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import DivergedError, EngineError
from engine.messages import say
from engine.telemetry.black_box import KEPT, BlackBox, BoxStep, black_box
from engine.telemetry.parts import Part
from engine.telemetry.recorder import PINNED, RECENT, Moment
from gui.workbench.playback_commands import Recall, Release, Trace
from gui.workbench.rounds import CHUNK_S

if TYPE_CHECKING:
    from engine.spec import TrainingSpec
    from gui.workbench.engine_port import TrainerLike
    from gui.workbench.recording import Tape
    from gui.workbench.rounds import Lane

log = logging.getLogger(__name__)


Told = Callable[[int, BlackBox | None], None]
"""Told the run, and what its black box holds if that is what was asked for."""


class Playback:
    """Does what is asked for bit by bit, so that runs that train are not kept waiting.

    Training thread only.

    Parameters
    ----------
    tell : callable
        Called when something is done.
    """

    def __init__(self, tell: Told) -> None:
        self._tell = tell
        self._jobs: list[tuple[Lane, object, Iterator[BlackBox | None]]] = []
        self._is_needed = False

    @property
    def is_busy(self) -> bool:
        """Whether there is something left to do."""
        return bool(self._jobs)

    def obey(self, command: Recall | Trace | Release, lanes: Sequence[Lane]) -> None:
        """Begin what is asked of one of some runs; an earlier recall of it is forgotten."""
        self._is_needed = not isinstance(command, Release)
        if isinstance(command, Release):
            for lane in lanes:
                self._release(lane)
            return
        for lane in lanes:
            if lane.run_id != command.run_id:
                continue
            if isinstance(command, Recall):
                self._jobs = [job for job in self._jobs
                              if job[0] is not lane or not isinstance(job[1], Recall)]
                self._jobs.append((lane, command, _recall(lane.tape, command)))
            else:
                self._jobs.append((lane, command, _trace(lane.tape, command)))

    def examine(self, lane: Lane, error: DivergedError) -> None:
        """Find out how a run came to numbers that are not finite, and go back to before."""
        self._jobs.append((lane, error, _examine(lane.tape, error)))

    def keep_to(self, lanes: Sequence[Lane]) -> None:
        """Forget what was asked of runs that are no more."""
        self._jobs = [job for job in self._jobs if job[0] in lanes]

    def work(self) -> None:
        """Do a bit of what is to be done first."""
        if not self._jobs:
            return
        job = lane, _, work = self._jobs[0]
        found = None
        try:
            found = next(work)
            if found is None:
                return
        except StopIteration:
            pass
        except EngineError as error:
            lane.tape.recorder.problem = error.message
        except MemoryError:
            lane.tape.recorder.problem = say("recording.no-memory")
        except Exception as error:
            # A fault of the program ends what was asked for, and not the runs.
            log.exception("looking back met an unexpected error")
            lane.tape.recorder.problem = say("run.internal-error", error=repr(error))
        self._jobs.remove(job)
        if not self._is_needed:
            self._release(lane)
        self._tell(lane.run_id, found)

    def _release(self, lane: Lane) -> None:
        """Let go of a twin, unless there is something left for it to do."""
        if all(job[0] is not lane for job in self._jobs):
            lane.tape.drop_twin()


def _recall(tape: Tape, asked: Recall) -> Iterator[None]:
    moment = tape.recorder.exactly_at(asked.step)
    if moment is None or moment.checkpoint is None:
        return
    seen = moment.snapshot
    twin = tape.twin()
    twin.restore(moment.checkpoint)
    wanted = asked.wanted if seen is None else asked.wanted | seen.parts
    found = twin.snapshot(wanted - {Part.TEXT})
    if seen is not None and Part.TEXT in seen.parts:
        # What was written belongs to the moment at which it was.
        found = replace(found, prompt=seen.prompt, text=seen.text, parts=found.parts | {Part.TEXT})
    tape.recorder.add(Moment(asked.step, None, found))
    yield from ()


def _trace(tape: Tape, asked: Trace) -> Iterator[None]:
    recorder = tape.recorder
    start = recorder.start_before(asked.first)
    if start is None:
        return
    twin = tape.twin()
    twin.restore(start)
    # Where so many checkpoints leave no room for others, only what is seen is kept.
    are_small = 2 * RECENT * start.nbytes <= recorder.limit_bytes
    for step in range(max(asked.first, start.step), asked.last + 1):
        yield from _forward(twin, recorder.changes, step)
        recorder.add(Moment(step, twin.checkpoint()) if are_small else
                     Moment(step, None, twin.snapshot(asked.wanted - {Part.TEXT})))
        yield


def _examine(tape: Tape, error: DivergedError) -> Iterator[BlackBox | None]:
    """Do the last steps again; yield what they were like once that is known."""
    recorder, first = tape.recorder, max(0, error.step - 2 - KEPT)
    start = recorder.start_before(first) or recorder.start_before(error.step - 1)
    if start is None:
        return
    twin, steps = tape.twin(), list[BoxStep]()
    twin.restore(start)
    yield from _forward(twin, recorder.changes, first)
    finite = sound = twin.checkpoint()
    are_small = 2 * RECENT * finite.nbytes <= recorder.limit_bytes
    while twin.step < error.step:
        _follow(twin, recorder.changes)
        try:
            steps.append(twin.probe_step())
        except DivergedError:
            break
        if not steps[-1].is_finite:
            break
        finite = twin.checkpoint()
        if steps[-1].is_sound:
            sound = finite
        if are_small:
            recorder.add(Moment(finite.step, finite))
        yield None
    # Whatever the memory: where the run stands, and where a cure can begin.
    for one in (sound, finite):
        recorder.add(Moment(one.step, one), PINNED)
    # What a failed run leaves is what it was while it had numbers.
    tape.trainer.restore(finite)
    yield black_box(error, steps, finite.step)


def _forward(twin: TrainerLike, changes: Sequence[tuple[int, TrainingSpec]], target: int
             ) -> Iterator[None]:
    """Train a twin up to a step as its run was trained, a chunk at a time."""
    while twin.step < target:
        _follow(twin, changes)
        end = min((step for step, _ in changes if twin.step < step < target), default=target)
        twin.run(end - twin.step, CHUNK_S)
        yield


def _follow(twin: TrainerLike, changes: Sequence[tuple[int, TrainingSpec]]) -> None:
    """Change what was changed at the step at which the twin stands."""
    for step, training in changes:
        if step == twin.step:
            twin.apply(training)
