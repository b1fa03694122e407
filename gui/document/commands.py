"""The one undoable command, and what it tells: what the document held before it, what after."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakMethod

from PySide6.QtGui import QUndoCommand

from engine.spec import ProjectSpec
from gui.document.sides import Sides

MERGEABLE = 1
"""Command id of edits that belong to a gesture; Qt asks only equal ids whether they merge."""
ALONE = -1
"""Command id of edits that never merge."""

Show = Callable[[Sides], None]


class Edit(QUndoCommand):
    """Replaces the projects side by side by others. GUI thread only.

    Parameters
    ----------
    show : method of the document
        Makes projects the document's. It is held weakly: the document holds its edits, and a
        circle of the two would be taken apart in an order that Qt does not survive.
    before, after : Sides
        What there was, and what there is to be. Examples are found again by `ProjectSpec.data`, so
        that a long way back does not keep every data set alive.
    text : str
        What the Edit menu calls it: ``Undo add Dense``.
    merge_key : hashable | None
        Edits of equal keys that follow one another become one; None never merges.
    """

    def __init__(self, show: Show, before: Sides, after: Sides, text: str,
                 merge_key: Hashable | None = None) -> None:
        super().__init__(text)
        self._show = WeakMethod(show)
        self.before = before
        self.after = after
        self.merge_key = merge_key

    def redo(self) -> None:
        self._tell(self.after)

    def undo(self) -> None:
        self._tell(self.before)

    def _tell(self, sides: Sides) -> None:
        show = self._show()
        if show is not None:
            show(sides)

    def id(self) -> int:
        return ALONE if self.merge_key is None else MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other.merge_key != self.merge_key:
            return False
        self.after = other.after
        # A slider that came back to where it started leaves nothing to undo.
        self.setObsolete(self.after == self.before)
        return True


@dataclass(frozen=True)
class Change:
    """What an edit, its undoing or another project did to the document.

    Attributes
    ----------
    before, after : ProjectSpec
        The project that is edited, until now and from now on.
    dataset_changed : bool
        Whether the examples are others, too.
    opened : bool
        Whether another project was opened, from which there is no way back.
    """

    before: ProjectSpec
    after: ProjectSpec
    dataset_changed: bool
    opened: bool = False

    @cached_property
    def network_changed(self) -> bool:
        """Whether layers or their options differ."""
        return self.before.network != self.after.network

    @property
    def rows_changed(self) -> bool:
        """Whether what is said about layers may differ: layers, data or loss have changed."""
        return (self.network_changed or self.dataset_changed
                or self.before.training.loss != self.after.training.loss)
