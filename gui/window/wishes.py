"""What all views together want to see, so that nothing else has to be computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot

from engine.telemetry.parts import NOTHING, Wanted


class View(Protocol):
    """A widget that says what it draws."""

    def wanted(self) -> Wanted:
        """Return the parts of a snapshot that it shows, were it seen."""

    def isVisible(self) -> bool:
        """Return whether it is seen."""

    def installEventFilter(self, watcher: QObject, /) -> None:
        """Tell of its events."""


class Wishes(QObject):
    """Collects what the views that are seen want. GUI thread only.

    Views that change what they want while they are seen have a signal ``wanted_changed``.

    Parameters
    ----------
    views : Sequence[View]
        Widgets that are seen or not.

    Signals
    -------
    changed(Wanted)
        Other parts than before are wanted.
    """

    changed = Signal(object)

    def __init__(self, views: Sequence[View], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._last: Wanted | None = None
        # Views come and go together: what they want is asked for once all have done so.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_timer_timeout)
        for view in self._views:
            view.installEventFilter(self)
            if hasattr(view, "wanted_changed"):
                view.wanted_changed.connect(self._timer.start)

    def wanted(self) -> Wanted:
        """Return what those that are seen want now."""
        return NOTHING.union(*(view.wanted() for view in self._views if view.isVisible()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that a view comes or goes."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._timer.start()
        return super().eventFilter(watched, event)

    @Slot()
    def _on_timer_timeout(self) -> None:
        wanted = self.wanted()
        if wanted != self._last:
            self._last = wanted
            self.changed.emit(wanted)
