"""Lets the runs follow the sides of the document: which come, go, change places, begin anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.messages import say
from gui.document.sides import Side
from gui.frames.run_info import FIRST, SECOND
from gui.workbench.commands import DRAWN, Origin
from gui.workbench.earlier import EarlierRuns
from gui.workbench.parcels import Parcel
from gui.workbench.run_plan import Apply, Reason, Rejudge, Restart, RunPlan, is_added_to
from gui.workbench.state import State

if TYPE_CHECKING:
    from gui.document.document import Change, Document
    from gui.frames.ghost import Ghost
    from gui.workbench.run import Run
    from gui.workbench.run_set import RunSet


class SideRuns(QObject):
    """Begins, keeps, exchanges and drops runs as the document has it. GUI thread only.

    A side is known by its number, whichever of the two it is. When one comes back, by undoing
    perhaps, its run goes on where it was left, as long as it is kept among the earlier ones.

    Parameters
    ----------
    document : Document
        What is followed, once `begin` is called.
    runs : RunSet
        What follows.

    Attributes
    ----------
    earlier : EarlierRuns
        The runs of before.

    Signals
    -------
    plans_changed()
        A and B are others than before, or are trained in another way.
    earlier_changed()
        There are other earlier runs, or others of them are shown.
    """

    plans_changed = Signal()
    earlier_changed = Signal()

    def __init__(self, document: Document, runs: RunSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._runs = document, runs
        self._numbers = self._wanted_numbers()
        self._given, self._given_to = DRAWN, document.project.network
        self.earlier = EarlierRuns()
        self._shown: frozenset[int] = frozenset()
        runs.left.connect(self._on_runs_left)

    def begin(self) -> None:
        """Begin the runs that there are, and follow the document from now on."""
        opened = self._document.path is not None
        self._take_earlier()
        self._begin_first(self._plan(FIRST), Reason.OPENED if opened else None)
        if SECOND in self._numbers:
            self._begin_second(self._plan(SECOND))
        self._document.changed.connect(self._on_document_changed)
        self._document.saving.connect(self._on_document_saving)

    def stop(self) -> None:
        """Follow the document no longer."""
        self._document.changed.disconnect(self._on_document_changed)
        self._document.saving.disconnect(self._on_document_saving)

    def reset(self) -> None:
        """Begin all runs anew at step 0, with weights that are drawn."""
        self._given = DRAWN
        for run in tuple(self._runs):
            if run.key == SECOND:
                self._begin_second(run.plan)
            else:
                self._runs.add(run.key, run.plan, side=run.side)

    def _plan(self, key: str) -> RunPlan:
        found = self._document.examined(second=key == SECOND)
        return RunPlan(found.project, found.dataset, found.issues)

    def _wanted_numbers(self) -> dict[str, int]:
        sides = self._document.sides
        first = {FIRST: sides.first.number}
        return first if sides.second is None else {**first, SECOND: sides.second.number}

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        is_going, has_failed = self._runs.is_going, self._runs.state is State.FAILED
        before, self._numbers = self._numbers, self._wanted_numbers()
        wanted = self._numbers
        is_swapped = before.get(SECOND) == wanted[FIRST] or wanted.get(SECOND) == before[FIRST]
        if is_swapped:
            self._runs.exchange(FIRST, SECOND)
            before = _exchanged(before)
        if change.opened:
            self._take_earlier()
            self._tell_earlier()
        plans = self._what_runs()
        for key in before.keys() - wanted.keys():
            self._runs.drop(key, for_good=change.opened)
        begun = [key for key, number in wanted.items()
                 if self._follow(key, opened=change.opened, is_new=number != before.get(key))]
        if begun and len(wanted) > 1 and not change.opened:
            # What is tried beside a run that has failed is to be seen at once; not what comes back.
            has_come = max(wanted.values()) > max(before.values())
            self._go_on(runs=is_going or (has_failed and has_come))
        if is_swapped or plans != self._what_runs():
            self.plans_changed.emit()

    def _what_runs(self) -> dict[int, RunPlan]:
        """Return what decides the runs, whatever is said of them."""
        return {run.run_id: run.plan.without_limits() for run in self._runs}

    def _follow(self, key: str, *, opened: bool, is_new: bool) -> bool:
        """Let a run do what has become of its side; return whether another one begins."""
        plan = self._plan(key)
        if key not in self._runs and opened:
            self._begin_second(plan)
            return True
        if is_new and not opened:
            self._begin_side(key, plan)
            return True
        before = self._runs[key]
        match RunPlan.diff(before.plan, plan, opened=opened):
            case Restart(Reason.DATA) if key == FIRST and self._can_go_on(before, plan):
                self._go_on_with(plan)
                return True
            case Restart(reason):
                if key == FIRST:
                    self._begin_first(plan, reason)
                else:
                    self._begin_second(plan, reason)
                return True
            case Apply():
                self._runs.apply(key, plan)
            case Rejudge():
                self._runs.rejudge(key, plan)
        return False

    def _begin_first(self, plan: RunPlan, reason: Reason | None) -> None:
        """Begin A anew, or go on where an opened file says that it was."""
        self._given, self._given_to = DRAWN, plan.project.network
        weights, checkpoint = self._document.take_weights(), self._document.take_checkpoint()
        # What could not be trained as it was opened, and has been mended, is another run.
        if not plan.issues and checkpoint is not None and reason is Reason.OPENED:
            self._given, reason = Origin(parcel=Parcel(checkpoint)), Reason.RESUMED
        elif not plan.issues and weights is not None:
            self._given = Origin(weights=weights)
            reason = Reason.LEARNED if reason is Reason.OPENED else reason
        self._runs.add(FIRST, plan, reason, self._given, self._numbers[FIRST])

    def _can_go_on(self, run: Run, plan: RunPlan) -> bool:
        """Say whether A goes on from where it stands with some more examples, or some less."""
        return is_added_to(run.plan, plan) and not run.plan.issues and not plan.issues and (
            run.state not in (State.PREPARING, State.FAILED))

    def _go_on_with(self, plan: RunPlan) -> None:
        """Let A go on with other examples, at the step where it is."""
        is_going = self._runs.is_going
        origin = Origin(parcel=self._runs.copy_of(FIRST))
        self._runs.add(FIRST, plan, None, origin, self._numbers[FIRST])
        if is_going:
            self._runs.run()

    def _begin_second(self, plan: RunPlan, reason: Reason | None = None) -> None:
        """Begin B anew, from what A has begun from or where it left A."""
        number = self._numbers.get(SECOND, 0)
        saved = self._document.take_second_checkpoint()
        if saved is not None:
            self._runs.add(SECOND, plan, reason, Origin(parcel=Parcel(saved)), number)
            return
        before = next((run for run in self._runs if run.key == SECOND), None)
        is_branch = before is not None and before.branched_at is not None and (
            before.start is not None and reason is not Reason.OPENED)
        if before is None or not is_branch:
            self._runs.add(SECOND, plan, reason, self._origin_beside(plan), number)
            return
        run = self._runs.add(SECOND, plan, reason, Origin(parcel=before.parcel), number)
        run.branched_at = before.branched_at

    def _begin_side(self, key: str, plan: RunPlan) -> None:
        """Begin the run of a side that has come, or let it go on where it was left."""
        number = self._numbers[key]
        earlier = self.earlier.take(number)
        ghost = None if earlier is None else earlier.ghost
        if earlier is not None and earlier.run is not None and earlier.fits(number, plan):
            self._runs.bring_back(key, earlier.run, earlier.parcel, number)
            if earlier.run.plan != plan:
                self._runs.apply(key, plan)
        elif earlier is not None and earlier.can_go_on and not plan.issues:
            self._runs.add(key, plan, None, earlier.origin, number, ghost)
        else:
            self._begin_beside(key, plan, ghost)
        if earlier is not None:
            self._tell_earlier()

    def _begin_beside(self, key: str, plan: RunPlan, ghost: Ghost | None) -> None:
        """Begin the run of a new side, at the start of the other one or where it leaves it."""
        side, number = self._document.sides.second, self._numbers[key]
        step = None if key == FIRST or side is None else side.branch_step
        parcel = None if step is None else self._branched(step)
        if parcel is None:
            run = self._runs.add(key, plan, None, self._origin_beside(plan), number, ghost)
            if step is not None:
                run.past.recorder.problem = say("recording.branch-lost", step=step)
            return
        run = self._runs.add(key, plan, None, Origin(parcel=parcel), number, ghost)
        run.branched_at = step

    def _branched(self, step: int) -> Parcel | None:
        """Return what A was at a step; None where that is kept no longer."""
        first = self._runs[FIRST]
        kept = first.kept_at(step)
        if kept is not None:
            return Parcel(kept)
        # The step that is seen now: it may be some steps further before it is copied.
        return self._runs.copy_of(FIRST) if step >= first.step else None

    def _origin_beside(self, plan: RunPlan) -> Origin:
        """Return what a run starts from so that it starts as A has."""
        # A itself may be gone by now, or begin only now.
        weights = self._given.weights
        if weights is None or self._given_to == plan.project.network:
            return self._given
        return Origin(start=weights)

    def _go_on(self, *, runs: bool) -> None:
        """Do with another run what was done before, or let it catch up with the one beside it."""
        if runs:
            self._runs.run()
        else:
            self._runs.level()

    # Earlier runs

    @property
    def shown_earlier(self) -> tuple[Ghost, ...]:
        """Curves of the earlier runs that are shown and can be compared with the edited one."""
        key = SECOND if self._document.sides.edits_second else FIRST
        if key not in self._runs:
            return ()
        objective = self._runs[key].objective
        return tuple(run.ghost for run in self.earlier
                     if run.number in self._shown and run.ghost.objective == objective)

    def is_shown(self, number: int) -> bool:
        """Say whether the curves of an earlier run are shown."""
        return number in self._shown

    def show_earlier(self, number: int, shown: bool) -> None:
        """Show the curves of an earlier run beside the present ones, or no longer."""
        self._shown = self._shown | {number} if shown else self._shown - {number}
        self.earlier_changed.emit()

    def rename_earlier(self, number: int, name: str) -> None:
        """Call an earlier run as a person wants; an empty name lets it be named anew."""
        self.earlier.rename(number, name)
        self._tell_earlier()

    def forget_earlier(self, number: int) -> None:
        """Keep an earlier run no longer."""
        self.earlier.forget(number)
        self._tell_earlier()

    def restore_earlier(self, number: int) -> None:
        """Let an earlier run go on in the place of the edited one, by an edit of the document."""
        earlier, side = self.earlier[number], self._document.new_side_number()
        self.earlier.assign(number, side)
        self._document.put_side(Side(side, earlier.project), "restore an earlier run")

    def _tell_earlier(self) -> None:
        self._shown &= {run.number for run in self.earlier}
        self.earlier_changed.emit()

    def _take_earlier(self) -> None:
        """Take over the runs that a file holds: what is kept of them is for this side to say."""
        self.earlier.open(self._document.earlier)
        self._document.earlier = ()

    @Slot()
    def _on_document_saving(self) -> None:
        if self._document.keeps_earlier:
            present = self._document.project
            self._document.earlier = tuple(run.saved(present) for run in self.earlier)
            # Written before Qt comes round. Else weights stayed that are kept no longer here.
            QTimer.singleShot(0, self._on_document_written)

    @Slot()
    def _on_document_written(self) -> None:
        self._document.earlier = ()

    @Slot(object, object)
    def _on_runs_left(self, run: Run, parcel: Parcel) -> None:
        self.earlier.note(run, parcel)
        self._tell_earlier()


def _exchanged(numbers: dict[str, int]) -> dict[str, int]:
    """Return the numbers of A and B under each other's key."""
    keys = {FIRST: SECOND, SECOND: FIRST}
    return {keys[key]: number for key, number in numbers.items()}
