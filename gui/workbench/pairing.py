"""What is asked of a pair of runs: whether they start equal, repeats with other seeds, a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.frames.run_info import FIRST, SECOND
from gui.workbench import parting_map, repeating
from gui.workbench.parting_map import PartingErrand, PartingReports
from gui.workbench.repeating import RepeatErrand, RepeatReports, Repetition
from gui.workbench.state import State

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.experiments.checksums import SameStart
    from engine.experiments.parting import PartingMap
    from engine.experiments.spread import Spread
    from engine.experiments.yardstick import Yardstick
    from gui.workbench.engine_port import TrainerFactory
    from gui.workbench.run_set import RunSet

SEEDS = 5
CHANGED = "The repeats were given up: the pair is another one now."
PAIRS = 8
"""Pairs whose starts are known still: undoing may bring them back."""


class Pairing(QObject):
    """Asks the training thread about a pair, and keeps its answers. GUI thread only.

    Parameters
    ----------
    runs : RunSet
        The pair is its runs A and B.
    factory : TrainerFactory
        Makes the trainers of repeats.

    Attributes
    ----------
    spread : Spread | None
        What the last repeats of the pair as it is have come to.
    yardstick : Yardstick | None
        What decides between the runs that are repeated.

    Signals
    -------
    same_start_changed()
        `same_start` is another one.
    repeats_progress(float | None, str)
        How far the repeats are, in words too; None when they have ended or been given up, and why.
    repeats_done(Spread)
        What they have come to.
    parting_changed(PartingMap | None, float)
        What is known of where the runs part, and which share of it that is.
    """

    same_start_changed = Signal()
    repeats_progress = Signal(object, str)
    repeats_done = Signal(object)
    parting_changed = Signal(object, float)

    def __init__(self, runs: RunSet, factory: TrainerFactory, parent: QObject | None = None
                 ) -> None:
        super().__init__(parent)
        self._runs, self._factory = runs, factory
        self._same: dict[frozenset[int], SameStart] = {}
        self.spread: Spread | None = None
        self.yardstick: Yardstick | None = None
        self._number = self._map_number = 0
        self._repetition: Repetition | None = None
        self._parting: PartingErrand | None = None
        self._parted: frozenset[int] = frozenset()
        self._repeats, self._partings = RepeatReports(self), PartingReports(self)
        self._repeats.progressed.connect(self._on_repeats_progressed)
        self._repeats.finished.connect(self._on_repeats_finished)
        self._repeats.failed.connect(self._on_repeats_failed)
        self._partings.made.connect(self._on_partings_made)
        self._partings.failed.connect(self._on_partings_failed)
        runs.compared.connect(self._on_runs_compared)

    @property
    def same_start(self) -> SameStart | None:
        """What of the starts of A and B is equal; None without a pair, or if nobody knows.

        Nobody does of runs that did not begin at step 0.
        """
        if any(run.branched_at is not None for run in self._runs):
            return None
        return self._same.get(self._pair())

    @property
    def is_repeating(self) -> bool:
        """Whether repeats are on their way."""
        return self._repetition is not None

    def repeat_with_seeds(self, n: int = SEEDS) -> bool:
        """Train A and B once more with so many seeds, beside the pair; the pair's is the first.

        Each comes as far as the pair stands now. Once begun, that stays, as does what decides.

        Returns
        -------
        bool
            Whether that is done; not without a pair that can be trained.
        """
        if not self._can_repeat():
            return False
        from engine.experiments.yardstick import deciding_step, yardstick

        one, two = (self._runs[key] for key in (FIRST, SECOND))
        one.catch_up()
        two.catch_up()
        a, b = one.plan, two.plan
        step = max(one.step, two.step) or deciding_step(a.project, a.dataset)
        self.yardstick = yardstick((a.project, a.dataset), (b.project, b.dataset), step)
        self._number += 1
        self._repetition = Repetition(self._number, a, b, n, self.yardstick)
        self.spread = None
        self._runs.undertake(repeating.NAME,
                             RepeatErrand(self._repetition, self._factory, self._repeats))
        self.repeats_progress.emit(0.0, self._told(0))
        return True

    def cancel_repeats(self, why: str = "") -> None:
        """Give up the repeats that are on their way.

        Parameters
        ----------
        why : str
            A sentence for the person; empty where he has asked for it.
        """
        if self._repetition is not None:
            self._repetition = None
            self._runs.abandon(repeating.NAME)
            self.repeats_progress.emit(None, why)

    @Slot()
    def forget(self) -> None:
        """Let go of what was true of the pair as it was before one of its sides has changed."""
        self.cancel_repeats(CHANGED)
        if self.spread is not None:
            self.spread = None
            self.repeats_progress.emit(None, "")

    def request_parting(self) -> None:
        """Have the map of where the runs part brought up to date."""
        if not self._is_pair():
            self.parting_changed.emit(None, 0.0)
            return
        if self._parted != self._pair():
            self._parted, self._parting = self._pair(), None
            self._map_number += 1
        a, b = (self._runs[key].past.recorder for key in (FIRST, SECOND))
        self._parting = PartingErrand(self._map_number, a, b, self._partings, self._parting)
        self._runs.undertake(parting_map.NAME, self._parting)

    def _is_pair(self) -> bool:
        return FIRST in self._runs and SECOND in self._runs

    def _can_repeat(self) -> bool:
        return self._is_pair() and not any(
            run.state in (State.INVALID, State.PREPARING) for run in self._runs)

    def _pair(self) -> frozenset[int]:
        return frozenset(run.run_id for run in self._runs)

    def _told(self, pairs: int) -> str:
        repetition = self._repetition
        if repetition is None:
            return ""
        seed = min(pairs + 1, repetition.seeds)
        anew = any(run.start is not None for run in self._runs)
        return (f"Seed {seed} of {repetition.seeds}, {'from step 0 ' if anew else ''}to step "
                f"{repetition.yardstick.step:,}")

    def _is_asked(self, number: int) -> bool:
        return self._repetition is not None and self._repetition.number == number

    # What the training thread tells

    @Slot(int, int, object)
    def _on_runs_compared(self, first: int, second: int, same: SameStart) -> None:
        self._same[frozenset((first, second))] = same
        for pair in tuple(self._same)[:-PAIRS]:
            del self._same[pair]
        self.same_start_changed.emit()

    @Slot(int, float, int)
    def _on_repeats_progressed(self, number: int, share: float, pairs: int) -> None:
        if self._is_asked(number):
            self.repeats_progress.emit(share, self._told(pairs))

    @Slot(int, object)
    def _on_repeats_finished(self, number: int, spread: Spread) -> None:
        if self._is_asked(number):
            self._repetition, self.spread = None, spread
            self.repeats_progress.emit(None, "")
            self.repeats_done.emit(spread)

    @Slot(int, object)
    def _on_repeats_failed(self, number: int, error: EngineError) -> None:
        if self._is_asked(number):
            self._repetition = None
            self.repeats_progress.emit(None, error.sentence)

    @Slot(int, object, float)
    def _on_partings_made(self, number: int, found: PartingMap, share: float) -> None:
        if number == self._map_number and self._parted == self._pair():
            self.parting_changed.emit(found, share)

    @Slot(int, object)
    def _on_partings_failed(self, number: int, _error: EngineError) -> None:
        if number == self._map_number and self._parted == self._pair():
            self.parting_changed.emit(None, 1.0)
