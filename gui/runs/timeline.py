"""The timeline below network and plots: every kept step of the runs, to go back to."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from gui import theme
from gui.frames.recording import Recording
from gui.runs.throttle import Throttle
from gui.runs.track import LARGEST, Track
from gui.widgets import Button, Card, IconButton, StatusGlyph
from gui.widgets.number_line import NumberLine

THROTTLE_MS = 33
"""Between two wishes of a handle that is dragged: as often as the window draws."""
PLAY_MS, SLOW_MS = 80, 500
"""Between two kept steps while they are played, and while a black box is."""
WIDEST_STEP = "0,000,000"


class LivePill(QAbstractButton):
    """Says that the newest step is shown, or leads back to it. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("live")
        self.setAccessibleName("Live")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.updateGeometry)
        self.set_live(live=True)

    def set_live(self, *, live: bool) -> None:
        """Say whether the newest step is shown; if it is, there is nothing to go back to."""
        if live == self.isEnabled() or not self.toolTip():
            self.setEnabled(not live)
            self.setCursor(Qt.CursorShape.ArrowCursor if live else
                           Qt.CursorShape.PointingHandCursor)
            self.setToolTip("The newest step is shown. Move the handle to look back." if live else
                            "Go back to the newest step (Esc).")

    def sizeHint(self) -> QSize:
        """Return room for dot and word."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + theme.px(34),
                     self.fontMetrics().height() + theme.px(11))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it filled while live, else in outline."""
        tokens, live = theme.current(), not self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = 2.0 if self.hasFocus() else 1.0
        area = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        ground = tokens.accent if live else \
            tokens.surface_raised if self.underMouse() else tokens.surface
        painter.setPen(QPen(QColor(tokens.focus if self.hasFocus() else tokens.accent), thick))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        ink = QColor(tokens.accent_text if live else tokens.accent)
        dot = theme.px(6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(QRectF(theme.px(11), (self.height() - dot) / 2, dot, dot))
        painter.setPen(ink)
        painter.drawText(self.rect().adjusted(theme.px(22), 0, 0, 0),
                         int(Qt.AlignmentFlag.AlignVCenter), self.text())


class Timeline(Card):
    """Goes back to any kept step, plays them, and branches off there. GUI thread only.

    Signals
    -------
    step_requested(int)
        A person wants to see this kept step; while the handle is dragged, the latest one 30 times
        a second.
    live_requested()
        A person wants to see the newest step again.
    branch_requested()
        A person wants another run to go on from the step that is shown.
    """

    step_requested = Signal(int)
    live_requested = Signal()
    branch_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName("Timeline")
        self._cursor: int | None = None
        self._live_step = 0
        self.track = Track()
        self._throttle = Throttle(THROTTLE_MS, self)
        self._player = QTimer(self)
        self._player.timeout.connect(self._on_player_timeout)
        self._make_controls()
        self._arrange()
        self._wire()
        theme.notifier().changed.connect(self._on_timeline_theme_changed)
        self._on_timeline_theme_changed()
        self.show_cursor(None, 0)

    def show_recordings(self, recordings: Mapping[str, Recording]) -> None:
        """Show what has been kept, a lane for each run in this order.

        Parameters
        ----------
        recordings : Mapping[str, Recording]
            By the key of the run: A, and B if there is one.
        """
        self.track.show_recordings(recordings)
        problems = {one.problem for one in recordings.values()} - {""}
        self.note.setVisible(bool(problems))
        self.note.setToolTip("\n".join(sorted(problems)))
        self.note.setAccessibleDescription(self.note.toolTip())
        self._refresh()

    def show_cursor(self, step: int | None, live_step: int) -> None:
        """Show which step everything else shows.

        Parameters
        ----------
        step : int | None
            A kept step; None if it is the newest one.
        live_step : int
            The newest one.
        """
        self._cursor, self._live_step = step, live_step
        if not (self.track.isSliderDown() or self._throttle.is_waiting()):
            # Else the handle would be drawn back to where it was a moment ago.
            self.track.show_step(live_step if step is None else step, live=step is None)
        self._refresh()

    def replay(self, first: int) -> None:
        """Play the kept steps from one on slowly, as the last ones before an overflow deserve."""
        self.track.go_to(self.track.kept_near(first))
        self._play(SLOW_MS)

    def is_playing(self) -> bool:
        """Say whether steps are shown one after another."""
        return self._player.isActive()

    def stop(self) -> None:
        """Stay at the step that is shown."""
        self._player.stop()
        self._refresh()

    # Composition

    def _make_controls(self) -> None:
        self.first = IconButton("skip-back", "Go to the first kept step (Home).", name="First step")
        self.previous = IconButton("step-back", "Go to the kept step before (←).",
                                   name="Previous kept step")
        self.play = IconButton("play", "", name="Play")
        self.next = IconButton("step-forward", "Go to the next kept step (→).",
                               name="Next kept step")
        self.last = IconButton("skip-forward", "Go to the last kept step (End).", name="Last step")
        self.field = NumberLine()
        self.field.setAccessibleName("Step that is shown")
        self.field.setToolTip("The step that is shown. Type another one: the nearest kept step is "
                              "shown.")
        self.note = StatusGlyph("note", 1, size=15)
        self.note.hide()
        self.log = Button("log")
        self.log.setCheckable(True)
        self.log.setProperty("tone", "quiet")
        self.log.setAccessibleName("Logarithmic steps")
        self.log.setToolTip("Give each decade of steps the same width, so that the first steps can "
                            "be told apart.")
        self.live = LivePill()
        self.branch = Button("Continue from here")
        self.branch.setToolTip("Let a run B go on from this step, with all that A had then: "
                               "unchanged, it comes to the same bytes. One step to undo.")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        for button in (self.first, self.previous, self.play, self.next, self.last):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._word = QLabel("Step")
        self._word.setProperty("role", "muted")
        for part in (self._word, self.field, self.note):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.track, 1, Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.log, self.live, self.branch):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self._row = row
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _wire(self) -> None:
        self.track.step_chosen.connect(self._on_track_step_chosen)
        self.track.play_toggled.connect(self._on_play_clicked)
        self.track.left.connect(self._on_live_clicked)
        self._throttle.passed.connect(self.step_requested)
        self.first.clicked.connect(self._on_first_clicked)
        self.previous.clicked.connect(self._on_previous_clicked)
        self.play.clicked.connect(self._on_play_clicked)
        self.next.clicked.connect(self._on_next_clicked)
        self.last.clicked.connect(self._on_last_clicked)
        self.field.editingFinished.connect(self._on_field_editing_finished)
        self.log.toggled.connect(self.track.set_logarithmic)
        self.live.clicked.connect(self._on_live_clicked)
        self.branch.clicked.connect(self.branch_requested)

    def _refresh(self) -> None:
        step, steps = self.track.value(), self.track.steps()
        is_live = self._cursor is None
        for button in (self.first, self.previous):
            button.setEnabled(bool(steps) and step > steps[0])
        for button in (self.next, self.last):
            button.setEnabled(bool(steps) and step < steps[-1])
        self.play.setEnabled(len(steps) > 1)
        self._name_play("Pause" if self.is_playing() else "Play")
        self.live.set_live(live=is_live)
        self.branch.setEnabled(not is_live)
        if not self.field.hasFocus():
            # Of a pair, a step near that of the handle may be shown, at which both were kept.
            self.field.show_text(f"{step if self._cursor is None else self._cursor:,}")

    def _name_play(self, name: str) -> None:
        # Not at every frame: an icon takes its time.
        if name != self.play.accessibleName() or not self.play.toolTip():
            self.play.setAccessibleName(name)
            self.play.set_icon(name.lower())
            self.play.setToolTip("Stay at this step (Space)." if name == "Pause" else
                                 "Show the kept steps one after another (Space).")

    def _play(self, interval_ms: int) -> None:
        self._player.start(interval_ms)
        self._refresh()

    # What a person does

    @Slot(int)
    def _on_track_step_chosen(self, step: int) -> None:
        # Whoever takes the handle does not want it to run away.
        self._player.stop()
        self._cursor = step
        self._throttle.send(step)
        self._refresh()

    @Slot()
    def _on_first_clicked(self) -> None:
        self._go(-LARGEST)

    @Slot()
    def _on_previous_clicked(self) -> None:
        self._go(-1)

    @Slot()
    def _on_next_clicked(self) -> None:
        self._go(1)

    @Slot()
    def _on_last_clicked(self) -> None:
        self._go(LARGEST)

    def _go(self, places: int) -> None:
        self.track.go_to(self.track.kept_after(self.track.value(), places))

    @Slot()
    def _on_play_clicked(self) -> None:
        steps = self.track.steps()
        if self.is_playing() or len(steps) < 2:
            self.stop()
            return
        if self._cursor is None or self._cursor >= steps[-1]:
            self.track.go_to(steps[0])
        self._play(PLAY_MS)

    @Slot()
    def _on_player_timeout(self) -> None:
        playing = self._player.interval()
        step = self.track.kept_after(self.track.value())
        if step == self.track.value():
            self.stop()
            return
        self.track.go_to(step)
        # Moving the handle ends it, whoever moves it.
        self._play(playing)

    @Slot()
    def _on_field_editing_finished(self) -> None:
        typed = self.field.text().replace(",", "").replace(" ", "")
        if typed.isdecimal() and int(typed) != self.track.value():
            self.track.go_to(self.track.kept_near(min(int(typed), LARGEST)))
        self.field.show_text(f"{self.track.value():,}")

    @Slot()
    def _on_live_clicked(self) -> None:
        self._player.stop()
        self._throttle.clear()
        self.show_cursor(None, self._live_step)
        self.live_requested.emit()

    @Slot()
    def _on_timeline_theme_changed(self) -> None:
        px = theme.px
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(10), px(3), px(12), px(3))
        self._row.setSpacing(px(5))
        self.field.ensurePolished()
        wide = self.field.fontMetrics().horizontalAdvance(WIDEST_STEP)
        self.field.setFixedWidth(wide + px(20))
