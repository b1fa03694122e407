"""Moments of a run in bounded memory, dense at both ends, that one can go back to."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.messages import Message
    from engine.spec import TrainingSpec
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.snapshot import Snapshot

LIMIT_BYTES = 256 * 2**20
"""Memory that the moments of all runs together may take, of the largest networks."""

SPARED = 8
"""Of small networks they take so much less: 32 MB of all runs; see `room_for`."""

LEFT_BYTES, MOST_LEFT = LIMIT_BYTES // 32, 4
"""What of it a run has that is trained no more, and how many of these have any."""

LIVE_BYTES = LIMIT_BYTES - MOST_LEFT * LEFT_BYTES
"""What those have that are trained."""

MOST = 2000
"""Moments of a run, however small."""

RECENT = 20
"""Last steps of which no moment makes room for older ones."""

PER_DOUBLING = 16
"""Most steps of the grid from a step to the one twice as far."""

OVERHEAD, LAYER_OVERHEAD, PLACE_OVERHEAD = 4096, 2048, 256
"""Bytes that a moment, the readings of a layer in it and the place of a parameter take beside the
arrays."""

MOST_STRETCHES = 500
"""Verdicts on a run that follow on one another; the shortest ones are forgotten."""

PLAIN, COMMON, TELLING, PINNED = range(4)
"""What a moment is worth: at no special step, at one of the grid, where another verdict begins,
where another run has branched off."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A run at one step.

    Attributes
    ----------
    step : int
        Completed steps.
    checkpoint : Checkpoint | None
        What to go on from; None where only the look is kept.
    snapshot : Snapshot | None
        What was seen then; None where nobody looked.
    """

    step: int
    checkpoint: Checkpoint | None
    snapshot: Snapshot | None = None


class Stretch(NamedTuple):
    """Steps over which the verdict was the same.

    Attributes
    ----------
    first_step, last_step : int
        Where it was first and last said.
    code : str
        What: `engine.diagnosis.verdicts.Verdict.code`.
    severity : int
        How bad that is, 0 to 2.
    """

    first_step: int
    last_step: int
    code: str
    severity: int


def next_grid_step(step: int, per_doubling: int = PER_DOUBLING) -> int:
    """Return the first step of the geometric grid behind a step.

    The grid is the same for all runs, so that two of them can be compared step by step: every step
    up to twice ``per_doubling``, then as many from each power of two to the next. A coarser grid is
    part of every finer one.
    """
    stride = _stride(step, per_doubling)
    return (step // stride + 1) * stride


def is_grid_step(step: int, per_doubling: int = PER_DOUBLING) -> bool:
    """Say whether a step is one of the grid."""
    return step % _stride(step, per_doubling) == 0


def _stride(step: int, per_doubling: int) -> int:
    # Of a power of two, the bit length is one more than its logarithm.
    return 1 << max(0, step.bit_length() - per_doubling.bit_length())


def room_for(nbytes: int, limit_bytes: int = LIVE_BYTES) -> int:
    """Return what of a limit moments take, by the bytes of a checkpoint.

    The last steps of a run have room one by one, and as many before them, wherever the whole limit
    is enough for that. It is used up by large networks alone: where a part of it holds many more
    moments than anybody looks at, the memory of the computer is worth more than theirs.
    """
    return min(limit_bytes, max(limit_bytes // SPARED, 2 * RECENT * nbytes))


def grid_for(nbytes: int, limit_bytes: int = LIVE_BYTES // 2, doublings: int = 20) -> int:
    """Return how many steps of the grid from one doubling to the next have room.

    Parameters
    ----------
    nbytes : int
        Of a checkpoint.
    limit_bytes : int
        What a run has, by default beside another one.
    doublings : int
        How long a run is to be; 20 are a million steps.
    """
    per_doubling, room = PER_DOUBLING, room_for(nbytes, limit_bytes)
    while per_doubling > 1 and per_doubling * doublings * nbytes > room:
        per_doubling //= 2
    return per_doubling


class Recorder:
    """Keeps moments by step; all of it may be called by any thread.

    Where they would take more than the limit, those go first that have the closest neighbours for
    their distance to the nearer end: what stays lies dense at both ends and is spread geometrically
    between. The first moment, the newest ones, those where another verdict begins and those that
    somebody has pinned stay as long as there is anything else; the newest one always does.

    Parameters
    ----------
    limit_bytes : int
        Memory that the moments of a network of any size may take; see `room_for`.

    Attributes
    ----------
    problem : Message | None
        Why there are fewer moments than one expects; None if there is nothing to say.
    changes : list[tuple[int, TrainingSpec]]
        After which steps the run was told to train otherwise, and how.
    """

    def __init__(self, limit_bytes: int = LIVE_BYTES) -> None:
        self.problem: Message | None = None
        self.changes: list[tuple[int, TrainingSpec]] = []
        self._limit = limit_bytes
        self._lock = threading.RLock()
        self._moments: dict[int, Moment] = {}
        self._steps: NDArray[np.int64] = np.zeros(0, np.int64)
        self._worth: NDArray[np.int8] = np.zeros(0, np.int8)
        self._users: Counter[int] = Counter()
        self._nbytes = self._checkpoint_nbytes = 0
        self._stretches: list[Stretch] = []
        self._held_step: int | None = None

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def nbytes(self) -> int:
        """Bytes that all moments take; what checkpoints share counts once."""
        return self._nbytes

    @property
    def limit_bytes(self) -> int:
        """Bytes that they may take, as far as the size of checkpoints is known."""
        return room_for(self._checkpoint_nbytes, self._limit)

    def set_limit(self, limit_bytes: int) -> None:
        """Take no more memory than this from now on, and of a small network less."""
        with self._lock:
            self._limit = limit_bytes
            self._make_room()

    @property
    def steps(self) -> tuple[int, ...]:
        """Steps of the moments, ascending."""
        with self._lock:
            return tuple(self._steps.tolist())

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """What was said of the run, one verdict after the other."""
        with self._lock:
            return tuple(self._stretches)

    def add(self, moment: Moment, worth: int = PLAIN) -> None:
        """Keep a moment; what it lacks of one that is kept of the same step stays.

        Parameters
        ----------
        moment : Moment
            The moment.
        worth : int
            `TELLING` or `PINNED` for one that is to stay before others.
        """
        with self._lock:
            before = self._moments.get(moment.step)
            if before is None:
                self._insert(moment)
            else:
                self._let_go(before)
                moment = Moment(moment.step, moment.checkpoint or before.checkpoint,
                                moment.snapshot or before.snapshot)
            self._moments[moment.step] = moment
            if moment.checkpoint is not None:
                self._checkpoint_nbytes = max(self._checkpoint_nbytes, moment.checkpoint.nbytes)
            self._raise(moment.step, worth)
            for key, nbytes in _arrays(moment):
                self._users[key] += 1
                self._nbytes += nbytes if self._users[key] == 1 else 0
            self._nbytes += _overhead(moment)
            self._make_room()

    def note_verdict(self, snapshot: Snapshot, code: str, severity: int) -> bool:
        """Take note of what was said of a snapshot, in the order of steps.

        What is said of the last step once more takes the place of what began with it.

        Returns
        -------
        bool
            Whether it is another verdict than before; its moment is kept then.
        """
        with self._lock:
            step, last = snapshot.step, self._stretches[-1] if self._stretches else None
            if last is not None and last.code == code:
                severity = max(severity, last.severity)
                self._stretches[-1] = Stretch(last.first_step, step, code, severity)
                return False
            if last is not None and last.first_step == step:
                self._stretches.pop()
            self._stretches.append(Stretch(step, step, code, severity))
            if len(self._stretches) > MOST_STRETCHES:
                self._forget_shortest()
            self.add(Moment(step, None, snapshot), TELLING)
            return True

    def pin(self, step: int) -> None:
        """Keep a moment before all others."""
        with self._lock:
            self._raise(step, PINNED)

    def hold(self, step: int | None) -> None:
        """Keep the moment that somebody looks at, and no longer the one of before."""
        self._held_step = step

    def exactly_at(self, step: int) -> Moment | None:
        """Return the moment of a step; None if it is not kept."""
        return self._moments.get(step)

    def at(self, step: int) -> Moment | None:
        """Return the moment that is nearest to a step; None as long as there is none."""
        with self._lock:
            if not len(self._steps):
                return None
            place = int(np.argmin(np.abs(self._steps - step)))
            return self._moments[int(self._steps[place])]

    def start_before(self, step: int) -> Checkpoint | None:
        """Return the last checkpoint of this step or of those before it; None if there is none."""
        with self._lock:
            for one in self._steps[:np.searchsorted(self._steps, step, "right")][::-1].tolist():
                if (checkpoint := self._moments[one].checkpoint) is not None:
                    return checkpoint
            return None

    def _insert(self, moment: Moment) -> None:
        place = int(np.searchsorted(self._steps, moment.step))
        worth = COMMON if is_grid_step(moment.step) else PLAIN
        self._splice(place, place, (moment.step,), (worth,))

    def _splice(self, begin: int, end: int, steps: tuple[int, ...] = (), worth: tuple[int, ...] = ()
                ) -> None:
        """Put steps in the place of others; several times as fast as what NumPy has for it."""
        old, old_worth = self._steps, self._worth
        self._steps = np.concatenate((old[:begin], np.array(steps, old.dtype), old[end:]))
        self._worth = np.concatenate((old_worth[:begin], np.array(worth, old_worth.dtype),
                                      old_worth[end:]))

    def _raise(self, step: int, worth: int) -> None:
        there = self._steps == step
        self._worth[there] = np.maximum(self._worth[there], worth)

    def _let_go(self, moment: Moment) -> None:
        """Count no more what a moment holds."""
        for key, nbytes in _arrays(moment):
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key]
                self._nbytes -= nbytes
        self._nbytes -= _overhead(moment)

    def _make_room(self) -> None:
        room = self.limit_bytes
        while len(self._steps) > 1 and (self._nbytes > room or len(self._steps) > MOST):
            place = self._least()
            self._let_go(self._moments.pop(int(self._steps[place])))
            self._splice(place, place + 1)

    def _least(self) -> int:
        """Return the place of the moment that is missed least."""
        steps, worth = self._steps, self._worth
        inner = np.arange(len(steps) - 1)
        stays = (inner == 0) | (steps[:-1] == self._held_step)
        # From the last one before them, the recent steps can be done again.
        recent = inner >= np.searchsorted(steps, steps[-1] - RECENT, "right") - 1
        for may_go in ((worth[:-1] < TELLING) & ~recent & ~stays,
                       (worth[:-1] < PINNED) & ~stays, ~stays):
            if may_go.any():
                inner = inner[may_go]
                break
        before, behind = steps[np.maximum(inner - 1, 0)], steps[inner + 1]
        distance = np.minimum(steps[inner] - steps[0], steps[-1] - steps[inner])
        score = (behind - before) / (1.0 + distance)
        score[worth[inner] == PLAIN] /= 2
        return int(inner[np.argmin(score)])

    def _forget_shortest(self) -> None:
        """Let the stretch before the shortest one last until its end."""
        middle = self._stretches[1:-1]
        lengths = [last - first for first, last, *_ in middle]
        place = 1 + lengths.index(min(lengths))
        gone = self._stretches.pop(place)
        self._stretches[place - 1] = self._stretches[place - 1]._replace(last_step=gone.last_step)
        there = (self._steps == gone.first_step) & (self._worth == TELLING)
        self._worth[there] = COMMON if is_grid_step(gone.first_step) else PLAIN


def _overhead(moment: Moment) -> int:
    layers = len(moment.snapshot.layers) if moment.snapshot is not None else 0
    places = len(moment.checkpoint.places) if moment.checkpoint is not None else 0
    return OVERHEAD + LAYER_OVERHEAD * layers + PLACE_OVERHEAD * places


def _arrays(moment: Moment) -> Iterator[tuple[int, int]]:
    """Yield which arrays a moment holds, and the bytes of each."""
    checkpoint, snapshot = moment.checkpoint, moment.snapshot
    for array in (*(checkpoint.arrays if checkpoint is not None else ()), *_arrays_in(snapshot)):
        yield id(array), array.nbytes


def _arrays_in(value: Any) -> Iterable[NDArray[Any]]:
    """Yield the arrays of a snapshot, whatever parts it has."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _arrays_in(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _arrays_in(getattr(value, field.name))
