"""How fast this computer computes cells: measured while it does, and kept for the next estimate."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import msgspec

from engine.errors import FormatError
from engine.experiments.results import Result
from engine.spec import ProjectSpec
from engine.spec.opening import opened
from engine.spec.replacing import replace_file

RATE = 4e9
"""Multiply-adds of a second on one processor, of networks as people build them here."""
STEP_S, LAYER_S = 3e-6, 2e-6
"""What a step takes beside them, and every layer of it."""
CELL_S = 0.02
"""What a cell takes beside its steps: its network is made, and looked at in the end."""

FILE = "pace.json"
LARGEST_FILE = 2**12
"""Bytes of it that are read: it holds two numbers."""
REMEMBERED_S = 60.0
"""Reckoned seconds of earlier sweeps that count as much as those of the last one."""

TELLING_S = 1.0
"""Seconds of computing that a sweep has to take before it says anything of the computer."""

LEAST, MOST = 0.001, 1000.0
"""A kept pace that is not within has not been measured."""


def reckoned_s(operations: int, batch: int, layers: int, steps: int) -> float:
    """Return how many seconds a cell takes on a computer of the usual pace.

    Parameters
    ----------
    operations : int
        Multiply-adds of both passes for one example.
    batch : int
        Examples of a step.
    layers, steps : int
        Layers of the network, and steps that it is trained.
    """
    return CELL_S + steps * (batch * operations / RATE + STEP_S + LAYER_S * layers)


class Measured(msgspec.Struct, forbid_unknown_fields=True):
    """What cells of this computer have taken.

    Attributes
    ----------
    reckoned_s, taken_s : float
        Seconds that they were reckoned to take, and that they took.
    """

    reckoned_s: float = 0.0
    taken_s: float = 0.0

    @property
    def pace(self) -> float:
        """How many times as long as reckoned; 1 where nothing is known."""
        return self.taken_s / self.reckoned_s if self.reckoned_s > 0 else 1.0


class Pace:
    """Compares what cells take with what was reckoned. Any thread may call.

    Parameters
    ----------
    file : Path | None
        Where it is kept from one sweep to the next; None keeps it nowhere.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._new = Measured()

    def record(self, project: ProjectSpec, result: Result, seconds: float) -> None:
        """Hear what came of a cell, and how long it took whoever computes one after the other."""
        batch = project.training.batch_size
        # How many examples a full batch has, a result does not say.
        if result.end == "refused" or not batch:
            return
        reckoned = reckoned_s(result.operations, batch, len(project.network), result.step)
        with self._lock:
            self._new.reckoned_s += reckoned
            self._new.taken_s += seconds

    def keep(self) -> None:
        """Put what was measured beside what is kept of earlier sweeps."""
        with self._lock:
            new, self._new = self._new, Measured()
        if self._file is None or new.taken_s < TELLING_S:
            return
        old = _read(self._file)
        share = min(1.0, REMEMBERED_S / old.reckoned_s) if old.reckoned_s > 0 else 0.0
        told = Measured(share * old.reckoned_s + new.reckoned_s,
                        share * old.taken_s + new.taken_s)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._file, msgspec.json.encode(told))
        except (OSError, FormatError):
            # The next estimate is as good as the last one was.
            return


def pace_file() -> Path | None:
    """Return where the pace of this computer is kept for this user; None without such a place."""
    if override := os.environ.get("BACKPROP_LAB_CACHE"):
        return Path(override) / FILE
    from platformdirs import user_cache_path

    try:
        return user_cache_path("backprop-lab", appauthor=False) / FILE
    except RuntimeError:
        return None


def kept_pace(file: Path | None) -> float:
    """Return how many times as long as reckoned cells took before; 1 where nothing is kept."""
    return 1.0 if file is None else _read(file).pace


def _read(file: Path) -> Measured:
    """Return what is kept; nothing where it is damaged, or no computer can be like that."""
    try:
        with opened(file) as kept:
            found = msgspec.json.decode(kept.read(LARGEST_FILE), type=Measured)
    except (OSError, FormatError, msgspec.MsgspecError, UnicodeError):
        return Measured()
    return found if found.reckoned_s > 0 and LEAST <= found.pace <= MOST else Measured()
