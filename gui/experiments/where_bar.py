"""The bar at the foot: where experiments are computed, by whom, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QWidget,
)

from gui import theme
from gui.widgets import Button, Card, ElidedLabel, PrimaryButton, Segmented, set_page

HERE, CLUSTER = "here", "cluster"
CHIP, GAP, MOST = 15, 5, 24
"""Px at 13 px text of a worker's sign and between two; how many are drawn."""
TIPS = {HERE: "Compute in processes on this computer, one for each processor.",
        CLUSTER: "Compute on the lab’s PCs: give the address of a scheduler."}


@dataclass(frozen=True)
class WorkerSign:
    """A worker as it is shown.

    Attributes
    ----------
    name, state : str
        Who; one of `STATES`.
    told : str
        What there is to say of it.
    """

    name: str
    state: str
    told: str = ""


STATES: Mapping[str, str] = MappingProxyType({
    "starting": "starting", "preparing": "preparing the engine", "working": "busy",
    "idle": "idle", "lost": "gone: its cells went to the others",
    "differs": "another version of the program",
})
"""What workers do, in words."""


@dataclass(frozen=True)
class Progress:
    """How far the experiment is that is being computed.

    Attributes
    ----------
    title : str
        What is computed.
    done, total : int
        Its cells.
    left : str
        How long it takes yet, in words; empty while unknown.
    note : str
        What there is to add.
    is_paused : bool
        Whether it rests.
    """

    title: str
    done: int
    total: int
    left: str = ""
    note: str = ""
    is_paused: bool = False


class WorkerSigns(QWidget):
    """A square for each worker: filled while it computes, dashed when it is gone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workers: tuple[WorkerSign, ...] = ()
        self.setAccessibleName("Workers")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.updateGeometry)

    def set_workers(self, workers: Sequence[WorkerSign]) -> None:
        """Show other workers, or what they do now."""
        if tuple(workers) != self._workers:
            self._workers = tuple(workers)
            told = [f"{one.name}: {one.told or STATES[one.state]}" for one in workers]
            self.setToolTip("\n".join(told))
            self.setAccessibleDescription("; ".join(told))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        count = min(len(self._workers), MOST)
        return QSize(count * theme.px(CHIP + GAP), theme.px(CHIP + 2))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), theme.px(4 * (CHIP + GAP))),
                     self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, px = theme.current(), theme.px
        for number, worker in enumerate(self._workers[:MOST]):
            place = QRectF(number * px(CHIP + GAP) + 1, 1, px(CHIP), px(CHIP))
            pen = QPen(QColor(tokens.accent), 1.4)
            ground = Qt.BrushStyle.NoBrush
            if worker.state in ("lost", "differs"):
                pen = QPen(QColor(tokens.border_strong), 1.4)
                pen.setDashPattern([2.0, 1.6])
            elif worker.state in ("starting", "idle"):
                pen.setColor(QColor(tokens.border_strong))
            painter.setPen(pen)
            painter.setBrush(QColor(tokens.accent) if worker.state == "working" else
                             QColor(tokens.accent_soft) if worker.state == "preparing" else ground)
            painter.drawRoundedRect(place, px(3), px(3))
            if worker.state == "differs":
                painter.drawLine(place.topLeft(), place.bottomRight())


class WhereBar(Card):
    """Where experiments are computed. GUI thread only.

    Signals
    -------
    where_requested(str)
        They are to be computed somewhere else: `HERE` or `CLUSTER`.
    start_requested()
        The sweep that is seen is to be computed.
    pause_requested()
        What runs is to rest, or what rests is to go on.
    cancel_requested()
        What runs is to end; what is done is kept.
    """

    where_requested = Signal(str)
    start_requested = Signal()
    pause_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName("Where it runs")
        self.where = Segmented(((HERE, "This computer"), (CLUSTER, "Lab PCs (Dask)")),
                               "Where it runs")
        self.where.set_tooltips(TIPS)
        self.where.selected.connect(self.where_requested)
        self.signs, self._busy = WorkerSigns(), ElidedLabel("", role="muted")
        self._count, self._left = ElidedLabel("", role="strong"), ElidedLabel("", role="strong")
        self._left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._note = ElidedLabel("", role="muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.start = PrimaryButton("Compute", "play")
        self.start.clicked.connect(self.start_requested)
        self.pause = Button("Pause", "pause")
        self.pause.clicked.connect(self.pause_requested)
        self.cancel = Button("Cancel", "x")
        self.cancel.setToolTip("End this; what is done is kept, and Compute goes on from there.")
        self.cancel.clicked.connect(self.cancel_requested)
        self._grid = QGridLayout()
        self._grid.addWidget(ElidedLabel("Where it runs", role="title"), 0, 0)
        self._grid.addWidget(self.where, 1, 0)
        self._grid.addWidget(ElidedLabel("workers", role="muted"), 0, 1)
        self._grid.addLayout(self._made_workers(), 1, 1)
        self._grid.addWidget(self._made_progress(), 0, 2, 2, 1)
        for place, button in enumerate((self.start, self.pause, self.cancel), 3):
            self._grid.addWidget(button, 0, place, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        self._grid.setColumnStretch(1, 2)
        self._grid.setColumnStretch(2, 3)
        self.body.addLayout(self._grid)
        set_page(self, "controls/experiments")
        theme.notifier().changed.connect(self._on_sizes_changed)
        self._on_sizes_changed()
        self.show_workers(())
        self.show_progress(None)
        self.show_start("", "")

    def _made_workers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.signs)
        row.addWidget(self._busy, 1)
        return row

    def _made_progress(self) -> QWidget:
        self._progress = QWidget()
        grid = QGridLayout(self._progress)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._count, 0, 0)
        grid.addWidget(self._left, 0, 1)
        grid.addWidget(self.bar, 1, 0, 1, 2)
        grid.addWidget(self._note, 2, 0, 1, 2)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        return self._progress

    def show_where(self, key: str, titles: Mapping[str, str]) -> None:
        """Show where they are computed, and what the choices are called."""
        if {name: self.where.button(name).text() for name in self.where.options()} != dict(titles):
            self.where.set_options(tuple(titles.items()))
            self.where.set_tooltips(TIPS)
        self.where.set_current(key)

    def show_workers(self, workers: Sequence[WorkerSign]) -> None:
        """Show who computes."""
        self.signs.set_workers(workers)
        self.signs.setVisible(bool(workers))
        counts = {state: sum(one.state == state for one in workers) for state in STATES}
        said = [f"{count} {STATES[state]}" for state, count in counts.items() if count]
        self._busy.setText(", ".join(said) if workers else "none at work")

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far what runs is; None: nothing runs."""
        self._progress.setVisible(progress is not None)
        for button in (self.pause, self.cancel):
            button.setVisible(progress is not None)
        if progress is None:
            return
        self._count.setText(f"{progress.title}: {progress.done:,} of {progress.total:,} cells")
        self._left.setText(progress.left)
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.done)
        self._note.setText(progress.note)
        self.pause.setText("Go on" if progress.is_paused else "Pause")
        self.pause.set_icon("play" if progress.is_paused else "pause")
        self.pause.setToolTip("Go on with what is missing." if progress.is_paused else
                              "Let it rest: what is being computed is begun anew afterwards.")

    def show_start(self, title: str, tip: str, *, enabled: bool = True) -> None:
        """Offer to compute what is seen, under a title; an empty one offers nothing."""
        self.start.setVisible(bool(title))
        self.start.setText(title)
        self.start.setToolTip(tip)
        self.start.setEnabled(enabled)

    @Slot()
    def _on_sizes_changed(self) -> None:
        self._grid.setHorizontalSpacing(theme.px(18))
        self._grid.setVerticalSpacing(theme.px(4))
