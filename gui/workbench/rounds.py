"""Whose turn it is: several runs, all of them to the same step.

A round
-------
The run whose steps are the slowest leads for a chunk; the others then do as many steps, each in
less time. So all get the same number of steps, whatever a step of each costs, and
none waits for long. What lies behind, after a command in the middle of a round or because it came
late, catches up first. In a round in turn, one trains at a time and may use all processors; in a
round abreast, all train at once and share them out: `gui.workbench.abreast` finds the faster way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.telemetry.recorder import Recorder
from gui.workbench.abreast import Abreast
from gui.workbench.commands import Advance, Aim, Go, Halt, Level
from gui.workbench.pace import UNLIMITED
from gui.workbench.recording import Tape

if TYPE_CHECKING:
    from engine.messages import Message
    from engine.telemetry.mailbox import Mailbox
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.engine_port import TrainerLike

CHUNK_S = 0.012
"""Long enough that taking the GIL back costs little, short enough that commands are obeyed soon."""
LATE_S = 2 * CHUNK_S
"""Most of a turn at the same time as others: how many steps fill a chunk is known from before."""

FOREVER = UNLIMITED


@dataclass(eq=False)
class Lane:
    """One run in the training thread.

    Attributes
    ----------
    run, run_id : str, int
        Its key and number.
    trainer : TrainerLike
        What trains it.
    mailbox : Mailbox[Snapshot]
        Where its snapshots go.
    pause_every : int
        Multiples of so many steps end what `Go` has begun; 0 for none.
    goal : int
        The step at which it comes to rest.
    step_s : float
        Seconds of a step when it last had its turn; 0 before that.
    has_joined : bool
        Whether it has stood level with the others; what came late does so when it has caught up.
    ending : Message | None
        The stopping rule that has ended it; None as long as none has.
    has_failed : bool
        Whether it has ended with an error.
    published_s, interval_s : float
        When the last snapshot was made, and how long to wait for the next at least.
    published_step : int
        The step that it shows; -1 before there is one.
    recorder : Recorder
        Where its moments go.
    tape : Tape
        What takes them.
    """

    run: str
    run_id: int
    trainer: TrainerLike
    mailbox: Mailbox[Snapshot]
    pause_every: int = 0
    goal: int = 0
    step_s: float = 0.0
    has_joined: bool = False
    ending: Message | None = None
    has_failed: bool = False
    published_s: float = 0.0
    interval_s: float = 0.0
    published_step: int = -1
    recorder: Recorder = field(default_factory=Recorder)
    tape: Tape = field(init=False)

    def __post_init__(self) -> None:
        self.tape = Tape(self.trainer, self.recorder)

    @property
    def step(self) -> int:
        """Completed steps."""
        return self.trainer.step

    @property
    def is_live(self) -> bool:
        """Whether it takes part in what all runs are told to do."""
        return self.ending is None and not self.has_failed

    @property
    def is_moving(self) -> bool:
        """Whether it has not come to rest."""
        return self.is_live and self.step < self.goal


@dataclass(frozen=True)
class Turn:
    """Who trains next.

    Attributes
    ----------
    lane : Lane
        The run.
    steps : int
        Most steps; at least 1.
    budget_s : float
        How long at most.
    leads : bool
        Whether these steps are new to all runs, rather than made up for.
    most_threads : int | None
        Most threads that it may use; None for all that there are.
    beside : tuple[Turn, ...]
        Turns of other runs that are taken at the same time.
    """

    lane: Lane
    steps: int
    budget_s: float
    leads: bool = False
    most_threads: int | None = None
    beside: tuple[Turn, ...] = ()


def _unlimited(_lane: Lane) -> int:
    return FOREVER


class Rounds:
    """Keeps runs level. Training thread only, but for `lanes`.

    Parameters
    ----------
    processors : int | None
        As many as training may have; None for what the machine can spare.

    Attributes
    ----------
    lanes : tuple[Lane, ...]
        The runs, in the order in which their keys came; replaced as a whole, so that another thread
        may look.
    """

    def __init__(self, processors: int | None = None) -> None:
        self.lanes: tuple[Lane, ...] = ()
        self._abreast = Abreast(processors)
        self._leader: Lane | None = None
        self._stride = 1
        self._is_counting = False
        self._is_abreast = False
        self._begun, self._spent_s = 0, 0.0

    def lane(self, run: str) -> Lane | None:
        """Return the run with a key; None if there is none."""
        return next((lane for lane in self.lanes if lane.run == run), None)

    def put(self, lane: Lane) -> None:
        """Let a run take part, not moving as yet; none of its key may be there any more."""
        self.lanes = (*self.lanes, lane)
        lane.goal = lane.step
        lane.has_joined = lane.step == self._front()
        self._begin_anew()

    def drop(self, run: str) -> None:
        """Let go of a run; the others go on."""
        self.lanes = tuple(lane for lane in self.lanes if lane.run != run)
        self._leader = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Learn what a step costs, since there are other runs."""
        self._abreast.forget()
        self._stride, self._begun, self._spent_s = 1, self._front(), 0.0

    def exchange(self, first: str, second: str) -> None:
        """Give two runs each other's key; one of them may be none."""
        keys = {first: second, second: first}
        for lane in self.lanes:
            lane.run = keys.get(lane.run, lane.run)

    def moving(self) -> list[Lane]:
        """Return the runs that have not come to rest."""
        return [lane for lane in self.lanes if lane.is_moving]

    def aim(self, command: Aim) -> None:
        """Let all runs that have not ended train as far as a command says.

        Those that a stopping rule has ended take part again when there are no others.
        """
        if not isinstance(command, Halt):
            self._revive()
        live = self._live()
        if not live:
            return
        front = self._front()
        goal = self._goal(command, live, front)
        for lane in live:
            # What is far behind, as it came late, does not keep a person waiting who wants to stop.
            is_late = isinstance(command, Halt) and not lane.has_joined
            lane.goal = lane.step if is_late else goal
        self._is_counting = isinstance(command, Advance) and command.steps > 0

    def _goal(self, command: Aim, live: list[Lane], front: int) -> int:
        match command:
            case Halt() | Level():
                return front
            case Go():
                return min(((front // lane.pause_every + 1) * lane.pause_every
                            for lane in live if lane.pause_every), default=FOREVER)
            case Advance(_, 0):
                first = next(lane for lane in live if lane.step == front)
                return front + first.trainer.steps_left_in_epoch
            case Advance(_, steps):
                # Steps that were asked for and have not been taken yet are not forgotten.
                asked_for = max(lane.goal for lane in live) if self._is_counting else front
                return max(front, asked_for) + steps

    @property
    def is_counting(self) -> bool:
        """Whether the runs go as many steps as a person has asked for one by one."""
        return self._is_counting

    def turn(self, allowed: Callable[[Lane], int] = _unlimited) -> Turn | None:
        """Return who trains next; None when all have come to rest, or have to wait.

        Parameters
        ----------
        allowed : callable
            Returns how many steps a run that stands at the front may take now. What lies behind
            catches up without a limit.
        """
        moving = self.moving()
        if not moving:
            return None
        front = self._front()
        behind = [lane for lane in moving if lane.step < front]
        if behind:
            self._leader = None
            lane = min(behind, key=lambda lane: lane.step)
            return Turn(lane, min(front, lane.goal) - lane.step, CHUNK_S)
        self._leader = leader = max(moving, key=lambda lane: lane.step_s)
        # Whoever leads, it is always the first that is asked: their epochs may differ.
        steps = min(leader.goal - leader.step, allowed(moving[0]))
        if steps <= 0:
            return None
        if len(moving) == 1:
            return Turn(leader, steps, CHUNK_S, leads=True)
        # What a step costs is not known of all at first, and may change.
        return self._begin_round(leader, moving, min(steps, self._stride))

    def _begin_round(self, leader: Lane, moving: list[Lane], steps: int) -> Turn:
        """Return the turn of the leader, with those of the others beside it if they go abreast."""
        longest_s = min(CHUNK_S, steps * leader.step_s)
        threads = self._abreast.threads(len(moving), longest_s)
        self._is_abreast = threads > 0
        if not threads:
            return Turn(leader, steps, CHUNK_S, leads=True)
        fitting = int(CHUNK_S / leader.step_s) if leader.step_s else 1
        steps = min(steps, max(1, fitting), *(lane.goal - lane.step for lane in moving))
        beside = (Turn(lane, steps, LATE_S, most_threads=threads)
                  for lane in moving if lane is not leader)
        return Turn(leader, steps, LATE_S, leads=True, most_threads=threads, beside=tuple(beside))

    def note(self, lane: Lane, steps: int, seconds: float) -> None:
        """Take note of a run's turn: how many steps it did, and how long they took."""
        if not steps:
            return
        lane.step_s = seconds / steps
        if lane.step == self._front():
            lane.has_joined = True
        if lane is self._leader:
            self._stride = 2 * steps

    def end_turn(self, seconds: float) -> None:
        """Take note of how long a turn took with all beside it; level runs have ended a round."""
        self._spent_s += seconds
        front, moving = self._front(), self.moving()
        if any(lane.step < front for lane in moving):
            return
        if len(moving) > 1:
            self._abreast.note(front - self._begun, self._spent_s, at_once=self._is_abreast)
        self._begun, self._spent_s = front, 0.0

    def _live(self) -> list[Lane]:
        return [lane for lane in self.lanes if lane.is_live]

    def _front(self) -> int:
        """Return the step of the run that has come furthest."""
        return max((lane.step for lane in self._live()), default=0)

    def _revive(self) -> None:
        if self._live():
            return
        for lane in self.lanes:
            if not lane.has_failed:
                lane.ending, lane.has_joined = None, False
        for lane in self._live():
            lane.has_joined = lane.step == self._front()
