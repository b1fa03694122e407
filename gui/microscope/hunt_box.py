"""Break it: a step with one classic mistake in it, and the hunt for the first wrong line."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from engine.messages import say
from engine.microscope.hunt import Answer, Hunt
from engine.microscope.mistakes import Place, none_shows, offering
from engine.microscope.slices import Sliced
from gui import theme
from gui.microscope.formula import code_font
from gui.microscope.lens import Lens
from gui.microscope.program_lines import line_in_hand
from gui.widgets import Button, FlowLayout, IconButton

INVITATION = "One classic mistake in this step: find the first wrong line."
BUSY = "Looking for mistakes that show in this step."

SLICE_S = 0.02
"""How long the window may wait for a mistake to be made."""


class Banner(QWidget):
    """A tinted ground that stays while there is a mistake in the step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "warning"

    def set_tone(self, tone: str) -> None:
        """Take the colours of ``warning``, ``good`` or ``bad``."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(getattr(tokens, self._tone)), 1))
        painter.setBrush(QColor(getattr(tokens, f"{self._tone}_soft")))
        radius = theme.px(8)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius,
                                radius)


class HuntBox(QWidget):
    """Begins hunts, and answers while one is on.

    Parameters
    ----------
    lens : Lens
        What is looked at; it looks at the step with the mistake during a hunt.

    Signals
    -------
    check_wanted(bool)
        Whether the numeric check is to be seen.
    """

    check_wanted = Signal(bool)

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lens = lens
        self.hunt: Hunt | None = None
        self._places: Sequence[Place] = ()
        self._advance: Callable[[float], bool] | None = None
        self._then: Callable[[], None] | None = None
        self._slices = QTimer(self)
        self._slices.timeout.connect(self._on_slices_timeout)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.start = self._made_start()
        self.banner = self._made_banner()
        column.addWidget(self.start)
        column.addWidget(self.banner)
        lens.dissected.connect(self._on_lens_dissected)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._tell()

    def _made_start(self) -> QWidget:
        start = QWidget()
        row = QHBoxLayout(start)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.break_button = Button("Break it", "triangle-alert", accent=True)
        self.break_button.setToolTip("Put one classic mistake into this step; the run goes on "
                                     "rightly.")
        self.break_button.clicked.connect(self._on_break_clicked)
        self.choose_button = IconButton("ellipsis", "Choose which mistake is made, and where.",
                                        name="Choose a mistake", plain=True)
        self.choose_button.clicked.connect(self._on_choose_clicked)
        self.invitation = QLabel(INVITATION)
        self.invitation.setProperty("role", "small")
        self.invitation.setWordWrap(True)
        row.addWidget(self.break_button)
        row.addWidget(self.invitation, 1)
        row.addWidget(self.choose_button)
        return start

    def _made_banner(self) -> Banner:
        banner = Banner()
        self.told, self.more, self.code = QLabel(), QLabel(), QLabel()
        self.told.setProperty("role", "strong")
        for label in (self.told, self.more, self.code):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.guess_button = Button("This line is wrong", accent=True)
        self.guess_button.setToolTip("Say that the lit line is the first wrong one.")
        self.guess_button.clicked.connect(self._on_guess_clicked)
        self.hint_button = Button("Hint")
        self.hint_button.clicked.connect(self._on_hint_clicked)
        self.check_button = Button("Numeric check")
        self.check_button.setCheckable(True)
        self.check_button.setToolTip("Show the numeric check of the number that is open.")
        self.check_button.toggled.connect(self.check_wanted)
        self.answer_button = Button("Show the answer")
        self.answer_button.setToolTip("Give up: go to the wrong line, and see it beside the right "
                                      "one.")
        self.answer_button.clicked.connect(self._on_answer_clicked)
        self.mend_button = Button("Mend it")
        self.mend_button.setToolTip("Go back to the step as it is computed rightly.")
        self.mend_button.clicked.connect(self.mend)
        buttons = QWidget()
        flow = FlowLayout(buttons, spacing=4)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        buttons.setSizePolicy(policy)
        for button in (self.guess_button, self.hint_button, self.check_button,
                       self.answer_button, self.mend_button):
            flow.addWidget(button)
        column = QVBoxLayout(banner)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(5)
        for widget in (self.told, self.more, self.code, buttons):
            column.addWidget(widget)
        return banner

    # Hunts

    def begin(self, seed: int) -> None:
        """Make a mistake that a number decides; a large step takes some time for it."""
        if self._lens.dissection is not None:
            self._make(Hunt(self._lens.dissection, seed))

    def begin_with(self, place: Place) -> None:
        """Make this mistake."""
        if self._lens.dissection is not None:
            self._make(Hunt(self._lens.dissection, chosen=place))

    def _make(self, hunt: Hunt) -> None:
        self._do(hunt.advance, lambda: self._begin(hunt))

    def _begin(self, hunt: Hunt) -> None:
        if hunt.place is None:
            self.invitation.setText(hunt.message.text)
            self.break_button.setEnabled(False)
            return
        self.hunt = hunt
        self._lens.look_at(hunt.dissection, hunt.broken.trace)
        self.check_button.setChecked(False)
        self.check_wanted.emit(False)
        self.more.setText("")
        self._tell()

    # What takes longer than the window may wait

    @property
    def is_busy(self) -> bool:
        """Whether a mistake is being made, or looked for."""
        return self._slices.isActive()

    def _do(self, advance: Callable[[float], bool], then: Callable[[], None]) -> None:
        """Do something a little at a time, and something else once it is done."""
        self._advance, self._then = advance, then
        self.break_button.setEnabled(False)
        self.choose_button.setEnabled(False)
        self.invitation.setText(BUSY)
        self._slices.start()
        self._on_slices_timeout()

    @Slot()
    def _on_slices_timeout(self) -> None:
        if self._advance is not None and self._advance(SLICE_S):
            then = self._then
            self._rest()
            if then is not None:
                then()

    def _rest(self) -> None:
        """Drop what is being done."""
        self._slices.stop()
        self._advance = self._then = None
        self.invitation.setText(INVITATION)
        for button in (self.break_button, self.choose_button):
            button.setEnabled(not self._lens.is_empty)

    @Slot()
    def mend(self) -> None:
        """Go back to the step without the mistake."""
        hunt, self.hunt = self.hunt, None
        if hunt is not None:
            self._lens.look_at(hunt.dissection)
        self.check_wanted.emit(True)
        self._tell()

    @Slot()
    def _on_lens_dissected(self) -> None:
        hunt, lens = self.hunt, self._lens
        if hunt is not None and not lens.is_empty and lens.trace is hunt.broken.trace:
            return
        # A menu that is open offers mistakes in the step before.
        for menu in self.findChildren(QMenu):
            menu.close()
        self._places = ()
        self._rest()
        if hunt is not None:
            # Another step has come: the mistake has gone with the one that it was in.
            self.hunt = None
            self.check_wanted.emit(True)
        self._tell()

    # What a person does

    @Slot()
    def _on_break_clicked(self) -> None:
        # Which mistake it is shall surprise; it is no part of any result.
        self.begin(random.randrange(2**31))

    @Slot()
    def _on_choose_clicked(self) -> None:
        if self._lens.is_empty:
            return
        places = Sliced(offering(self._lens.trace))
        self._do(places.advance, lambda: self._show_menu(places.found))

    def _show_menu(self, places: Sequence[Place]) -> None:
        menu = self.made_menu(places)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.choose_button.mapToGlobal(QPoint(0, self.choose_button.height())))

    def made_menu(self, places: Sequence[Place]) -> QMenu:
        """Return a menu of mistakes that this step offers, each with its lines."""
        menu = QMenu(self)
        self._places = places
        if not places:
            menu.addAction(none_shows(self._lens.trace).text).setEnabled(False)
        titles = sorted({place.title.text for place in self._places})
        for title in titles:
            those = [place for place in self._places if place.title.text == title]
            where = menu.addMenu(title) if len(those) > 1 else menu
            self._offer(where, those, title if len(those) == 1 else "")
        return menu

    def _offer(self, menu: QMenu, places: Iterable[Place], title: str) -> None:
        for place in places:
            name = self._lens.trace.program.statements[place.statement].name
            line = f"line {place.statement + 1}, {name}"
            action = menu.addAction(f"{title}: {line}" if title else line[0].upper() + line[1:])
            action.setData(self._places.index(place))
            action.triggered.connect(self._on_place_triggered)

    @Slot()
    def _on_place_triggered(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.begin_with(self._places[int(sender.data())])

    @Slot()
    def _on_guess_clicked(self) -> None:
        if self.hunt is not None:
            row = line_in_hand(self._lens)
            answer = self.hunt.guess(row)
            self.more.setText(f"Line {row + 1}: {answer.message.text}")
            self._tell()

    @Slot()
    def _on_hint_clicked(self) -> None:
        if self.hunt is not None:
            self.more.setText(self.hunt.hint().text)
            self._tell()

    @Slot()
    def _on_answer_clicked(self) -> None:
        if self.hunt is None:
            return
        place = self.hunt.give_up()
        if place is not None:
            self._lens.go_to(place.statement)
        self._tell()

    # Telling

    def _tell(self) -> None:
        hunt = self.hunt
        self.start.setVisible(hunt is None)
        self.banner.setVisible(hunt is not None)
        if hunt is None or hunt.place is None:
            return
        for button in (self.guess_button, self.hint_button, self.answer_button):
            button.setVisible(not hunt.is_over)
        self.hint_button.setEnabled(hunt.has_hints)
        self.hint_button.setToolTip(
            "Say more: first the part of the step, then the layer, then the kind of mistake."
            if hunt.has_hints else "There are no more hints.")
        last = hunt.guesses[-1].answer if hunt.guesses else None
        self.banner.set_tone("good" if hunt.is_solved else
                             "bad" if last is Answer.RIGHT and not hunt.is_over else "warning")
        begun = say("hunt.begin").text
        self.told.setText(hunt.message.text if hunt.is_over else begun)
        self.code.setVisible(hunt.is_over)
        if hunt.is_over:
            statement = hunt.dissection.program.statements[hunt.place.statement]
            wrong = statement.mistakes[hunt.place.key]
            self.more.setText(hunt.place.explanation.text)
            self.code.setFont(code_font(12))
            self.code.setText(f"wrong  {wrong}\nright  {statement.code}")
        self.more.setVisible(bool(self.more.text()))
        self.banner.setAccessibleName(f"{self.told.text()} {self.more.text()}".strip())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.code.setFont(code_font(12))
        self.banner.update()
