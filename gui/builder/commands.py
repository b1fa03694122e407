"""The one undoable command: what the document held before an edit, and what after it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtGui import QUndoCommand

from engine.data.dataset import Dataset
from engine.spec import ProjectSpec

MERGEABLE = 1
"""Command id of edits that belong to a gesture; Qt asks only equal ids whether they merge."""
ALONE = -1
"""Command id of edits that never merge."""


@dataclass(frozen=True)
class Content:
    """What an edit replaces as a whole.

    Attributes
    ----------
    project : ProjectSpec
        Data, network and training as the person asks for them.
    dataset : Dataset
        The examples that ``project.data`` stands for.
    """

    project: ProjectSpec
    dataset: Dataset


Show = Callable[[Content], None]


class Edit(QUndoCommand):
    """Replaces one content by another. GUI thread only.

    Parameters
    ----------
    show : callable
        Makes a content the document's.
    before, after : Content
        The two contents.
    text : str
        What the Edit menu calls it: ``Undo add Dense``.
    merge_key : hashable | None
        Edits of equal keys that follow one another become one; None never merges.
    """

    def __init__(self, show: Show, before: Content, after: Content, text: str,
                 merge_key: Hashable | None = None) -> None:
        super().__init__(text)
        self._show = show
        self.before = before
        self.after = after
        self.merge_key = merge_key

    def redo(self) -> None:
        self._show(self.after)

    def undo(self) -> None:
        self._show(self.before)

    def id(self) -> int:
        return ALONE if self.merge_key is None else MERGEABLE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other.merge_key != self.merge_key:
            return False
        self.after = other.after
        # A slider that came back to where it started leaves nothing to undo.
        self.setObsolete(self.after.project == self.before.project)
        return True
