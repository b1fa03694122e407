"""The bar of a pair: what differs, what is equal, who is better, and what becomes of B."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from engine.experiments.judgement import Judgement
from engine.experiments.spread import Spread
from gui import theme
from gui.runs.seed_dots import SeedDots
from gui.runs.side_chip import Sides
from gui.widgets import Button, Card, ElidedLabel, IconButton, plain_tip

if TYPE_CHECKING:
    from engine.experiments.yardstick import Yardstick

SEEDS = 5
"""With so many seeds a pair is repeated."""
LEAST, NAMES, MOST = 560, 340, 540
"""Px at 13 px text: of the whole bar at least; of title and chips, before more buttons give way,
and before the first do."""
EQUAL_TIP = ("Checksums of the first weights and of the order of the batches are the same for both "
             "runs, so that only what the title names can make a difference.")
FIXED_TIP = "Fixed when this pair began, so that nobody looks for a step that suits."
PROGRESS = 110


class _Title(ElidedLabel):
    """The name of the pair; a click on it opens the list of what differs."""

    clicked = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell of the click."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class PairBar(Card):
    """A and B side by side, in one line under the top bar. GUI thread only.

    Where it is narrow, words are shortened and buttons go into a menu, those first that are needed
    least.

    Signals
    -------
    side_requested(bool)
        A person wants to edit B, or A.
    repeat_requested(), cancel_requested()
        A person wants both runs repeated with other seeds, or no more of that.
    swap_requested(), drop_requested(), keep_requested()
        A person wants A and B exchanged, B gone, or B alone.
    """

    side_requested = Signal(bool)
    repeat_requested = Signal()
    cancel_requested = Signal()
    swap_requested = Signal()
    drop_requested = Signal()
    keep_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._differences: tuple[str, ...] = ()
        self._judgement: Judgement | None = None
        self._yardstick: Yardstick | None = None
        self._is_busy = self._fitting = False
        self._make_names()
        self._make_figures()
        self._make_buttons()
        self._arrange()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_bar_theme_changed)
        self._on_bar_theme_changed()

    def show_pair(self, title: str, a_text: str, b_text: str, equal_text: str,
                  differences: Sequence[str], edits_second: bool, equal_tip: str = "") -> None:
        """Show which pair it is.

        Parameters
        ----------
        title : str
            The pair's name: ``B: He instead of Xavier``, ``B: 2 changes``.
        a_text, b_text : str
            What each has that the other has not.
        equal_text : str
            What is equal: ``= same start, same batches``.
        differences : Sequence[str]
            All that differs, a line each.
        edits_second : bool
            Whether edits go to B.
        equal_tip : str
            The checksums behind what is equal.
        """
        self._differences = tuple(differences)
        self.title_label.setText(title)
        self.setAccessibleName(title)
        many = len(self._differences) > 1
        self.changes.setVisible(many)
        self.title_label.setCursor(Qt.CursorShape.PointingHandCursor if many else
                                   Qt.CursorShape.ArrowCursor)
        self.sides.first.set_words(a_text)
        self.sides.second.set_words(b_text)
        self.sides.choose(second=edits_second)
        sign = equal_text[:1] if equal_text[:1] in ("=", "≠") else ""
        self._sign.setText(sign)
        self._sign.setVisible(bool(sign))
        self._equal.setText(equal_text.removeprefix(sign).strip())
        tip = f"{equal_text}\n{equal_tip or EQUAL_TIP}" if equal_text else ""
        for label in (self._sign, self._equal):
            label.setToolTip(plain_tip(tip))
        self._fit()

    def show_spread(self, spread: Spread | None) -> None:
        """Show what several seeds say; None for nothing yet."""
        judgement = None if spread is None else spread.judgement
        self._judgement = judgement if judgement is not None and judgement.pairs > 0 else None
        if self._judgement is not None:
            self.dots.show_figures(self._judgement.a, self._judgement.b, self._judgement.medians,
                                   larger_is_better=self._judgement.larger_is_better)
        self._show_figures()
        self._fit()

    def _show_figures(self) -> None:
        """Say what seeds have come to, or what will decide."""
        if self._judgement is not None:
            lines, tip = told(self._judgement), f"{self._judgement.message.text}."
        elif self._yardstick is not None:
            lines = decides(self._yardstick)
            tip = f"{self._yardstick.sentence.text} {FIXED_TIP}"
        else:
            return
        for label, text in zip((self._verdict, self._medians), lines, strict=True):
            label.setText(text)
            label.setToolTip(plain_tip(tip))

    def show_yardstick(self, yardstick: Yardstick | None) -> None:
        """Show what decides between the runs, until seeds say more; None for nothing.

        Parameters
        ----------
        yardstick : Yardstick | None
            The figure and the step, fixed before B runs.
        """
        self._yardstick = yardstick
        self._show_figures()
        self._fit()

    def show_progress(self, share: float | None, text: str = "") -> None:
        """Show how far the repeating has come.

        Parameters
        ----------
        share : float | None
            From 0 to 1; None where nothing is repeated.
        text : str
            What is done now: ``seed 3 of 5``.
        """
        self._is_busy = share is not None
        if share is not None:
            self._progress.setValue(round(1000 * share))
            self._progress_text.setText(text)
            self._progress.setAccessibleDescription(text)
        self._fit()

    @Slot()
    def open_changes(self) -> None:
        """Open the list of all that differs, if it is more than the title says."""
        if len(self._differences) < 2:
            return
        self._list.setText("\n".join(f"• {one}" for one in self._differences))
        self._list_menu.popup(self.title_label.mapToGlobal(
            QPoint(0, self.title_label.height() + theme.px(2))))

    # Composition

    def _make_names(self) -> None:
        self.title_label = _Title("", role="title")
        self.title_label.clicked.connect(self.open_changes)
        self.changes = IconButton("chevron-down", "List all that differs.", name="List of changes",
                                  plain=True)
        self.changes.setStyleSheet("padding: 0;")
        self.changes.clicked.connect(self.open_changes)
        self._list = QLabel()
        self._list.setTextFormat(Qt.TextFormat.PlainText)
        self._list_menu = QMenu(self)
        action = QWidgetAction(self._list_menu)
        action.setDefaultWidget(self._list)
        self._list_menu.addAction(action)
        self.sides = Sides()
        self.sides.chosen.connect(self.side_requested)
        self._sign = QLabel()
        self._sign.setProperty("role", "strong")
        self._equal = ElidedLabel("", role="muted")
        self._equal.setProperty("own_tooltip", True)

    def _make_figures(self) -> None:
        self._rule = QFrame()
        self._rule.setFixedWidth(1)
        self._rule.setAutoFillBackground(True)
        self._verdict = ElidedLabel("", role="strong")
        self._medians = ElidedLabel("", role="muted")
        for label in (self._verdict, self._medians):
            label.setProperty("own_tooltip", True)
        self.dots = SeedDots()
        self._progress_text = ElidedLabel("", role="muted")
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Repeating with other seeds")

    def _make_buttons(self) -> None:
        self.repeat = Button(f"Repeat with {SEEDS} seeds")
        self.repeat.setToolTip("Train both runs with other seeds in the background, and say "
                               "whether the difference is more than chance.")
        self.cancel = Button("Cancel")
        self.cancel.setToolTip("Repeat no more; pairs that have come to their end stay.")
        self.swap = Button("Swap")
        self.swap.setToolTip("Let A be B and B be A. One step to undo.")
        self.drop = Button("Drop")
        self.drop.setToolTip("Let B go; it stays among the earlier runs. One step to undo.")
        self.keep = Button("Keep B", accent=True)
        self.keep.setToolTip("Go on with B alone; A stays among the earlier runs. One step to "
                             "undo.")
        self.more = IconButton("ellipsis", "More that can be done with the pair.", name="More")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._menu = QMenu(self)
        self._actions: dict[Button, QAction] = {}
        for button, wish in ((self.repeat, self.repeat_requested), (self.swap, self.swap_requested),
                             (self.drop, self.drop_requested)):
            button.clicked.connect(wish)
            action = QAction(button.text(), self)
            action.triggered.connect(button.click)
            self._menu.addAction(action)
            self._actions[button] = action
        self.more.setMenu(self._menu)
        self.cancel.clicked.connect(self.cancel_requested)
        self.keep.clicked.connect(self.keep_requested)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title_label)
        top.addWidget(self.changes)
        top.addStretch(1)
        below = QHBoxLayout()
        below.addWidget(self.sides)
        below.addWidget(self._sign)
        below.addWidget(self._equal, 1)
        names = QVBoxLayout()
        names.addLayout(top)
        names.addLayout(below)
        figures = QVBoxLayout()
        figures.addStretch(1)
        for label in (self._verdict, self._medians, self._progress_text, self._progress):
            figures.addWidget(label)
        figures.addStretch(1)
        self._row = QHBoxLayout()
        self._row.addLayout(names, 1)
        self._row.addWidget(self._rule)
        self._row.addLayout(figures)
        centred = Qt.AlignmentFlag.AlignVCenter
        for widget in (self.dots, self.repeat, self.cancel, self.swap, self.drop, self.more,
                       self.keep):
            self._row.addWidget(widget, 0, centred)
        self.body.addLayout(self._row)
        self._lines = (top, below, names, figures)

    # What there is room for

    def event(self, event: QEvent) -> bool:
        """Make room when a word needs more of it."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for what matters most."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # Showing and hiding parts lays the bar out at once, which may end up here again.
        if self._fitting:
            return
        self._fitting = True
        whole, room = self._names_width(), self.width() - 2 * theme.px(14)
        few, most = (min(whole, theme.px(width)) for width in (NAMES, MOST))
        rare = (self.swap, self.drop)
        folds: tuple[tuple[tuple[QWidget, ...], int], ...] = (
            ((), most), (rare, most), (rare, few), ((self.repeat, *rare), few),
            ((self.repeat, *rare, self.dots), few))
        if self._judgement is None:
            # Least of all is missed what the strip says again with the outcome.
            folds += (((self.repeat, *rare, self._rule, self._verdict, self._medians), few),)
        for folded, names in folds:
            shown = self._shown(folded)
            if names + self._width_of(shown) <= room:
                break
        for widget in self._parts():
            widget.setVisible(widget in shown)
        for button, action in self._actions.items():
            action.setVisible(button not in shown and not (button is self.repeat and self._is_busy))
        self._fitting = False

    def _parts(self) -> tuple[QWidget, ...]:
        return (self._rule, self._verdict, self._medians, self._progress_text, self._progress,
                self.dots, self.repeat, self.cancel, self.swap, self.drop, self.more, self.keep)

    def _shown(self, folded: Sequence[QWidget]) -> list[QWidget]:
        """Return the parts that are seen while these are not."""
        spread = self._judgement is not None and not self._is_busy
        says = spread or (self._yardstick is not None and not self._is_busy)
        absent: set[QWidget] = set(folded)
        if not spread:
            absent.add(self.dots)
        if not says:
            absent |= {self._verdict, self._medians}
        if not self._is_busy:
            absent |= {self._progress_text, self._progress, self.cancel}
        else:
            absent.add(self.repeat)
        if not (says or self._is_busy):
            absent.add(self._rule)
        if not any(button in folded for button in self._actions):
            absent.add(self.more)
        return [widget for widget in self._parts() if widget not in absent]

    def _names_width(self) -> int:
        """Return the px that all words about the pair would take."""
        top, below = self._lines[:2]
        return max(top.sizeHint().width(), below.sizeHint().width())

    def _width_of(self, shown: Sequence[QWidget]) -> int:
        """Return the px of these parts with their gaps."""
        column = (self._verdict, self._medians, self._progress_text, self._progress)
        stacked = max((part.sizeHint().width() for part in column if part in shown), default=0)
        beside = [part for part in shown if part not in column]
        gaps = (len(beside) + bool(stacked) + 1) * self._row.spacing()
        return stacked + sum(part.sizeHint().width() for part in beside) + gaps

    @Slot()
    def _on_bar_theme_changed(self) -> None:
        px, tokens = theme.px, theme.current()
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(14), px(5), px(12), px(6))
        self._row.setSpacing(px(8))
        top, below, names, figures = self._lines
        top.setSpacing(px(2))
        below.setSpacing(px(7))
        names.setSpacing(px(2))
        figures.setSpacing(px(1))
        self._list.setContentsMargins(px(10), px(6), px(10), px(6))
        self._progress.setFixedWidth(px(PROGRESS))
        self._progress_text.setFixedWidth(px(PROGRESS))
        # No taller than the title, so that the bar is as high with one change as with two.
        self.changes.setFixedSize(px(20), self.title_label.sizeHint().height())
        for widget, role, colour in ((self._rule, self._rule.backgroundRole(), tokens.border),
                                     (self._sign, self._sign.foregroundRole(), tokens.good)):
            palette = widget.palette()
            palette.setColor(role, colour)
            widget.setPalette(palette)
        self.setMinimumWidth(px(LEAST))
        self._fit()


def decides(yardstick: Yardstick) -> tuple[str, str]:
    """Return what decides between two runs, in two lines of a few words."""
    name = yardstick.name.text.split(",")[0]
    return name[:1].upper() + name[1:], f"decides at step {yardstick.step:,}"


def told(judgement: Judgement) -> tuple[str, str]:
    """Return what several seeds say, in two lines of a few words."""
    pairs = judgement.pairs
    count = {"better": judgement.better, "worse": judgement.worse}.get(judgement.outcome)
    if count is not None:
        verdict = f"{count} of {pairs} {judgement.outcome}"
    elif judgement.outcome == "same":
        verdict = f"The same in all {pairs}"
    else:
        return "No difference", f"that {pairs} {'seed' if pairs == 1 else 'seeds'} can show"
    a, b = judgement.medians
    return verdict, f"median {b:.2g} against {a:.2g}"
