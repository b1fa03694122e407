"""The numeric check of the number that is open, and of all gradients, a little at a time."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from engine.microscope.check import Check, CheckAll, Checker, Finding, check_update
from engine.microscope.rules import Rule
from engine.microscope.slices import Sliced
from engine.microscope.statement import Phase
from gui.microscope.anatomy import code_text
from gui.microscope.figures import localized
from gui.microscope.lens import Lens
from gui.microscope.network_ink import number_text
from gui.widgets import Button, Card, ElidedLabel, FlowLayout, StatusGlyph

CHEAP = 400_000
"""Numbers that a step may keep for one of its gradients to be checked without being asked."""

SETTLE_MS = 60
"""How long one stands at a number before it is checked: playing shall not wait for checks."""

SLICE_S = 0.02
"""How long the window may wait for checks; those of a large step take several slices."""

MOST_FAILURES = 8
"""Failures that are offered as links; of more, their number is told."""

FINE, WRONG, DOUBTFUL, UNKNOWN = "healthy", "nonfinite", "note", "waiting"
"""Shapes of what is found, by code of `gui.theme.status_glyph`."""

TITLES = {
    Finding.AGREES: "Numeric check agrees", Finding.TINY: "Too small for the numeric check",
    Finding.KINK: "At a kink", Finding.CUT: "Cut off on purpose",
    Finding.WRONG: "Numeric check disagrees", Finding.NOT_FINITE: "Not finite",
}
RULE_TITLES = {Finding.AGREES: "The rule agrees", Finding.WRONG: "The rule disagrees",
               Finding.NOT_FINITE: "Not finite"}


class CheckBox(Card):
    """What the numeric check says of the number that is open.

    Parameters
    ----------
    lens : Lens
        What is looked at.
    """

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setProperty("tone", "sunken")
        self._lens = lens
        self.found: Check | None = None
        self.checks: CheckAll | None = None
        self._checker: Checker | None = None
        self._checked = -1
        self._rule: Rule | None = None
        self._checking: Sliced[Check] | None = None
        self._shows_all, self._is_wanted = False, True
        self._furnish()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.check_one)
        self._slices, self._more = QTimer(self), QTimer(self)
        self._slices.timeout.connect(self._on_slices_timeout)
        self._more.timeout.connect(self._on_more_timeout)
        lens.dissected.connect(self._on_lens_dissected)
        lens.opened.connect(self._on_lens_opened)
        lens.moved.connect(self._on_lens_opened)
        self._on_lens_dissected()

    def _furnish(self) -> None:
        self.glyph = StatusGlyph()
        self.heading, self.detail = ElidedLabel("", role="title"), QLabel()
        self.detail.setProperty("role", "small")
        self.detail.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.one_button = Button("Check this")
        self.one_button.setToolTip("Check the number that is open.")
        self.one_button.clicked.connect(self.check_one)
        self.all_button = Button("Check all")
        self.all_button.setToolTip("Check the gradient of every weight and bias by the loss's "
                                   "slope.")
        self.all_button.clicked.connect(self._on_all_clicked)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Numbers checked")
        self.failures = QWidget()
        self._failure_flow = FlowLayout(self.failures, spacing=2)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.glyph)
        head.addWidget(self.heading, 1)
        head.addWidget(self.one_button)
        head.addWidget(self.all_button)
        column = QVBoxLayout()
        column.setSpacing(3)
        column.addLayout(head)
        for widget in (self.detail, self.progress, self.failures):
            column.addWidget(widget)
        self.body.addLayout(column)

    # One number

    @Slot(bool)
    def set_wanted(self, is_wanted: bool) -> None:
        """Show it, or hide it: it would give away in which line a mistake is."""
        self._is_wanted = is_wanted
        self.setVisible(is_wanted and not self._lens.is_empty)

    @property
    def is_waiting(self) -> bool:
        """Whether a check is about to be made."""
        return any(timer.isActive() for timer in (self._settle, self._more, self._slices))

    @Slot()
    def _on_lens_dissected(self) -> None:
        # First of all, since what was found belongs to lines that may not be there any more.
        self._slices.stop()
        self._settle.stop()
        self.checks = self.found = self._checker = self._rule = None
        self._checked, self._shows_all = -1, False
        if not self._lens.is_empty:
            self.checks = CheckAll(self._lens.trace)
        self.setVisible(self._is_wanted and not self._lens.is_empty)
        self._on_lens_opened()

    @Slot()
    def _on_lens_opened(self) -> None:
        lens = self._lens
        if lens.is_empty:
            return
        now = lens.opened_statement, lens.opened_index
        found = self.found
        if not self._shows_all and found is not None and (found.statement, found.index) == now:
            return
        self.found, self._shows_all = None, self._slices.isActive()
        is_known = self._is_known()
        is_cheap = sum(value.size for value in lens.trace.values) <= CHEAP
        self._settle.stop()
        self._more.stop()
        if is_known and is_cheap and self.isVisible():
            self._settle.start()
        self.one_button.setVisible(is_known and not is_cheap)
        self._tell()

    def _is_known(self) -> bool:
        """Say whether the line that is open can be checked at all."""
        at = self._lens.opened_statement
        statement = self._lens.trace.program.statements[at]
        if statement.of or statement.phase not in (Phase.CLIPPING, Phase.UPDATE):
            return bool(statement.of)
        if self._rule is None:
            self._rule = Rule(self._lens.trace)
        return self._rule.is_known(at)

    @Slot()
    def check_one(self) -> None:
        """Check the number that is open."""
        lens = self._lens
        if lens.is_empty or not self._is_known():
            return
        at = lens.opened_statement
        if not lens.trace.program.statements[at].of:
            self.found = check_update(lens.trace, at, lens.opened_index, self._rule)
        else:
            if self._checker is None or self._checked != at:
                self._checker, self._checked = Checker(lens.trace, at), at
            self._checking = Sliced(self._checker.checking(lens.opened_index))
            self._more.start()
            self._on_more_timeout()
        self.one_button.hide()
        self._tell()

    @Slot()
    def _on_more_timeout(self) -> None:
        if self._checking is not None and self._checking.advance(SLICE_S):
            self._more.stop()
            self.found = self._checking.found
            self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        """Check what was opened while it was hidden."""
        super().showEvent(event)
        self._on_lens_opened()

    # All numbers

    @Slot()
    def _on_all_clicked(self) -> None:
        if self._slices.isActive():
            self.cancel()
            return
        if self._lens.is_empty:
            return
        self.checks, self._shows_all = CheckAll(self._lens.trace), True
        self._slices.start()
        self._tell()

    def cancel(self) -> None:
        """Stop checking all."""
        if self._slices.isActive():
            self._slices.stop()
            self.checks, self._shows_all = CheckAll(self._lens.trace), False
        self._tell()

    @Slot()
    def _on_slices_timeout(self) -> None:
        assert self.checks is not None
        if not self.checks.advance(SLICE_S):
            self._slices.stop()
        self._tell()

    @Slot()
    def _on_failure_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, Button) and self.checks is not None:
            failure = self.checks.failures[int(sender.property("place"))]
            self._lens.go_to(failure.statement, 0, failure.index)

    # Telling

    def _offer(self, total: int) -> str:
        """Return what the button offers: of very many numbers, an evenly spread sample."""
        if self.checks is None or not self.checks.is_sample:
            return f"Check all {total:,}"
        return f"Check {total:,} of {self.checks.numbers:,}"

    def _tell(self) -> None:
        is_running = self._slices.isActive()
        total = 0 if self.checks is None else self.checks.total
        self.all_button.setText("Cancel" if is_running else self._offer(total))
        self.all_button.setEnabled(total > 0)
        self.progress.setVisible(is_running)
        if self.checks is not None:
            self.progress.setRange(0, max(self.checks.total, 1))
            self.progress.setValue(self.checks.done)
        if self._shows_all:
            self._tell_all()
        else:
            self._tell_one()
        self._tell_failures()
        self.setAccessibleName(f"{self.heading.text()}. {self.detail.text()}")

    def _tell_all(self) -> None:
        assert self.checks is not None
        is_wrong, is_doubtful = bool(self.checks.failures), bool(self.checks.overflows)
        self.glyph.set_status(WRONG if is_wrong else DOUBTFUL if is_doubtful else
                              FINE if self.checks.is_done else UNKNOWN, 2)
        self.heading.setText("Some are wrong" if is_wrong else "Not finite" if is_doubtful else
                             "All agree" if self.checks.is_done else "Checking")
        kinks = self.checks.kinks
        at_kinks = f" {kinks:,} {'lies' if kinks == 1 else 'lie'} at a kink." if kinks else ""
        self.detail.setText(self.checks.message.text + at_kinks)

    def _tell_one(self) -> None:
        found = self.found
        if found is None:
            self.glyph.set_status(UNKNOWN, 2)
            self.heading.setText("Numeric check")
            is_known = not self._lens.is_empty and self._is_known()
            self.detail.setText(
                "Does the loss change as this gradient says?" if is_known else
                "Gradients and updates can be checked; this line is neither.")
            return
        is_rule = found.h == 0
        is_wrong = found.finding is Finding.WRONG
        self.glyph.set_status(FINE if found.agrees else WRONG if is_wrong else DOUBTFUL, 2)
        self.heading.setText((RULE_TITLES if is_rule else TITLES)[found.finding])
        if found.finding is Finding.AGREES and not is_rule:
            self.detail.setText(self._quotient(found))
        elif found.finding is Finding.WRONG and not is_rule:
            self.detail.setText(f"This line says {localized(f'{found.analytic:.6g}')}; "
                                f"{self._quotient(found)}")
        else:
            self.detail.setText(found.message.text)

    def _quotient(self, found: Check) -> str:
        """Return the quotient in letters and numbers."""
        letter = self._lens.trace.program.statements[found.statement].of[0].lower()
        return (f"(L({letter} + h) − L({letter} − h)) / 2h = "
                f"{localized(f'{found.numeric:.9g}')}, "
                f"relative error {number_text(found.error)}")

    def _tell_failures(self) -> None:
        failures = [] if self.checks is None else self.checks.failures[:MOST_FAILURES]
        self.failures.setVisible(bool(failures))
        while self._failure_flow.count() > len(failures):
            item = self._failure_flow.takeAt(self._failure_flow.count() - 1)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place in range(self._failure_flow.count(), len(failures)):
            failure = failures[place]
            statement = self._lens.trace.program.statements[failure.statement]
            link = Button(code_text(statement, failure.index))
            link.setProperty("tone", "link")
            link.setProperty("place", place)
            link.setToolTip("Go to this number.")
            link.clicked.connect(self._on_failure_clicked)
            self._failure_flow.addWidget(link)
