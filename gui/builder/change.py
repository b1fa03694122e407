"""What happened to a document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine.spec import ProjectSpec


@dataclass(frozen=True)
class Change:
    """What an edit, its undoing or another project did to the document.

    Attributes
    ----------
    before, after : ProjectSpec
        The project until now, and from now on.
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
